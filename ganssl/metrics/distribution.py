"""How alike two sets of faces are, measured on their features.

Every function takes features as `[n, d]` arrays, whatever network they come
from. The values depend on that network and on n: name the feature space and n
beside every number, and compare only rows that share both. None of this is
FID or KID proper, which are defined on one Inception network.
"""

from __future__ import annotations

import numpy as np
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors

from ganssl.errors import UserError

BLOCK_MIB = 100
"""Memory for one block of distances, which holds a 5,000×5,000 float32 matrix."""


def frechet_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Fréchet distance of the gaussians fitted to two sets of features.

    Heusel et al. 2017: |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½), with unbiased
    covariances. The trace of (Σ₁Σ₂)^½ is the sum of the singular values of
    Σ₁^½Σ₂^½, so no root of a rounding error is taken. Its expectation falls
    as n grows; between two draws of the same photos it is above 0.

    Args:
        real, fake: `[n, d]` and `[m, d]`, two rows or more.
    """
    real, fake = _pair(real, fake, rows=2, dtype=np.float64)
    shift = real.mean(axis=0) - fake.mean(axis=0)
    first, second = _covariance(real), _covariance(fake)
    overlap = np.linalg.svd(_root(first) @ _root(second), compute_uv=False).sum()
    distance = shift @ shift + np.trace(first) + np.trace(second) - 2.0 * overlap
    return max(0.0, float(distance))


def kernel_distance(
    real: np.ndarray, fake: np.ndarray, subsets: int = 100, size: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Squared maximum mean discrepancy with the kernel (xᵀy/d + 1)³.

    Bińkowski et al. 2018 (kernel inception distance). The estimate is
    unbiased: around 0, and often below it, for two draws of one distribution.

    Args:
        real, fake: `[n, d]` and `[m, d]`, two rows or more.
        subsets, size: random subsets, each of `size` rows of either set (all
            rows where a set is smaller), drawn without replacement.

    Returns:
        Mean and standard deviation over the subsets. The deviation is that of
        one subset, and says nothing where a subset is the whole set.
    """
    real, fake = _pair(real, fake, rows=2)
    size = min(size, len(real), len(fake))
    rng = np.random.default_rng(seed)
    values = [
        _squared_mmd(
            real[rng.choice(len(real), size, replace=False)],
            fake[rng.choice(len(fake), size, replace=False)],
        )
        for _ in range(subsets)
    ]
    return float(np.mean(values)), float(np.std(values))


def precision_recall(
    real: np.ndarray, fake: np.ndarray, neighbours: int = 3
) -> tuple[float, float]:
    """Share of fakes among the real faces, and of real faces among the fakes.

    Kynkäänniemi et al. 2019: a set covers the balls around its members that
    reach to their `neighbours`-th nearest other member. Precision is the share
    of fakes inside a real ball, recall the share of real faces inside a fake one.
    """
    real, fake = _pair(real, fake, rows=neighbours + 1)
    precision = np.mean(_balls_around(fake, real, _radii(real, neighbours)) > 0)
    recall = np.mean(_balls_around(real, fake, _radii(fake, neighbours)) > 0)
    return float(precision), float(recall)


def density_coverage(
    real: np.ndarray, fake: np.ndarray, neighbours: int = 5
) -> tuple[float, float]:
    """Precision and recall that one outlier cannot raise.

    Naeem et al. 2020. Density counts the real balls around each fake, divided
    by `neighbours`: about 1 for equal distributions, more where fakes crowd
    into dense regions. Coverage is the share of real balls that hold a fake.
    """
    real, fake = _pair(real, fake, rows=neighbours + 1)
    radii = _radii(real, neighbours)
    density = np.mean(_balls_around(fake, real, radii)) / neighbours
    nearest, _ = nearest_neighbours(real, fake)
    return float(density), float(np.mean(nearest <= radii))


def nearest_neighbours(
    queries: np.ndarray, references: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The closest reference of each query.

    Args:
        queries, references: features `[n, d]` and `[m, d]`.

    Returns:
        Euclidean distances float32 `[n]`, exactly 0 for a copy, and row
        numbers in `references` int64 `[n]`.
    """
    queries, references = _pair(queries, references, rows=1)
    index = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(references)
    rows = index.kneighbors(queries, return_distance=False)[:, 0]
    return np.linalg.norm(queries - references[rows], axis=1), rows


def nearest_others(points: np.ndarray) -> np.ndarray:
    """Distance of each row of `[n, d]` to the closest other row, float32 `[n]`."""
    points, _ = _pair(points, points, rows=2)
    index = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(points)
    rows = index.kneighbors(return_distance=False)[:, 0]
    return np.linalg.norm(points - points[rows], axis=1)


def duplicate_rate(samples: np.ndarray, distance: float) -> float:
    """Share of rows of `[n, d]` with another row at `distance` or nearer (0: exact copies)."""
    return float(np.mean(nearest_others(samples) <= distance))


def _pair(real, fake, rows: int, dtype=np.float32) -> tuple[np.ndarray, np.ndarray]:
    """Both sets as arrays of `dtype`, after a check that they can be compared."""
    real, fake = np.asarray(real, dtype=dtype), np.asarray(fake, dtype=dtype)
    if real.ndim != 2 or fake.ndim != 2 or real.shape[1] != fake.shape[1]:
        raise UserError(
            f"Features of the shapes {real.shape} and {fake.shape} cannot be compared: "
            "both need a row for each face and the same number of columns."
        )
    if min(len(real), len(fake)) < rows:
        raise UserError(
            f"This metric needs {rows} faces or more on either side, "
            f"but was given {len(real)} and {len(fake)}."
        )
    return real, fake


def _covariance(features: np.ndarray) -> np.ndarray:
    centred = features - features.mean(axis=0)
    return centred.T @ centred / (len(features) - 1)


def _root(covariance: np.ndarray) -> np.ndarray:
    """The symmetric square root of a positive semi-definite matrix."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


def _squared_mmd(x: np.ndarray, y: np.ndarray) -> float:
    """Unbiased estimate from float32 `[m, d]` and `[m, d]`."""
    count, size = x.shape

    def kernel(a, b):
        values = a @ b.T / size + 1.0  # (m, m)
        return values * values * values  # many times faster than a power

    def mean_of_others(a):
        values = kernel(a, a)
        total = values.sum(dtype=np.float64) - np.trace(values, dtype=np.float64)
        return total / (count * (count - 1))

    between = kernel(x, y).mean(dtype=np.float64)
    return mean_of_others(x) + mean_of_others(y) - 2.0 * between


def _radii(points: np.ndarray, neighbours: int) -> np.ndarray:
    """Distance of each point to its `neighbours`-th nearest other point, float32 `[n]`."""
    index = NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(points)
    return index.kneighbors()[0][:, -1].astype(np.float32)


def _balls_around(points: np.ndarray, centres: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """How many balls (centre `[n, d]`, radius `[n]`) hold each of the points, int `[m]`."""
    blocks = pairwise_distances_chunked(
        points,
        centres,
        reduce_func=lambda distances, start: np.sum(distances <= radii, axis=1),
        working_memory=BLOCK_MIB,
    )
    return np.concatenate(list(blocks))
