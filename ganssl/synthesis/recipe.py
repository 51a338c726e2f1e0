"""The recipe of a labelled set of generated faces: all that its content depends on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from numbers import Real
from typing import TYPE_CHECKING, Any

from ganssl.attributes import Attribute, check_name
from ganssl.base.device import ENGINES, ONNX, TENSORFLOW
from ganssl.base.digest import short_digest
from ganssl.base.json_text import parse_json
from ganssl.directions import METHODS
from ganssl.errors import UserError
from ganssl.face.state import MAX_SEED

if TYPE_CHECKING:
    from ganssl.directions import DirectionSet

STRATEGIES: tuple[str, ...] = ("position", "push")
"""Natural codes labelled by where they lie, or codes moved to a target on each side."""

SOURCES: tuple[str, ...] = ("density", "natural", "prior", "mixture", "photos")
"""The density of training codes, the most natural of several of its codes, N(0, 1), one half of
the density and one of N(0, 1), or codes of given photos."""

PRECISIONS: tuple[str, ...] = ("float32", "bfloat16")

MOST_FACES = 10_000_000
MOST_BALANCED = 3

MOST_COMBINED = 3
"""Of so many attributes together every combination gets the same share of the faces."""

MOST_ATTRIBUTES = 40


@dataclass(frozen=True)
class Recipe:
    """Which faces, how many, and what decides their label.

    A set is a function of its recipe, the model and its directions (and, where
    they are the source, of the photos' codes). Its classes are equally large.

    Attributes:
        attribute: whose presence is the label.
        count: faces in all.
        seed: 0 to 2³¹ − 1.
        strategy: `position` leaves codes where they are and labels them by the
            side of the attribute's boundary on which they lie. `push` moves
            every code along the direction to a target on the side of its label
            (the article's way, but with individual faces instead of means).
        margin: `position` leaves out codes nearer to the boundary than this, in σ.
        strength: `push` draws its targets evenly between these distances from
            the boundary, in σ.
        source: where codes come from; see `SOURCES`.
        truncation: 0 makes all codes the mean, 1 leaves their spread as it is.
        balance_over: other attributes, up to three. Every combination of their
            sides gets the same share of both classes, and moves leave them alone.
        pairs: faces 2j and 2j + 1 are one person without and with the attribute.
        size: side of the images in pixels, the model's at the most.
        method: of the direction (see `ganssl.directions`); None is the best.
        labels_per_class: how many labelled photos of each class defined the
            direction, for the record; None is all of them.
        precision: of the generator's arithmetic. `bfloat16` moves a pixel by
            about one step of 255 and is faster where the processor has it
            (see `ganssl.base.device`).
        engine: what the generator runs on, `tensorflow` or `onnxruntime`. The pixels
            differ by one step of 255 here and there; recipes without this setting, of
            sets made before there was a choice, mean TensorFlow.
        also: further attributes whose labels the set carries. Of up to
            `MOST_COMBINED` together each combination gets the same share of the
            faces, as far as codes allow; of more, each attribute takes its turn
            to get faces with and without it. The strategy is then `position`.

    Raises `UserError` for values that make no set.

    Example:
        >>> from ganssl import Recipe
        >>> recipe = Recipe("Smiling", count=2000, balance_over=("Male",))
        >>> recipe.label_type.classes
        ('not Smiling', 'Smiling')
        >>> Recipe.from_json(recipe.to_json()) == recipe
        True
    """

    attribute: str
    count: int = 40_000
    seed: int = 0
    strategy: str = "position"
    margin: float = 0.3
    strength: tuple[float, float] = (0.5, 2.0)
    source: str = "density"
    truncation: float = 1.0
    balance_over: tuple[str, ...] = ()
    pairs: bool = False
    size: int = 64
    method: str | None = None
    labels_per_class: int | None = None
    precision: str = "float32"
    engine: str = TENSORFLOW
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        Attribute(self.attribute)  # refuses an empty name
        set_ = object.__setattr__
        set_(self, "count", _whole("The count of faces", self.count, 2, MOST_FACES))
        set_(self, "seed", _whole("The seed", self.seed, 0, MAX_SEED))
        set_(self, "size", _whole("The size of the images", self.size, 16, 1024))
        set_(self, "margin", _number("The margin", self.margin, 0.0, 5.0))
        set_(self, "truncation", _number("The truncation", self.truncation, 0.0, 1.5))
        if len(self.strength) != 2:
            raise UserError("The strength needs two numbers, the nearest and the farthest target.")
        low, high = (_number("The strength", value, 0.0, 10.0) for value in self.strength)
        if not 0.0 < low <= high:
            raise UserError(
                f"The strength goes upwards from more than 0, not from {low} to {high}."
            )
        set_(self, "strength", (low, high))
        set_(self, "balance_over", tuple(map(check_name, self.balance_over)))
        _choice("strategy", self.strategy, STRATEGIES)
        _choice("source", self.source, SOURCES)
        _choice("precision", self.precision, PRECISIONS)
        _choice("engine", self.engine, ENGINES)
        if (self.engine, self.precision) == (ONNX, "bfloat16"):
            raise UserError("ONNX Runtime draws faces in float32; bfloat16 is for TensorFlow.")
        if self.method is not None:
            _choice("method", self.method, METHODS)
        if self.labels_per_class is not None:
            _whole("The labels per class", self.labels_per_class, 1, MOST_FACES)
        self._check_balance()
        self._check_several()
        if self.pairs and self.count % 2:
            raise UserError(f"Pairs need an even count of faces, not {self.count}.")

    def _check_balance(self) -> None:
        others = self.balance_over
        if self.attribute in others or len(set(others)) < len(others):
            raise UserError(
                f"Balance over other attributes than {self.attribute}, and name each once."
            )
        if len(others) > MOST_BALANCED:
            raise UserError(
                f"Balance over up to {MOST_BALANCED} attributes, not {len(others)}: "
                "every one doubles the number of groups, and some would stay empty."
            )

    def _check_several(self) -> None:
        object.__setattr__(self, "also", tuple(map(check_name, self.also)))
        names = self.attributes
        if len(set(names)) < len(names) or len(names) > MOST_ATTRIBUTES:
            raise UserError(
                f"A set has up to {MOST_ATTRIBUTES} attributes, and each is named once, "
                f"not {', '.join(names)}."
            )
        taken = {"file", "file_name", "label", "index", "seed", "sigma", "pair", "photo"}
        if self.also and (clash := taken & set(names)):
            raise UserError(f"{clash.pop()!r} is the name of another column of such a set.")
        natural = self.strategy == "position" and self.source != "photos"
        if self.also and (self.balance_over or self.pairs or not natural):
            raise UserError(
                "A set of several attributes consists of natural faces, balanced over these "
                "attributes: leave out pairs, pushed faces, codes of photos, and other attributes "
                "to balance over."
            )

    @property
    def attributes(self) -> tuple[str, ...]:
        """All whose labels the set carries; the first is that of the class folders."""
        return (self.attribute, *self.also)

    @property
    def combined(self) -> bool:
        """Whether every combination of the attributes gets its share."""
        return len(self.attributes) <= MOST_COMBINED

    @property
    def title(self) -> str:
        """`Smiling`, `Smiling and Male`, or `Smiling and 11 more`."""
        first, *others = (Attribute(name).title for name in self.attributes)
        if len(others) < MOST_COMBINED:
            return " and ".join([first, *others])
        return f"{first} and {len(others)} more"

    @property
    def id(self) -> str:
        """12 hexadecimal digits that change with any setting."""
        return short_digest(json.dumps(self.to_dict(), sort_keys=True))

    @property
    def label_type(self) -> Attribute:
        return Attribute(self.attribute)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: numbers, texts and lists; TensorFlow goes without saying, see `engine`."""
        values = asdict(self)
        if self.engine == TENSORFLOW:
            del values["engine"]
        if not self.also:
            del values["also"]  # as ever where there is one attribute
        lists = ("strength", "balance_over", "also")
        return values | {name: list(values[name]) for name in lists if name in values}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Recipe:
        """The inverse of `to_dict`; `UserError` for unknown or unreadable entries."""
        if not isinstance(values, dict):
            raise UserError("A recipe is a JSON object with an attribute and further settings.")
        unknown = sorted(set(values) - {f.name for f in fields(cls)})
        if unknown:
            raise UserError(f"The recipe has settings that no set knows: {', '.join(unknown)}.")
        try:
            return cls(**values)
        except UserError:
            raise
        except (TypeError, ValueError, AttributeError) as error:
            raise UserError(f"The recipe is not readable: {error}.") from error

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        return cls.from_dict(parse_json(text, "The recipe"))


def all_sliders(recipe: Recipe, directions: DirectionSet) -> Recipe:
    """The recipe with the labels of every attribute that a model's sliders offer.

    The first slider names the class folders. Raises `UserError` where there is none.
    """
    if not directions.sliders:
        raise UserError("This model has no direction that is good enough to label faces.")
    first, *also = directions.sliders
    return replace(recipe, attribute=first, also=tuple(also))


def _whole(what: str, value: Any, low: int, high: int) -> int:
    number = _number(what, value, low, high)
    if number != int(number):
        raise UserError(f"{what} must be a whole number, not {value}.")
    return int(number)


def _number(what: str, value: Any, low: float, high: float) -> float:
    real = isinstance(value, Real) and not isinstance(value, bool)
    if not real or not low <= value <= high:
        raise UserError(f"{what} must be a number from {low:,} to {high:,}, not {value!r}.")
    return float(value)


def _choice(what: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UserError(f"The {what} can be {', '.join(allowed)}; {value!r} is none of them.")
