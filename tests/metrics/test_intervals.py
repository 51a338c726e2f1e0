"""Intervals against published figures, and at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.metrics.intervals import balanced_interval, mean_interval, wilson_interval


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # Newcombe 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_have_the_published_intervals(hits: int, n: int, low: float, high: float):
    assert wilson_interval(hits, n) == pytest.approx((low, high), abs=5e-5)
    mirrored = wilson_interval(np.int64(n - hits), n)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_a_mean_of_few_values_has_students_interval():
    # the 97.5 % point of t with 4 degrees of freedom is 2.776
    mean, low, high = mean_interval(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    half = 2.7764 * np.sqrt(2.5) / np.sqrt(5)
    assert (mean, low, high) == pytest.approx((3.0, 3.0 - half, 3.0 + half), abs=1e-4)


def test_equal_values_have_an_interval_without_width():
    values = np.stack([np.full(4, 0.25), np.arange(4.0)], axis=1)
    mean, low, high = mean_interval(values)
    assert mean[0] == low[0] == high[0] == 0.25
    assert low[1] < mean[1] == 1.5 < high[1]


def test_the_mean_of_two_shares_has_the_interval_of_their_difference():
    """Newcombe 1998, table II, example (a): 56/70 − 48/80 has 0.0524 to 0.3339 by method 10.

    A mean of two shares is half of a difference plus a half: p1 + (1 − p2).
    """
    low, high = balanced_interval((56, 80 - 48), (70, 80))
    assert (2 * low - 1, 2 * high - 1) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_two_photos_answered_rightly_leave_a_coin_possible():
    low, high = balanced_interval((1, 1), (1, 1))
    assert low < 0.5 and high == pytest.approx(1.0)
    assert wilson_interval(2, 2)[0] < 0.5
