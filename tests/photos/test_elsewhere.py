"""Damage as photos from elsewhere bring it, kind by kind."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ganssl.errors import UserError
from ganssl.photos.elsewhere import (
    KINDS,
    Damage,
    compressed,
    crop,
    crops,
    grey,
    light,
    off_the_frame,
    small,
)
from tests.helpers.synthetic_faces import draw_faces

FACES = draw_faces(12, 64)[0]


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def detail(face: np.ndarray) -> float:
    """How much neighbouring pixels differ."""
    return float(np.abs(np.diff(face.astype(float), axis=0)).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_changes_a_face_by_the_seed_and_keeps_its_form(kind):
    first, again = (KINDS[kind](FACES[0], rng()) for _ in range(2))
    assert first.shape == FACES[0].shape and first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert (first != FACES[0]).any()


def test_small_faces_lose_detail_and_keep_their_light():
    for face in FACES:
        found = small(face, rng())
        assert detail(found) < 0.8 * detail(face)
        assert abs(found.mean() - face.mean()) < 3


def test_grey_has_one_channel_and_light_moves_the_mean():
    found = grey(FACES[0], rng())
    assert (found == found[:, :, :1]).all()
    means = [light(FACES[0], np.random.default_rng(i)).mean() for i in range(20)]
    assert min(means) < 0.8 * FACES[0].mean() < 1.05 * FACES[0].mean() < max(means)


def test_a_jpeg_of_low_quality_is_made_of_blocks():
    found = compressed(FACES[0], rng()).astype(float)
    steps = np.abs(np.diff(found, axis=1)).mean(axis=(0, 2))  # between columns
    assert steps[7::8].mean() > np.delete(steps, np.s_[7::8]).mean()


def test_crops_are_tighter_looser_and_off_the_middle():
    face = np.zeros((64, 64, 3), np.uint8)
    face[24:40, 24:40] = 255  # a quarter of the side
    assert crop(face, 0.5)[..., 0].mean() * 0.55 > 255 * 0.125  # four times as large
    assert crop(face, 2.0)[..., 0].mean() < 0.3 * face[..., 0].mean()
    np.testing.assert_array_equal(crop(face, 1.0), face)
    moved = crop(face, 1.0, right=0.125)
    np.testing.assert_array_equal(moved[24:40, 16:32, 0], 255)
    assert moved[:, 40:].max() == 0
    edge = np.full((16, 16, 3), 7, np.uint8)
    assert (crop(edge, 1.25, 0.04, -0.04) == 7).all()  # its edges go on, nothing is black
    assert {crops(face, np.random.default_rng(i)).tobytes() for i in range(5)} != {face.tobytes()}


def test_damage_befalls_its_share_and_leaves_the_given_faces_alone():
    before = FACES.copy()
    many = np.repeat(FACES, 20, axis=0)
    found = Damage(("grey",), 0.3)(many, rng())
    hit = (found != many).any(axis=(1, 2, 3))
    assert 0.2 < hit.mean() < 0.4
    np.testing.assert_array_equal(FACES, before)
    everything = Damage(share=1.0)(FACES, rng())
    assert (everything == everything[..., :1]).all()  # grey among the rest
    assert (everything != FACES).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(kinds=("torn",)), "not 'torn'"),
        (dict(kinds=()), "one or more"),
        (dict(share=0.0), "a share"),
        (dict(share=1.5), "a share"),
    ],
)
def test_damage_that_there_is_not_is_refused(settings, message):
    with pytest.raises(UserError, match=message):
        Damage(**settings)


def test_a_photo_off_the_frame_is_square_and_its_face_turned_but_near_the_middle():
    photo = np.zeros((218, 178, 3), np.uint8)
    photo[110:130, 40:138] = 255  # a level bar where the face is
    turns, middles = [], []
    for seed in range(12):
        found = off_the_frame(Image.fromarray(photo), np.random.default_rng(seed))
        assert found.size == (178, 178)
        rows, columns = np.nonzero(np.asarray(found)[:, :, 0] > 128)
        middles.append((rows.mean(), columns.mean()))
        turns.append(np.rad2deg(np.arctan(np.polyfit(columns, rows, 1)[0])))
    assert max(map(abs, turns)) <= 22 and np.ptp(turns) > 15
    assert np.abs(np.array(middles) - 89).max() < 35 and np.ptp(middles, axis=0).min() > 8
