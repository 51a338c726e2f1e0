"""Few labels spread over unlabelled photos, on planted features and codes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ganssl.directions.estimators import code_scale, logistic_normal
from ganssl.errors import UserError
from ganssl.fitting.spread_directions import draw_few, spread_direction
from ganssl.fitting.spread_labels import spread_labels, surest
from ganssl.metrics.threshold_by_bells import anchored_threshold
from tests.helpers.planted_views import planted_views


@pytest.mark.slow
def test_spreading_finds_a_better_boundary_than_the_few_labels_alone():
    train, labels = planted_views(3000, seed=1)
    test, truth = planted_views(2000, seed=2)
    for seed in range(3):
        few = draw_few(labels, 8, "Male", seed)
        known = few >= 0
        alone = logistic_normal(train.codes[known], few[known], code_scale(train.codes))
        spread = spread_labels(train.features, train.codes, few)
        by_code = spread.code_scores(test.codes)
        assert roc_auc_score(truth, by_code) > roc_auc_score(truth, test.codes @ alone) + 0.01
        assert np.mean((by_code >= 0) == truth) > 0.86  # the best possible is 0.894
        both = roc_auc_score(truth, spread.scores(test.features, test.codes))
        assert both > roc_auc_score(truth, spread.feature_scores(test.features))


def test_the_boundary_of_a_rare_attribute_is_read_from_the_photos():
    train, labels = planted_views(4000, seed=1, share=0.1, separation=4.0)
    spread = spread_labels(train.features, train.codes, draw_few(labels, 10, "Hat"))
    called = spread.feature_scores(train.features) >= 0
    assert np.mean(called == labels) > 0.95 and 0.07 < called.mean() < 0.14


def test_labels_of_which_one_class_is_rare_place_no_boundary_outside_the_photos():
    """Two of one class and eight of the other: chosen photos know no classes."""
    train, labels = planted_views(1000, seed=1, separation=4.0)
    few = draw_few(labels, 8, "Male")
    few[np.flatnonzero(few == 1)[2:]] = -1
    spread = spread_labels(train.features, train.codes, few)
    called = spread.feature_scores(train.features) >= 0
    assert 0.3 < called.mean() < 0.7 and np.mean(called == labels) > 0.85


@pytest.mark.slow
def test_scores_have_a_unit_and_the_result_is_the_same_every_time():
    train, labels = planted_views(1000, seed=1)
    few = draw_few(labels, 10, "Male")
    first, again = (spread_labels(train.features, train.codes, few) for _ in range(2))
    np.testing.assert_array_equal(first.vector, again.vector)
    assert np.linalg.norm(first.vector) == pytest.approx(1.0, abs=1e-5)
    assert first.code_scores(train.codes).std() == pytest.approx(1.0, abs=1e-3)
    assert first.feature_scores(train.features).std() == pytest.approx(1.0, abs=1e-3)


def test_the_surest_half_of_each_answer_and_the_labels_given():
    scores = np.array([-3.0, -1.0, -2.0, -0.5, 4.0, 1.0, 0.2, 5.0])
    labels = np.array([-1, 1, -1, -1, -1, -1, 0, -1], np.int8)
    np.testing.assert_array_equal(surest(scores, labels), [0, 1, 0, -1, 1, -1, 0, 1])


def test_a_draw_holds_smaller_ones_and_depends_on_seed_and_name():
    labels = (np.arange(200) % 2).astype(np.int8)
    small, large = draw_few(labels, 5, "Male"), draw_few(labels, 20, "Male")
    assert np.bincount(large[large >= 0]).tolist() == [20, 20]
    np.testing.assert_array_equal(large[small >= 0], small[small >= 0])
    np.testing.assert_array_equal(small[small >= 0], labels[small >= 0])
    assert (draw_few(labels, 5, "Male", 1) != small).any()
    assert (draw_few(labels, 5, "Smiling") != small).any()
    with pytest.raises(UserError, match=r"absent in 100 photos, and 101 are needed"):
        draw_few(labels, 101, "Male")


@pytest.mark.slow
def test_the_direction_is_measured_on_photos_that_do_not_place_its_boundary():
    train, labels = planted_views(2000, seed=1)
    held, truth = planted_views(800, seed=2)
    few = draw_few(labels, 20, "Male")
    direction = spread_direction("Male", train.features, train.codes, few, (held.codes, truth))
    assert direction.usable and direction.method == "logistic" and direction.labels_used == 40
    assert direction.auc == pytest.approx(roc_auc_score(truth, direction.score(held.codes)))
    assert 0.7 < direction.split_half_cosine < 1.0
    flipped = spread_direction("Male", train.features, train.codes, few, (held.codes, 1 - truth))
    assert flipped.boundary == direction.boundary and flipped.auc < 0.2


def test_a_few_labelled_photos_anchor_the_threshold():
    rng = np.random.default_rng(0)
    labels = rng.random(4000) < 0.3
    scores = 1 / (1 + np.exp(-(rng.normal(size=4000) + 1.8 * (labels - 0.5) + 2.0)))
    best = max(np.mean((scores >= t) == labels) for t in np.quantile(scores, np.linspace(0, 1, 99)))
    few = draw_few(labels.astype(np.int8), 40, "Male") >= 0
    found = anchored_threshold(scores[~few], scores[few], labels[few])
    assert np.mean((scores >= found.threshold) == labels) > best - 0.015
    assert found.positive_share == pytest.approx(0.3, abs=0.08)
    assert np.mean((scores >= 0.5) == labels) < best - 0.2
    alike = anchored_threshold(np.full(50, 0.7), np.full(4, 0.7), np.array([0, 1, 0, 1]))
    assert alike.threshold == 0.5 and not alike.trusted


def test_what_cannot_be_spread_is_refused():
    train, labels = planted_views(100)
    with pytest.raises(UserError, match="2 or more labels of each class"):
        spread_labels(train.features, train.codes, np.where(np.arange(100) < 1, labels, -1))
    with pytest.raises(UserError, match="do not belong to the same photos"):
        spread_labels(train.features, train.codes[:50], labels)
