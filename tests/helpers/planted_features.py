"""Rows of features with known classes, as an extractor would give them."""

from __future__ import annotations

import numpy as np

SIZE = 12


def planted_features(
    count: int = 400,
    seed: int = 0,
    separation: float = 3.0,
    share: float = 0.5,
    shift: float = 0.0,
    size: int = SIZE,
):
    """float32 `[n, size]` and int8 `[n]`: two round clouds on unequal axes.

    The classes lie `separation` standard deviations apart along one oblique
    axis; `shift` moves all rows along it. The features' units differ by up to
    a factor of ten, and their mean is far from 0.
    """
    axis = np.random.default_rng(99).normal(size=size)
    axis /= np.linalg.norm(axis)
    rng = np.random.default_rng(seed)
    labels = (rng.permutation(count) < share * count).astype(np.int8)
    rows = rng.normal(size=(count, size))
    rows += ((labels - 0.5) * separation + shift)[:, None] * axis
    return (rows * np.geomspace(0.3, 3.0, size) + 5.0).astype(np.float32), labels
