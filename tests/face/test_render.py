import numpy as np
import pytest
from PIL import Image

from ganssl.directions import RAW, slider_direction
from ganssl.directions.readings import Readings
from ganssl.errors import UserError
from ganssl.face.provenance import provenance
from ganssl.face.render import (
    base_code,
    describe,
    enlarge,
    face_code,
    face_png,
    filmstrip,
    grid,
    read_face,
    render,
    slider_scale,
)
from ganssl.face.state import FaceState
from ganssl.photos.images import png_bytes, read_provenance
from tests.helpers.small_model import LATENT, OFFERED, small_model


@pytest.fixture(scope="module")
def model():
    return small_model()


STATE = FaceState(5, edits={"Smiling": 2, "Male": -1}, hold=RAW)


@pytest.mark.slow
def test_an_edit_moves_the_code_by_sigmas_along_its_direction(model):
    change = face_code(model, STATE) - base_code(model, STATE)
    expected = np.zeros(LATENT)
    expected[OFFERED.index("Smiling")], expected[OFFERED.index("Male")] = 2, -1
    np.testing.assert_allclose(change, expected, atol=1e-5)


@pytest.mark.slow
def test_no_edit_is_the_base_bit_by_bit(model):
    np.testing.assert_array_equal(face_code(model, FaceState(5)), base_code(model, FaceState(5)))
    assert not np.array_equal(base_code(model, FaceState(5)), base_code(model, FaceState(6)))


@pytest.mark.slow
def test_a_lock_keeps_the_attribute(model):
    free = face_code(model, FaceState(5, edits={"Young": 2}, hold=RAW))
    held = face_code(model, FaceState(5, edits={"Young": 2}, locked=("Male",), hold=RAW))
    by_rule = face_code(model, FaceState(5, edits={"Young": 2}))
    np.testing.assert_allclose(by_rule, held, atol=1e-5)  # by default sex is held without a lock
    base, male = base_code(model, FaceState(5)), model.directions.get("Male").vector
    assert abs((free - base) @ male) > 0.5
    assert abs((held - base) @ male) < 1e-5


@pytest.mark.slow
def test_truncation_0_is_the_mean_face(model):
    code = base_code(model, FaceState(5, truncation=0.0))
    np.testing.assert_allclose(code, model.density.mean, atol=1e-6)


@pytest.mark.slow
def test_render_is_repeatable_and_says_what_it_took(model):
    one, two = render(model, STATE), render(model, STATE)
    np.testing.assert_array_equal(one.pixels, two.pixels)
    assert one.pixels.shape == (model.size, model.size, 3) and one.pixels.dtype == np.uint8
    assert one.milliseconds > 0
    assert one.device == model.device


@pytest.mark.slow
def test_an_unedited_face_differs_by_the_edits_only(model):
    before = render(model, STATE.unedited())
    np.testing.assert_array_equal(before.code, base_code(model, STATE))
    assert not np.array_equal(before.pixels, render(model, STATE).pixels)


@pytest.mark.slow
def test_a_given_code_takes_the_place_of_the_seed(model):
    base = np.full(LATENT, 0.3, np.float32)
    code = face_code(model, FaceState(5, edits={"Smiling": 1}), base)
    np.testing.assert_allclose(code - base, np.eye(LATENT)[0], atol=1e-6)


@pytest.mark.slow
def test_the_filmstrip_steps_one_attribute_and_keeps_the_other_edits(model):
    faces = filmstrip(model, STATE, "Smiling")
    assert faces.shape == (7, model.size, model.size, 3)
    for i, step in ((0, -3), (3, 0), (6, 3)):
        alone = render(model, STATE.with_edit("Smiling", step)).pixels
        assert np.abs(faces[i].astype(int) - alone).max() <= 1


@pytest.mark.slow
def test_the_grid_shows_the_next_seeds_under_the_same_edit(model):
    faces = grid(model, STATE, 3)
    for i, face in enumerate(faces):
        alone = render(model, STATE.with_seed(5 + i)).pixels
        assert np.abs(face.astype(int) - alone).max() <= 1


@pytest.mark.slow
def test_the_scale_of_a_slider_leads_to_the_class_means(model):
    state = FaceState(5, 0.8, edits={"Young": 1.0, "Smiling": 0.5}, locked=("Male",))
    young = model.directions.get("Young")
    scale = slider_scale(model, state, "Young", face_code(model, state))
    for mark, mean in zip((scale.absent, scale.present), young.class_means, strict=True):
        at_mark = face_code(model, state.with_edit("Young", round(mark, 1)))
        position = (at_mark @ young.vector - young.center) / young.sigma
        assert position == pytest.approx(mean, abs=0.06)  # amounts are kept to tenths
    assert scale.remaining == pytest.approx(np.sqrt(0.5))


