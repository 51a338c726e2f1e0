"""Figures of yes-or-no answers: intervals, ROC, reliability, mistakes, paired comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ganssl.errors import UserError
from ganssl.metrics.intervals import auc_interval_of_counts, wilson_interval

BOOTSTRAP_DRAWS = 1000


@dataclass(frozen=True)
class RocCurve:
    """How many present photos are found at each price in false alarms.

    Attributes:
        false_alarms, found: shares of the absent and of the present photos
            that are called present, float `[m]`, from (0, 0) to (1, 1).
        thresholds: the scores from which on a photo is called present, float `[m]`.
    """

    false_alarms: np.ndarray
    found: np.ndarray
    thresholds: np.ndarray


@dataclass(frozen=True)
class RocBand:
    """Between which heights the curve may run, at 95 %.

    Attributes:
        false_alarms: float `[m]`, 0 to 1.
        low, high: of the share found there, float `[m]`.
    """

    false_alarms: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class ReliabilityBin:
    """Photos whose scores lie in `[low, high)`; the last bin includes 1.

    Attributes:
        n: how many; at least 1.
        mean_score: what the classifier says of them.
        present: the share that is present.
        ci95: of that share, Wilson's interval.
    """

    low: float
    high: float
    n: int
    mean_score: float
    present: float
    ci95: tuple[float, float]


@dataclass(frozen=True)
class PairedComparison:
    """Two classifiers on the same photos (McNemar 1947, exact).

    Attributes:
        only_first, only_second: photos that one alone answers rightly.
        difference: accuracy of the first minus that of the second.
        p: two-sided; how often chance alone would part two equally good
            classifiers at least so far.
    """

    only_first: int
    only_second: int
    difference: float
    p: float


def area_under_curve(labels: np.ndarray, scores: np.ndarray) -> float | None:
    """AUC, ties counted half; None for a single class."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels, scores)) if len(np.unique(labels)) == 2 else None


def auc_interval(
    labels: np.ndarray, scores: np.ndarray, seed: int = 0, draws: int = BOOTSTRAP_DRAWS
) -> tuple[float, float]:
    """A 95 % interval of the AUC that holds for few photos and for scores of any shape.

    It reaches from the lower to the higher of two: the percentiles of photos
    drawn anew within each class (Efron 1979), which follow the scores but know
    nothing that the few photos do not show, and `auc_interval_of_counts`.

    Args:
        labels: `[n]` of 0 and 1, with both.
        scores: float `[n]`.
    """
    pairs = [
        above @ (np.cumsum(below) - 0.5 * below)  # those in the right order
        for below, above in _redrawn(labels, scores, seed, draws)
    ]
    absent, present = int(np.sum(labels == 0)), int(np.sum(labels == 1))
    area = area_under_curve(labels, scores)
    if area is None:
        raise ValueError("an AUC needs photos of both classes")
    low, high = np.quantile(np.array(pairs) / (absent * present), (0.025, 0.975))
    bounds = auc_interval_of_counts(area, present, absent)
    return min(float(low), bounds[0]), max(float(high), bounds[1])


def roc(labels: np.ndarray, scores: np.ndarray) -> RocCurve:
    """The ROC curve; `UserError` for photos of a single class."""
    from sklearn.metrics import roc_curve

    labels, scores = checked(labels, scores)
    if len(np.unique(labels)) < 2:
        raise UserError("A ROC curve needs photos of both classes.")
    return RocCurve(*roc_curve(labels, scores))


def roc_band(
    labels: np.ndarray, scores: np.ndarray, seed: int = 0, draws: int = BOOTSTRAP_DRAWS
) -> RocBand:
    """Pointwise 95 % band of the ROC curve: percentiles of the draws of `auc_interval`.

    It is nowhere narrower than Wilson's interval of the share found there.
    """
    labels, scores = checked(labels, scores)
    if len(np.unique(labels)) < 2:
        raise UserError("A ROC curve needs photos of both classes.")
    grid = np.linspace(0.0, 1.0, 101)
    found = np.empty((draws, len(grid)))
    for i, (below, above) in enumerate(_redrawn(labels, scores, seed, draws)):
        alarms, hits = (
            np.concatenate([[0.0], np.cumsum(counts[::-1]) / counts.sum()])
            for counts in (below, above)
        )
        found[i] = np.interp(grid, alarms, hits)
    low, high = np.quantile(found, (0.025, 0.975), axis=0)
    curve, present = roc(labels, scores), int(labels.sum())
    shares = np.interp(grid[1:-1], curve.false_alarms, curve.found)
    ends = np.array([wilson_interval(round(share * present), present) for share in shares])
    low[1:-1], high[1:-1] = np.minimum(low[1:-1], ends[:, 0]), np.maximum(high[1:-1], ends[:, 1])
    return RocBand(grid, low, high)


