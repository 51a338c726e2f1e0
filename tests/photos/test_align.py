"""Alignment: the geometry on drawn markers, the detector on real photos."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganssl.errors import UserError
from ganssl.photos.align import find_faces, main_face, prepare_face, refined
from ganssl.photos.frame import PLACES, Face, align_face, similarity
from ganssl.photos.images import read_image
from ganssl.photos.preprocess import Preprocess
from tests.helpers.synthetic_photos import draw_photo

GREY = (120, 120, 120)
EVEN = np.ones(4)


def face_at(points: np.ndarray, nose: tuple[float, float] = (0.0, 0.0), box=(0, 0, 1, 1)) -> Face:
    left_eye, right_eye, left_mouth, right_mouth = (tuple(point) for point in points)
    return Face(box, 1.0, left_eye, right_eye, nose, left_mouth, right_mouth)


def turned(points: np.ndarray, degrees: float, scale: float, shift: tuple[float, float]):
    """Points turned clockwise on the screen, scaled and shifted."""
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return points @ turn * scale + shift


def markers(points: np.ndarray, size: tuple[int, int], sigma: float) -> Image.Image:
    """White bells on black, centred at the points to fractions of a pixel."""
    x, y = np.arange(size[0]), np.arange(size[1])
    bells = [
        np.exp(-((y[:, None] - py) ** 2 + (x - px) ** 2) / (2 * sigma**2)) for px, py in points
    ]
    return Image.fromarray(np.rint(np.max(bells, axis=0) * 255).astype(np.uint8)).convert("RGB")


def centroid(pixels: np.ndarray, place: np.ndarray, reach: int = 12) -> np.ndarray:
    """The centre (x, y) of the brightness around a place."""
    x, y = np.rint(place).astype(int)
    part = pixels[y - reach : y + reach + 1, x - reach : x + reach + 1, 0].astype(float)
    rows, columns = np.mgrid[y - reach : y + reach + 1, x - reach : x + reach + 1]
    return np.array([(part * columns).sum(), (part * rows).sum()]) / part.sum()


# --- geometry


@pytest.mark.parametrize(("degrees", "scale"), [(0, 1), (30, 2.5), (-140, 0.3), (180, 9)])
def test_a_known_similarity_is_found(degrees, scale):
    target = turned(PLACES, degrees, scale, (40.5, -7.0))
    turn, shift = similarity(PLACES, target, np.array([2.0, 2.0, 1.0, 1.0]))
    assert abs(turn) == pytest.approx(scale)
    moved = PLACES @ (1, 1j) * turn + shift
    assert np.allclose(np.stack([moved.real, moved.imag], 1), target)


def test_a_similarity_never_mirrors_and_heeds_the_weights():
    mirrored = PLACES * (-1, 1)
    turn, shift = similarity(PLACES, mirrored, EVEN)
    moved = PLACES @ (1, 1j) * turn + shift
    assert np.abs(moved - mirrored @ (1, 1j)).max() > 20
    moved_mouth = PLACES + np.array([(0, 0), (0, 0), (0, 8), (0, 8)])
    errors = []
    for weights in (EVEN, np.array([50.0, 50.0, 1.0, 1.0])):
        turn, shift = similarity(moved_mouth, PLACES, weights)
        errors.append(abs(moved_mouth[0] @ (1, 1j) * turn + shift - PLACES[0] @ (1, 1j)))
    assert errors[1] < errors[0] / 5


@pytest.mark.parametrize(
    ("degrees", "scale", "size", "shift"),
    [
        (0, 1.0, (178, 218), (0, 0)),
        (0, 1.0, (300, 300), (31, 47)),
        (25, 1.0, (400, 400), (90, 150)),
        (-40, 0.6, (300, 300), (60, 30)),
        (90, 2.0, (700, 700), (450, 120)),
        (12, 4.3, (1300, 1300), (120, 260)),
    ],
)
def test_eyes_and_mouth_come_to_their_places(degrees, scale, size, shift):
    points = turned(PLACES, degrees, scale, shift)
    photo = markers(points, size, sigma=3 * scale)
    frame = align_face(photo, face_at(points))
    assert frame.size == (178, 218) and frame.mode == "RGB"
    pixels = np.asarray(frame)
    for place in PLACES:
        assert np.abs(centroid(pixels, place) - place).max() < 0.05
        assert pixels[round(place[1]), round(place[0]), 0] > 240


def test_a_photo_that_lies_right_already_is_unchanged():
    photo = draw_photo(3)
    difference = np.asarray(align_face(photo, face_at(PLACES))).astype(int) - np.asarray(photo)
    assert np.abs(difference).max() <= 1


def test_reduction_is_antialiased():
    fine = (np.indices((1100, 900)).sum(axis=0) // 2 % 2 * 255).astype(np.uint8)  # 2-pixel diamonds
    photo = Image.fromarray(fine).convert("RGB")
    points = turned(PLACES, 8, 5.0, (0, 0))
    inside = np.asarray(align_face(photo, face_at(points)))[60:180, 30:150].astype(float)
    assert abs(inside.mean() - 127.5) < 2 and inside.std() < 8


def test_outside_the_photo_its_edge_is_repeated():
    photo = Image.new("RGB", (120, 140), (10, 200, 60))
    frame = np.asarray(align_face(photo, face_at(PLACES - (40, 50))))
    assert (frame == (10, 200, 60)).all()
    ramp = Image.fromarray(np.tile(np.arange(120, dtype=np.uint8)[:, None], (1, 140)))
    frame = np.asarray(align_face(ramp.convert("RGB"), face_at(PLACES - (20, 50))))[:, :, 0]
    assert np.abs(frame[50:170].astype(int) - np.arange(120)[:, None]).max() <= 1
    assert frame[:49].max() <= 1 and frame[171:].min() >= 118


def test_the_turn_of_a_head():
    for degrees in (0, 35, -120):
        for along, expected in ((0.5, 0.0), (0.0, 0.5), (1.2, 0.7)):
            nose = PLACES[0] + along * (PLACES[1] - PLACES[0]) + (0, 25)
            points = turned(np.vstack([PLACES, nose]), degrees, 2.0, (5, 5))
            assert face_at(points[:4], tuple(points[4])).turn == pytest.approx(expected, abs=0.01)


def test_the_main_face_is_large_and_near_the_middle():
    photo = Image.new("RGB", (400, 300))
    corner = face_at(PLACES, box=(0, 0, 90, 100))
    middle = face_at(PLACES, box=(160, 100, 80, 90))
    small = face_at(PLACES, box=(195, 140, 20, 22))
    huge = face_at(PLACES, box=(10, 20, 180, 200))
    assert main_face(photo, [corner, middle, small]) == 1
    assert main_face(photo, [huge, corner, middle, small]) == 0


# --- photos that need no detector


@pytest.mark.parametrize("size", [(178, 218), (89, 109), (356, 436)])
def test_an_aligned_photo_is_cropped_as_in_training(size):
    preprocess = Preprocess(64)
    photo = draw_photo(1, *size)
    prepared = prepare_face(photo, preprocess)
    assert np.array_equal(prepared.pixels, preprocess(photo))
    assert prepared.how == "aligned frame"
    assert prepared.faces == [] and prepared.chosen is None and prepared.warnings == ()


def test_dark_and_small_photos_are_noted():
    dark = prepare_face(Image.new("RGB", (178, 218), (20, 30, 10)), Preprocess(64))
    assert dark.warnings == ("The face is dark; a brighter photo works better.",)
    small = prepare_face(draw_photo(1, 62, 76), Preprocess(128))
    assert small.warnings[0].startswith("The face fills only about 49 pixels")


# --- the detector


def test_no_face_is_found_in_noise_and_nothing_is_printed(capfd):
    find_faces(Image.new("RGB", (64, 64)))  # loads the detector
    capfd.readouterr()
    noise = np.random.default_rng(0).integers(0, 256, (150, 200, 3), dtype=np.uint8)
    photo, preprocess = Image.fromarray(noise), Preprocess(64)
    prepared = prepare_face(photo, preprocess)
    assert prepared.how == "taken as a face crop" and prepared.faces == []
    assert np.array_equal(prepared.pixels, preprocess(photo))
    assert prepared.warnings == ("No face was found; the middle of the photo is taken as a face.",)
    for size in ((9, 9), (15, 15), (13, 50), (300, 19), (2000, 8)):
        assert find_faces(Image.fromarray(noise).resize(size)) == []
    assert capfd.readouterr() == ("", "")


def real_photos(celeba_root: Path, count: int) -> list[Image.Image]:
    """A few photos of the validation part, the same at every call."""
    rows = (celeba_root / "list_eval_partition.txt").read_text(encoding="utf-8").split("\n")
    names = [row.split()[0] for row in rows if row.endswith(" 1")]
    drawn = np.random.default_rng(7).permutation(len(names))[:count]
    return [read_image(celeba_root / "img_align_celeba" / names[i]) for i in drawn]


def displaced(photo: Image.Image, degrees: float, scale: float) -> tuple[Image.Image, np.ndarray]:
    """The photo scaled, turned counter-clockwise and padded with grey.

    Returns it with the places that the frame's `PLACES` come to.
    """
    large = photo.resize((round(178 * scale), round(218 * scale)), Image.Resampling.BICUBIC)
    spun = large.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=GREY)
    canvas = Image.new("RGB", (spun.width + 150, spun.height + 60), GREY)
    canvas.paste(spun, (90, 20))
    centred = (PLACES + 0.5) * scale - np.array(large.size) / 2
    return canvas, turned(centred, -degrees, 1.0, np.array(spun.size) / 2 + (90, 20)) - 0.5


def test_a_displaced_photo_comes_back(celeba_root):
    preprocess = Preprocess(128)
    eyes, own, crop, unaligned = [], [], [], []
    cases = [(20.0, 1.0), (-25.0, 1.6), (10.0, 2.5), (0.0, 1.0)]
    for photo, (degrees, scale) in zip(real_photos(celeba_root, len(cases)), cases, strict=True):
        canvas, places = displaced(photo, degrees, scale)
        prepared = prepare_face(canvas, preprocess)
        assert prepared.how == "aligned by landmarks" and prepared.chosen is not None
        before = refined(photo, find_faces(photo)[0])
        turn, shift = similarity(places, PLACES, EVEN)  # back to the photo's own frame
        found = prepared.faces[prepared.chosen].points @ (1, 1j) * turn + shift
        eyes.append(np.abs(found - before.points @ (1, 1j))[:2].mean())
        pixels = prepared.pixels.astype(int)
        own.append(np.abs(pixels - preprocess(align_face(photo, before))).mean())
        crop.append(np.abs(pixels - preprocess(photo)).mean())
        unaligned.append(np.abs(preprocess(canvas).astype(int) - preprocess(photo)).mean())
    assert np.max(eyes) < 1.0  # pixels of the frame
    assert np.max(own) < 15  # of 255
    assert np.median(crop) < 15  # CelebA's own alignment differs from photo to photo
    assert np.min(unaligned) > 40


def test_of_two_people_each_can_be_chosen(celeba_root):
    preprocess = Preprocess(64)
    left, right = real_photos(celeba_root, 2)
    both = Image.new("RGB", (178 + 267, 327), GREY)
    both.paste(left, (0, 50))
    both.paste(right.resize((267, 327)), (178, 0))
    by_default = prepare_face(both, preprocess)
    assert len(by_default.faces) == 2 and by_default.chosen == 0
    assert by_default.faces[0].box[0] > 178 > by_default.faces[1].box[0]  # the largest first
    assert by_default.warnings == ("2 faces were found; one of them is used.",)
    for index, photo in ((0, right), (1, left)):
        face = prepare_face(both, preprocess, index).pixels.astype(int)
        own = np.abs(face - preprocess(photo)).mean()
        other = np.abs(face - preprocess(left if photo is right else right)).mean()
        assert own < 20 < other
    with pytest.raises(UserError, match=r"There is no face 3; the photo shows 2\."):
        prepare_face(both, preprocess, 2)


def test_large_photos_are_reduced_and_points_scaled_back(celeba_root):
    photo = real_photos(celeba_root, 1)[0]
    canvas = Image.new("RGB", (400, 300), GREY)
    canvas.paste(photo, (120, 40))
    small = find_faces(canvas)[0]
    large = find_faces(canvas.resize((4000, 3000), Image.Resampling.BICUBIC))[0]
    assert np.abs((large.points + 0.5) / 10 - 0.5 - small.points).max() < 3
    assert np.allclose(np.array(large.box) / 10, small.box, atol=6)
    assert large.confidence > 0.9


def test_a_tiny_face_is_noted(celeba_root):
    canvas = Image.new("RGB", (300, 200), GREY)
    canvas.paste(real_photos(celeba_root, 1)[0].resize((71, 87)), (100, 50))
    prepared = prepare_face(canvas, Preprocess(128))
    assert prepared.how == "aligned by landmarks"
    assert any("is enlarged to 128" in warning for warning in prepared.warnings)


def test_threads_share_the_detector(celeba_root):
    photos = real_photos(celeba_root, 3)
    alone = [find_faces(photo) for photo in photos]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(find_faces, photos))
    for one, other in zip(alone, together, strict=True):
        assert np.allclose(
            [face.points for face in one], [face.points for face in other], atol=0.01
        )


def test_small_faces_are_sought_where_there_is_no_larger_one(celeba_root):
    """The face that is taken is the same to a hundredth of a pixel."""
    first, second = real_photos(celeba_root, 2)
    small, both = (Image.new("RGB", (640, 480), GREY) for _ in range(2))
    for canvas in (small, both):
        canvas.paste(second.resize((71, 87), Image.Resampling.BICUBIC), (500, 30))
    both.paste(first, (200, 180))
    for canvas, count in ((small, 1), (both, 2)):
        every, large = find_faces(canvas), find_faces(canvas, small=False)
        assert len(every) == count >= len(large)
        np.testing.assert_allclose(large[0].points, every[0].points, atol=0.01)
    assert find_faces(Image.new("RGB", (640, 480), GREY), small=False) == []
