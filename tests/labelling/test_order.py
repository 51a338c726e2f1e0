"""Which photo is asked next."""

import numpy as np
import pytest

from ganssl.labelling.order import (
    NEIGHBOURS,
    STARTS,
    FarthestOrder,
    InformativeOrder,
    RandomOrder,
    ScoreOrder,
    TypicalOrder,
    UncertainOrder,
    both_answers,
    typicality,
)
from ganssl.labelling.quick_classifier import QuickClassifier
from tests.helpers.planted_features import planted_features


def ask_all(order, answers, steps):
    """The places asked, and the labels after each step; -1 among the answers is *unsure*."""
    labels = np.full(len(answers), -1, np.int8)
    waiting = np.ones(len(answers), bool)
    asked, history = [], []
    for _ in range(steps):
        place = order.next(labels, waiting)
        asked.append(place)
        labels[place], waiting[place] = answers[place], False
        history.append(labels.copy())
    return asked, history


def test_random_order_asks_every_photo_once_and_follows_the_seed():
    answers = np.zeros(30, np.int8)
    first, _ = ask_all(RandomOrder(30, seed=1), answers, 30)
    assert sorted(first) == list(range(30)) != first
    assert ask_all(RandomOrder(30, seed=1), answers, 30)[0] == first
    assert ask_all(RandomOrder(30, seed=2), answers, 30)[0] != first


def test_an_undone_photo_is_asked_again_before_later_ones():
    order = RandomOrder(10)
    labels = np.full(10, -1, np.int8)
    first = order.next(labels, labels < 0)
    labels[first] = 1
    assert order.next(labels, labels < 0) != first
    labels[first] = -1
    assert order.next(labels, labels < 0) == first


def boundary_features(seed: int, count: int = 250):
    """Two blobs that a boundary across a nuisance axis divides, few photos being near it."""
    return planted_features(count, seed=seed, separation=3.0, share=0.15)


def labels_until(order, features, answers, goal: float) -> int:
    """How many labels it takes until the classifier answers so many of all photos rightly."""
    _, history = ask_all(order, answers, 100)
    classifier = QuickClassifier(features)
    for count, labels in enumerate(history, start=1):
        if len(np.unique(labels[labels >= 0])) == 2:
            right = (classifier.probabilities(labels) >= 0.5) == answers
            if right.mean() >= goal:
                return count
    return len(history) + 1


@pytest.mark.slow
def test_the_informative_order_finds_a_planted_boundary_with_fewer_labels_than_random():
    informative, random = [], []
    for seed in range(3):
        features, answers = boundary_features(seed)
        goal = 0.93
        informative.append(labels_until(InformativeOrder(features, seed), features, answers, goal))
        random.append(labels_until(RandomOrder(len(answers), seed), features, answers, goal))
    assert np.mean(informative) < 0.8 * np.mean(random)


def test_the_informative_order_goes_to_the_boundary_after_a_diverse_start():
    features, answers = planted_features(300, separation=6.0)
    asked, history = ask_all(InformativeOrder(features), answers, 60)
    assert len(set(asked)) == 60
    labels = history[-1]
    unsure = np.abs(QuickClassifier(features).probabilities(labels) - 0.5)
    assert unsure[asked[20:]].mean() < 0.8 * unsure.mean()


GROUPS = 8


