"""All attribute directions of one model, in memory and as one `.npz` file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ganssl.attributes import FIRST_SLIDERS, check_name, did_you_mean, meant_name
from ganssl.base.files import load_arrays, save_arrays
from ganssl.base.json_text import parse_json
from ganssl.directions.check import PhotoCheck, read_checks
from ganssl.directions.direction import Direction
from ganssl.directions.names import FOUND_METHODS
from ganssl.directions.own import names_by_owner, own_name
from ganssl.directions.reach import Reach
from ganssl.directions.readings import Readings
from ganssl.errors import UserError

FORMAT = "ganssl directions 1"

PREFERENCE: tuple[str, ...] = ("balanced", "mean", "joint", "logistic", "svm", *FOUND_METHODS)
"""Which method stands for an attribute when none is named.

For edits, not for classifying codes: a logistic normal tells the classes apart
better, but a balanced difference moves its own attribute more in proportion to
what it moves besides, as the probes on the face network see generated faces. A
joint regression does so still more, but needs the labels of many attributes,
and halves of the photos agree less on it.
"""


class DirectionSet:
    """The directions of one model by (attribute, method).

    Args:
        model_id: the model whose codes they were fitted on.
        directions: any number of them; a later one replaces an earlier one of
            the same attribute and method.
        skipped: attributes that could not be fitted, with the reason.
        skin_tone: along which skin grows lighter, as pixels are measured (see
            `ganssl.photos.skin_tone`); sliders hold it. None where it is not known.
        readings: how the model's faces read along its codes; None where that was
            not measured, as in older models.

    Example:
        >>> import numpy as np
        >>> from ganssl import DirectionSet, fit_directions
        >>> rng = np.random.default_rng(0)
        >>> codes = rng.normal(size=(400, 8)).astype(np.float32)
        >>> labels = (codes[:, :2] > 0).astype(np.int8)
        >>> directions = fit_directions(codes, labels, ["Smiling", "Male"], model_id="mine")
        >>> directions.sliders
        ('Male', 'Smiling')
        >>> directions.get("Smiling").method
        'balanced'
        >>> directions.save("directions.npz")
        >>> len(DirectionSet.load("directions.npz")) == len(directions)
        True
    """

    def __init__(
        self,
        model_id: str,
        directions: Iterable[Direction] = (),
        skipped: dict[str, str] | None = None,
        skin_tone: Direction | None = None,
        readings: Readings | None = None,
    ) -> None:
        self.model_id = model_id
        self.skipped = dict(skipped or {})
        self.skin_tone, self.readings = skin_tone, readings
        self._by_key = {(d.attribute, d.method): d for d in directions}
        tone = [skin_tone] if skin_tone is not None else []
        shapes = {d.vector.shape for d in (*self, *tone)}
        shapes |= {readings.slopes.shape[1:]} if readings is not None else set()
        if len(shapes) > 1:
            raise UserError("Directions of one model must have vectors of one length.")
        if any(d.conditioned_on and not d.own for d in self):
            raise UserError(
                "A set keeps measured directions: of those made under locks, only a user's own."
            )

    @classmethod
    def empty(cls) -> DirectionSet:
        """No directions, for a model that has none yet."""
        return cls("")

    def with_model(self, model_id: str) -> DirectionSet:
        """The same directions under a model's id, for when it is known only after saving."""
        return self._with(model_id=model_id)

    def with_skin_tone(self, skin_tone: Direction | None) -> DirectionSet:
        """The same directions with one of skin tone to hold."""
        return self._with(skin_tone=skin_tone)

    def with_readings(self, readings: Readings | None) -> DirectionSet:
        """The same directions with how the model's faces read along its codes."""
        return self._with(readings=readings)

    def with_reach(self, reaches: Mapping[str, Reach]) -> DirectionSet:
        """The same directions with what the sliders of attributes were measured to do."""
        told = [
            replace(d, reach=reaches[d.attribute]) if d.attribute in reaches else d for d in self
        ]
        return self._with(directions=told)

    def with_checks(self, checks: Mapping[str, PhotoCheck]) -> DirectionSet:
        """The same directions with what photos taught of their attributes."""
        told = [replace(d, check=checks[d.attribute]) if d.attribute in checks else d for d in self]
        return self._with(directions=told)

    def extended(self, own: Iterable[Direction]) -> DirectionSet:
        """These and a user's own directions, which never take another one's place.

        Where a name is taken, as that of an attribute of the model, the own
        direction stands beside it as `Smiling · mine`.
        Raises `UserError` for vectors of another length.
        """
        of_model, mine = names_by_owner(self)
        added: list[Direction] = []
        for direction in own:
            mine.append(own_name(direction.attribute, of_model, mine))
            added.append(replace(direction, attribute=mine[-1], own=True))
        return self._with(directions=[*self, *added])

    def _with(self, **changes: Any) -> DirectionSet:
        """The same set but for what is named."""
        same = {
            "model_id": self.model_id,
            "directions": self,
            "skipped": self.skipped,
            "skin_tone": self.skin_tone,
            "readings": self.readings,
        }
        return DirectionSet(**{**same, **changes})

    @cached_property
    def id(self) -> str:
        """12 hexadecimal digits that change with any vector or figure, and with their order."""
        tone = [self.skin_tone] if self.skin_tone is not None else []
        text = json.dumps([len(tone), *(d.to_dict() for d in (*tone, *self))]).encode()
        rows = b"".join(d.vector.tobytes() for d in (*tone, *self))
        checks = b"".join(
            json.dumps(check.to_dict()).encode() + check.to_array().tobytes()
            for check in self._checks
        )
        slopes = b""
        if self.readings is not None:
            slopes = json.dumps(self.readings.to_dict()).encode()
            slopes += b"".join(array.tobytes() for array in self.readings.to_arrays().values())
        return hashlib.sha256(text + rows + checks + slopes).hexdigest()[:12]

    @property
    def _checks(self) -> list[PhotoCheck]:
        """Each once; all methods of an attribute may share one."""
        return list({id(d.check): d.check for d in self if d.check is not None}.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Direction]:
        return iter(self._by_key.values())

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(attribute for attribute, _ in self._by_key))

    def methods(self, attribute: str) -> tuple[str, ...]:
        """The methods that an attribute has: the user's own first, then by preference."""
        found = [method for method in PREFERENCE if (attribute, method) in self._by_key]
        return tuple(sorted(found, key=lambda method: not self._by_key[attribute, method].own))

    def get(self, attribute: str, method: str | None = None) -> Direction:
        """The direction of an attribute.

        Args:
            attribute: see `ganssl.attributes.meant_name` for how it may be spelt.
            method: None takes the first usable one in the order of `PREFERENCE`
                (the first of all, when none is usable).

        Raises `UserError` for an attribute or method that is not in the set.
        """
        if method is None and (default := self._defaults.get(attribute)):
            return default
        attribute = meant_name(attribute, self.attributes) or attribute
        methods = self.methods(attribute)
        if not methods:
            hint = did_you_mean(attribute, self.attributes)
            if attribute in self.skipped:
                hint = f"It was skipped: {self.skipped[attribute]}"
            raise UserError(f"There is no direction of {attribute!r}. {hint}".rstrip())
        if method is None:
            return self._defaults[attribute]
        if method not in methods:
            raise UserError(
                f"{attribute} has no direction by {method!r}; it has {', '.join(methods)}."
            )
        return self._by_key[attribute, method]

    @cached_property
    def _defaults(self) -> dict[str, Direction]:
        """What `get` gives for an attribute; a page asks hundreds of times at every move."""
        found = {}
        for attribute in self.attributes:
            ways = [self._by_key[attribute, method] for method in self.methods(attribute)]
            if ways:
                found[attribute] = next((way for way in ways if way.usable), ways[0])
        return found

    @cached_property
    def sliders(self) -> tuple[str, ...]:
        """Attributes whose default direction is usable, those of `FIRST_SLIDERS` first."""
        usable = [name for name in self.attributes if self.get(name).usable]
        first = [name for name in FIRST_SLIDERS if name in usable]
        return (*first, *(name for name in usable if name not in first))

    def check_model(self, model_id: str) -> None:
        """`UserError` when the directions belong to another model than `model_id`."""
        if model_id != self.model_id:
            raise UserError(
                f"These directions belong to model {self.model_id or '(none named)'}, not to "
                f"{model_id}. Fit them again with this model."
            )

    def to_arrays(self) -> dict[str, np.ndarray]:
        """`vectors`: float32 `[m, d]`, in the order of `to_dict()["directions"]`.

        And `skin_tone`, float32 `[d]`, and the arrays of `Readings`, where they are
        known, and `checks`, float32 `[k, 2, f]`, in the order of
        `to_dict()["checks"]`, where there are any.
        """
        vectors = [d.vector for d in self]
        arrays = {"vectors": np.stack(vectors) if vectors else np.zeros((0, 0), np.float32)}
        if self.skin_tone is not None:
            arrays["skin_tone"] = self.skin_tone.vector
        if self.readings is not None:
            arrays |= self.readings.to_arrays()
        if self._checks:
            arrays["checks"] = np.stack([check.to_array() for check in self._checks])
        return arrays

    def to_dict(self) -> dict:
        """The part that goes into JSON."""
        rows = [d.to_dict() for d in self]
        values = {
            "format": FORMAT,
            "model_id": self.model_id,
            "directions": rows,
            "skipped": self.skipped,
        }
        if self.skin_tone is not None:
            values["skin_tone"] = self.skin_tone.to_dict()
        if self.readings is not None:
            values["readings"] = self.readings.to_dict()
        if checks := self._checks:
            values["checks"] = [check.to_dict() for check in checks]
            places = {id(check): i for i, check in enumerate(checks)}
            for row, direction in zip(rows, self, strict=True):
                if direction.check is not None:
                    row["check"] = places[id(direction.check)]
        return values

    @classmethod
    def from_parts(cls, values: dict, arrays: dict[str, np.ndarray]) -> DirectionSet:
        """Put `to_dict` and `to_arrays` together again; `UserError` where they do not fit."""
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise UserError(f"These are no directions that this version reads ({FORMAT!r}).")
        rows, skipped = values.get("directions"), values.get("skipped")
        vectors = arrays.get("vectors")
        if not isinstance(rows, list) or not isinstance(skipped, dict) or vectors is None:
            raise UserError("The directions are incomplete: a list or the vectors are missing.")
        if vectors.ndim != 2 or vectors.dtype != np.float32 or len(vectors) != len(rows):
            raise UserError(
                f"The directions do not fit their vectors: {len(rows)} entries, "
                f"array {vectors.dtype} {list(vectors.shape)}."
            )
        checks = read_checks(values.get("checks", []), arrays.get("checks"))
        directions = [
            replace(Direction.from_dict(row, vector), check=_check_of(row, checks))
            for row, vector in zip(rows, vectors, strict=True)
        ]
        tone, vector = values.get("skin_tone"), arrays.get("skin_tone")
        if (tone is None) != (vector is None):
            raise UserError("The direction of skin tone is incomplete.")
        skin_tone = None if tone is None or vector is None else Direction.from_dict(tone, vector)
        read = values.get("readings")
        readings = None if read is None else Readings.from_parts(read, arrays)
        reasons = {check_name(attribute): str(reason) for attribute, reason in skipped.items()}
        return cls(str(values.get("model_id", "")), directions, reasons, skin_tone, readings)

    def save(self, path: Path) -> None:
        """Write one `.npz`: `vectors`, and the JSON as UTF-8 bytes in `json`."""
        save_arrays(path, self.file_arrays())

    def file_arrays(self) -> dict[str, np.ndarray]:
        """What the file holds."""
        text = json.dumps(self.to_dict()).encode()
        return {**self.to_arrays(), "json": np.frombuffer(text, dtype=np.uint8)}

    @classmethod
    def load(cls, path: Path) -> DirectionSet:
        """Read what `save` wrote; `UserError` for a file that is absent, damaged or foreign."""
        return cls.from_file_arrays(load_arrays(path), str(path))

    @classmethod
    def from_file_arrays(cls, arrays: dict[str, np.ndarray], name: str) -> DirectionSet:
        """The inverse of `file_arrays`; `UserError` that calls the file `name`."""
        arrays = dict(arrays)
        try:
            values = parse_json(arrays.pop("json").tobytes(), "its description")
        except (KeyError, UserError) as error:
            raise UserError(f"{name} is not a file of directions.") from error
        try:
            return cls.from_parts(values, arrays)
        except UserError as error:
            raise UserError(f"{name}: {error}") from error


def _check_of(row: dict, checks: list[PhotoCheck]) -> PhotoCheck | None:
    place = row.get("check")
    if place is None:
        return None
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < len(checks):
        raise UserError("A direction names a check that its file does not have.")
    return checks[place]
