"""The recipe of one generated face, its links and files, and undo.

A `FaceState` is all that a page, a link, a small JSON file, a PNG's metadata
and the `generate` command hand to each other: with the same model, the same
state gives the same pixels everywhere.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from ganssl.attributes import meant_name, slider_names
from ganssl.base.json_text import parse_json
from ganssl.base.links import unescaped
from ganssl.directions.names import DEFAULT_RULE, MINE, RAW, check_rule
from ganssl.errors import UserError
from ganssl.models.draws import NATURAL, check_draw

FORMAT = "ganssl face 1"

LIMIT = 3.0
"""The strongest edit, in σ; beyond it lie next to no faces of the training photos."""

MAX_SEED = 2**31 - 1
DEFAULT_TRUNCATION = 1.0
EDIT_PREFIX = "edit."


@dataclass(frozen=True)
class FaceState:
    """Which face, and how it is edited.

    Attributes:
        seed: of the unedited face, 0 to `MAX_SEED`.
        truncation: 0 is the mean face ("typical"), 1 the spread of the
            training photos ("varied"); kept to hundredths.
        edits: amount for each attribute in σ along its direction, -3 to 3,
            kept to tenths; an amount of 0 is no edit and is dropped. Sorted by
            name, so that the order of edits cannot change a pixel.
        locked: attributes that the edits of others must not move; sorted.
        model: `FaceModel.id` that the face belongs to; empty: any.
        hold: the rule by which edits leave skin tone, sex and age alone (see
            `ganssl.directions.holding`). Links and files from before there were
            rules were made by `raw`, and are read so.
        own: the user's own directions that the face needs, each as the text of
            `ganssl.face.carried.pack`; empty while they lie on the user's shelf.
        draw: `natural` takes of several codes the one with the most natural face,
            `density` the first (see `ganssl.models.naturalness`). Models that cannot
            tell, such as those of links from before there was a choice, draw the
            same face for both.

    Raises `UserError` for values outside these ranges.

    Example:
        >>> from ganssl import FaceState
        >>> state = FaceState(seed=7).with_edit("Smiling", 2).with_lock("Male", True)
        >>> state.edits, state.locked
        ({'Smiling': 2.0}, ('Male',))
        >>> FaceState.from_json(state.to_json()) == state
        True
        >>> state.with_edit("Smiling", 5)
        Traceback (most recent call last):
        ...
        ganssl.errors.UserError: The amount for Smiling must be a number from -3 to 3, not 5.
    """

    seed: int = 0
    truncation: float = DEFAULT_TRUNCATION
    edits: Mapping[str, float] = field(default_factory=dict)
    locked: tuple[str, ...] = ()
    model: str = ""
    hold: str = DEFAULT_RULE
    own: tuple[str, ...] = ()
    draw: str = NATURAL

    def __post_init__(self) -> None:
        seed = _number("The seed", self.seed, 0, MAX_SEED)
        check_rule(self.hold)
        check_draw(self.draw)
        if seed != int(seed):
            raise UserError(f"The seed must be a whole number, not {self.seed}.")
        truncation = _number("The truncation", self.truncation, 0.0, 1.0)
        amounts = {
            str(name): round(_number(f"The amount for {name}", amount, -LIMIT, LIMIT), 1)
            for name, amount in self.edits.items()
        }
        object.__setattr__(self, "seed", int(seed))
        object.__setattr__(self, "truncation", round(truncation, 2))
        edits = {name: amounts[name] for name in sorted(amounts) if amounts[name] != 0}
        object.__setattr__(self, "edits", edits)
        object.__setattr__(self, "locked", tuple(sorted(set(map(str, self.locked)))))
        object.__setattr__(self, "own", tuple(sorted(set(map(str, self.own)))))

    def amount(self, attribute: str) -> float:
        """The edit of an attribute in σ, 0 where there is none."""
        return self.edits.get(attribute, 0.0)

    def with_seed(self, seed: int) -> FaceState:
        return replace(self, seed=seed)

    def with_edit(self, attribute: str, amount: float) -> FaceState:
        return replace(self, edits={**self.edits, attribute: amount})

    def with_renamed(self, old: str, new: str) -> FaceState:
        """The same face where a slider has got another name."""
        edits = {new if name == old else name: amount for name, amount in self.edits.items()}
        locked = tuple(new if name == old else name for name in self.locked)
        return replace(self, edits=edits, locked=locked)

    def with_lock(self, attribute: str, locked: bool) -> FaceState:
        others = tuple(name for name in self.locked if name != attribute)
        return replace(self, locked=(*others, attribute) if locked else others)

    def unedited(self) -> FaceState:
        """The same face before all edits."""
        return replace(self, edits={}, locked=())

    def check(self, model_id: str, sliders: Sequence[str]) -> FaceState:
        """This state, bound to a model.

        Args:
            sliders: the attributes that the model offers; names are spelt as these are.

        Raises `UserError` for a face of another model or an attribute without a slider.
        """
        if self.model not in ("", model_id):
            raise UserError(
                f"This face was made with model {self.model}; the model here is {model_id} and "
                "would show another face. Open it with the model that it belongs to."
            )
        typed = dict.fromkeys((*self.edits, *self.locked))
        gone = [name for name in typed if MINE in name and meant_name(name, sliders) is None]
        if gone:
            raise UserError(
                f"This face needs a direction that somebody made, {gone[0]}, and it did not come "
                "along or was given up since. A link or file saved with the face carries it."
            )
        names = dict(zip(typed, slider_names(typed, sliders), strict=True))
        edits = {names[name]: amount for name, amount in self.edits.items()}
        if len(edits) < len(self.edits):
            raise UserError("One attribute is edited twice, in two spellings: leave one out.")
        locked = tuple(names[name] for name in self.locked)
        return replace(self, model=model_id, edits=edits, locked=locked)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; the user's own directions number by number, where the face brings any."""
        values = {"format": FORMAT, **asdict(self), "locked": list(self.locked)}
        del values["own"]
        if self.own:
            from ganssl.face.packed import to_plain

            values["own"] = [to_plain(text) for text in self.own]
        return values

    def to_json(self) -> str:
        """Small JSON with one entry for each attribute of this class."""
        return json.dumps(self.to_dict(), indent=2) + "\n"

    @classmethod
    def from_dict(cls, values: Any, name: str = "The face") -> FaceState:
        """The inverse of `to_dict`; `UserError` that calls the source `name`."""
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise UserError(f"{name} is no saved face: it lacks the entry format: {FORMAT!r}.")
        entries = {key: value for key, value in values.items() if key != "format"}
        odd = sorted(set(entries) - {f.name for f in fields(cls)})
        if odd or "seed" not in entries:
            wrong = f"the entry {odd[0]!r} is unknown" if odd else "the seed is missing"
            raise UserError(f"{name} cannot be read: {wrong}.")
        edits, locked = entries.get("edits", {}), entries.get("locked", [])
        if not isinstance(edits, dict) or not isinstance(locked, list):
            raise UserError(f"{name} cannot be read: edits must be an object and locked a list.")
        own = entries.get("own", [])
        if not isinstance(own, list) or len(own) > len(edits) + len(locked):
            raise UserError(f"{name} cannot be read: own must be a list of what edits need.")
        for entry in ("model", "hold", "draw"):
            if not isinstance(entries.get(entry, ""), str):
                raise UserError(f"{name} cannot be read: {entry} must be a text.")
        hold = entries.get("hold", _rule_before_rules(edits))
        packed: tuple[str, ...] = ()
        if own:
            from ganssl.face.packed import from_plain

            packed = tuple(from_plain(values, name) for values in own)
        try:
            return cls(**{**entries, "locked": tuple(locked), "hold": hold, "own": packed})
        except UserError as error:
            raise UserError(f"{name} cannot be read: {error}") from error

    @classmethod
    def from_json(cls, text: str | bytes, name: str = "The face") -> FaceState:
        """Read what `to_json` wrote; `UserError` that calls the file `name`."""
        return cls.from_dict(parse_json(text, name), name)

    def to_query(self) -> dict[str, str | list[str]]:
        """Query parameters of a link: `seed=7&truncation=0.8&edit.Smiling=2&lock=Young&hold=raw`.

        The rule stands in it where it counts: beside edits, or where it is not the default.
        """
        query: dict[str, str | list[str]] = {
            "seed": str(self.seed),
            "truncation": f"{self.truncation:g}",
            **{f"{EDIT_PREFIX}{name}": f"{amount:g}" for name, amount in self.edits.items()},
        }
        if self.locked:
            query["lock"] = list(self.locked)
        if self.edits or self.hold != DEFAULT_RULE:
            query["hold"] = self.hold
        if self.draw != NATURAL:
            query["draw"] = self.draw
        if self.model:
            query["model"] = self.model
        if self.own:
            query["own"] = list(self.own)
        return query

    @classmethod
    def from_query(cls, query: Mapping[str, str | Sequence[str]]) -> FaceState:
        """Read `to_query`; parameters that links pick up elsewhere are left alone.

        Names may come with what is left of `&amp;`, as some mail programs send links.

        Raises `UserError` where a value is not one of a face.
        """
        query = unescaped(query)
        last: dict[str, Any] = {
            key: v if isinstance(v, str) else v[-1] for key, v in query.items() if len(v)
        }
        lock, own = query.get("lock", ()), query.get("own", ())
        edits = {
            key.removeprefix(EDIT_PREFIX): amount
            for key, amount in last.items()
            if key.startswith(EDIT_PREFIX)
        }
        try:
            return cls(
                seed=last.get("seed", 0),
                truncation=last.get("truncation", DEFAULT_TRUNCATION),
                edits=edits,
                locked=(lock,) if isinstance(lock, str) else tuple(lock),
                model=last.get("model", ""),
                hold=last.get("hold", _rule_before_rules(edits)),
                draw=last.get("draw", NATURAL),
                own=(own,) if isinstance(own, str) else tuple(own),
            )
        except UserError as error:
            raise UserError(f"The link cannot be read: {error}") from error


