"""95 % intervals that hold for two photos too: of shares, their means, and of an AUC by its counts.

None of them is without width where the photos are few and all of them are
answered rightly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

CONFIDENCE = 0.95
MOST_EXACT = 400
"""With more pairs of both classes ranks are compared by their normal approximation."""


def wilson_interval(hits: int, n: int) -> tuple[float, float]:
    """The interval of a share, Wilson 1927 ("Probable Inference")."""
    from scipy.stats import binomtest

    found = binomtest(hits, n).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def mean_interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, lower and upper bound over the first axis of two or more values (Student 1908)."""
    from scipy.stats import t

    values = np.asarray(values, np.float64)
    mean = values.mean(axis=0)
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    low, high = t.interval(CONFIDENCE, len(values) - 1)
    return mean, mean + low * error, mean + high * error


def balanced_interval(hits: Sequence[int], counts: Sequence[int]) -> tuple[float, float]:
    """A 95 % interval of the mean of independent shares, such as a balanced accuracy.

    Wilson's intervals of the shares are joined by the squares of their arms
    (Newcombe 1998, method 10; Zou & Donner 2008).

    Args:
        hits, counts: of each share, whole numbers; no count is 0.
    """
    shares = np.asarray(hits, np.float64) / np.asarray(counts)
    ends = [wilson_interval(int(hit), int(n)) for hit, n in zip(hits, counts, strict=True)]
    arms = np.abs(np.array(ends) - shares[:, None])  # (shares, 2)
    low, high = np.sqrt(np.sum(arms**2, axis=0)) / len(shares)
    return float(shares.mean() - low), float(shares.mean() + high)


def auc_interval_of_counts(auc: float, present: int, absent: int) -> tuple[float, float]:
    """A 95 % interval of an AUC from the counts of both classes alone (Newcombe 2006, method 5).

    It holds every area from which the AUC lies no farther than chance would
    take it, by the variance of Hanley & McNeil 1982, as Wilson's interval does
    for shares: it lies within 0 and 1, and has a width where the order is perfect.
    Where the exact test of the ranks (Mann & Whitney 1947) does not tell the
    order from chance, it holds 0.5.
    """
    from scipy.optimize import brentq
    from scipy.stats import norm

    z, pairs, half = norm.ppf((1 + CONFIDENCE) / 2), present * absent, (present + absent) / 2

    def beyond(area: float) -> float:
        """Positive where the AUC lies farther from this area than chance would take it."""
        spread = 1 + (half - 1) * ((1 - area) / (2 - area) + area / (1 + area))
        return (auc - area) ** 2 - z**2 * area * (1 - area) * spread / pairs

    tiny = 1e-12
    low = 0.0 if auc < tiny else brentq(beyond, 0.0, min(auc, 1 - tiny))
    high = 1.0 if auc > 1 - tiny else brentq(beyond, max(auc, tiny), 1.0)
    if not low <= 0.5 <= high and _ranks_p(auc, present, absent) > 1 - CONFIDENCE:
        low, high = min(low, 0.5), max(high, 0.5)
    return float(low), float(high)


def _ranks_p(auc: float, present: int, absent: int) -> float:
    """How often chance alone orders so many photos at least so well or so badly; exact for few.

    Scores that tie are taken for ones that do not, in the order that says less.
    """
    from scipy.stats import mannwhitneyu

    right = int(np.ceil(min(auc, 1 - auc) * present * absent - 1e-9))  # pairs in order
    whole, rest = divmod(right, absent)
    below = np.zeros(present, int)  # how many absent ones each present one exceeds
    below[:whole] = absent
    below[whole : whole + 1] = rest
    scores = below + 0.5 + np.arange(present) / (4 * present)
    method = "exact" if present * absent <= MOST_EXACT else "asymptotic"
    return float(mannwhitneyu(scores, np.arange(1, absent + 1), method=method).pvalue)
