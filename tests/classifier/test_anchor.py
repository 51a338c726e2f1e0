"""The few labelled photos against what generated faces got wrong, on planted features."""

import numpy as np
import pytest

from ganssl.attributes import Attribute
from ganssl.classifier import train_classifier
from ganssl.classifier.anchor import SMALLEST_KEPT, Anchor, supported
from ganssl.classifier.train import LabelledRows
from ganssl.errors import UserError
from ganssl.fitting.spread_directions import draw_few
from tests.helpers.planted_views import planted_views

MALE = Attribute("Male")


@pytest.fixture(scope="module")
def anchor() -> Anchor:
    photos, labels = planted_views(1500, seed=1)
    few = draw_few(labels, 20, "Male")
    known = few >= 0
    return Anchor(photos.features[known], few[known], photos.features[~known])


def test_faces_with_wrong_labels_are_contradicted(anchor):
    faces, truth = planted_views(2000, seed=2)
    wrong = np.random.default_rng(0).random(len(truth)) < 0.2
    labels = np.where(wrong, 1 - truth, truth)
    kept = anchor.supports(faces.features, labels)
    assert kept[~wrong].mean() > 0.8 > 0.25 > kept[wrong].mean()


def test_a_tenth_of_a_class_stays_whatever_the_photos_say():
    scores = np.linspace(-3.0, -1.0, 100)
    labels = np.repeat([1, 0], 50)
    kept = supported(scores, labels)
    assert kept[50:].all() and kept[:50].sum() == SMALLEST_KEPT * 50
    assert kept[45:50].all()  # those that look most like it


@pytest.mark.slow
def test_the_threshold_follows_faces_whose_scores_are_shifted(anchor):
    """Generated faces lie elsewhere in the feature space; the photos say where the cut belongs."""
    faces, truth = planted_views(2000, seed=3)
    axis = faces.features[truth == 1].mean(axis=0) - faces.features[truth == 0].mean(axis=0)
    shifted = (faces.features - 0.7 * axis).astype(np.float32)
    classifier = train_classifier(LabelledRows(shifted, truth), MALE, "logistic")
    photos, labels = planted_views(2000, seed=4)

    def accuracy(judged) -> float:
        return float(np.mean(judged.predict(photos.features) == labels))

    placed = anchor.place_threshold(classifier)
    assert accuracy(placed) > accuracy(classifier) + 0.05
    assert "40 labelled photos" in placed.threshold_from
    alone = Anchor(anchor.features, anchor.labels, anchor.unlabelled[:0])
    assert accuracy(alone.place_threshold(classifier)) > accuracy(classifier) + 0.03


@pytest.mark.parametrize(
    ("labels", "width", "sentence"), [([1, 1], 4, "of each class"), ([1, 0, 1, 0], 5, "the same")]
)
def test_an_anchor_needs_both_classes_and_one_kind_of_features(labels, width, sentence):
    with pytest.raises(UserError, match=sentence):
        Anchor(np.zeros((len(labels), 4)), np.array(labels), np.zeros((3, width), np.float32))
