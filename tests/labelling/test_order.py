"""Which photo is asked next."""

import numpy as np
import pytest

from ganssl.labelling.order import InformativeOrder, RandomOrder, ScoreOrder, diverse_photos
from ganssl.labelling.quick_classifier import QuickClassifier
from tests.helpers.planted_features import planted_features


def ask_all(order, answers, steps):
    """The places asked, and the labels after each step."""
    labels = np.full(len(answers), -1, np.int8)
    asked, history = [], []
    for _ in range(steps):
        place = order.next(labels, labels < 0)
        asked.append(place)
        labels[place] = answers[place]
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


def test_a_diverse_start_covers_the_clusters():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(5, 4)) * 20
    cluster = np.repeat(np.arange(5), 20)
    rows = centres[cluster] + rng.normal(size=(100, 4))
    assert set(cluster[diverse_photos(rows, 5)]) == set(range(5))
    assert len(diverse_photos(rows[:3], 10)) == 3


def test_without_features_the_direction_orders_by_its_boundary():
    order = ScoreOrder(np.array([2.0, -0.1, 0.5, -3.0]))
    asked, _ = ask_all(order, np.zeros(4, np.int8), 4)
    assert asked == [1, 2, 0, 3]


@pytest.mark.parametrize("count", [2, 3])
def test_a_handful_of_photos_is_enough(count):
    features, _ = planted_features(count)
    asked, _ = ask_all(InformativeOrder(features), np.arange(count).astype(np.int8) % 2, count)
    assert sorted(asked) == list(range(count))
