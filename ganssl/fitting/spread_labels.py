"""A few labels, spread over many unlabelled photos by two views of each: features and code.

A logistic regression on the features of the few labelled photos answers all
photos, and its surest answers teach one on their latent codes: the attribute's
boundary in latent space. Together the two see more than each alone, since they
err on different faces (Blum & Mitchell 1998). Where *absent* ends and *present*
begins is read from the photos too, without labels (`ganssl.metrics.threshold`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ganssl.directions.check import FeatureView
from ganssl.directions.estimators import code_scale, logistic_normal
from ganssl.directions.holdout import best_threshold
from ganssl.errors import UserError

FEWEST_PER_CLASS = 2
FEATURE_C = 0.01
"""Inverse strength of the L2 penalty on the features of the few labelled photos."""

SUREST = 0.5
"""The share of each answer that teaches the codes."""

CODE_WEIGHT = 0.5
"""How much a standard deviation of the codes' scores counts beside one of the features'."""

STEEPNESS = 2.0
"""Logits per standard deviation of the scores, to find the two groups into which they fall."""


@dataclass(frozen=True, eq=False)
class SpreadLabels:
    """Two views of one attribute, fitted to few labels; both score *present* above 0.

    Attributes:
        view: of the features.
        vector: of the codes' scores, float32 `[d]` of length 1.
        boundary, sigma: where the classes meet along it, and the spread of all
            codes, both in code units.
    """

    view: FeatureView
    vector: np.ndarray
    boundary: float
    sigma: float

    def feature_scores(self, features: np.ndarray) -> np.ndarray:
        """float32 `[n, f]` → float32 `[n]`, in standard deviations of the photos' scores."""
        return self.view.scores(features)

    def code_scores(self, codes: np.ndarray) -> np.ndarray:
        """float32 `[n, d]` → float32 `[n]`, in σ from the boundary."""
        return (codes @ self.vector - np.float32(self.boundary)) / np.float32(self.sigma)

    def scores(self, features: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """What both views say together; float32 `[n]`."""
        return self.feature_scores(features) + np.float32(CODE_WEIGHT) * self.code_scores(codes)


def spread_labels(features: np.ndarray, codes: np.ndarray, labels: np.ndarray) -> SpreadLabels:
    """Learn one attribute from the few photos that have a label, and all the others.

    Args:
        features: float32 `[n, f]` of a feature extractor.
        codes: float32 `[n, d]` of the same photos.
        labels: int8 `[n]`: 1 present, 0 absent, -1 unlabelled.

    Raises `UserError` for arrays that do not fit together, and fewer than two
    labels of a class.
    """
    if not len(features) == len(codes) == len(labels):
        raise UserError(
            f"{len(features)} rows of features, {len(codes)} codes and {len(labels)} labels "
            "do not belong to the same photos."
        )
    view = fit_feature_view(features, labels)
    by_features = view.scores(features)
    vector, boundary, sigma = _boundary(codes, surest(by_features, labels))
    return SpreadLabels(view, vector, boundary, sigma)


def fit_feature_view(features: np.ndarray, labels: np.ndarray) -> FeatureView:
    """A logistic regression on few labels; the photos without one place its middle.

    Args:
        features: float32 `[n, f]`.
        labels: int8 `[n]`: 1 present, 0 absent, -1 unlabelled.

    Raises `UserError` for fewer than two labels of a class.
    """
    view = unplaced_view(features, labels)
    return replace(view, bias=view.bias - middle(view.scores(features)))


def unplaced_view(features: np.ndarray, labels: np.ndarray) -> FeatureView:
    """As `fit_feature_view`, with its middle where the labelled photos alone place it."""
    known = labels >= 0
    if np.bincount(labels[known], minlength=2).min() < FEWEST_PER_CLASS:
        raise UserError(f"Spreading takes {FEWEST_PER_CLASS} or more labels of each class.")
    mean, scale = features.mean(axis=0), float(np.sqrt(features.var(axis=0).mean()))
    rows = (features - mean) / np.float32(scale)
    weights, bias = _logistic(rows[known], labels[known])
    scores = rows @ weights + np.float32(bias)  # (n,)
    unit = float(scores.std())
    return FeatureView(
        mean=mean,
        scale=scale,
        weights=(weights / unit).astype(np.float32),
        bias=bias / unit,
    )


def surest(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The given labels, and the half of each answer that lies farther from 0.

    Args:
        scores: float `[n]`, present above 0.
        labels: int8 `[n]`, -1 where nothing is known.

    Returns int8 `[n]`, -1 for the rest.
    """
    answers = np.full(len(scores), -1, np.int8)
    for answer, side in enumerate((scores < 0, scores >= 0)):
        rows = np.flatnonzero(side)
        order = np.argsort(-np.abs(scores[rows]), kind="stable")
        answers[rows[order[: int(SUREST * len(rows))]]] = answer
    return np.where(labels >= 0, labels, answers).astype(np.int8)


def middle(scores: np.ndarray) -> float:
    """Where the two groups meet into which scores `[n]` of spread 1 fall; 0 where they do not."""
    from ganssl.metrics.probability import sigmoid
    from ganssl.metrics.threshold import calibrate_threshold

    threshold = calibrate_threshold(sigmoid(STEEPNESS * scores)).threshold
    return float(np.log(threshold / (1.0 - threshold)) / STEEPNESS)


def _logistic(rows: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    from sklearn.linear_model import LogisticRegression  # slow to import

    # weighed alike, however many photos of each class were labelled; else the rarer would drown
    model = LogisticRegression(C=FEATURE_C, max_iter=300, class_weight="balanced")
    model.fit(rows, labels)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def _boundary(codes: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Unit normal, boundary (both classes weighed alike) and σ of all codes along it."""
    taught = labels >= 0
    normal = logistic_normal(codes[taught], labels[taught], code_scale(codes))
    vector = (normal / np.linalg.norm(normal)).astype(np.float32)
    projection = codes @ vector  # (n,)
    present = labels[taught] == 1
    share = present.mean()
    weights = np.where(present, 0.5 / share, 0.5 / (1.0 - share))
    boundary = best_threshold(projection[taught], present, weights)
    return vector, boundary, float(projection.std(dtype=np.float64))
