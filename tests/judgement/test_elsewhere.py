"""The same photos as if they came from elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganssl.attributes import Attribute
from ganssl.classifier import Source, train_classifier
from ganssl.classifier.train import LabelledRows
from ganssl.features.averaged import averaged
from ganssl.features.extractor import BatchedExtractor
from ganssl.judgement.elsewhere import (
    AS_THEY_ARE,
    EVERY_VIEW,
    VIEWS,
    damaged_faces,
    elsewhere_table,
    judge_elsewhere,
    other_crop,
)
from ganssl.photos.photo_files import MemoryFiles
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.prepared import prepare_photos
from ganssl.photos.preprocess import Preprocess
from tests.helpers.synthetic_photos import encoded

CROP = Preprocess(64)
COUNT = 24


def photo(i: int) -> np.ndarray:
    """In CelebA's frame: red or blue in the middle, by its number, and green around it."""
    pixels = np.zeros((218, 178, 3), np.uint8)
    pixels[:, :, 1] = 200
    pixels[45:185, 19:159] = (200, 0, 40) if i % 2 else (40, 0, 200)
    return pixels


def colour() -> BatchedExtractor:
    """The mean of each colour over a face."""
    return BatchedExtractor(
        "colour", "colour", "0" * 12, 3, lambda f: f.mean((1, 2)).astype(np.float32) / 255, 1
    )


@pytest.fixture(scope="module")
def prepared():
    from PIL import Image

    files = {f"{i:02d}.png": encoded(Image.fromarray(photo(i))) for i in range(COUNT)}
    labels = (np.arange(COUNT) % 2).astype(np.int8)[:, None]
    photos = PhotoSet(sorted(files), ("Red",), labels, None, None, "drawn", MemoryFiles(files))
    return prepare_photos(photos, CROP)


@pytest.fixture(scope="module")
def classifier(prepared):
    labels = prepared.photos.column("Red")
    features = colour().features(prepared.pixels)
    noise = np.random.default_rng(0).normal(size=(4 * COUNT, 3)) / 50
    rows = np.concatenate([features] * 4) + noise
    source = Source("colour", "0" * 12, CROP)
    return replace(
        train_classifier(
            LabelledRows(rows.astype(np.float32), np.tile(labels, 4)), Attribute("Red"), "logistic"
        ),
        source=source,
    )


def test_every_damage_is_judged_with_every_average(prepared, classifier):
    labels = prepared.photos.column("Red")
    rows = judge_elsewhere(classifier, colour(), prepared, labels)
    kinds = [AS_THEY_ARE, "small", "compressed", "light", "grey", "tighter", "looser"]
    assert list(dict.fromkeys(row["photos"] for row in rows)) == kinds
    assert len(rows) == len(kinds) * len(VIEWS) and {row["n"] for row in rows} == {COUNT}
    accuracy = {row["photos"]: row["accuracy"] for row in rows if row["views"] == "one view"}
    assert accuracy[AS_THEY_ARE] == accuracy["small"] == 1.0
    assert accuracy["grey"] < 0.8  # without colour it cannot tell red from blue
    text = elsewhere_table(rows)
    assert "mirror and crops" in text.splitlines()[0]
    assert text.splitlines()[1].startswith(f"{AS_THEY_ARE:<12}") and "1.000 / 1.000" in text


def test_averages_are_those_of_the_averaged_extractor(prepared, classifier):
    labels = prepared.photos.column("Red")
    first = np.tile(prepared.pixels[:, :, :32], (1, 1, 2, 1)).copy()
    first[:, :, 40:] = np.random.default_rng(1).integers(0, 256, first[:, :, 40:].shape)
    seen = [colour().features(view) for view in EVERY_VIEW.views(first)]
    for views, part in VIEWS.items():
        np.testing.assert_allclose(
            np.mean(seen[part], axis=0), averaged(colour(), views).features(first), rtol=1e-5
        )
    assert len(judge_elsewhere(classifier, colour(), prepared, labels)) == 28


def test_looser_crops_show_what_lies_around_and_tighter_ones_do_not(prepared):
    faces = damaged_faces(prepared, CROP)
    assert faces[AS_THEY_ARE] is prepared.pixels
    assert faces["tighter"][..., 1].max() < 30
    assert faces["looser"][..., 1].mean() > 40  # the green of the photo, not edges drawn out
    again = damaged_faces(prepared, CROP)
    for kind in faces:
        np.testing.assert_array_equal(faces[kind], again[kind])


def test_a_photo_that_is_a_crop_already_is_cut_itself():
    from PIL import Image

    square = np.zeros((64, 64, 3), np.uint8)
    square[:, :, 1] = 200
    square[16:48, 16:48] = (200, 0, 40)
    files = {"a.png": encoded(Image.fromarray(square))}
    photos = PhotoSet(["a.png"], (), np.empty((1, 0), np.int8), None, None, "x", MemoryFiles(files))
    one = prepare_photos(photos, CROP, no_face="crop")
    faces = damaged_faces(one, CROP)
    assert faces["tighter"][..., 0].mean() > faces[AS_THEY_ARE][..., 0].mean()
    assert faces["looser"][..., 0].mean() < faces[AS_THEY_ARE][..., 0].mean()


def test_other_crops_keep_their_middle_and_stay_in_the_photo():
    tight = other_crop(CROP, 0.8).crop
    np.testing.assert_allclose(tight, (33, 59, 145, 171))
    np.testing.assert_allclose(other_crop(CROP, 1.5).crop, (0, 26, 178, 204))