def grouped_rows(seed: int = 0):
    """Eight groups of like photos of unequal size, with lone photos far from all of them.

    Returns rows `[n, 5]` and the group of each, -1 for the lone ones.
    """
    rng = np.random.default_rng(seed)
    centres = np.linalg.qr(rng.normal(size=(GROUPS, GROUPS)))[0] * 12
    group = np.repeat(np.arange(GROUPS), [200, 100, 60, 40, 30, 30, 25, 25])
    rows = centres[group] + rng.normal(size=(len(group), GROUPS))
    lone = rng.normal(size=(30, GROUPS)) * 12
    return np.concatenate([rows, lone]), np.r_[group, np.full(len(lone), -1)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_typical_photos_stand_for_all_groups_where_random_and_far_ones_do_not(seed):
    rows, group = grouped_rows(seed)
    answers = (group % 2).astype(np.int8)

    def covered(order) -> set[int]:
        return set(group[ask_all(order, answers, 2 * GROUPS)[0]]) - {-1}

    assert covered(TypicalOrder(rows, 2 * GROUPS, seed)) == set(range(GROUPS))
    assert len(covered(RandomOrder(len(rows), seed))) < GROUPS
    assert len(covered(FarthestOrder(rows))) < GROUPS


def test_a_typical_photo_is_in_the_middle_of_the_largest_group_first():
    rows, group = grouped_rows()
    groups = np.flatnonzero(group >= 0)
    rows, group = rows[groups], group[groups]
    asked, _ = ask_all(TypicalOrder(rows, GROUPS), np.zeros(len(rows), np.int8), GROUPS)
    assert [group[place] for place in asked[:4]] == [0, 1, 2, 3]
    for place in asked:
        own = rows[group == group[place]]
        distances = np.linalg.norm(own - own.mean(axis=0), axis=1)
        assert np.linalg.norm(rows[place] - own.mean(axis=0)) < np.quantile(distances, 0.25)


def test_typicality_is_one_over_the_mean_distance_to_neighbours_of_the_cluster():
    line = np.array([[0.0], [1.0], [3.0], [100.0], [50.0]])
    found = typicality(line, np.array([0, 0, 0, 0, 1]))
    assert NEIGHBOURS > 3  # so all others of the cluster count
    np.testing.assert_allclose(1 / found[:4], [104 / 3, 102 / 3, 102 / 3, 296 / 3])
    assert found[4] == 0


@pytest.mark.slow
def test_typical_photos_are_asked_by_the_seed_and_an_unsure_one_is_replaced_by_its_like():
    rows, group = grouped_rows(1)
    answers = (group % 2).astype(np.int8)
    first, _ = ask_all(TypicalOrder(rows, GROUPS, seed=4), answers, 3 * GROUPS)
    assert ask_all(TypicalOrder(rows, GROUPS, seed=4), answers, 3 * GROUPS)[0] == first
    assert len(set(first)) == 3 * GROUPS  # the clusters divide once each has a label
    answers[first[0]] = -1
    unsure, _ = ask_all(TypicalOrder(rows, GROUPS, seed=4), answers, 2)
    assert unsure[0] == first[0] and group[unsure[1]] == group[first[0]]


def test_an_undone_typical_photo_is_asked_again():
    rows, _ = grouped_rows()
    order, labels = TypicalOrder(rows, GROUPS), np.full(len(rows), -1, np.int8)
    first = order.next(labels, labels < 0)
    labels[first] = 1
    assert order.next(labels, labels < 0) != first
    labels[first] = -1
    assert order.next(labels, labels < 0) == first


def rare_features(seed: int, count: int = 500):
    """One face of fifty has an attribute that lies on an axis of its own, all else is alike."""
    features, answers = planted_features(count, seed=seed, separation=6.0, share=0.02)
    return features, answers


@pytest.mark.slow
def test_a_rare_answer_is_found_among_photos_unlike_the_others():
    """In fifty random photos there is one of them on average, in twenty chosen ones several."""
    chosen, random = [], []
    for seed in range(5):
        features, answers = rare_features(seed)
        informative = ask_all(InformativeOrder(features, seed), answers, 25)[1][-1]
        assert both_answers(informative)
        chosen.append(np.sum(informative == 1))
        random.append(np.sum(ask_all(RandomOrder(len(answers), seed), answers, 25)[1][-1] == 1))
    assert min(chosen) >= 3 and np.mean(random) < 2


def test_the_informative_order_begins_with_typical_photos():
    rows, group = grouped_rows()
    features = rows.astype(np.float32)
    answers = (group % 2).astype(np.int8)
    asked, _ = ask_all(InformativeOrder(features), answers, STARTS)
    typical = TypicalOrder(QuickClassifier(features).rows, STARTS)
    assert ask_all(typical, answers, STARTS)[0] == asked


def test_the_uncertain_order_is_random_until_both_answers_are_there():
    features, answers = planted_features(60)
    order, random = UncertainOrder(QuickClassifier(features), 3), RandomOrder(60, 3)
    asked, _ = ask_all(order, np.ones(60, np.int8), 10)
    assert ask_all(random, np.ones(60, np.int8), 10)[0] == asked
    labels = np.full(60, -1, np.int8)
    labels[:4] = [0, 1, 0, 1]
    answers[:4] = labels[:4]
    doubt = np.abs(QuickClassifier(features).probabilities(labels) - 0.5)
    assert order.next(labels, labels < 0) == 4 + int(np.argmin(doubt[4:]))


def test_without_features_the_direction_orders_by_its_boundary():
    order = ScoreOrder(np.array([2.0, -0.1, 0.5, -3.0]))
    asked, _ = ask_all(order, np.zeros(4, np.int8), 4)
    assert asked == [1, 2, 0, 3]


@pytest.mark.parametrize("count", [2, 3])
def test_a_handful_of_photos_is_enough(count):
    features, _ = planted_features(count)
    asked, _ = ask_all(InformativeOrder(features), np.arange(count).astype(np.int8) % 2, count)
    assert sorted(asked) == list(range(count))
