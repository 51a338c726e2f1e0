"""Readings that ship spare the networks, for their own directions alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganssl.base.files import load_arrays, save_arrays
from ganssl.directions import METHODS
from ganssl.laboratory import scales_file
from ganssl.laboratory.card import direction_card
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.population import generated_population
from ganssl.laboratory.readings_file import (
    first_directions,
    load_readings,
    readings_file,
    save_readings,
)
from ganssl.laboratory.scales_file import ready_laboratory, save_scales
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import BlockModel, axis, block_laboratory, block_readout

pytestmark = pytest.mark.slow

FACES = 8
SMILE, YOUNG = make_direction("Smiling", axis(0)), make_direction("Young", axis(2, 4), sigma=0.7)


@pytest.fixture(scope="module")
def laboratory():
    return block_laboratory(FACES)


@pytest.fixture
def folder(laboratory, tmp_path, monkeypatch):
    """What ships: scales, and readings along two directions."""
    monkeypatch.setattr(scales_file, "shipped_folder", lambda: tmp_path)
    monkeypatch.setattr("ganssl.laboratory.kept_file.shipped_folder", lambda: tmp_path)
    save_scales(tmp_path, laboratory)
    save_readings(tmp_path, laboratory, laboratory.known_readings([SMILE, YOUNG]))
    return tmp_path


def ready(laboratory, folder, faces: int = FACES) -> Laboratory:
    return ready_laboratory(laboratory.model, laboratory.readout, folder / "cache", faces)


def refuse_networks(laboratory, monkeypatch) -> None:
    def never(*args, **kwargs):
        raise AssertionError("a network was asked")

    monkeypatch.setattr(laboratory, "decode", never)


def test_a_card_along_a_known_direction_needs_no_network(laboratory, folder, monkeypatch):
    opened = ready(laboratory, folder)
    refuse_networks(opened, monkeypatch)
    for direction in (SMILE, YOUNG):
        found, measured = (direction_card(lab, direction) for lab in (opened, laboratory))
        rows = found.row(), measured.row()
        assert rows[0].keys() == rows[1].keys()
        for name in ("own_effect", "side_effect", "identity_at_2", "distance_at_2", "steady"):
            assert rows[0][name] == pytest.approx(rows[1][name], abs=0.01), name
    cosines = opened.stranger_cosines(), laboratory.stranger_cosines()
    np.testing.assert_allclose(*cosines, atol=1e-5)


def test_a_direction_fitted_anew_on_another_machine_is_still_known(laboratory, folder, monkeypatch):
    opened = ready(laboratory, folder)
    refuse_networks(opened, monkeypatch)
    nearly = replace(SMILE, vector=(SMILE.vector + 1e-7).astype(SMILE.vector.dtype))
    opened.move(nearly)


@pytest.mark.parametrize(
    "other",
    [
        make_direction("Smiling", axis(1)),
        make_direction("Smiling", axis(0), sigma=1.01),
        make_direction("Smiling", axis(0) + 1e-3 * axis(5)),
    ],
)
def test_any_other_direction_is_read_by_the_networks(laboratory, folder, other, monkeypatch):
    opened = ready(laboratory, folder)
    expected = laboratory.move(other)
    np.testing.assert_allclose(opened.move(other).logits, expected.logits, atol=1e-4)
    refuse_networks(opened, monkeypatch)
    with pytest.raises(AssertionError, match="a network was asked"):
        opened.move(replace(other, sigma=0.5))


def test_steps_that_were_not_read_are_read_by_the_networks(laboratory, folder):
    moved = ready(laboratory, folder).move(SMILE, (-0.5, 0.0, 0.5))
    np.testing.assert_array_equal(moved.steps, [-0.5, 0.0, 0.5])


def test_readings_of_another_model_other_probes_or_other_faces_are_not_taken(laboratory, folder):
    model, readout = laboratory.model, laboratory.readout
    assert load_readings(folder, model, readout, FACES) is not None
    assert load_readings(folder, model, readout, FACES + 1) is None
    other = BlockModel()
    other.mean = other.mean + 1.0
    assert load_readings(folder, other, readout, FACES) is None
    probes = block_readout()
    probes.probes.bias[:] += 1.0
    assert load_readings(folder, model, probes, FACES) is None


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("file", None),
        ("logits", lambda array: array[:-1]),
        ("vectors", lambda array: array[:, :-1]),
        ("change", lambda array: array[:, :, :, :-1]),
        ("change", lambda array: array * np.float16("nan")),
        ("identity", lambda array: array[0]),
        ("steps", lambda array: array + 1),
        ("sigmas", lambda array: array.astype(int)),
    ],
)
def test_damaged_readings_are_read_afresh(laboratory, folder, part, damage):
    path = folder / readings_file(laboratory.model, laboratory.readout, FACES)
    if part == "file":
        path.write_bytes(path.read_bytes()[:300])
    else:
        arrays = load_arrays(path)
        save_arrays(path, arrays | {part: damage(arrays[part])})
    assert load_readings(folder, laboratory.model, laboratory.readout, FACES) is None
    moved = ready(laboratory, folder).move(SMILE)
    np.testing.assert_allclose(moved.logits, laboratory.move(SMILE).logits, atol=1e-4)


def test_what_the_page_opens_with_are_all_methods_of_the_first_sliders(laboratory):
    from tests.helpers.small_model import small_model

    model = small_model()
    first, second = model.directions.sliders[:2]
    people = generated_population(laboratory, 60)
    labels = np.random.default_rng(0).integers(0, 2, (60, 2)).astype(np.int8)
    codes = model.sample(60, 0)
    people = replace(people, codes=codes, labels=labels, attributes=(first, second))
    found = first_directions(model, people)
    known = {one.vector.tobytes() for one in found}
    assert len(known) == len(found)  # Sideburns lies on the axis of Bald
    own = model.directions
    assert {own.get(name).vector.tobytes() for name in own.attributes} <= known
    assert {one.method for one in found if one.attribute == first} == set(METHODS)
    assert sum(one.method == "sefa" for one in found) == 6
