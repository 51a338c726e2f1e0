"""What a classifier is held against, on planted features and codes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ganssl.attributes import Attribute
from ganssl.judgement.baselines import (
    BOTH,
    FEW,
    SELF_TRAINING,
    SPREADING,
    baselines,
    direction_scores,
    mixed_rows,
    self_trained_rows,
    spread_rows,
)
from tests.helpers.planted import make_direction, planted_codes
from tests.helpers.planted_features import SIZE, planted_features

SMILING = Attribute("Smiling")


def test_baselines_are_ordered_as_their_labels_are():
    unlabelled = planted_features(1500, seed=2, separation=2.5)[0]
    few = planted_features(12, seed=3, separation=2.5)
    synthetic = planted_features(1000, seed=4, separation=2.5, shift=1.5)
    test, truth = planted_features(2000, seed=5, separation=2.5)
    steps = []
    found = baselines(
        test,
        few,
        SMILING,
        unlabelled,
        synthetic,
        progress=lambda *step: steps.append(step),
    )
    assert list(found) == [FEW, SELF_TRAINING, SPREADING, BOTH]
    assert steps == [(i, 4) for i in range(1, 5)]
    auc = {name: roc_auc_score(truth, scored.scores) for name, scored in found.items()}
    assert auc[BOTH] > 0.93 and auc[FEW] < auc[SPREADING]
    again = baselines(test, few, SMILING, unlabelled)
    assert list(again) == [FEW, SELF_TRAINING, SPREADING]
    np.testing.assert_array_equal(again[FEW].scores, found[FEW].scores)
    assert list(baselines(test, few, SMILING)) == [FEW]


@pytest.mark.slow
def test_baselines_can_place_their_thresholds_without_labels():
    unlabelled = planted_features(1500, seed=2, separation=5.0, share=0.2)[0]
    few = planted_features(20, seed=3, separation=5.0)
    test, truth = planted_features(1000, seed=5, separation=5.0, share=0.2)
    found = baselines(test, few, SMILING, unlabelled, placing=("mixture", None))[FEW]
    assert found.threshold != 0.5
    assert np.mean((found.scores >= found.threshold) == truth) > 0.95


def test_spreading_and_self_training_keep_the_labels_given():
    few, labels = planted_features(20, separation=5.0)
    unlabelled, truth = planted_features(400, seed=1, separation=5.0)
    for rows, answers in (
        self_trained_rows(few, labels, unlabelled),
        spread_rows(few, labels, unlabelled),
    ):
        np.testing.assert_array_equal(rows[:20], few)
        np.testing.assert_array_equal(answers[:20], labels)
        assert set(np.unique(answers)) == {0, 1}
    rows, answers = self_trained_rows(few, labels, unlabelled)
    assert len(rows) == 20 + 200  # the surer half
    by_row = {row.tobytes(): label for row, label in zip(unlabelled, truth, strict=True)}
    found = [by_row[row.tobytes()] for row in rows[20:]]
    assert np.mean(found == answers[20:]) >= 0.98


def test_mixed_rows_weigh_both_kinds_alike():
    mixed = mixed_rows(planted_features(300), planted_features(20))
    assert mixed.features.shape == (320, SIZE) and mixed.labels.shape == (320,)
    weights = mixed.weights
    assert weights[:300].sum() == pytest.approx(weights[300:].sum())
    assert weights.mean() == pytest.approx(1.0)


def test_the_direction_as_a_classifier_places_its_boundary_by_the_few_labels():
    codes, labels, axes = planted_codes(2000)
    direction = make_direction("Male", axes[0], boundary=2.0)  # misplaced: the best is 0
    scored = direction_scores(direction, codes)
    assert np.mean((scored.scores >= scored.threshold) == labels[:, 0]) < 0.75
    few = codes[:40], labels[:40, 0]
    placed = direction_scores(direction, codes, few)
    assert np.mean((placed.scores >= placed.threshold) == labels[:, 0]) > 0.88
    assert np.all((placed.scores > 0) & (placed.scores < 1))