@pytest.mark.slow
def test_where_all_else_is_held_the_marks_go_by_the_reading_and_stay_as_the_slider_moves(model):
    slopes = np.stack([model.directions.get(name).vector for name in OFFERED])
    readings = Readings(OFFERED, slopes, slopes, *2 * [np.zeros((LATENT, LATENT), np.float32)])
    directions = model.directions.with_readings(readings).with_model(model.id)
    held = model.with_directions(directions)
    state, young = FaceState(5, 0.8, hold="readings"), held.directions.get("Young")
    scales = []
    for amount in (0.0, 1.5):
        moved = state.with_edit("Young", amount)
        scales.append(slider_scale(held, moved, "Young", face_code(held, moved)))
    assert scales[0].present == pytest.approx(scales[1].present, abs=1e-3)
    code = face_code(held, state)
    step = slider_direction(held.directions, "Young", held.covariance, "readings")
    start = (code @ young.vector - young.center) / young.sigma
    rise = step.sigma * (young.vector @ step.vector) / young.sigma  # the slope is its own vector
    assert start + scales[0].present * rise == pytest.approx(young.class_means[1], abs=1e-3)
    assert abs(step.vector @ held.directions.get("Male").vector) < 0.2  # Young leans on it


@pytest.mark.slow
def test_a_slider_without_room_beside_the_locks_says_so(model):
    state = FaceState(5, locked=("Bald",))
    scale = slider_scale(model, state, "Sideburns", face_code(model, state))
    assert scale.remaining == 0
    with pytest.raises(UserError, match="cannot change while Bald, Male, Young cannot"):
        face_code(model, state.with_edit("Sideburns", 1))


@pytest.mark.slow
def test_withheld_and_weak_attributes_are_refused(model):
    for name in ("Attractive", "Blurry"):
        with pytest.raises(UserError, match=f"no slider for {name}"):
            render(model, FaceState(edits={name: 1}))
        with pytest.raises(UserError, match=f"no slider for {name}"):
            filmstrip(model, FaceState(), name)


@pytest.mark.slow
def test_the_face_of_another_model_is_refused(model):
    with pytest.raises(UserError, match="another face"):
        render(model, FaceState(model="ffffffffffff"))


@pytest.mark.slow
def test_a_png_says_what_it_is_and_brings_the_face_back(model):
    png = face_png(model, STATE, 100)
    found = read_provenance(png)
    assert found == provenance(model, STATE)
    assert found["ai_generated"] is True
    again = read_face(png, "face.png")
    assert again == STATE.check(model.id, model.directions.sliders)
    np.testing.assert_array_equal(render(model, again).pixels, render(model, STATE).pixels)
    assert face_png(model, STATE) != png


def test_files_that_are_no_faces_get_a_sentence():
    picture = np.zeros((16, 16, 3), np.uint8)
    for data, says in (
        (png_bytes(picture), "does not say from which face"),
        (png_bytes(picture, {"face": 3}), "no saved face"),
        (png_bytes(picture, {"other": 3}), "does not say from which face"),
        (b"\x89PNG and rubbish", "not a JPEG, PNG"),
        (b"rubbish", "not JSON"),
        (b"", "not JSON"),
    ):
        with pytest.raises(UserError, match=r"^upload") as caught:
            read_face(data, "upload")
        assert says in str(caught.value)


def test_enlarging_is_smooth_and_bounded():
    ramp = np.repeat(np.linspace(0, 255, 8, dtype=np.uint8)[:, None], 8, axis=1)
    face = np.stack([ramp] * 3, axis=-1)
    large = enlarge(face, 32)
    expected = Image.fromarray(face).resize((32, 32), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(large, np.asarray(expected))
    assert enlarge(face, 16).shape == (16, 16, 3)
    for px in (15, 4096):
        with pytest.raises(UserError, match="side of 16 to 2048"):
            enlarge(face, px)


def test_edits_in_words():
    assert describe(FaceState()) == "no edits"
    state = FaceState(edits={"Gray_Hair": -1.5, "Smiling": 2}, locked=("Young",))
    assert describe(state) == "Gray hair −1.5 σ, Smiling +2 σ; Young locked"
