"""Heads: what turns a row of standardised features into the probability of the positive class.

    linear     logistic regression, trained with Keras and stopped on held-out faces
    dense      one small hidden layer with dropout, trained alike
    logistic   logistic regression, scikit-learn's solver
    forest     random forest, scikit-learn

All answer from plain NumPy arrays, so that a saved classifier holds numbers
and no code, and scoring needs neither Keras nor scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Protocol

import numpy as np

from ganssl.base.jobs import Cancelled
from ganssl.errors import UserError
from ganssl.features.probes import REGULARISATION

HEADS: tuple[str, ...] = ("linear", "dense", "logistic", "forest")


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


@dataclass(eq=False)
class LogisticHead:
    """scikit-learn's logistic regression with an L2 penalty of inverse strength `C`.

    Attributes:
        weights, bias: float32 `[d]` and `[]`, once fitted.
    """

    regularisation: float = REGULARISATION
    kind: str = "logistic"
    weights: np.ndarray | None = None
    bias: np.ndarray | None = None
    curve: list[CurvePoint] = field(default_factory=list)

    def fit(self, features: np.ndarray, labels: np.ndarray, fit: Fit | None = None) -> Head:
        from sklearn.linear_model import LogisticRegression

        fit = fit or Fit()
        model = LogisticRegression(C=self.regularisation, max_iter=300)
        model.fit(features, labels, sample_weight=fit.weights)
        self.weights = model.coef_[0].astype(np.float32)
        self.bias = model.intercept_[0].astype(np.float32)
        loss = cross_entropy(labels, self.scores(features), fit.weights)
        self.curve = [fit.point(self, 1, 1, loss)]
        return self

    def scores(self, features: np.ndarray) -> np.ndarray:
        return sigmoid(features @ self.weights + self.bias)

    def to_arrays(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights, "bias": self.bias}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], size: int) -> LogisticHead:
        require_shapes(arrays, {"weights": (size,), "bias": ()})
        return cls(**arrays)


def make_head(kind: str, **settings) -> Head:
    """A head that has learnt nothing yet; `settings` are the fields of its class.

    Raises `UserError` for an unknown kind.
    """
    return _class_of(kind)(kind=kind, **settings)


def head_from_arrays(kind: str, arrays: dict[str, np.ndarray], size: int) -> Head:
    """The inverse of `to_arrays`, for features of length `size`.

    Raises `UserError` where arrays are missing, of another shape or no numbers.
    """
    if not all(np.issubdtype(a.dtype, np.number) and np.isfinite(a).all() for a in arrays.values()):
        raise UserError(f"The arrays of the {kind} head hold values that are no numbers.")
    head = _class_of(kind).from_arrays(arrays, size)
    head.kind = kind
    return head


def _class_of(kind: str):
    if kind in ("linear", "dense"):
        from ganssl.classifier.heads.network import NetworkHead

        return NetworkHead
    if kind == "forest":
        from ganssl.classifier.heads.forest import ForestHead

        return ForestHead
    if kind == "logistic":
        return LogisticHead
    raise UserError(f"There is no head {kind!r}; choose from {', '.join(HEADS)}.")


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """float32 probabilities; large logits of either sign do not overflow."""
    return (0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits, np.float64)))).astype(np.float32)


def cross_entropy(
    labels: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """Mean of `-log p(label)` in nats; probabilities are kept 1e-6 from 0 and 1."""
    scores = np.clip(np.asarray(scores, np.float64), 1e-6, 1.0 - 1e-6)
    losses = -np.log(np.where(np.asarray(labels) == 1, scores, 1.0 - scores))
    return float(np.average(losses, weights=weights))


def require_shapes(arrays: dict[str, np.ndarray], shapes: dict[str, tuple[int, ...]]) -> None:
    """`UserError` unless the arrays are exactly these."""
    found = {name: array.shape for name, array in arrays.items()}
    if found != shapes:
        raise UserError(f"The head's arrays are {found}, but must be {shapes}.")
