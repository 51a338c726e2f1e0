"""The gallery of a model: its faces and looks, and what becomes of a file that does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ganssl.errors import UserError
from ganssl.face.gallery import FILE, FORMAT, load_gallery
from ganssl.face.state import FaceState
from ganssl.models.catalogue import load_model
from ganssl.models.face_model import FaceModel
from tests.helpers.small_model import small_model

pytestmark = pytest.mark.slow


@pytest.fixture
def model(tmp_path: Path) -> FaceModel:
    small_model().save(tmp_path / "small")
    return load_model(tmp_path / "small")


def write(model: FaceModel, /, **changed) -> None:
    slider = model.directions.sliders[0]
    values = {
        "format": FORMAT,
        "model": model.id,
        "faces": [
            {"title": "One", "seed": 7, "truncation": 0.7},
            {"title": "Two", "seed": 9, "truncation": 0.8},
        ],
        "looks": [
            {"title": "Some", "edits": {slider: 2.0}},
            {"title": "Impossible", "edits": {slider: 1.0, "Wings": 1.0}},
        ],
    }
    (model.path / FILE).write_text(json.dumps(values | changed), encoding="utf-8")


def test_a_model_without_a_gallery_begins_at_seed_0(model: FaceModel):
    gallery = load_gallery(model)
    assert gallery.first == FaceState(model=model.id) and not gallery.looks


def test_faces_in_their_order_and_looks_that_the_sliders_allow(model: FaceModel):
    write(model)
    gallery, slider = load_gallery(model), model.directions.sliders[0]
    assert [title for title, _ in gallery.faces] == ["One", "Two"]
    assert gallery.first == FaceState(7, 0.7, model=model.id)
    assert gallery.looks == (("Some", {slider: 2.0}),)
    worn = gallery.dressed(gallery.first.with_lock(slider, True), 0)
    assert worn == FaceState(7, 0.7, {slider: 2.0}, model=model.id)


def test_a_gallery_of_other_weights_is_passed_over(model: FaceModel):
    write(model, model="0123456789ab")
    assert load_gallery(model).first == FaceState(model=model.id)


@pytest.mark.parametrize(
    "changed",
    [{"format": "x"}, {"faces": [{"title": "a"}]}, {"faces": 3}, {"looks": [{"title": "a"}]},
     {"faces": [{"title": "\ud800", "seed": 7, "truncation": 0.7}]}],
)  # fmt: skip
def test_a_damaged_gallery_is_named(model: FaceModel, changed: dict):
    write(model, **changed)
    with pytest.raises(UserError, match="gallery"):
        load_gallery(model)


def test_the_shipped_model_brings_faces_and_looks():
    model = load_model()
    gallery = load_gallery(model)
    assert len(gallery.faces) >= 12 and len(gallery.looks) >= 3
    assert len({state.to_json() for _, state in gallery.faces}) == len(gallery.faces)
    assert all(state.check(model.id, model.directions.sliders) for _, state in gallery.faces)