def _redrawn(
    labels: np.ndarray, scores: np.ndarray, seed: int, draws: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Bootstrap draws within each class: how often each score comes up, lowest first.

    Yields counts of the absent and of the present photos, int `[distinct scores]` each.
    """
    rng = np.random.default_rng(seed)
    values, place = np.unique(scores, return_inverse=True)
    absent, present = place[labels == 0], place[labels == 1]
    for _ in range(draws):
        below, above = (
            np.bincount(rng.choice(group, len(group)), minlength=len(values))
            for group in (absent, present)
        )
        yield below, above


def calibration(labels: np.ndarray, scores: np.ndarray, bins: int = 10) -> list[ReliabilityBin]:
    """What the scores say beside what is the case, in bins of equal width; empty ones left out.

    Args:
        scores: probabilities of the positive class, 0 to 1.
    """
    labels, scores = checked(labels, scores)
    if np.any((scores < 0) | (scores > 1)):
        raise UserError("Reliability is read from probabilities, 0 to 1.")
    edges = np.linspace(0.0, 1.0, bins + 1)
    place = np.minimum(np.searchsorted(edges, scores, side="right") - 1, bins - 1)
    found = []
    for i in np.unique(place):
        inside = place == i
        n, hits = int(inside.sum()), int(labels[inside].sum())
        mean = float(scores[inside].mean())
        low, high = float(edges[i]), float(edges[i + 1])
        found.append(ReliabilityBin(low, high, n, mean, hits / n, wilson_interval(hits, n)))
    return found


def worst_mistakes(
    labels: np.ndarray, scores: np.ndarray, threshold: float = 0.5, count: int = 24
) -> np.ndarray:
    """Indices of the wrongly answered photos, the most confident mistake first; int `[<=count]`.

    Confidence is how far the score lies beyond the threshold, as a share of
    the way to the farthest score of that answer.
    """
    labels, scores = checked(labels, scores)
    beyond = scores - threshold  # (n,)
    called = beyond >= 0
    reach = np.where(called, beyond.max(), -beyond.min())
    confidence = np.abs(beyond) / np.maximum(reach, 1e-12)
    wrong = np.flatnonzero(called != (labels == 1))
    return wrong[np.argsort(-confidence[wrong], kind="stable")][:count]


def mcnemar(labels: np.ndarray, first: np.ndarray, second: np.ndarray) -> PairedComparison:
    """Compare the answers (0 or 1) of two classifiers to the same photos; all `[n]`."""
    from scipy.stats import binomtest

    labels, _ = checked(labels, first)
    checked(labels, second)
    right, other = np.asarray(first) == labels, np.asarray(second) == labels
    only_first, only_second = int((right & ~other).sum()), int((other & ~right).sum())
    differ = only_first + only_second
    p = float(binomtest(only_first, differ).pvalue) if differ else 1.0
    return PairedComparison(only_first, only_second, (only_first - only_second) / len(labels), p)


def checked(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int8 and float64 `[n]`; `UserError` where they cannot be judged."""
    labels, scores = np.asarray(labels), np.asarray(scores, np.float64)
    if labels.ndim != 1 or scores.shape != labels.shape:
        raise UserError(
            f"{labels.size} labels and {scores.size} scores do not fit together: "
            "each photo needs one of both."
        )
    if not len(labels):
        raise UserError("There is no labelled photo to judge a classifier on.")
    if not np.isin(labels, (0, 1)).all():
        raise UserError("Only photos labelled 0 or 1 can be judged; leave the others out.")
    if not np.isfinite(scores).all():
        raise UserError(f"The scores of {(~np.isfinite(scores)).sum()} photos are no numbers.")
    return labels.astype(np.int8), scores
