"""How the faces of a model read along its codes, and the step that changes one reading alone.

A direction fitted to photos takes along what goes together in photos. What a step
does to faces can be asked of the faces themselves: generated ones are read, and a
regression of the readings on the codes gives their slopes. Labelled photos have a
say of their own, which knows nothing of the network that reads: the normals of
classifiers of codes. Which step moves one reading while each other one that moves
has its price is then one linear equation.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from ganssl.attributes import check_name, implied_by
from ganssl.directions.conditional import NOISE, SMALLEST_REMAINDER
from ganssl.directions.direction import Direction, base_attribute
from ganssl.directions.names import HELD
from ganssl.errors import UserError

SIZE_PRICE = 0.1
"""Of a step as long as one standard deviation of codes, where a reading that moves by one of its
spreads costs 1. A lower one spares other readings more, and goes further out for the same effect.
"""

IDENTITY_PRICE = 8.0
"""Of the square of the change of a face's unit embedding, the mean over faces."""

TONE = "Skin_Tone"
"""The reading that is no attribute."""

TONE_PRICE = 3.0
"""Of the square of the change of a face's skin tone in its spreads, the mean over faces, beside
what the mean change of all faces costs as a reading.
"""

IMPLIED_PRICE = 0.75
"""Of readings whose change is no side effect, see `attributes.implied_by`."""

LOCKED_PRICE = 100.0
"""Of readings that a visitor locks."""

LIKENESS = 0.25
"""By so much a step of 1 changes a face's unit embedding, as long as it stays within bounds.

Perceived sex and age are part of who a face is: their own sliders go to the upper bound.
"""

SHORTEST, LONGEST = 1.0, 2.0
"""The bounds of a step of 1, in standard deviations of codes."""

LEAST_SHARE = 0.6
"""Of the plain direction's effect on its own reading that holding all else leaves."""

DISCOUNTS = (1.0, 0.5, 0.25, 0.125)
"""On all prices but that of size: the first that leaves `LEAST_SHARE` counts, or the last."""

LARGEST = 1e4
"""No slope in a file may be as large; those of models are about 1."""

SINGLE_FACES = 4.6
"""By so much the mean square of what steps do to single embeddings is more than what they do to
their mean, with the network and the model that ship."""

ARRAYS = ("slopes", "normals", "identity", "tone")
"""What a file keeps them under."""

ALL_ELSE = "All_Else"
"""What a direction says it holds where it holds every other reading."""


