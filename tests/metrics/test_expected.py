"""The accuracy to expect before any labelled photo judges, on answers whose truth is known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.metrics.expected import Expected, accuracy_of_agreement, expected_by_classes

LABELS = np.repeat([0, 1], 50)


@pytest.mark.parametrize(("found", "rejected", "share"), [(0.9, 0.97, 0.06), (0.8, 0.85, 0.5)])
def test_the_interval_holds_the_true_accuracy_as_often_as_it_says(found, rejected, share):
    truth = share * found + (1.0 - share) * rejected
    rng = np.random.default_rng(0)
    held, plain = 0, 0
    for _ in range(300):
        right = rng.random(100) < np.where(LABELS == 1, found, rejected)
        expected = expected_by_classes(right, LABELS, share)
        held += expected.low <= truth <= expected.high
        plain += abs(right.mean() - truth) < 0.02
    assert 0.9 < held / 300 < 0.99


def test_classes_weigh_as_they_do_among_photos_and_not_among_the_few():
    right = np.r_[np.ones(50, bool), np.repeat([True, False], 25)]  # half of the present are missed
    rare = expected_by_classes(right, LABELS, 0.1)
    assert rare.accuracy == pytest.approx(0.95) and rare.low < 0.95 < rare.high
    assert expected_by_classes(right, LABELS, 0.5).accuracy == pytest.approx(0.75)
    assert rare.labels == 100 and rare.share == 0.1


def test_agreement_of_two_that_err_by_themselves_tells_how_right_they_are():
    rng = np.random.default_rng(0)
    for accuracy in (0.6, 0.8, 0.95):
        right = rng.random((2, 200_000)) < accuracy
        found = accuracy_of_agreement(np.mean(right[0] == right[1]))
        assert found == pytest.approx(accuracy, abs=0.01)
    assert accuracy_of_agreement(0.3) == 0.5 and accuracy_of_agreement(1.0) == 1.0


def test_another_way_widens_the_interval_and_is_told():
    one = expected_by_classes(np.ones(100, bool), LABELS, 0.5)
    two = one.including("agreement", 0.8)
    assert two.accuracy == one.accuracy and two.low == 0.8 and two.high == one.high
    assert two.including("overlap", 0.9).low == 0.8
    said = two.sentence
    for words in ("between 0.80 and 1.00", "100 labelled photos 1.00", "agree", "only labelled"):
        assert words in said


def test_it_goes_through_json_and_damaged_ones_are_refused():
    one = expected_by_classes(np.ones(100, bool), LABELS, 0.5).including("agreement", 0.8)
    values = json.loads(json.dumps(one.to_dict()))
    assert Expected.from_dict(values) == one
    for change in ({"low": 1.5}, {"share": None}, {"ways": 3}, {"ways": {"magic": 0.5}}):
        with pytest.raises(UserError, match="expected accuracy is unreadable"):
            Expected.from_dict({**values, **change})
