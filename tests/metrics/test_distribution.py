"""Distances between sets of features: closed forms, and what the papers say they do."""

import ast
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from ganssl.errors import UserError
from ganssl.metrics import distribution
from ganssl.metrics.distribution import (
    density_coverage,
    duplicate_rate,
    frechet_distance,
    kernel_distance,
    nearest_neighbours,
    nearest_others,
    precision_recall,
)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """On matrices as small as these, threads of a busy machine only wait for each other."""
    with threadpool_limits(1):
        yield


def gaussian(count, size, seed, mean=0.0, scale=1.0):
    return np.random.default_rng(seed).normal(mean, scale, (count, size)).astype(np.float32)


def exact_moments(count, mean, covariance, seed):
    """Rows whose sample mean and unbiased covariance are exactly those given."""
    rows = np.random.default_rng(seed).normal(size=(count, len(mean)))
    rows -= rows.mean(axis=0)
    whitened = rows @ np.linalg.inv(np.linalg.cholesky(np.cov(rows.T))).T
    return whitened @ np.linalg.cholesky(covariance).T + mean


def distances(a, b):
    return np.sqrt(((a[:, None].astype(np.float64) - b[None]) ** 2).sum(axis=2))


def naive_radii(points, k):
    return np.sort(distances(points, points), axis=1)[:, k]  # column 0 is the point itself


# Fréchet distance


def test_frechet_of_diagonal_gaussians_has_its_closed_form():
    first = exact_moments(400, np.array([0.0, 1, 2]), np.diag([1.0, 4, 9]), seed=0)
    second = exact_moments(300, np.array([3.0, 1, -2]), np.diag([4.0, 4, 1]), seed=1)
    expected = (9 + 0 + 16) + (1 - 2) ** 2 + (2 - 2) ** 2 + (3 - 1) ** 2
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-9)


def test_frechet_of_rotated_gaussians_equals_the_matrix_square_root():
    from scipy.linalg import sqrtm

    rng = np.random.default_rng(2)
    covariances = [a @ a.T for a in rng.normal(size=(2, 5, 5))]
    first = exact_moments(200, np.zeros(5), covariances[0], seed=3)
    second = exact_moments(200, np.ones(5), covariances[1], seed=4)
    root = sqrtm(covariances[0] @ covariances[1]).real
    expected = 5 + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * np.trace(root)
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-8)


def test_frechet_is_zero_for_equal_sets_symmetric_and_stable_below_full_rank():
    few = gaussian(20, 64, seed=0)  # 20 rows in 64 dimensions
    other = gaussian(30, 64, seed=1, mean=1.0)
    assert frechet_distance(few, few) == pytest.approx(0.0, abs=1e-9)
    assert frechet_distance(few, other) == pytest.approx(frechet_distance(other, few), rel=1e-9)
    assert frechet_distance(few, few + 2.0) == pytest.approx(64 * 4, rel=1e-5)


# Kernel distance


def test_kernel_distance_equals_the_sums_of_the_paper():
    x, y = gaussian(12, 4, seed=0), gaussian(12, 4, seed=1, mean=0.5)

    def kernel(a, b):
        return (float(a.astype(float) @ b.astype(float)) / 4 + 1) ** 3

    others = [(i, j) for i in range(12) for j in range(12) if i != j]
    expected = (
        np.mean([kernel(x[i], x[j]) for i, j in others])
        + np.mean([kernel(y[i], y[j]) for i, j in others])
        - 2 * np.mean([kernel(a, b) for a in x for b in y])
    )
    mean, deviation = kernel_distance(x, y, subsets=3, size=50)
    assert mean == pytest.approx(expected, rel=1e-4)
    assert deviation == pytest.approx(0.0, abs=1e-5)  # every subset is the whole set


def test_kernel_distance_is_unbiased_and_grows_with_the_shift():
    same = [
        kernel_distance(gaussian(60, 8, 2 * i), gaussian(60, 8, 2 * i + 1), subsets=1, size=60)[0]
        for i in range(200)
    ]
    error = np.std(same) / np.sqrt(len(same))
    assert abs(np.mean(same)) < 4 * error
    assert min(same) < 0 < max(same)  # a biased estimate is never negative
    real = gaussian(400, 8, seed=1000)
    shifted = [
        kernel_distance(real, gaussian(400, 8, seed=1001, mean=m), subsets=20, size=200)[0]
        for m in (0.2, 0.5, 1.0)
    ]
    assert 4 * error < shifted[0] < shifted[1] < shifted[2]


def test_kernel_distance_depends_on_the_seed_alone():
    x, y = gaussian(100, 4, seed=0), gaussian(100, 4, seed=1)
    assert kernel_distance(x, y, 10, 40, seed=5) == kernel_distance(x, y, 10, 40, seed=5)
    mean, deviation = kernel_distance(x, y, 10, 40, seed=5)
    assert mean != kernel_distance(x, y, 10, 40, seed=6)[0]
    assert deviation > 0


# Precision and recall, density and coverage


