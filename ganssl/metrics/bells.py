"""Two bells of one width: what the scores of photos of both classes look like."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ganssl.errors import UserError
from ganssl.metrics.class_shares import FEWEST, estimate_share

STEPS = 500
EVEN_LABELS = 10
"""The share that `anchored_bells` finds is drawn towards one half as by so many labels.

Otherwise a handful of labels can talk it into one class that fills everything.
"""

LEAST_GAP = 0.05
"""Bells are never taken to lie closer, in standard deviations."""

EXTREME_SHARE = 0.02
"""Scores tell of no class that is rarer."""

LARGEST = 1e9
"""No number in a file may be larger, and no width smaller than its inverse."""


@dataclass(frozen=True)
class Bells:
    """Scores of the absent and of the present ones, two normal distributions of one width.

    Attributes:
        low, high: their means, the first below the second.
        deviation: the standard deviation of both.
        share: of present ones, above 0 and below 1.
    """

    low: float
    high: float
    deviation: float
    share: float

    def __post_init__(self) -> None:
        if not (
            np.isfinite([self.low, self.high, self.deviation]).all()
            and self.low < self.high
            and self.deviation > 0
            and 0 < self.share < 1
        ):
            raise UserError("Two bells need two means in order, a width and a share of each.")

    @classmethod
    def filling(cls, values: np.ndarray, gap: float, share: float) -> Bells:
        """Bells that have together the mean and the spread of scores `[n]`.

        Args:
            gap: how far apart they lie, in standard deviations of each.
            share: of present ones.

        Raises `UserError` for scores that are all the same.
        """
        deviation = float(np.std(values)) / float(np.sqrt(1.0 + share * (1.0 - share) * gap**2))
        low = float(np.mean(values)) - share * gap * deviation
        return cls(low, low + gap * deviation, deviation, share)

    @property
    def gap(self) -> float:
        """How far apart the means lie, in standard deviations."""
        return (self.high - self.low) / self.deviation

    def posteriors(self, values: np.ndarray) -> np.ndarray:
        """The probability of *present* for scores `[n]`, float64 `[n]`."""
        from scipy.special import expit  # here and below: a model is read without scipy

        return expit(_log_odds(values, self.low, self.high, self.deviation**2, self.share))

    def cut(self, share: float | None = None) -> float:
        """The score from which on *present* is the likelier class, if that is its share."""
        share = self.share if share is None else share
        middle, gap = (self.low + self.high) / 2, self.high - self.low
        return middle + self.deviation**2 * float(np.log((1.0 - share) / share)) / gap

    def right(self) -> float:
        """The share of such scores that lie on their class's side of `cut`."""
        from scipy.special import ndtr

        cut = self.cut()
        present, absent = (self.high - cut) / self.deviation, (cut - self.low) / self.deviation
        return float(self.share * ndtr(present) + (1.0 - self.share) * ndtr(absent))

    def distance(self, values: np.ndarray, share: float) -> float:
        """How far scores `[n]` are from these bells, 0 to 1 (Kolmogorov–Smirnov)."""
        from scipy.special import ndtr

        ordered = np.sort(np.asarray(values, np.float64))
        absent, present = (ndtr((ordered - m) / self.deviation) for m in (self.low, self.high))
        expected = share * present + (1.0 - share) * absent
        steps = np.arange(len(ordered) + 1) / len(ordered)
        return float(max(np.max(steps[1:] - expected), np.max(expected - steps[:-1])))

    def to_dict(self) -> dict:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> Bells:
        """The inverse of `to_dict`; `UserError` where entries are missing or unreadable."""
        try:
            found = cls(**{name: float(values[name]) for name in cls.__dataclass_fields__})
            spread = min(found.deviation, found.high - found.low)
            if max(abs(found.low), abs(found.high), found.deviation, 1 / spread) > LARGEST:
                raise ValueError("its numbers are of no ordinary size")
            return found
        except UserError:
            raise
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise UserError(f"The description of two bells is unreadable: {error}.") from error


def anchored_bells(values: np.ndarray, known: np.ndarray, labels: np.ndarray) -> Bells | None:
    """Two bells in the scores of unlabelled photos, where a few labelled ones say which is which.

    The labelled photos together weigh as much as all the others, whose share of
    present ones alone decides how large the bells are (expectation-maximisation
    with some members known). That share is drawn towards one half, the more the
    fewer labels there are.

    Args:
        values: float `[n]`, scores of unlabelled photos.
        known, labels: scores `[k]`, and their labels of 0 and 1, with both classes.

    Returns None where the present ones do not score higher.
    """
    from scipy.special import expit

    values, known = np.asarray(values, np.float64), np.asarray(known, np.float64)
    is_present = np.asarray(labels, np.float64)  # (k,)
    both = np.concatenate([values, known])
    weights = np.concatenate([np.ones(len(values)), np.full(len(known), len(values) / len(known))])
    low, high = (known[is_present == answer].mean() for answer in (0, 1))
    told = 0.5
    variance = max(known[is_present == answer].var() for answer in (0, 1)) + 1e-6
    pull = EVEN_LABELS / len(known)
    for _ in range(STEPS):
        likely = expit(_log_odds(values, low, high, variance, told))
        present = np.concatenate([likely, is_present])  # (n + k,)
        before = low, high, told
        high = np.average(both, weights=weights * present)
        low = np.average(both, weights=weights * (1.0 - present))
        squares = present * (both - high) ** 2 + (1.0 - present) * (both - low) ** 2
        variance = np.average(squares, weights=weights) + 1e-6
        told = (likely.mean() + 0.5 * pull) / (1.0 + pull)
        if np.allclose(before, (low, high, told), rtol=0.0, atol=1e-6):
            break
    if high - low < 1e-6:
        return None
    return Bells(float(low), float(high), float(np.sqrt(variance)), float(told))


