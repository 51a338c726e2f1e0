"""One attribute direction: a unit vector in latent space, its slider unit and how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ganssl.attributes import check_name, withheld
from ganssl.directions.check import LARGEST, PhotoCheck
from ganssl.directions.names import FOUND_METHODS, METHODS, MINE, PIXEL_METHODS
from ganssl.directions.reach import FURTHEST, Reach
from ganssl.errors import UserError

USABLE_AUC = 0.7
USABLE_COSINE = 0.7
"""What a direction must reach on held-out faces, and between halves, before it gets a slider."""

FIGURES = ("boundary", "auc", "accuracy", "majority", "split_half_cosine")
"""The held-out figures that are single numbers."""


@dataclass(frozen=True, eq=False)
class Direction:
    """A direction along which codes differ in one attribute; it points to *present*.

    The slider unit is `sigma`: 1 means one standard deviation of the
    population's codes along the vector. Held-out figures come from faces that
    did not define the direction. They are NaN after `conditional_direction`,
    since a changed vector has not been measured, and for the `FOUND_METHODS`,
    which know no labels; the boundary of these is the center.

    Attributes:
        vector: float32 `[d]` of length 1; read-only.
        sigma: standard deviation of the population's projections, in code units.
        center: mean of the population's projections, in code units; may be NaN
            after `conditional_direction` alone.
        boundary: the projection at which held-out classes are best separated,
            both classes weighed alike (Youden's J), in code units.
        class_means: held-out means of (absent, present), in σ from `center`.
        auc: held-out area under the ROC curve; 0.5 is chance.
        accuracy: held-out share told right at the threshold with most hits,
            which for a rare attribute is not `boundary`; compare with `majority`.
        majority: held-out share of the commoner class.
        split_half_cosine: mean cosine between directions from random halves.
        labels_used: how many labelled codes define the direction.
        conditioned_on: locked attributes to which the vector was made orthogonal.
        remaining: share of the vector's length that this left, 0 to 1; of its
            effect, where all other readings are held (`ganssl.directions.readings`).
        balanced_over: attributes whose cells `balanced` averages over.
        cells: (absent, present) counts of those cells, the first attribute's
            bit lowest; small ones take no part.
        own: made by the user, who gets a slider for it whatever its figures are.
        auc_interval: 95 % interval of `auc`; None where it is not known.
        reach: how far its slider goes and what it does; None where that has not
            been measured, as in older models.
        check: what the photos behind it taught of faces' features; None where
            nothing did, as in older files.
    """

    attribute: str
    method: str
    vector: np.ndarray
    sigma: float
    center: float
    boundary: float
    class_means: tuple[float, float]
    auc: float
    accuracy: float
    majority: float
    split_half_cosine: float
    labels_used: int
    conditioned_on: tuple[str, ...] = ()
    remaining: float = 1.0
    balanced_over: tuple[str, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    own: bool = False
    auc_interval: tuple[float, float] | None = None
    reach: Reach | None = None
    check: PhotoCheck | None = None

    def __post_init__(self) -> None:
        name = f"The {self.method} direction of {self.attribute}"
        known = (*METHODS, *FOUND_METHODS, *PIXEL_METHODS)
        if self.method not in known:
            raise UserError(f"{self.method!r} is no method; choose from {', '.join(known)}.")
        vector = np.array(self.vector, dtype=np.float32)
        if vector.ndim != 1 or not np.isclose(np.linalg.norm(vector), 1.0, atol=1e-3):
            raise UserError(f"{name} is not a vector of length 1.")
        centred = np.isfinite(self.center) or bool(self.conditioned_on)
        if not (np.isfinite(self.sigma) and self.sigma > 0 and centred):
            raise UserError(f"{name} has no spread above 0 or no center.")
        measured = (self.boundary, *self.class_means, self.auc, self.accuracy, self.majority)
        unmeasured = bool(self.conditioned_on) or self.method in FOUND_METHODS
        if not (unmeasured or np.isfinite([*measured, self.split_half_cosine]).all()):
            raise UserError(f"{name} holds figures that are no numbers.")
        vector.flags.writeable = False
        object.__setattr__(self, "vector", vector)

    @property
    def usable(self) -> bool:
        """Gets a slider: the user's own or good enough, and not one of the withheld judgements."""
        offered = not withheld(base_attribute(self.attribute))
        return offered and (self.own or (self.reliable and not self.fails))

    @property
    def fails(self) -> str:
        """Why its slider failed when it was measured; empty where it did not."""
        return self.reach.fails if self.reach else ""

    @property
    def ends(self) -> tuple[float, float]:
        """Where its slider ends, in σ."""
        return (self.reach.low, self.reach.high) if self.reach else (-FURTHEST, FURTHEST)

    @property
    def reliable(self) -> bool:
        """Whether the held-out figures are good enough for a slider."""
        return self.auc >= USABLE_AUC and self.split_half_cosine >= USABLE_COSINE

    def score(self, codes: np.ndarray) -> np.ndarray:
        """How far codes `[n, d]` lie beyond the boundary, in σ; float32 `[n]`, present above 0."""
        projection = np.asarray(codes, dtype=np.float64) @ self.vector
        return ((projection - self.boundary) / self.sigma).astype(np.float32)

    def along(
        self, vector: np.ndarray, covariance: np.ndarray, center: float, held: Sequence[str]
    ) -> Direction:
        """The same attribute along another vector, not measured yet.

        Args:
            vector: `[d]`, of any length; `center` is the population's mean projection on
                it, in its length.
            covariance: `[d, d]` of the population's codes.
            held: what it holds beside what this one does.
        """
        length, nan = np.linalg.norm(vector), float("nan")
        unit = vector / length
        return replace(
            self,
            vector=unit,
            sigma=float(np.sqrt(unit @ covariance.astype(np.float64) @ unit)),
            center=float(center / length),
            boundary=nan,
            class_means=(nan, nan),
            auc=nan,
            accuracy=nan,
            majority=nan,
            split_half_cosine=nan,
            conditioned_on=(*self.conditioned_on, *held),
        )

    def to_dict(self) -> dict:
        """Everything but vector and check, for JSON, which has no NaN: it becomes None."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        del values["vector"], values["check"]
        for name in FIGURES:
            values[name] = _no_nan(values[name])
        values["class_means"] = tuple(map(_no_nan, self.class_means))
        for name in ("reach", "auc_interval"):
            if values[name] is None:
                del values[name]
        if self.reach is not None:
            values["reach"] = self.reach.to_dict()
        return values

    @classmethod
    def from_dict(cls, values: dict, vector: np.ndarray) -> Direction:
        """The inverse of `to_dict`; `UserError` where entries are missing or of another type."""
        try:
            absent, present = values["class_means"]
            figures: dict[str, Any] = {name: _number(values[name]) for name in FIGURES}
            return cls(
                attribute=check_name(values["attribute"], "A direction"),
                method=str(values["method"]),
                vector=vector,
                sigma=_spread(values["sigma"]),
                center=_size(values["center"]),
                class_means=(_number(absent), _number(present)),
                labels_used=int(values["labels_used"]),
                conditioned_on=tuple(map(check_name, values["conditioned_on"])),
                remaining=_size(values["remaining"]),
                balanced_over=tuple(map(check_name, values["balanced_over"])),
                cells=tuple((int(a), int(p)) for a, p in values["cells"]),
                own=bool(values.get("own", False)),
                auc_interval=_interval(values.get("auc_interval")),
                reach=Reach.from_dict(values["reach"]) if values.get("reach") else None,
                **figures,
            )
        except UserError:
            raise
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise UserError(f"A direction's entry is missing or unreadable: {error}.") from error


def base_attribute(name: str) -> str:
    """The attribute that a direction is meant to change: `Smiling · mine` gives `Smiling`."""
    return name.partition(MINE)[0].strip() or name


def _interval(ends: Sequence[float] | None) -> tuple[float, float] | None:
    if ends is None:
        return None
    low, high = ends
    return _size(low), _size(high)


def _no_nan(number: float) -> float | None:
    return None if np.isnan(number) else number


def _number(value: float | None) -> float:
    return float("nan") if value is None else _size(value)


def _spread(value: float) -> float:
    """A number that figures are divided by."""
    number = _size(value)
    if not number > 1 / LARGEST:
        raise ValueError(f"{value!r} is no spread of ordinary size")
    return number


def _size(value: float) -> float:
    """A number of ordinary size: with those beyond, sums of them would be no numbers."""
    number = float(value)
    if not abs(number) < LARGEST:
        raise ValueError(f"{value!r} is no number of ordinary size")
    return number