def two_modes(count, seed):
    rows = gaussian(count, 4, seed)
    rows[: count // 2] += 20.0
    return rows


def test_dropping_a_mode_lowers_recall_and_not_precision():
    real, one_mode = two_modes(400, seed=0), gaussian(400, 4, seed=1)
    full_precision, full_recall = precision_recall(real, two_modes(400, seed=2))
    precision, recall = precision_recall(real, one_mode)
    assert full_precision > 0.8 and full_recall > 0.8
    assert precision > 0.8
    assert recall < 0.55


def test_noise_lowers_precision_more_than_recall():
    real = gaussian(400, 4, seed=0)
    noisy = gaussian(400, 4, seed=1) + gaussian(400, 4, seed=2, scale=3.0)
    precision, recall = precision_recall(real, noisy)
    assert precision < 0.5 < recall


def test_precision_and_recall_swap_with_their_arguments():
    a, b = gaussian(150, 3, seed=0), gaussian(120, 3, seed=1, mean=0.7)
    assert precision_recall(a, b) == precision_recall(b, a)[::-1]


def test_density_and_coverage_near_one_for_equal_distributions():
    density, coverage = density_coverage(gaussian(1000, 6, seed=0), gaussian(1000, 6, seed=1))
    assert density == pytest.approx(1.0, abs=0.1)
    assert coverage == pytest.approx(1 - 2.0**-5, abs=0.04)  # Naeem et al. 2020


def test_an_outlier_raises_precision_and_not_density():
    fakes = gaussian(300, 2, seed=1, scale=0.2) + 4.0  # far from every real face
    real = gaussian(300, 2, seed=0, scale=0.2)
    outlier = np.array([[8.0, 8.0]], dtype=np.float32)  # its ball reaches back over the fakes
    assert precision_recall(real, fakes)[0] == 0.0
    assert precision_recall(np.concatenate([real, outlier]), fakes)[0] > 0.9
    density, coverage = density_coverage(np.concatenate([real, outlier]), fakes)
    assert density < 0.25
    assert coverage < 0.01


def test_density_and_coverage_tell_crowding_from_spread():
    real = two_modes(400, seed=0)
    density, coverage = density_coverage(real, gaussian(400, 4, seed=1, scale=0.3))
    assert density > 1.2
    assert coverage < 0.5


@pytest.mark.parametrize("block_mib", [0.002, 100])
def test_blocks_equal_the_whole_matrix(monkeypatch, block_mib):
    monkeypatch.setattr(distribution, "BLOCK_MIB", block_mib)
    real, fake = gaussian(170, 5, seed=0), gaussian(130, 5, seed=1, mean=0.4)
    between = distances(fake, real)  # (130, 170)
    inside = between <= naive_radii(real, 3)
    recalled = distances(real, fake) <= naive_radii(fake, 3)
    assert precision_recall(real, fake) == pytest.approx(
        (inside.any(axis=1).mean(), recalled.any(axis=1).mean())
    )
    inside = between <= naive_radii(real, 5)
    assert density_coverage(real, fake) == pytest.approx(
        (inside.sum() / (5 * 130), inside.any(axis=0).mean())
    )


# Nearest neighbours


def test_nearest_neighbours_find_copies_at_distance_zero():
    references = gaussian(
        500, 16, seed=0, mean=30.0
    )  # far from 0, where x² + y² - 2xy loses digits
    queries = references[[7, 400, 3]].copy()
    queries[2, 0] += 0.5
    found, rows = nearest_neighbours(queries, references)
    assert rows.tolist() == [7, 400, 3]
    assert found.tolist() == pytest.approx([0.0, 0.0, 0.5])
    assert found[0] == 0.0


def test_nearest_neighbours_equal_the_whole_matrix():
    queries, references = gaussian(90, 6, seed=0), gaussian(210, 6, seed=1)
    expected = distances(queries, references)
    found, rows = nearest_neighbours(queries, references)
    assert np.array_equal(rows, expected.argmin(axis=1))
    assert found == pytest.approx(expected.min(axis=1), rel=1e-5)


def test_duplicate_rate_counts_both_of_a_pair_and_never_a_row_itself():
    samples = np.arange(10, dtype=np.float32)[:, None] * 5.0
    assert duplicate_rate(samples, 0.0) == 0.0
    assert nearest_others(samples).tolist() == [5.0] * 10
    samples[9] = samples[0]
    assert duplicate_rate(samples, 0.0) == pytest.approx(0.2)
    assert duplicate_rate(samples, 5.0) == 1.0


# Input that cannot be used


def test_unusable_features_are_refused():
    with pytest.raises(UserError, match="same number of columns"):
        frechet_distance(gaussian(9, 3, 0), gaussian(9, 4, 0))
    with pytest.raises(UserError, match="needs 4 faces or more"):
        precision_recall(gaussian(3, 2, 0), gaussian(9, 2, 0))
    with pytest.raises(UserError, match="needs 2 faces or more"):
        kernel_distance(gaussian(1, 2, 0), gaussian(9, 2, 0))


def test_metrics_import_no_network_library():
    for path in Path(distribution.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(n.startswith(("keras", "tensorflow", "streamlit")) for n in names)
