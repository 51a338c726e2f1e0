"""Paths between codes and the frames along them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.face.from_photo import editable_photo
from ganssl.face.morph import (
    generated_end,
    line,
    morph_frames,
    morph_positions,
    photo_end,
    slerp,
    take_attributes,
    with_taken,
)
from ganssl.face.provenance import morph_provenance
from ganssl.face.render import face_code
from ganssl.face.state import FaceState
from tests.helpers.small_model import small_model
from tests.helpers.synthetic_photos import draw_photo

POSITIONS = np.linspace(0, 1, 11)


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.fixture(scope="module")
def ends(model):
    photo = editable_photo(model, draw_photo(1))
    a = photo_end(model, photo, FaceState(edits={"Smiling": 1}), 1.0)
    return a, generated_end(model, FaceState(5))


def codes(radius: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.random.default_rng(0).normal(size=(2, 16)).astype(np.float32)
    return a, b / np.linalg.norm(b) * np.linalg.norm(a) * radius


@pytest.mark.parametrize("radius", [1.0, 2.5])
@pytest.mark.parametrize("path", [slerp, line])
def test_a_path_ends_on_both_codes(path, radius):
    a, b = codes(radius)
    found = path(a, b, POSITIONS)
    assert found.shape == (11, 16) and found.dtype == np.float32
    np.testing.assert_allclose(found[0], a, atol=1e-6)
    np.testing.assert_allclose(found[-1], b, atol=1e-6)


def test_the_arc_keeps_the_norm_and_turns_evenly():
    a, b = codes()
    found = slerp(a, b, POSITIONS)
    norms = np.linalg.norm(found, axis=1)
    np.testing.assert_allclose(norms, np.linalg.norm(a), rtol=1e-5)
    cosines = (found[1:] * found[:-1]).sum(axis=1) / norms[0] ** 2
    np.testing.assert_allclose(cosines, cosines[0], rtol=1e-5)
    assert np.linalg.norm(line(a, b, POSITIONS)[5]) < 0.9 * norms[0]


def test_between_unlike_norms_the_norm_grows_evenly():
    a, b = codes(2.0)
    norms = np.linalg.norm(slerp(a, b, POSITIONS), axis=1) / np.linalg.norm(a)
    np.testing.assert_allclose(norms, 1 + POSITIONS, rtol=1e-5)


def test_where_there_is_no_arc_it_is_the_line():
    a, _ = codes()
    for b in (np.zeros_like(a), -a, 2 * a, a):
        np.testing.assert_allclose(slerp(a, b, POSITIONS), line(a, b, POSITIONS), atol=1e-5)


def test_positions_one_way_and_there_and_back():
    np.testing.assert_allclose(morph_positions(5), [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(
        morph_positions(8, loop=True), [0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25]
    )


@pytest.mark.slow
def test_frames_run_from_the_one_face_to_the_other(model, ends):
    a, b = ends
    frames = morph_frames(model, a, b, morph_positions(5))
    assert frames.shape == (5, model.size, model.size, 3) and frames.dtype == np.uint8
    np.testing.assert_array_equal(frames[0], a.detail.on(model.decode(a.code[None]))[0])
    np.testing.assert_array_equal(frames[-1], model.decode(b.code[None])[0])
    steps = np.abs(np.diff(frames.astype(int), axis=0)).mean(axis=(1, 2, 3))
    assert (steps > 0).all()
    with pytest.raises(UserError, match="sphere or line"):
        morph_frames(model, a, b, morph_positions(5), "spiral")


@pytest.mark.slow
def test_both_photos_stand_at_their_ends(model):
    photos = [editable_photo(model, draw_photo(seed)) for seed in (1, 2)]
    a, b = (photo_end(model, photo, FaceState()) for photo in photos)
    frames = morph_frames(model, a, b, morph_positions(3)).astype(int)
    for frame, photo in ((frames[0], photos[0]), (frames[-1], photos[1])):
        assert np.abs(frame - photo.pixels).max() <= 2


@pytest.mark.slow
def test_an_attribute_is_taken_across_and_nothing_else(model):
    a, b = model.sample(2, seed=1)
    smiling, young, male = (model.directions.get(n).vector for n in ("Smiling", "Young", "Male"))
    mixed = take_attributes(a, b, ["Smiling"], model.directions)
    assert mixed @ smiling == pytest.approx(a @ smiling, abs=1e-5)
    off = mixed - b
    np.testing.assert_allclose(off, (off @ smiling) * smiling, atol=1e-6)
    both = take_attributes(a, b, ["Young", "Male"], model.directions)  # not orthogonal
    for vector in (young, male):
        assert both @ vector == pytest.approx(a @ vector, abs=1e-5)
    np.testing.assert_array_equal(take_attributes(a, b, [], model.directions), b)
    with pytest.raises(UserError, match="no slider for Attractive"):
        take_attributes(a, b, ["Attractive"], model.directions)


@pytest.mark.slow
def test_the_provenance_names_both_ends_and_holds_no_code(model, ends):
    a, b = ends
    b = with_taken(a, b, ["Smiling"], model.directions)
    found = morph_provenance(model, a.source, b.source, "sphere")
    assert found["ai_edited"] is True
    assert found["morph"]["a"]["from"] == "photo"
    assert found["morph"]["a"]["edits"] == {"Smiling": 1.0}
    assert found["morph"]["b"]["seed"] == 5 and found["morph"]["b"]["taken_from_a"] == ["Smiling"]
    assert len(json.dumps(found)) < 1000
    assert morph_provenance(model, b.source, b.source, "line")["ai_edited"] is False


@pytest.mark.slow
def test_a_generated_end_is_the_face_of_its_state(model):
    state = FaceState(3, edits={"Male": 2})
    np.testing.assert_array_equal(generated_end(model, state).code, face_code(model, state))
