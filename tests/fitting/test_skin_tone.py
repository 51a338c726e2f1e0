"""The direction of skin tone, where it is planted and from drawn photos."""

import numpy as np
import pytest
from PIL import ImageDraw

from ganssl.errors import UserError
from ganssl.fitting.skin_tone import fit_photo_skin_tone, fit_skin_tone
from ganssl.photos.preprocess import Preprocess
from ganssl.photos.skin_tone import skin_tone
from tests.helpers.synthetic_faces import draw_face

SIZE = 8


def planted(count=2000, seed=0):
    """Codes in which another axis goes with the one that the angle is read off."""
    rng = np.random.default_rng(seed)
    codes = rng.normal(size=(count, SIZE))
    codes[:, 1] += codes[:, 0]
    angles = 30 + 15 * codes[:, 0] + rng.normal(size=count)
    return codes.astype(np.float32), angles


def test_it_is_the_gradient_of_the_angle_and_not_what_goes_with_it():
    codes, angles = planted()
    direction = fit_skin_tone(codes, angles)
    assert direction.vector[0] > 0.99
    assert abs(direction.vector[1]) < 0.1  # a difference of means would give 0.7
    assert direction.auc > 0.95 and direction.split_half_cosine > 0.95
    assert direction.class_means[0] < 0 < direction.class_means[1]
    projection = codes @ direction.vector
    assert direction.sigma == pytest.approx(projection.std(), rel=1e-3)
    assert direction.center == pytest.approx(projection.mean(), abs=1e-3)


def test_figures_come_from_people_that_did_not_define_it():
    rng = np.random.default_rng(1)
    codes = np.repeat(rng.normal(size=(30, 200)), 4, axis=0).astype(np.float32)
    tossed = np.repeat(rng.normal(size=30), 4)
    together = fit_skin_tone(codes, tossed, np.repeat(np.arange(30), 4))
    apart = fit_skin_tone(codes, tossed)  # the same person on both sides
    assert together.auc < 0.85 < apart.auc


def test_photos_without_an_angle_take_no_part():
    codes, angles = planted()
    angles[::2] = np.nan
    codes[::2, 0] *= -1
    assert fit_skin_tone(codes, angles).vector[0] > 0.99


def test_too_few_or_equal_tones_are_told():
    codes, angles = planted(40)
    with pytest.raises(UserError, match="read off 40 photos; 50 are needed"):
        fit_skin_tone(codes, angles)
    codes, angles = planted(100)
    with pytest.raises(UserError, match="all alike"):
        fit_skin_tone(codes, np.full(100, 30.0))


class DrawnPhotos:
    """Photos of drawn faces whose skin is of a known colour."""

    identity = None

    def __init__(self, count=80):
        rng = np.random.default_rng(0)
        self.names = [f"{i}.png" for i in range(count)]
        self.photos = [draw_face(rng, bool(i % 2)) for i in range(count)]
        for i, photo in enumerate(self.photos):
            shade = 90 + 2 * i
            ImageDraw.Draw(photo).ellipse((48, 70, 130, 140), fill=(shade, shade - 30, shade - 55))

    def __len__(self):
        return len(self.names)

    def read(self, index):
        return self.photos[index]


class DrawnModel:
    preprocess = Preprocess(64)


def test_photos_are_measured_as_the_model_crops_them():
    photos = DrawnPhotos()
    faces = np.stack([DrawnModel.preprocess(photo) for photo in photos.photos])
    angles = skin_tone(faces)
    assert (np.diff(angles) > 0).mean() > 0.8
    codes = np.random.default_rng(2).normal(size=(len(photos), 3)).astype(np.float32)
    codes[:, 2] = (angles - angles.mean()) / angles.std()
    seen = []
    direction = fit_photo_skin_tone(
        DrawnModel, photos, codes, progress=lambda stage: lambda *done: seen.append((stage, *done))
    )
    assert direction.vector[2] > 0.99
    assert seen[-1] == ("measuring skin tone", 80, 80)
