"""Judgements by hand-made labels and scores: nothing may look better than it is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.judgement.judge import MAJORITY, comparison_table, judge
from ganssl.metrics.classification import (
    auc_interval,
    calibration,
    mcnemar,
    roc,
    worst_mistakes,
)
from ganssl.metrics.intervals import wilson_interval

MALE = Attribute("Male")


def planted(n: int = 400, shift: float = 1.5, share: float = 0.5, seed: int = 0):
    """Labels with a share of ones, and scores in (0, 1) whose logits lie `shift` apart."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(n) < share * n).astype(np.int8)
    logits = rng.normal(size=n) + shift * (labels - 0.5)
    return labels, 1 / (1 + np.exp(-logits))


def test_the_published_result_is_called_a_constant_predictor():
    """100 photos, 42 Male, every answer 'not Male': accuracy 0.58 and AUC 0.5 (2017)."""
    labels = np.array([1] * 42 + [0] * 58)
    found = judge(labels, np.full(100, 0.31), 0.5, MALE)
    assert found.accuracy == pytest.approx(0.58) and found.majority_baseline == pytest.approx(0.58)
    assert found.auc == 0.5 and found.balanced_accuracy == 0.5
    assert [round(end, 2) for end in found.ci95] == [0.48, 0.67]
    assert found.confusion_matrix == ((58, 0), (42, 0))
    assert found.constant_predictor
    assert "constant predictor" in found.verdict and "'not Male' to every photo" in found.verdict
    assert "better" not in found.verdict and "rank" not in found.verdict


def test_an_interval_with_the_baseline_in_it_claims_nothing():
    labels = np.array([1] * 42 + [0] * 58)
    scores = labels.astype(float)
    scores[:8], scores[42:70] = 0, 1  # 64 of 100 right
    found = judge(labels, scores, 0.5, MALE)
    assert found.accuracy == pytest.approx(0.64) and found.accuracy > found.majority_baseline
    assert found.ci95[0] < found.majority_baseline < found.ci95[1]
    assert "not shown to be better" in found.verdict and not found.constant_predictor
    assert "It is better than a constant" not in found.verdict
    assert "do rank the photos" in found.verdict  # 34 of 42 against 28 of 58


def test_better_and_worse_are_said_when_they_are_so():
    labels, scores = planted(400, 4.0)
    found = judge(labels, scores, 0.5, MALE)
    assert found.verdict.startswith("It is better than a constant answer")
    worse = judge(labels, 1 - scores, 0.5, MALE)
    assert worse.verdict.startswith("It is worse than a constant answer")
    assert "do rank" not in worse.verdict
    misplaced = judge(labels, scores, 0.9999, MALE)
    assert misplaced.constant_predictor and "threshold may be misplaced" in misplaced.verdict


def test_figures_agree_with_scikit_learn_ties_included():
    labels, scores = planted(300, 1.0, 0.3)
    scores = np.round(scores, 1)
    found = judge(labels, scores, 0.5, MALE)
    answers = scores >= 0.5
    assert found.auc == pytest.approx(roc_auc_score(labels, scores))
    assert found.balanced_accuracy == pytest.approx(balanced_accuracy_score(labels, answers))
    assert found.confusion_matrix[1][0] == np.sum((labels == 1) & ~answers)
    assert found.majority_baseline == pytest.approx(0.7)
    assert found.auc_ci95[0] < found.auc < found.auc_ci95[1]
    assert json.loads(json.dumps(found.to_dict()))["classes"] == ["not Male", "Male"]


def test_a_score_on_the_threshold_counts_as_present():
    assert judge([0, 1], [0.2, 0.7], 0.7, MALE).confusion_matrix == ((1, 0), (0, 1))


def test_the_interval_of_the_auc_has_the_width_of_theory():
    """Standard error of the AUC after Hanley & McNeil 1982, within a fifth: many photos."""
    labels, scores = planted(600, 1.2)
    low, high = auc_interval(labels, scores)
    area = roc_auc_score(labels, scores)
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + 299 * (q1 - area**2) + 299 * (q2 - area**2)
    assert (high - low) / 3.92 == pytest.approx(np.sqrt(variance / 300**2), rel=0.2)
    assert auc_interval(labels, scores) == (low, high)


def test_a_single_class_and_a_single_photo_say_nothing_about_telling_apart():
    found = judge(np.ones(20), np.full(20, 0.9), 0.5, MALE)
    assert found.auc is None and found.auc_ci95 is None and found.balanced_accuracy is None
    assert found.balanced_ci95 is None and not found.exchanged
    assert found.majority_baseline == 1.0 and "nothing can be said" in found.verdict
    one = judge([0], [0.8], 0.5, MALE)
    assert one.n == 1 and one.accuracy == 0.0 and "The one photo" in one.verdict
    json.dumps(found.to_dict(), allow_nan=False)


def test_two_photos_are_certain_of_nothing():
    labels, scores = np.array([0, 1]), np.array([0.1, 0.9])
    found = judge(labels, scores, 0.5, MALE, {"camera": np.array(["a", "a"])})
    (group,) = found.slices
    for one in (found, group):
        assert one.accuracy == one.auc == one.balanced_accuracy == 1.0
        for low, high in (one.ci95, one.auc_ci95, one.balanced_ci95):
            assert low < 0.5 and high == pytest.approx(1.0)
    assert "not shown to be better" in found.verdict
    assert not judge(labels, scores[::-1], 0.5, MALE).exchanged


