"""Many faces with codes and labels: generated ones, photos, and directions fitted to them."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.directions import METHODS
from ganssl.errors import UserError
from ganssl.face.state import FaceState
from ganssl.fitting.from_photos import EncodedPhotos
from ganssl.laboratory.population import (
    KEPT,
    Population,
    generated_population,
    photo_population,
)
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import ATTRIBUTES, BLOCKS, axis

COUNT = 300


@pytest.fixture(scope="module")
def generated(laboratory):
    return generated_population(laboratory, COUNT)


def planted(codes: np.ndarray) -> Population:
    """Number k of a code says whether attribute k is there."""
    labels = (codes[:, : len(ATTRIBUTES)] > 0).astype(np.int8)
    thumbnails = np.zeros((100, 48, 48, 3), np.uint8)
    return Population("planted", codes, labels, ATTRIBUTES, "the planter", thumbnails)


@pytest.fixture(scope="module")
def people():
    return planted(np.random.default_rng(0).normal(size=(2000, BLOCKS)).astype(np.float32))


@pytest.mark.slow
def test_face_i_is_the_models_face_of_seed_i(laboratory, generated):
    from ganssl.face.render import face_code

    assert generated.seeded and len(generated) == len(generated.mapped) == COUNT
    for seed in (0, 7, COUNT - 1):
        code = face_code(laboratory.model, FaceState(seed=seed, truncation=1.0))
        np.testing.assert_array_equal(generated.codes[seed], code)


@pytest.mark.slow
def test_labels_are_what_the_probes_say(generated):
    lit = ("Smiling", "Male", "Young")  # the light of their blocks follows the sign of the number
    far = np.abs(generated.codes[:, :3]) > 0.1  # beyond the rounding of pixels
    labels = np.stack([generated.column(name) for name in lit], axis=1)
    np.testing.assert_array_equal(labels[far], (generated.codes[:, :3] > 0)[far])
    assert set(np.unique(generated.labels)) == {0, 1}


@pytest.mark.slow
def test_thumbnails_are_the_faces_of_their_codes(laboratory, generated):
    face = laboratory.decode(generated.codes[5:6])[0]
    assert generated.thumbnails.shape == (COUNT, 48, 48, 3)
    gap = generated.thumbnails[5].mean(axis=(0, 1)) - face.mean(axis=(0, 1))
    assert np.abs(gap).max() < 1


@pytest.mark.slow
def test_progress_reaches_the_end(laboratory):
    steps = []
    generated_population(laboratory, 270, lambda done, total: steps.append((done, total)))
    assert steps == [(256, 270), (270, 270)]


def test_every_method_can_be_fitted(people):
    directions = people.fit("m", "Male", METHODS)
    assert directions.attributes == ("Male",)
    assert set(directions.methods("Male")) == set(METHODS)
    for direction in directions:
        assert direction.vector @ axis(1) > 0.95
    with pytest.raises(UserError, match="no labels of Freckles"):
        people.fit("m", "Freckles", METHODS)


def test_between_two_classes_leads_from_one_to_the_other(people):
    direction = people.between("m", "Smiling", "Male")
    expected = (axis(1) - axis(0)) / np.sqrt(2)
    assert direction.attribute == "Male instead of Smiling"
    assert direction.vector @ expected > 0.97
    assert direction.auc > 0.9
    one_of_the_two = (people.column("Smiling") != people.column("Male")).sum()
    assert direction.labels_used <= one_of_the_two


def test_faces_are_found_for_which_all_of_it_is_true(people):
    smiling, glasses = people.column("Smiling")[:100], people.column("Eyeglasses")[:100]
    found = people.having(["Smiling"], ["Eyeglasses"])
    np.testing.assert_array_equal(found, np.flatnonzero((smiling == 1) & (glasses == 0)))
    assert 0 < len(found) < 100  # of those with a place on the map
    assert len(people.having([])) == 100
    unknown = planted(people.codes)
    unknown.labels[:] = -1
    assert not len(unknown.having(["Smiling"])) and not len(unknown.having([], ["Smiling"]))
    with pytest.raises(UserError, match="no labels of Wings"):
        people.having(["Wings"])


def test_between_needs_faces_of_both(people):
    same = planted(people.codes[people.column("Smiling") == people.column("Male")])
    with pytest.raises(UserError, match="too few"):
        same.between("m", "Smiling", "Male")


def test_what_was_made_once_is_kept_with_the_faces(people):
    made = []
    for _ in range(2):
        assert people.once("key", lambda: made.append(1) or "thing") == "thing"
    assert made == [1]
    assert planted(people.codes).once("key", lambda: "other") == "other"


@pytest.mark.slow
def test_photos_keep_their_labels_through_the_shuffle(laboratory, people):
    from types import SimpleNamespace

    photos = SimpleNamespace(labels=people.labels, attributes=ATTRIBUTES)
    found = photo_population(laboratory, EncodedPhotos(photos, people.codes), "mine", shown=80)
    assert not found.seeded and found.thumbnails.shape == (80, 48, 48, 3)
    assert not np.array_equal(found.codes, people.codes)
    np.testing.assert_array_equal(found.labels, found.codes[:, : len(ATTRIBUTES)] > 0)


@pytest.mark.slow
def test_groups_of_errors_belong_to_the_attribute_not_to_the_vector_alone(people):
    """Two visitors may give one vector two names; the population is shared by both."""
    along = np.eye(BLOCKS)[0]
    found = {name: people.confusions(make_direction(name, along)) for name in ATTRIBUTES[1:3]}
    for name, groups in found.items():
        labels, says = people.column(name), make_direction(name, along).score(people.codes) > 0
        assert groups
        for group in groups:
            assert (labels[group.rows] == group.present).all()
            assert (says[group.rows] != group.present).all()
    again = people.confusions(make_direction(ATTRIBUTES[1], along))
    assert again is found[ATTRIBUTES[1]]  # computed once


def test_what_is_kept_with_the_faces_is_bounded(people):
    for number in range(3 * KEPT):
        people.once(("test", number), lambda: 0)
    assert len(people.made) <= KEPT
