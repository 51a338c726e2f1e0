"""The contract of every head, and what the heads share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Protocol, TypeVar

import numpy as np

from ganssl.base.job import Cancelled
from ganssl.errors import UserError
from ganssl.metrics.probability import cross_entropy


@dataclass(frozen=True)
class CurvePoint:
    """One point of the learning curve.

    Attributes:
        step, steps: passes (or trees) done, and how many there can be at most.
        loss: cross-entropy on the training faces, in nats.
        held_loss, held_accuracy: on the held-out faces; None without any.
    """

    step: int
    steps: int
    loss: float
    held_loss: float | None = None
    held_accuracy: float | None = None

    def to_dict(self) -> dict:
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Fit:
    """What a head is fitted with, beside features and labels.

    Attributes:
        holdout: features `[m, d]` and labels `[m]` that only stop and judge.
        weights: float `[n]`, how much each row counts; None counts all alike.
        seed: the result is a function of it and the data.
        progress: called with each `CurvePoint`.
        cancelled: asked at each point; when it says True, `Cancelled` is raised.
    """

    holdout: tuple[np.ndarray, np.ndarray] | None = None
    weights: np.ndarray | None = None
    seed: int = 0
    progress: Callable[[CurvePoint], None] | None = None
    cancelled: Callable[[], bool] | None = None

    def point(self, head: Head, step: int, steps: int, loss: float) -> CurvePoint:
        """Measure and report one point; raise `Cancelled` if asked to stop."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        point = CurvePoint(step, steps, loss)
        if self.holdout is not None:
            rows, labels = self.holdout
            scores = head.scores(rows)
            accuracy = float(np.mean((scores >= 0.5) == labels))
            point = CurvePoint(step, steps, loss, cross_entropy(labels, scores), accuracy)
        if self.progress is not None:
            self.progress(point)
        return point


class Head(Protocol):
    """The common interface; a head is fitted once.

    Attributes:
        kind: one of `HEADS`.
        curve: what was reported while it was fitted.
    """

    kind: str
    curve: list[CurvePoint]

    def fit(self, features: np.ndarray, labels: np.ndarray, fit: Fit | None = None) -> Head:
        """Learn from float32 `[n, d]` and int8 `[n]` of 0 and 1; returns the head itself."""
        ...

    def scores(self, features: np.ndarray) -> np.ndarray:
        """float32 `[n, d]` → float32 `[n]`, the probability of the positive class."""
        ...

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Everything that `scores` needs, for `head_from_arrays`."""
        ...


LARGEST = 1e12
"""No number in a head may be as large: sums of larger ones would be no numbers."""


def ordinary_numbers(array: np.ndarray) -> bool:
    """Whether an array from a file holds real, finite numbers below `LARGEST`."""
    return array.dtype.kind in "iuf" and bool(np.all(np.abs(array.astype(np.float64)) < LARGEST))


Learnt = TypeVar("Learnt")


def learnt(value: Learnt | None) -> Learnt:
    """What a head has learnt; `ValueError` before it was fitted."""
    if value is None:
        raise ValueError("the head is not fitted")
    return value


def require_shapes(arrays: dict[str, np.ndarray], shapes: dict[str, tuple[int, ...]]) -> None:
    """`UserError` unless the arrays are exactly these."""
    found = {name: array.shape for name, array in arrays.items()}
    if found != shapes:
        raise UserError(f"The head's arrays are {found}, but must be {shapes}.")