@dataclass(frozen=True, eq=False)
class Readings:
    """Slopes of what is read off a model's faces, by the code.

    Attributes:
        names: of the readings: attributes, and skin tone.
        slopes: float32 `[a, d]`: change of each reading, in its spreads between
            natural faces, for a step of 1 along each number of the code.
        normals: float32 `[a, d]`: along which labels of photos say that each
            reading rises, as long as its slope; 0 where they say nothing.
        identity: float32 `[d, d]`: `step @ identity @ step` is the square of the
            change of a face's unit embedding, the mean over faces.
        tone: float32 `[d, d]`: the same of a face's skin tone, in its spreads.
        read_by: id of what read the faces.
    """

    names: tuple[str, ...]
    slopes: np.ndarray
    normals: np.ndarray
    identity: np.ndarray
    tone: np.ndarray
    read_by: str = ""

    def __post_init__(self) -> None:
        arrays = list(self.to_arrays().values())
        rows, size = len(self.names), self.slopes.size // max(len(self.names), 1)
        if [array.shape for array in arrays] != 2 * [(rows, size)] + 2 * [(size, size)]:
            raise UserError("The slopes of readings do not fit their names or each other.")
        if not set(self.names) - {TONE}:
            raise UserError("The slopes of readings name no attribute.")
        if not all(array.dtype == np.float32 and (abs(array) < LARGEST).all() for array in arrays):
            raise UserError("The slopes of readings hold values that are no ordinary numbers.")
        for squares in (self.identity, self.tone):
            if np.linalg.eigvalsh(squares)[0] < -NOISE * max(1.0, np.trace(squares)):
                raise UserError("What changes a face is less than nothing in these readings.")

    def meant(self, direction: Direction) -> str:
        """The reading that a direction is there to move.

        That of its name, else the one that a step along it moves furthest, skin tone aside.
        """
        name = base_attribute(direction.attribute)
        if name in self.names:
            return name
        moved = dict(zip(self.names, np.abs(self.slopes @ direction.vector), strict=True))
        return max((other for other in self.names if other != TONE), key=moved.__getitem__)

    def alone(
        self,
        direction: Direction,
        covariance: np.ndarray,
        locked: Collection[str] = (),
        mean: np.ndarray | None = None,
    ) -> tuple[Direction, np.ndarray]:
        """A direction that moves what `direction` means and as little else as pays.

        Of the model's own ones it is the cheapest step that moves the reading of their
        name by as much. A user's own direction was made to be followed: of it, it is
        the step for which its price and the distance to it are least together. Prices
        fall where they would leave too little of the effect (`DISCOUNTS`).

        Args:
            covariance: float `[d, d]` of the population's codes, and their `mean`
                `[d]`, which gives the center.
            locked: attributes whose readings cost most.

        Returns the direction, and what steps cost, float64 `[d, d]`.
        """
        meant = self.meant(direction)
        row = self.names.index(meant)
        aim = self.slopes[row].astype(np.float64) + self.normals[row]
        if direction.own or meant != direction.attribute:
            inverse = _inverse(covariance.tobytes(), str(covariance.dtype))
            aim = inverse @ direction.vector.astype(np.float64)
        for discount in DISCOUNTS:
            cost = self.cost(covariance, meant, locked, discount)
            found = _along(direction, np.linalg.solve(cost, aim), covariance, mean)
            if self.worth(found, direction) * self.length(found) >= LEAST_SHARE:
                break
        return found, cost

    def in_steps(self, held: Direction, direction: Direction) -> Direction:
        """With steps that change faces by `LIKENESS`, within bounds.

        What remains is the share of the plain direction's effect.
        """
        length = self.length(held)
        share = float(np.clip(self.worth(held, direction) * length, SMALLEST_REMAINDER, 1.0))
        return replace(held, sigma=held.sigma * length, remaining=direction.remaining * share)

    def length(self, held: Direction) -> float:
        """Of a step of 1 along a direction, in standard deviations of codes."""
        if self.meant(held) in HELD:
            return LONGEST
        step = held.sigma * held.vector.astype(np.float64)
        change = math.sqrt(max(float(step @ self.identity @ step), 0.0))
        return min(max(LIKENESS / change, SHORTEST), LONGEST) if change else LONGEST

    def worth(self, held: Direction, direction: Direction) -> float:
        """How far one step along `held` moves the reading that `direction` means, in its own."""
        slope = self.slopes[self.names.index(self.meant(direction))].astype(np.float64)
        plain, step = (one.sigma * float(slope @ one.vector) for one in (direction, held))
        return step / plain if plain else 0.0

    def cost(
        self,
        covariance: np.ndarray,
        meant: str,
        locked: Collection[str] = (),
        discount: float = 1.0,
    ) -> np.ndarray:
        """What steps cost: `step @ cost @ step`; float64 `[d, d]`.

        Args:
            covariance: float `[d, d]` of the population's codes.
            meant: the reading whose change costs nothing.
            locked: readings whose change costs most.
            discount: on all prices but those of size and of what is locked.
        """
        prices = np.array([self.price(name, meant, locked, discount) for name in self.names])
        cost = SIZE_PRICE * _inverse(covariance.tobytes(), str(covariance.dtype))
        cost = cost + discount * IDENTITY_PRICE * self.identity
        if meant != TONE:
            cost = cost + discount * TONE_PRICE * self.tone
        for rows in (self.slopes.astype(np.float64), self.normals.astype(np.float64)):
            cost += rows.T @ (prices[:, None] * rows)
        return cost

    def price(
        self, name: str, meant: str, locked: Collection[str] = (), discount: float = 1.0
    ) -> float:
        """What it costs that a reading moves by one of its spreads; see `cost`."""
        if name == meant:
            return 0.0
        if name in locked:
            return LOCKED_PRICE
        return discount * (IMPLIED_PRICE if name in implied_by(meant) else 1.0)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """`slopes`, `normals`, `identity` and `tone`."""
        return {name: getattr(self, name) for name in ARRAYS}

    def to_dict(self) -> dict[str, Any]:
        """Everything but the arrays, for JSON."""
        return {"names": list(self.names), "read_by": self.read_by}

    @classmethod
    def from_parts(cls, values: dict, arrays: dict[str, np.ndarray]) -> Readings:
        """The inverse of `to_dict` and `to_arrays`; `UserError` where they are unreadable.

        In older files single faces were not measured; what the mean face does stands for them.
        """
        try:
            names = tuple(check_name(name, "A reading") for name in values["names"])
            slopes, normals, identity = (arrays[name] for name in ARRAYS[:3])
            read_by = str(values["read_by"])
        except (KeyError, TypeError) as error:
            raise UserError("The slopes of readings are incomplete.") from error
        tone = arrays.get(ARRAYS[3])
        if tone is None:
            identity = np.float32(SINGLE_FACES) * identity
            tone = np.zeros_like(identity)
        return cls(names, slopes, normals, identity, tone, read_by)


@lru_cache(maxsize=8)
def _inverse(covariance: bytes, dtype: str) -> np.ndarray:
    """Of a covariance with a little noise, so that there is one; `[d, d]`."""
    values = np.frombuffer(covariance, dtype).astype(np.float64)
    size = math.isqrt(len(values))
    values = values.reshape(size, size)
    return np.linalg.inv(values + NOISE * np.trace(values) / size * np.eye(size))


def _along(
    direction: Direction, vector: np.ndarray, covariance: np.ndarray, mean: np.ndarray | None
) -> Direction:
    """The direction of a vector `[d]` in the place of another, not measured yet."""
    center = float("nan") if mean is None else float(mean.astype(np.float64) @ vector)
    return direction.along(vector, covariance, center, (ALL_ELSE,))
