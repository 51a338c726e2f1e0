"""Two bells of scores: what they say of a score, and how labels begin them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import expit, logit

from ganssl.errors import UserError
from ganssl.metrics.bells import (
    LEAST_GAP,
    Bells,
    anchored_bells,
    measured_bells,
    told_gap,
    told_share,
)
from ganssl.metrics.threshold_by_bells import (
    anchored_threshold,
    carried_threshold,
    shifted_threshold,
)

BELLS = Bells(-2.0, 3.0, 1.5, 0.2)


def drawn(count: int, share: float, seed: int = 0, bells: Bells = BELLS, shift: float = 0.0):
    """Labels bool and scores of photos of which another share is present."""
    rng = np.random.default_rng(seed)
    labels = rng.random(count) < share
    means = np.where(labels, bells.high, bells.low)
    return labels, expit(means + shift + bells.deviation * rng.normal(size=count))


def test_posteriors_are_the_shares_that_are_present():
    labels, scores = drawn(200_000, BELLS.share)
    given = BELLS.posteriors(logit(scores))
    for low in (0.1, 0.4, 0.7):
        rows = (given >= low) & (given < low + 0.2)
        assert labels[rows].mean() == pytest.approx(given[rows].mean(), abs=0.03)
    assert BELLS.posteriors(np.array([BELLS.cut()])) == pytest.approx(0.5)
    assert BELLS.cut(0.5) == pytest.approx(0.5)  # the middle
    assert BELLS.cut(0.05) > BELLS.cut(0.2) > BELLS.cut(0.5) > BELLS.cut(0.9)


def test_a_few_labels_begin_the_bells_and_the_others_fill_them():
    labels, scores = drawn(5000, 0.2, seed=1)
    few = np.r_[np.flatnonzero(labels)[:40], np.flatnonzero(~labels)[:40]]
    rest = np.setdiff1d(np.arange(5000), few)
    values = logit(scores)
    found = anchored_bells(values[rest], values[few], labels[few])
    assert (found.low, found.high) == pytest.approx((BELLS.low, BELLS.high), abs=0.3)
    assert found.deviation == pytest.approx(BELLS.deviation, rel=0.2)
    assert found.share == pytest.approx(0.2, abs=0.06)
    assert found.distance(values, found.share) < 0.05 < found.distance(values + 3.0, 0.2)
    assert anchored_threshold(scores[rest], scores[few], labels[few]).bells == found
    assert anchored_bells(np.zeros(9), np.zeros(4), np.array([0, 1, 0, 1])) is None


@pytest.mark.parametrize("share", [0.04, 0.5, 0.8])
def test_the_threshold_follows_photos_of_which_another_share_is_present(share: float):
    labels, scores = drawn(4000, share, seed=2)

    def accuracy(threshold: float) -> float:
        return float(np.mean((scores >= threshold) == labels))

    best = max(map(accuracy, np.quantile(scores, np.linspace(0.0, 1.0, 400))))
    found = shifted_threshold(scores, BELLS)
    assert found.trusted and found.positive_share == pytest.approx(share, abs=0.03)
    assert accuracy(found.threshold) > best - 0.005
    assert accuracy(found.threshold) > accuracy(expit(BELLS.cut()))
    assert "Saerens" in found.note and "not 20%" in found.note


def test_it_stays_where_photos_tell_nothing_or_are_of_another_kind():
    before = expit(BELLS.cut())
    same = shifted_threshold(drawn(1000, 0.2, seed=3)[1], BELLS)
    assert same.trusted and same.threshold == before and "agrees with the 20%" in same.note
    for scores, doubt in (
        (drawn(10, 0.5)[1], "fewer than"),
        (drawn(1000, 0.2, shift=-4.0)[1], "do not lie as those|one class"),
        (np.full(100, 0.6), "hardly tell|do not lie|one class"),
    ):
        found = shifted_threshold(scores, BELLS)
        assert not found.trusted and found.threshold == before and found.note.startswith("where")
        assert any(words in found.note for words in doubt.split("|"))


def test_bells_go_through_json_and_damaged_ones_are_refused():
    assert Bells.from_dict(json.loads(json.dumps(BELLS.to_dict()))) == BELLS
    for change in ({"share": 1.0}, {"deviation": 0.0}, {"high": -3.0}, {"low": None}, {"low": "x"}):
        with pytest.raises(UserError, match="bells"):
            Bells.from_dict({**BELLS.to_dict(), **change})
    with pytest.raises(UserError, match="bells"):
        Bells.from_dict({})


def test_bells_fill_the_scores_and_say_how_often_they_are_right():
    labels, scores = drawn(100_000, BELLS.share)
    values = logit(scores)
    found = Bells.filling(values, BELLS.gap, BELLS.share)
    assert (found.low, found.high) == pytest.approx((BELLS.low, BELLS.high), abs=0.05)
    assert found.deviation == pytest.approx(BELLS.deviation, rel=0.02)
    assert found.right() == pytest.approx(np.mean((values >= BELLS.cut()) == labels), abs=0.005)
    with pytest.raises(UserError, match="width"):
        Bells.filling(np.ones(9), 2.0, 0.5)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.6])
@pytest.mark.parametrize("gap", [1.2, 3.0])
def test_few_labels_of_a_rare_class_do_not_make_it_common(share: float, gap: float):
    """As many labels of each class, and a population of which few are present."""
    truth = Bells(-1.0, -1.0 + gap, 1.0, share)
    shares, gaps, hits = [], [], []
    for seed in range(20):
        labels, scores = drawn(3000, share, seed, truth)
        values = logit(scores)
        few = np.r_[np.flatnonzero(labels)[:50], np.flatnonzero(~labels)[:50]]
        rest = np.setdiff1d(np.arange(3000), few)
        found = measured_bells(values[rest], values[few], labels[few])
        shares.append(found.share)
        gaps.append(found.gap)
        hits.append(np.mean((values >= found.cut()) == labels) - max(share, 1 - share))
    assert np.mean(shares) == pytest.approx(share, abs=0.06)
    assert gap - 0.45 < np.mean(gaps) < gap  # as far as is sure
    assert np.mean(hits) > -0.005
    assert told_share(values[rest], values[few], labels[few]) == found.share


def test_labels_that_hardly_rank_promise_next_to_nothing():
    known, labels = np.arange(20.0), np.arange(20) % 2
    assert told_gap(known, labels) == LEAST_GAP
    assert told_gap(known, 1 - labels) is None
    assert told_gap(known, known > 9) < 4.0  # ranked without a fault, and still finite
    assert measured_bells(known, np.zeros(4), np.array([0, 1, 0, 1])) is None


def test_a_classifier_counts_for_what_goes_with_the_view_of_photos():
    """It parts the faces that it learnt from by far; photos part as the view says."""
    rng = np.random.default_rng(0)
    view = Bells(-0.5, 1.5, 1.0, 0.1)
    labels, as_scores = drawn(20_000, view.share, 1, view)
    by_view = logit(as_scores)
    values = 3.0 * by_view + rng.normal(size=len(labels)) - 2.0
    found = carried_threshold(expit(values), by_view, view)
    best = max(np.mean((values >= cut) == labels) for cut in np.linspace(-8.0, 12.0, 100))
    assert np.mean((expit(values) >= found.threshold) == labels) > best - 0.005
    assert found.bells.gap < view.gap and found.bells.share == view.share
    for nothing in (np.full(9, 0.4), expit(-by_view[:9])):
        unplaced = carried_threshold(nothing, by_view[:9], view)
        assert unplaced.threshold == 0.5 and unplaced.bells is None


def test_bells_that_lie_close_hardly_move_the_threshold():
    """The scores of both are shifted by a tenth of a deviation, as few labels leave them."""
    moves = []
    for gap in (0.8, 4.0):
        bells = Bells(0.0, gap, 1.0, 0.1)
        _, scores = drawn(4000, 0.1, 5, bells, shift=0.1)
        moves.append(shifted_threshold(scores, bells).threshold / expit(bells.cut()))
        _, scores = drawn(4000, 0.6, 6, bells)
        moves.append(shifted_threshold(scores, bells).positive_share)
    close, close_share, apart, apart_share = moves
    assert close == apart == pytest.approx(1.0, abs=0.02)
    assert 0.3 < close_share < 0.65 and apart_share == pytest.approx(0.6, abs=0.03)
