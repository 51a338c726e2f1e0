"""scikit-learn's logistic regression as a head."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ganssl.classifier.heads.head import CurvePoint, Fit, Head, learnt, require_shapes
from ganssl.features.probes import REGULARISATION
from ganssl.metrics.probability import cross_entropy, sigmoid


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
        return sigmoid(features @ learnt(self.weights) + learnt(self.bias))

    def to_arrays(self) -> dict[str, np.ndarray]:
        return {"weights": learnt(self.weights), "bias": learnt(self.bias)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], size: int) -> LogisticHead:
        require_shapes(arrays, {"weights": (size,), "bias": ()})
        return cls(weights=arrays["weights"], bias=arrays["bias"])
