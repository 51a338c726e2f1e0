"""Which threshold a classifier is judged with, and what is said of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ganssl.attributes import Attribute
from ganssl.classifier import load_classifier, save_classifier, train_classifier
from ganssl.classifier.anchor import Anchor
from ganssl.classifier.train import LabelledRows
from ganssl.errors import UserError
from ganssl.judgement.placing import AUTO, OWN, place_threshold, threshold_sentence
from tests.helpers.planted_features import planted_features

MALE = Attribute("Male")


@pytest.fixture(scope="module")
def placed_by_photos():
    """Trained on generated faces that lie elsewhere; 60 labelled photos placed its threshold."""
    faces, labels = planted_features(800, separation=3.0, shift=-1.5)
    photos, truth = planted_features(1500, seed=1, separation=3.0, share=0.5)
    few = np.r_[np.flatnonzero(truth == 0)[:30], np.flatnonzero(truth == 1)[:30]]
    rest = np.setdiff1d(np.arange(len(truth)), few)
    trained = train_classifier(LabelledRows(faces, labels), MALE, "logistic")
    return Anchor(photos[few], truth[few], photos[rest]).place_threshold(trained)


def accuracy(classifier, photos: np.ndarray, truth: np.ndarray) -> float:
    return float(np.mean(classifier.predict(photos) == truth))


def test_it_follows_photos_of_which_fewer_are_present(placed_by_photos):
    photos, truth = planted_features(1500, seed=2, separation=3.0, share=0.06)
    found, used = place_threshold(placed_by_photos, photos)
    assert used.how == AUTO and used.share == pytest.approx(0.06, abs=0.03)
    assert found.threshold > used.own == placed_by_photos.threshold
    assert accuracy(found, photos, truth) > accuracy(placed_by_photos, photos, truth) + 0.01
    values = used.to_dict(truth, found.scores(photos))
    assert values["accuracy"] == accuracy(found, photos, truth)
    assert values["accuracy_own"] == accuracy(placed_by_photos, photos, truth)
    half = found.with_threshold(0.5, "")
    assert values["accuracy_at_half"] == accuracy(half, photos, truth)
    said = threshold_sentence(json.loads(json.dumps(values)))
    assert "Saerens" in said and f"0.5 would have given {values['accuracy_at_half']:.3f}" in said
    assert f"where it was, would have given {values['accuracy_own']:.3f}" in said


def test_it_stays_where_the_share_is_the_same_and_when_it_is_told_to(placed_by_photos):
    photos, _ = planted_features(600, seed=3, separation=3.0, share=0.5)
    found, used = place_threshold(placed_by_photos, photos)
    assert found is placed_by_photos and used.how == OWN and "agrees" in used.why
    assert "60 labelled photos" in used.why and used.share == pytest.approx(0.5, abs=0.08)
    rare, _ = planted_features(600, seed=3, separation=3.0, share=0.05)
    found, used = place_threshold(placed_by_photos, rare, OWN)
    assert found is placed_by_photos and used.share is None
    few, _ = place_threshold(placed_by_photos, rare[:8])
    assert few is placed_by_photos


def test_a_classifier_that_no_photo_placed_is_left_alone(placed_by_photos):
    faces, labels = planted_features(400)
    plain = train_classifier(LabelledRows(faces, labels), MALE, "logistic")
    rare, truth = planted_features(600, seed=4, share=0.05)
    found, used = place_threshold(plain, rare)
    assert found is plain and used.how == OWN and used.threshold == 0.5
    said = threshold_sentence(used.to_dict(truth, plain.scores(rare)))
    assert said == "Threshold 0.500: default."
    by_hand = placed_by_photos.with_threshold(0.9, "by hand")
    assert place_threshold(by_hand, rare)[0] is by_hand
    with pytest.raises(UserError, match="choose from"):
        place_threshold(plain, rare, "magic")


def test_what_scores_mean_is_saved_with_the_classifier(placed_by_photos, tmp_path):
    save_classifier(placed_by_photos, tmp_path / "c")
    loaded = load_classifier(tmp_path / "c")
    assert loaded.bells == placed_by_photos.bells is not None
    rare, _ = planted_features(600, seed=5, separation=3.0, share=0.05)
    first, again = (place_threshold(c, rare)[0].threshold for c in (placed_by_photos, loaded))
    assert first == again
    path = tmp_path / "c" / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(values | {"bells": {"low": 1.0}}), encoding="utf-8")
    with pytest.raises(UserError, match=r"is damaged.*bells"):
        load_classifier(tmp_path / "c")
    del values["bells"]  # as older versions wrote it
    path.write_text(json.dumps(values), encoding="utf-8")
    assert load_classifier(tmp_path / "c").bells is None
