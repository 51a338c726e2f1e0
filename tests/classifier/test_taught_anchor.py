"""What photos taught, where they are not at hand: generated faces stand in for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganssl.attributes import Attribute
from ganssl.classifier import (
    LabelledFaces,
    PhotoEvidence,
    load_classifier,
    save_classifier,
    train_classifier,
    train_on_faces,
)
from ganssl.classifier.anchor import taught_anchor
from ganssl.classifier.archive import classifier_zip, read_classifier_zip
from ganssl.classifier.card import classifier_card, expected_sentence
from ganssl.classifier.from_faces import set_check
from ganssl.classifier.train import LabelledRows
from ganssl.directions import DirectionSet
from ganssl.directions.check import PhotoCheck
from ganssl.errors import UserError
from ganssl.features.extractor import BatchedExtractor
from ganssl.fitting.photo_check import fit_photo_check
from ganssl.fitting.spread_directions import draw_few
from ganssl.synthesis.layout import SetInfo
from ganssl.synthesis.reader import SyntheticSet
from ganssl.synthesis.recipe import Recipe
from tests.helpers.planted import make_direction
from tests.helpers.planted_views import FEATURES, planted_views

GLASSES = Attribute("Eyeglasses")
SHARE, SIZE = 0.1, 8
FACES, TRUTH = planted_views(1200, seed=2, separation=3.0)
WRONG = np.random.default_rng(0).random(len(TRUTH)) < np.where(TRUTH == 1, 0.1, 0.3)
LABELS = np.where(WRONG, 1 - TRUTH, TRUTH).astype(np.int8)
"""Faces of which a code that errs says whether they wear glasses: many that do not count as if."""


def extractor() -> BatchedExtractor:
    """Reads the number of a face from its first two pixels, and gives its planted features."""

    def run(pixels: np.ndarray) -> np.ndarray:
        return FACES.features[pixels[:, 0, 0, 0].astype(int) * 256 + pixels[:, 0, 1, 0]]

    return BatchedExtractor("planted", "planted", "aaaaaaaaaaaa", FEATURES, run, side=1)


@pytest.fixture(scope="module")
def check() -> PhotoCheck:
    """Of 50 + 50 labelled photos, and others of which one in ten wears glasses."""
    photos, labels = planted_views(2000, seed=1, share=SHARE, separation=3.0)
    few = draw_few(labels, 50, "Eyeglasses")
    return fit_photo_check(photos.features, few, extractor(), SIZE)


@pytest.fixture(scope="module")
def photos():
    return planted_views(2000, seed=3, share=SHARE, separation=3.0)


def pixels() -> np.ndarray:
    faces = np.zeros((len(TRUTH), SIZE, SIZE, 3), np.uint8)
    faces[:, 0, 0], faces[:, 0, 1] = (part[:, None] for part in divmod(np.arange(len(TRUTH)), 256))
    return faces


def trained(check: PhotoCheck | None):
    made, evidence = LabelledFaces(pixels(), LABELS, GLASSES), PhotoEvidence(check=check)
    return train_on_faces(made, extractor(), "logistic", evidence=evidence, holdout_share=0.0)


@pytest.mark.slow
def test_wrong_faces_are_left_out_and_the_threshold_suits_photos(check, photos):
    plain, taught = trained(None), trained(check)
    held, truth = photos

    def accuracy(classifier) -> float:
        return float(np.mean(classifier.predict(held.features) == truth))

    assert accuracy(plain) < 0.9  # below always answering no
    assert accuracy(taught) > 0.93
    dropped = taught.metrics["dropped_as_contradicted"]
    assert 0.7 * WRONG.sum() < dropped < 1.6 * WRONG.sum()
    assert taught.metrics["taught_by"] == 100 and taught.metrics["anchor_photos"] == []
    assert taught.bells.share == pytest.approx(check.bells.share, abs=0.02)
    assert "100 labelled" in taught.threshold_from and plain.threshold == 0.5
    expected = taught.metrics["expected"]
    assert expected["low"] <= accuracy(taught) <= expected["high"]


def test_stand_ins_are_as_common_and_as_clear_as_the_photos(check, photos):
    anchor = taught_anchor(check, FACES.features)
    assert anchor.labels.mean() == pytest.approx(check.bells.share, abs=0.02)
    scores = check.view.scores(anchor.features)
    held, truth = photos
    others = check.view.scores(held.features)
    for answer in (0, 1):
        mean = scores[anchor.labels == answer].mean()
        assert mean == pytest.approx(others[truth == answer].mean(), abs=0.3)
    again = taught_anchor(check, FACES.features)
    np.testing.assert_array_equal(anchor.features, again.features)


def test_a_check_of_other_features_or_faces_is_not_used(check):
    plain = trained(None)
    for other in (replace(check, size=64), replace(check, features_id="bbbbbbbbbbbb")):
        found = trained(other)
        assert found.threshold == 0.5 and "expected" not in found.metrics
        np.testing.assert_array_equal(
            found.scores(FACES.features[:9]), plain.scores(FACES.features[:9])
        )


def test_what_is_expected_is_said_and_kept(check, tmp_path):
    taught = trained(check)
    said = expected_sentence(taught)
    assert "an accuracy of about" in said and "only labelled ones tell" in said
    assert said in classifier_card(taught) and expected_sentence(trained(None)) == ""
    save_classifier(taught, tmp_path / "c")
    assert expected_sentence(load_classifier(tmp_path / "c")) == said
    broken = replace(taught, metrics=taught.metrics | {"expected": {"low": 3}})
    with pytest.raises(UserError, match="unreadable"):
        classifier_card(broken)
    assert expected_sentence(read_classifier_zip(classifier_zip(taught))) == said


def test_a_set_brings_the_check_of_the_direction_that_labelled_it(check):
    directions = DirectionSet(
        "m",
        [
            make_direction("Eyeglasses", np.ones(4), "mean", auc=0.8),
            make_direction("Eyeglasses", np.ones(4), "logistic", auc=0.9),
            make_direction("Male", np.ones(4)),
        ],
    )
    recipe = Recipe("Eyeglasses", count=2, size=16)
    info = SetInfo(recipe, "m", "m", "", "", "folder", "")
    none = np.zeros(2, int)
    made = SyntheticSet(Path(), info, *(none,) * 5, directions, none[:, None], none[:, None])
    assert set_check(made) is None
    taught = replace(made, directions=directions.with_checks({"Eyeglasses": check}))
    assert set_check(taught) is check


def test_a_head_may_be_taught_by_any_labelled_rows(check, photos):
    """The threshold is that of the head, whatever its scores are like."""
    steep = train_classifier(
        LabelledRows(FACES.features, TRUTH), GLASSES, "logistic", regularisation=1.0
    )
    placed = taught_anchor(check, FACES.features).place_threshold(steep)
    held, truth = photos
    assert np.mean(placed.predict(held.features) == truth) > 0.945
    assert placed.threshold > 0.6  # one in ten is present
