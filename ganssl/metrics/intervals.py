"""95 % intervals of a share and of a mean, by SciPy."""

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
