"""Skin tone on drawings whose colours are known."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ganssl.errors import UserError
from ganssl.photos.preprocess import Preprocess
from ganssl.photos.skin_tone import cielab, group_of, groups_of, skin_tone

COLOURS = {
    "very light": (255, 224, 200),
    "light": (235, 190, 160),
    "intermediate": (212, 170, 125),
    "tan": (190, 135, 95),
    "brown": (130, 85, 55),
    "dark": (55, 35, 25),
}


def drawing(skin, forehead=None, back=(10, 60, 200)) -> Image.Image:
    """An oval face in CelebA's aligned frame, on blue."""
    picture = Image.new("RGB", (178, 218), back)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((48, 70, 130, 185), fill=skin)
    for x in (69, 108):
        draw.ellipse((x - 8, 106, x + 8, 117), fill="white")
    draw.rectangle((74, 150, 104, 158), fill=(160, 20, 30))
    if forehead is not None:
        draw.rectangle((40, 60, 140, 98), fill=forehead)
    return picture


def angle(picture: Image.Image, preprocess: Preprocess | None = None) -> float:
    preprocess = preprocess or Preprocess(128)
    return float(skin_tone(preprocess(picture)[None], preprocess)[0])


def test_cielab_of_colours_that_tables_give():
    found = cielab(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 0, 255], [119] * 3]))
    known = [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20], [32.30, 79.19, -107.86], [50.03, 0, 0]]
    np.testing.assert_allclose(found, known, atol=0.05)


def test_the_angle_is_that_of_the_formula():
    lightness, _, yellow = cielab(np.array(COLOURS["tan"]))
    expected = np.degrees(np.arctan((lightness - 50) / yellow))
    assert angle(drawing(COLOURS["tan"])) == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("group", COLOURS)
def test_each_group_has_its_name(group):
    assert group_of(angle(drawing(COLOURS[group]))) == group


def test_lighter_colours_have_larger_angles():
    angles = [angle(drawing(colour)) for colour in COLOURS.values()]
    assert angles == sorted(angles, reverse=True)


@pytest.mark.parametrize(
    "preprocess", [Preprocess(64), Preprocess(256), Preprocess(100, (17, 37, 161, 181))]
)
def test_the_patches_lie_on_skin_whatever_the_crop_and_size(preprocess):
    there = angle(drawing(COLOURS["tan"]), preprocess)
    assert there == pytest.approx(angle(drawing(COLOURS["tan"])), abs=0.5)


def test_hair_on_the_forehead_does_not_decide():
    plain = angle(drawing(COLOURS["light"]))
    assert angle(drawing(COLOURS["light"], forehead=(40, 20, 10))) == pytest.approx(plain, abs=0.5)


def test_the_background_does_not_count():
    one, other = (angle(drawing(COLOURS["tan"], back=back)) for back in ("black", "yellow"))
    assert one == other


def test_a_black_and_white_picture_has_no_tone():
    grey = drawing(COLOURS["light"]).convert("L").convert("RGB")
    assert np.isnan(angle(grey))
    assert group_of(angle(grey)) == "unknown"


def test_many_faces_are_read_one_by_one():
    faces = np.stack([Preprocess(128)(drawing(colour)) for colour in COLOURS.values()])
    together = skin_tone(faces)
    assert together.dtype == np.float32
    np.testing.assert_array_equal(together, [skin_tone(face[None])[0] for face in faces])
    assert list(groups_of(together)) == [f"{group} skin" for group in COLOURS]
    assert skin_tone(faces[:0]).shape == (0,)


def test_the_limits_of_the_groups():
    edges = {55.01: "very light", 55: "light", 41: "intermediate", 28: "tan", 10: "brown",
             -30: "dark", -80: "dark"}  # fmt: skip
    assert {edge: group_of(edge) for edge in edges} == edges


def test_other_arrays_are_refused():
    for wrong in (np.zeros((4, 4, 3), np.uint8), np.zeros((1, 4, 4, 3), np.float32)):
        with pytest.raises(UserError, match="Skin tone is read off"):
            skin_tone(wrong)
