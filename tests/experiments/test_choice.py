"""Which photos of a folder get the labels of an experiment."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.experiments.choice import CHOICES, ORDERS, PER_CLASS, ask, choose_labels, photos_words
from ganssl.fitting.spread_directions import draw_few
from tests.helpers.planted_features import planted_features


@pytest.mark.slow
@pytest.mark.parametrize("choice", ORDERS)
def test_an_order_asks_for_as_many_photos_of_one_folder_whatever_their_class(choice):
    features, labels = planted_features(600, share=0.1)
    few = choose_labels(features, labels, 10, "Hat", 1, choice, folder=120)
    known = few >= 0
    assert known.sum() == 20 and (few[known] == labels[known]).all()
    again = choose_labels(features, labels, 10, "Hat", 1, choice, folder=120)
    np.testing.assert_array_equal(few, again)
    other = choose_labels(features, labels, 10, "Hat", 2, choice, folder=120)
    assert (few != other).any()
    folder = np.sort(np.random.default_rng([1, 3]).permutation(600)[:120])
    assert set(np.flatnonzero(known)) <= set(folder)


@pytest.mark.slow
@pytest.mark.parametrize("choice", ["random", "typical"])
def test_labels_of_photos_that_were_not_asked_change_nothing(choice):
    features, labels = planted_features(300)
    few = choose_labels(features, labels, 8, "Hat", 0, choice, folder=200)
    turned = np.where(few >= 0, labels, 1 - labels).astype(np.int8)
    np.testing.assert_array_equal(
        few, choose_labels(features, turned, 8, "Hat", 0, choice, folder=200)
    )


def test_the_usual_choice_draws_of_each_class():
    features, labels = planted_features(200)
    few = choose_labels(features, labels, 7, "Hat", 3)
    np.testing.assert_array_equal(few, draw_few(labels, 7, "Hat", 3))
    assert CHOICES[0] == PER_CLASS


def test_photos_that_do_not_suffice_are_refused():
    features, labels = planted_features(30)
    with pytest.raises(UserError, match="40 photos cannot be chosen from 30"):
        choose_labels(features, labels, 20, "Hat", 0, "random")


def test_a_photo_whose_label_is_not_known_counts_as_asked():
    class Forwards:
        def next(self, labels, waiting):
            return int(np.flatnonzero(waiting)[0])

    found = ask(Forwards(), np.array([1, -1, 0, 1], np.int8), 3)
    assert found.tolist() == [1, -1, 0, -1]


def test_words():
    assert photos_words(50, PER_CLASS) == "50+50"
    assert photos_words(10, "typical") == "20 typical photos"
    assert photos_words(10, "both") == "20 typical, then uncertain photos"
