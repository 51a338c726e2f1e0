"""The share of present photos without labels, on planted scores whose share is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from ganssl.errors import UserError
from ganssl.metrics.class_shares import FEWEST, estimate_share


def posteriors(count: int, share: float, made_for: float, gap: float = 2.5, seed: int = 0):
    """Right for a population of which `made_for` is present, of photos of which `share` is."""
    rng = np.random.default_rng(seed)
    labels = rng.random(count) < share
    values = rng.normal(size=count) + gap * (labels - 0.5)
    return expit(gap * values + np.log(made_for / (1.0 - made_for))), labels


@pytest.mark.parametrize("made_for", [0.5, 0.2, 0.8])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9])
def test_the_share_is_found_whatever_the_posteriors_were_made_for(share: float, made_for: float):
    given, labels = posteriors(6000, share, made_for)
    found = estimate_share(given, made_for)
    assert found.trusted and abs(found.share - labels.mean()) < 3.0 * found.error < 0.05
    if share != made_for:
        assert abs(given.mean() - share) > 2.0 * abs(found.share - share)  # their mean will not do


def test_the_error_is_as_large_as_the_shares_of_many_samples_spread():
    found = [estimate_share(posteriors(300, 0.3, 0.5, seed=i)[0], 0.5) for i in range(200)]
    assert np.std([one.share for one in found]) == pytest.approx(
        np.mean([one.error for one in found]), rel=0.2
    )


def test_another_share_is_told_from_the_same():
    same = [estimate_share(posteriors(500, 0.3, 0.3, seed=i)[0], 0.3).changed for i in range(100)]
    assert np.mean(same) < 0.12  # five in a hundred by chance
    other = [estimate_share(posteriors(500, 0.5, 0.3, seed=i)[0], 0.3).changed for i in range(20)]
    assert all(other)


@pytest.mark.parametrize(
    ("given", "doubt"),
    [
        (np.full(FEWEST - 1, 0.9), "fewer than 20"),
        (np.full(500, 1e-6), "one class"),
        (np.full(500, 1.0), "one class"),
        (np.full(500, 0.5), "hardly tell"),
        (posteriors(40, 0.5, 0.5, gap=0.5)[0], "hardly tell"),
        (np.empty(0), "fewer than 20"),
    ],
)
def test_photos_that_tell_no_share_are_not_believed(given, doubt: str):
    found = estimate_share(given, 0.5)
    assert not found.trusted and doubt in found.doubt and np.isfinite(found.share)


def test_what_is_no_probability_is_refused():
    with pytest.raises(UserError, match="0 to 1"):
        estimate_share(np.array([0.2, 1.4]), 0.5)
    with pytest.raises(UserError, match="0 to 1"):
        estimate_share(np.array([0.2, np.nan]), 0.5)
    with pytest.raises(UserError, match="between 0 and 1"):
        estimate_share(np.full(50, 0.5), 1.0)