def _rule_before_rules(edits: Mapping) -> str:
    """What a face without a rule was made by; without edits every rule gives the same face."""
    return RAW if edits else DEFAULT_RULE


def _number(what: str, value: Any, low: float, high: float) -> float:
    try:
        number = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = float("nan")
    if not (math.isfinite(number) and low <= number <= high):
        raise UserError(f"{what} must be a number from {low:g} to {high:g}, not {value!r}.")
    return number


@dataclass(frozen=True)
class History:
    """Undo and redo over states; every method gives a new history.

    Attributes:
        present: the state that is shown.
        past, future: states to go back and forth to, the nearest one last.
    """

    present: FaceState
    past: tuple[FaceState, ...] = ()
    future: tuple[FaceState, ...] = ()

    LENGTH = 200

    def with_renamed(self, old: str, new: str) -> History:
        """The same faces where a slider has got another name."""
        past, future = (
            tuple(state.with_renamed(old, new) for state in states)
            for states in (self.past, self.future)
        )
        return History(self.present.with_renamed(old, new), past, future)

    def push(self, state: FaceState) -> History:
        """Move on to a new state; what was undone is forgotten."""
        if state == self.present:
            return self
        return History(state, (*self.past, self.present)[-self.LENGTH :])

    def undo(self) -> History:
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (*self.future, self.present))

    def redo(self) -> History:
        if not self.future:
            return self
        return History(self.future[-1], (*self.past, self.present), self.future[:-1])
