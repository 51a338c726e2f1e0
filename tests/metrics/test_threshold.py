"""Thresholds without labels, on planted scores for which the default fails."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.metrics.threshold import calibrate_threshold


def logit_scores(n: int, share: float, separation: float, shift: float, seed: int = 0):
    """Labels and scores: two bells of logits `separation` apart, all moved by `shift`."""
    rng = np.random.default_rng(seed)
    labels = rng.random(n) < share
    logits = rng.normal(size=n) + separation * (labels - 0.5) + shift
    return labels, 1 / (1 + np.exp(-logits))


def accuracy(labels, scores, threshold: float) -> float:
    return float(np.mean((scores >= threshold) == labels))


@pytest.mark.parametrize("share", [0.5, 0.3, 0.15])
def test_mixture_follows_a_shift_of_all_scores(share: float):
    labels, scores = logit_scores(3000, share, 4.0, shift=3.0)
    best = max(accuracy(labels, scores, t) for t in np.unique(scores))
    found = calibrate_threshold(scores)
    assert accuracy(labels, scores, 0.5) < 0.75 * best  # the default fails
    assert found.trusted and accuracy(labels, scores, found.threshold) > best - 0.01
    assert found.positive_share == pytest.approx(share, abs=0.03)


def test_mixture_finds_bells_that_overlap_to_an_auc_of_092():
    labels, scores = logit_scores(3000, 0.5, 2.0, shift=1.5)
    found = calibrate_threshold(scores)
    assert accuracy(labels, scores, found.threshold) > accuracy(labels, scores, 0.5) + 0.1


def test_mixture_decides_nothing_where_there_is_nothing_to_see():
    rng = np.random.default_rng(0)
    one_bell = 1 / (1 + np.exp(-rng.normal(2, 1, 2000)))
    for scores in (one_bell, np.full(50, 0.8), rng.random(9)):
        found = calibrate_threshold(scores)
        assert not found.trusted and found.threshold == 0.5
        assert np.isnan(found.positive_share) and "default" in found.note
        assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["positive_share"] is None


def test_mixture_takes_a_few_outliers_for_no_class():
    rng = np.random.default_rng(0)
    logits = np.concatenate([rng.normal(0, 1, 5000), rng.normal(9, 0.5, 5)])
    assert not calibrate_threshold(1 / (1 + np.exp(-logits))).trusted


def test_em_finds_the_share_of_rare_photos():
    """Calibrated scores of a balanced training, photos with 8 % present (Saerens et al. 2002)."""
    rng = np.random.default_rng(0)
    labels = rng.random(20_000) < 0.08
    value = rng.normal(size=20_000) + 2.0 * (labels - 0.5)
    scores = 1 / (1 + np.exp(-2.0 * value))  # the posterior for balanced classes
    found = calibrate_threshold(scores, "em")
    assert found.positive_share == pytest.approx(0.08, abs=0.015)
    assert found.threshold == pytest.approx(0.92, abs=0.02)
    assert accuracy(labels, scores, found.threshold) > accuracy(labels, scores, 0.5) + 0.05


def test_em_knows_what_share_the_training_had():
    labels, scores = logit_scores(5000, 0.5, 3.0, 0.0)
    logits = 3.0 * np.log(scores / (1 - scores))  # the posterior for balanced classes
    rare = 1 / (1 + np.exp(-(logits + np.log(0.1 / 0.9))))  # trained with 10 % present
    found = calibrate_threshold(rare, "em", train_share=0.1)
    assert found.positive_share == pytest.approx(0.5, abs=0.03)
    assert accuracy(labels, rare, found.threshold) > accuracy(labels, rare, 0.5) + 0.02
    assert not calibrate_threshold(np.full(100, 1e-9), "em").trusted


def test_prior_calls_the_given_share_present():
    labels, scores = logit_scores(1000, 0.3, 4.0, shift=3.0)
    found = calibrate_threshold(scores, "prior", positive_share=0.3)
    assert np.mean(scores >= found.threshold) == pytest.approx(0.3)
    assert accuracy(labels, scores, found.threshold) > accuracy(labels, scores, 0.5) + 0.2


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        ([0.5], {}, "2 or more photos"),
        ([0.5, np.nan], {}, "0 to 1"),
        ([0.5, 1.5], {}, "0 to 1"),
        ([0.2, 0.5], {"method": "magic"}, "choose from"),
        ([0.2, 0.5], {"method": "prior"}, "between 0 and 1"),
        ([0.2, 0.5], {"method": "prior", "positive_share": 1.0}, "between 0 and 1"),
        ([0.2, 0.5], {"method": "em", "train_share": 0.0}, "between 0 and 1"),
    ],
)
def test_bad_input_is_refused(scores, options: dict, message: str):
    with pytest.raises(UserError, match=message):
        calibrate_threshold(scores, **options)


def test_scores_of_which_nearly_all_are_equal_decide_nothing():
    scores = np.full(200, 0.02)
    scores[:5] = 0.9
    found = calibrate_threshold(scores)
    assert not found.trusted and found.threshold == 0.5 and "same score" in found.note