def test_labels_the_other_way_round_are_said_to_look_exchanged():
    labels, scores = planted(60, 4.0)
    found = judge(1 - labels, scores, 0.5, MALE)
    assert found.exchanged and found.to_dict()["labels_look_exchanged"] is True
    assert "labels look exchanged" in found.verdict
    assert "'not Male' score higher than those labelled 'Male'" in found.verdict
    right = judge(labels, scores, 0.5, MALE)
    assert not right.exchanged and right.to_dict()["labels_look_exchanged"] is False


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([], [], "no labelled photo"),
        ([0, 1], [0.5], "do not fit together"),
        ([0, 2], [0.1, 0.2], "labelled 0 or 1"),
        ([0, -1], [0.1, 0.2], "labelled 0 or 1"),
        ([0, 1], [0.1, np.nan], "no numbers"),
        ([0, 1], [0.1, np.inf], "no numbers"),
    ],
)
def test_what_cannot_be_judged_is_refused(labels, scores, message: str):
    with pytest.raises(UserError, match=message):
        judge(labels, scores, 0.5, MALE)
    with pytest.raises(UserError, match=message):
        worst_mistakes(labels, scores)


def test_slices_count_each_group_and_leave_the_unknown_out():
    labels = np.array([1, 1, 0, 0, 1, 0])
    scores = np.array([0.9, 0.2, 0.1, 0.8, 0.9, 0.1])
    columns = {"Young": np.array([1, 1, 1, 0, -1, 0], np.int8), "camera": np.array(list("aaabbb"))}
    found = judge(labels, scores, 0.5, MALE, columns)
    groups = {(s.column, s.value): s for s in found.slices}
    assert set(groups) == {
        ("Young", "Young"), ("Young", "not Young"), ("camera", "a"), ("camera", "b"),
    }  # fmt: skip
    young = groups["Young", "Young"]
    assert (young.n, young.present) == (3, 2) and young.accuracy == pytest.approx(2 / 3)
    assert young.ci95 == wilson_interval(2, 3) and young.auc == 1.0
    assert groups["Young", "not Young"].auc is None
    with pytest.raises(UserError, match="one value for each photo"):
        judge(labels, scores, 0.5, MALE, {"Young": np.zeros(3, int)})


def test_roc_runs_from_corner_to_corner_and_has_the_area():
    labels, scores = planted()
    curve = roc(labels, scores)
    assert (curve.false_alarms[0], curve.found[0]) == (0, 0)
    assert (curve.false_alarms[-1], curve.found[-1]) == (1, 1)
    area = np.trapezoid(curve.found, curve.false_alarms)
    assert area == pytest.approx(roc_auc_score(labels, scores))
    with pytest.raises(UserError, match="both classes"):
        roc(np.ones(4), np.arange(4.0))


def test_calibration_bins_hold_every_photo_once():
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.random(20_000), [0.0, 1.0]])
    labels = rng.random(len(scores)) < scores
    bins = calibration(labels, scores)
    assert len(bins) == 10 and sum(b.n for b in bins) == len(scores)
    assert all(abs(b.present - b.mean_score) < 0.05 for b in bins)
    assert all(b.low <= b.mean_score <= b.high and b.ci95[0] < b.present < b.ci95[1] for b in bins)
    sure = calibration(labels, np.where(scores > 0.5, 0.99, 0.01))
    assert [b.n for b in sure] == [np.sum(scores <= 0.5), np.sum(scores > 0.5)]
    with pytest.raises(UserError, match="probabilities"):
        calibration([0, 1], [0.5, 1.5])


def test_worst_mistakes_come_first_and_right_answers_not_at_all():
    labels = np.array([1, 0, 1, 0, 1])
    scores = np.array([0.05, 0.6, 0.4, 0.2, 0.9])
    assert worst_mistakes(labels, scores).tolist() == [0, 1, 2]
    assert worst_mistakes(labels, scores, count=1).tolist() == [0]
    assert worst_mistakes(labels, labels.astype(float)).tolist() == []


def test_mcnemar_by_hand():
    labels = np.ones(20, int)
    first, second = np.ones(20, int), np.ones(20, int)
    second[:10] = 0
    first[19] = 0
    found = mcnemar(labels, first, second)
    assert (found.only_first, found.only_second) == (10, 1)
    assert found.difference == pytest.approx(9 / 20)
    assert found.p == pytest.approx(2 * (1 + 11) / 2**11)
    same = mcnemar(labels, first, first)
    assert (same.p, same.difference) == (1.0, 0.0)


def test_the_comparison_table_begins_with_the_majority_and_pairs_with_the_reference():
    labels, scores = planted(200, 3.0, 0.4)
    rng = np.random.default_rng(1)
    methods = {"synthetic": (scores, 0.5), "coin": (rng.random(200), 0.5)}
    table = comparison_table(labels, methods, MALE)
    assert [row["method"] for row in table] == [MAJORITY, "synthetic", "coin"]
    assert table[0]["accuracy"] == table[0]["majority_baseline"] == pytest.approx(0.6)
    assert table[0]["constant_predictor"] and table[0]["auc"] == 0.5
    assert table[1]["p"] is None and table[1]["difference"] is None
    assert table[2]["difference"] < 0 and table[2]["p"] < 0.01
    json.dumps(table, allow_nan=False)