def measured_bells(
    values: np.ndarray, known: np.ndarray, labels: np.ndarray, share: float | None = None
) -> Bells | None:
    """Two bells as wide as all scores, and as far apart as a few labelled ones surely are.

    Where one class is rare, bells that are allowed to follow the scores of
    unlabelled photos (`anchored_bells`) settle too far apart, or in what is no
    class at all, and photos are called present that are not.

    Args:
        values: float `[n]`, scores of unlabelled photos; where there are fewer than
            `FEWEST` the labelled ones serve.
        known, labels: scores `[k]` by what did not learn from them, and their
            labels of 0 and 1, with both classes.
        share: of present ones among all photos, where it is known; else the
            unlabelled ones tell it (`told_share`).

    Returns None where the present ones do not rank higher.
    """
    known = np.asarray(known, np.float64)
    values = np.asarray(values, np.float64) if len(values) >= FEWEST else known
    gap = told_gap(known, labels)
    if gap is None or np.ptp(values) < 1e-6:
        return None
    return Bells.filling(values, gap, told_share(values, known, labels) if share is None else share)


def told_gap(known: np.ndarray, labels: np.ndarray) -> float | None:
    """How far apart two bells surely lie, in standard deviations, by a few scores of each.

    `√2 Φ⁻¹(AUC)`, which no single score can spoil (Simpson & Fitter 1973), less
    the standard error of a difference between means (Hedges & Olkin 1985), so
    that few labels promise little. At least `LEAST_GAP`.

    Args:
        known, labels: as in `measured_bells`.

    Returns None where the present ones do not rank higher.
    """
    from scipy.special import ndtri
    from sklearn.metrics import roc_auc_score

    present = np.asarray(labels) == 1
    many, few = int(present.sum()), int((~present).sum())
    ranked = min(float(roc_auc_score(present, known)), 1.0 - 0.5 / (many * few))
    if ranked <= 0.5:
        return None
    gap = float(np.sqrt(2.0) * ndtri(ranked))
    error = float(np.sqrt(1.0 / many + 1.0 / few + gap**2 / (2 * len(present))))
    return max(gap - error, LEAST_GAP)


def told_share(values: np.ndarray, known: np.ndarray, labels: np.ndarray) -> float:
    """The share of present ones among unlabelled photos, by where a few labelled ones score.

    The bells lie where the labelled photos of each class do; which share of each
    explains the scores best is found as by Saerens et al. 2002.

    Args:
        values, known, labels: as in `measured_bells`.
    """
    low, high = (known[np.asarray(labels) == answer] for answer in (0, 1))
    deviation = float(np.sqrt((low.var() + high.var()) / 2 + 1e-6))
    if high.mean() - low.mean() < 1e-6:
        return 0.5
    even = Bells(float(low.mean()), float(high.mean()), deviation, 0.5)
    found = estimate_share(even.posteriors(values), 0.5)
    return float(np.clip(found.share, EXTREME_SHARE, 1.0 - EXTREME_SHARE))


def logistic_bells(values: np.ndarray, present: np.ndarray) -> Bells | None:
    """Bells whose posteriors are those of a logistic regression on the scores (Platt 1999).

    Scores are seldom bells to the ends of their tails, and means and widths
    that are taken from the tails cut the middle in the wrong place; a logistic
    regression looks at the middle. The width is the pooled one of both classes.

    Args:
        values: float `[n]`, scores.
        present: `[n]`, 0 to 1, how likely each is to be present.

    Returns None where the present ones do not score higher.
    """
    from sklearn.linear_model import LogisticRegression

    values, present = np.asarray(values, np.float64), np.asarray(present, np.float64)
    share = float(present.mean())
    if not 0.0 < share < 1.0 or np.ptp(values) < 1e-6:
        return None
    model = LogisticRegression(C=1e6).fit(
        np.concatenate([values, values])[:, None],
        np.repeat([1, 0], len(values)),
        np.concatenate([present, 1.0 - present]),
    )
    slope, offset = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope < 1e-3:
        return None
    spread = sum(
        np.sum(weight * (values - np.average(values, weights=weight)) ** 2)
        for weight in (present, 1.0 - present)
    )
    variance = float(spread) / len(values) + 1e-6
    gap = slope * variance
    middle = -offset / slope - np.log((1.0 - share) / share) / slope  # of even classes
    return Bells(middle - gap / 2, middle + gap / 2, float(np.sqrt(variance)), share)


def _log_odds(values, low: float, high: float, variance: float, share: float) -> np.ndarray:
    gap = (high - low) * (np.asarray(values, np.float64) - (low + high) / 2) / variance
    return gap + np.log(share / (1.0 - share))
