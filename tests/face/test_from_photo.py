"""Editable photos: detail, loss, provenance; generated faces stand in for photos of people."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from ganssl.directions import DEFAULT_RULE, edit_codes
from ganssl.errors import UserError
from ganssl.face.detail import PhotoDetail
from ganssl.face.from_photo import (
    LONGEST_SIDE,
    NO_FACE_ADVICE,
    TWO_PERSONS_AT_MOST,
    Loss,
    editable_photo,
    face_network,
    faces_to_choose,
    identity_similarity,
    load_photo,
    photo_png,
)
from ganssl.face.render import enlarge, filmstrip, read_face, render
from ganssl.face.state import FaceState
from ganssl.features.readout import Readout
from ganssl.metrics.reconstruction import l1_error, ms_ssim
from ganssl.models.catalogue import load_model
from ganssl.photos.frame import align_face
from ganssl.photos.images import read_image, read_provenance
from tests.helpers.small_model import small_model
from tests.helpers.synthetic_photos import draw_photo, encoded

GREY = (120, 120, 120)
EDITS = FaceState(edits={"Smiling": 2, "Male": -1}, locked=("Young",))


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.fixture(scope="module")
def photo(model):
    return editable_photo(model, draw_photo(1))


@pytest.fixture(scope="module")
def shipped():
    return load_model()


def generated(model, seed: int, side: int) -> Image.Image:
    return Image.fromarray(enlarge(model.decode(model.sample(1, seed, 0.6))[0], side))


# --- the way through the model


@pytest.mark.slow
def test_an_aligned_photo_is_cropped_encoded_and_rebuilt(model, photo):
    pixels = model.preprocess(draw_photo(1))
    np.testing.assert_array_equal(photo.pixels, pixels)
    np.testing.assert_allclose(photo.code, model.encode(pixels[None])[0], atol=1e-5)
    rebuilt = model.decode(photo.code[None])[0]
    assert np.abs(photo.reconstruction.astype(int) - rebuilt).max() <= 1
    assert photo.prepared.how == "aligned frame" and photo.warnings == ()


@pytest.mark.slow
def test_the_loss_compares_photo_and_rebuilt_face(model, photo):
    pair = photo.pixels[None], photo.reconstruction[None]
    assert photo.loss.l1 == l1_error(*pair)[0]
    assert photo.loss.ms_ssim == ms_ssim(*pair)[0]
    average = model.decode(model.mean[None])
    assert photo.loss.average_l1 == pytest.approx(
        l1_error(photo.pixels[None], average)[0], abs=0.01
    )
    assert photo.loss.identity is None and len(photo.loss.sentences()) == 2
    words = " ".join(Loss(0.05, 0.2, 0.84, 0.79).sentences())
    for figure in ("5.0%", "20.0%", "0.84", "0.79 of 1"):
        assert figure in words


def test_a_large_photo_is_reduced_and_loses_its_exif():
    large = Image.new("RGB", (3000, 1500), GREY)
    exif = large.getexif()
    exif[0x010E] = "at home"
    photo = load_photo(encoded(large, "JPEG", exif=exif), "me.jpg")
    assert photo.size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert not photo.getexif() and "exif" not in photo.info
    with pytest.raises(UserError, match="not a JPEG, PNG or WebP"):
        load_photo(b"GIF89a", "me.gif")


@pytest.mark.slow
def test_without_a_face_the_middle_is_taken_and_advice_is_given(model):
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    photo = editable_photo(model, Image.fromarray(noise))
    assert photo.prepared.how == "taken as a face crop"
    assert (
        photo.warnings[0].startswith("No face was found") and photo.warnings[-1] == NO_FACE_ADVICE
    )


# --- detail


@pytest.mark.slow
def test_full_detail_without_edits_is_the_photo(model, photo):
    assert np.abs(photo.pixels.astype(int) - photo.reconstruction).mean() > 10
    full = render(model, FaceState(), photo.code, photo.detail(1.0)).pixels
    assert np.abs(full.astype(int) - photo.pixels).max() <= 2
    none = render(model, FaceState(), photo.code, photo.detail(0.0)).pixels
    np.testing.assert_array_equal(none, render(model, FaceState(), photo.code).pixels)


def test_half_the_detail_lies_half_way():
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    half = PhotoDetail(one, other, 0.5).on(other[None])[0]
    assert np.abs(half - (one.astype(float) + other) / 2).max() <= 0.5


def test_detail_fades_where_the_edit_changes_the_picture():
    noise = np.random.default_rng(0).integers(-30, 31, (64, 64, 3))
    start = np.full((64, 64, 3), 120, np.uint8)
    detail = PhotoDetail((start + noise).astype(np.uint8), start)
    edited = start.copy()
    edited[:, :32] += 100
    added = detail.on(edited[None])[0].astype(int) - edited
    np.testing.assert_array_equal(added[:, 48:], noise[:, 48:])
    assert np.abs(added[:, :26]).max() == 0
    slight = detail.on(start[None] + np.uint8(10))[0].astype(int) - start - 10
    assert 0.7 < np.abs(slight).sum() / np.abs(noise).sum() < 0.85  # exp(−1/4) is 0.78


@pytest.mark.slow
@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_out_of_range_is_refused(photo, strength):
    with pytest.raises(UserError, match="from 0 to 1"):
        photo.detail(strength)


@pytest.mark.slow
def test_picture_filmstrip_and_file_all_have_the_detail(model, photo):
    detail = photo.detail(0.7)
    code = edit_codes(
        photo.code[None],
        EDITS.edits,
        model.directions,
        model.covariance,
        EDITS.locked,
        rule=EDITS.hold,
    )
    expected = detail.on(model.decode(code))[0]
    assert np.abs(expected.astype(int) - model.decode(code)[0]).max() > 5
    np.testing.assert_array_equal(render(model, EDITS, photo.code, detail).pixels, expected)
    strip = filmstrip(model, EDITS, "Smiling", (2,), base=photo.code, detail=detail)
    np.testing.assert_array_equal(strip[0], expected)
    png = photo_png(model, EDITS, photo.code, detail, 100)
    np.testing.assert_array_equal(np.asarray(read_image(png)), enlarge(expected, 100))


# --- what a file says


@pytest.mark.slow
def test_a_png_says_that_it_is_ai_edited_and_how_but_not_whose(model, photo):
    png = photo_png(model, EDITS, photo.code, photo.detail(0.5))
    found = read_provenance(png)
    assert found["ai_generated"] is True and found["ai_edited"] is True
    assert found["source"] == {
        "from": "photo",
        "edits": {"Male": -1.0, "Smiling": 2.0},
        "locked": ["Young"],
        "detail": 0.5,
        "hold": DEFAULT_RULE,
        "model": model.id,
    }
    assert "seed" not in json.dumps(found)
    assert b"AI-edited photo" in png and b"compositeWithTrainedAlgorithmicMedia" in png
    assert b"no real person" not in png
    with pytest.raises(UserError, match="made from a photo, which it does not hold"):
        read_face(png, "face.png")


# --- the shipped model


@pytest.mark.slow
def test_faces_in_a_large_photo_are_found_and_each_can_be_chosen(shipped):
    canvas = Image.new("RGB", (700, 420), GREY)
    left, right = generated(shipped, 1, 128), generated(shipped, 2, 230)
    canvas.paste(left, (80, 150))
    canvas.paste(right, (400, 90))
    faces = faces_to_choose(canvas)
    assert len(faces) == 2 and faces[0].box[0] > 300 > faces[1].box[0]
    network = face_network(shipped.size)
    photos = [editable_photo(shipped, canvas, i, faces, network) for i in (0, 1)]
    for photo, own, other in ((photos[0], right, left), (photos[1], left, right)):
        same, another = (
            identity_similarity(network, photo.pixels, np.asarray(face.resize((128, 128))))
            for face in (own, other)
        )
        assert same > TWO_PERSONS_AT_MOST and same > another + 0.2
        assert photo.loss.identity > TWO_PERSONS_AT_MOST
    with pytest.raises(UserError, match=r"There is no face 3; the photo shows 2\."):
        editable_photo(shipped, canvas, 2, faces)


def test_smiling_is_raised_in_displaced_photos_and_the_person_is_kept(shipped, celeba_root):
    names = sorted((celeba_root / "img_align_celeba").glob("*.jpg"))[:3]
    readout, rises = Readout.load(), []
    smiling = readout.attributes.index("Smiling")
    for path, angle in zip(names, (15, -20, 0), strict=True):
        large = read_image(path).resize((267, 327)).rotate(angle, expand=True, fillcolor=GREY)
        canvas = Image.new("RGB", (large.width + 120, large.height + 40), GREY)
        canvas.paste(large, (70, 20))
        photo = editable_photo(shipped, canvas, network=readout.network)
        assert photo.prepared.how == "aligned by landmarks"
        detail = photo.detail(1.0)
        before, after, plain = (
            render(shipped, FaceState(edits={"Smiling": amount}), photo.code, with_detail).pixels
            for amount, with_detail in ((-2, detail), (2, detail), (2, None))
        )
        low, high = readout.probabilities(np.stack([before, after]))[:, smiling]
        rises.append(high - low)
        likeness = [identity_similarity(readout.network, photo.pixels, p) for p in (after, plain)]
        assert likeness[0] > likeness[1]
    assert np.mean(rises) > 0.3


def test_an_aligned_looking_photo_of_another_size_is_aligned_by_its_face(shipped):
    canvas = Image.new("RGB", (356, 436), GREY)
    canvas.paste(generated(shipped, 3, 200), (10, 220))
    photo = editable_photo(shipped, canvas)
    assert photo.prepared.how == "aligned by landmarks"
    frame = align_face(canvas, photo.prepared.faces[photo.prepared.chosen])
    np.testing.assert_array_equal(photo.pixels, shipped.preprocess(frame))
