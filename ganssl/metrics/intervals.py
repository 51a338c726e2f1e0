"""95 % intervals of a share and of a mean, by SciPy, and of an AUC by its counts."""

from __future__ import annotations

import numpy as np

CONFIDENCE = 0.95


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


def auc_interval_of_counts(auc: float, present: int, absent: int) -> tuple[float, float]:
    """A 95 % interval of an AUC from the counts of both classes alone (Hanley & McNeil 1982).

    It is laid on the logit of the AUC, so that it stays between 0 and 1; at
    these ends it is that of an AUC half a pair off them.
    """
    pairs = present * absent
    held = float(np.clip(auc, 0.5 / pairs, 1 - 0.5 / pairs))
    one, other = held / (2 - held), 2 * held**2 / (1 + held)
    variance = (
        held * (1 - held) + (present - 1) * (one - held**2) + (absent - 1) * (other - held**2)
    ) / pairs
    width = 1.96 * np.sqrt(variance) / (held * (1 - held))
    middle = np.log(held / (1 - held))
    low, high = (1 / (1 + np.exp(-(middle + side * width))) for side in (-1, 1))
    return float(low), float(high)
