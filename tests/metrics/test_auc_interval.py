"""The interval of an AUC of which only the counts are known."""

import numpy as np
import pytest
from scipy.stats import norm

from ganssl.metrics.classification import area_under_curve
from ganssl.metrics.intervals import auc_interval_of_counts


@pytest.mark.parametrize(("shift", "present", "absent"), [(1.0, 20, 30), (0.5, 60, 25)])
def test_it_covers_the_truth_about_as_often_as_it_says(shift, present, absent):
    truth, rng = norm.cdf(shift / np.sqrt(2)), np.random.default_rng(0)
    labels = np.repeat([1, 0], [present, absent])
    hits = 0
    for _ in range(400):
        auc = area_under_curve(labels, rng.normal(size=len(labels)) + shift * labels)
        low, high = auc_interval_of_counts(auc, present, absent)
        assert 0 < low < high < 1
        hits += low <= truth <= high
    assert 0.91 < hits / 400 < 0.995


def test_more_labels_make_it_narrower():
    widths = [np.ptp(auc_interval_of_counts(0.8, n, n)) for n in (5, 20, 100)]
    assert widths == sorted(widths, reverse=True)


def test_a_perfect_order_of_few_is_no_certainty():
    low, high = auc_interval_of_counts(1.0, 5, 5)
    assert low < 0.95 and high < 1
    assert auc_interval_of_counts(0.0, 5, 5)[0] > 0
