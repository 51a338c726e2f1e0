"""Intervals of an AUC: of which only the counts are known, and of scores; both hold for few."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, norm

from ganssl.metrics.classification import area_under_curve, auc_interval, roc_band
from ganssl.metrics.intervals import auc_interval_of_counts


@pytest.mark.slow
@pytest.mark.parametrize(("shift", "present", "absent"), [(1.0, 20, 30), (0.5, 60, 25), (2, 5, 5)])
def test_it_covers_the_truth_about_as_often_as_it_says(shift, present, absent):
    truth, rng = norm.cdf(shift / np.sqrt(2)), np.random.default_rng(0)
    labels = np.repeat([1, 0], [present, absent])
    hits = 0
    for _ in range(400):
        auc = area_under_curve(labels, rng.normal(size=len(labels)) + shift * labels)
        low, high = auc_interval_of_counts(auc, present, absent)
        assert 0 <= low <= auc <= high <= 1 and high - low > 0.1
        hits += low <= truth <= high
    assert 0.91 < hits / 400 < 0.998


def test_more_labels_make_it_narrower():
    widths = [np.ptp(auc_interval_of_counts(0.8, n, n)) for n in (5, 20, 100)]
    assert widths == sorted(widths, reverse=True)


def test_a_perfect_order_of_few_is_no_certainty():
    low, high = auc_interval_of_counts(1.0, 5, 5)
    assert 0.5 < low < 0.95 and high == 1
    mirrored = auc_interval_of_counts(0.0, 5, 5)
    assert mirrored == pytest.approx((0.0, 1 - low), abs=1e-9)


def test_two_photos_leave_everything_open():
    # (1 - a)² = z² a (1 - a) at its lower end
    low, high = auc_interval(np.array([0, 1]), np.array([0.1, 0.9]))
    assert high == 1 and low == pytest.approx(1 / (1 + norm.ppf(0.975) ** 2))
    assert auc_interval(np.array([1, 0]), np.array([0.1, 0.9]))[1] == pytest.approx(1 - low)


@pytest.mark.parametrize("present", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("absent", [1, 3, 5, 8])
def test_it_tells_an_order_from_chance_only_where_the_exact_test_does(present, absent):
    rng = np.random.default_rng(present + 10 * absent)
    labels = np.repeat([0, 1], [absent, present])
    for shift in (0.0, 1.5, 50.0):
        scores = rng.normal(size=len(labels)) + shift * labels
        low, high = auc_interval(labels, scores)
        p = mannwhitneyu(scores[labels == 1], scores[labels == 0], method="exact").pvalue
        if p > 0.05:
            assert low <= 0.5 <= high
    perfect = auc_interval(labels, labels.astype(float))
    assert perfect[0] < 0.97 and perfect[1] == 1


def test_it_is_the_photos_own_spread_where_that_is_wider():
    """Present photos of two kinds: the counts alone would claim too much."""
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.normal(size=200), np.repeat([-9.0, 9.0], 10)])
    labels = np.repeat([0, 1], [200, 20])
    low, high = auc_interval(labels, scores)
    narrow = auc_interval_of_counts(0.5, 20, 200)
    assert low < narrow[0] - 0.05 and high > narrow[1] + 0.05


def test_the_band_of_two_photos_has_a_width():
    band = roc_band(np.array([0, 1]), np.array([0.1, 0.9]))
    assert np.all(band.high[1:-1] - band.low[1:-1] > 0.5)
