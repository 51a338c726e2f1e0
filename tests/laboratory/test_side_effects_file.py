"""The story's side effects come back from their file, and only for their directions."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.base.files import load_arrays, save_arrays
from ganssl.directions import DirectionSet
from ganssl.laboratory import side_effects_file as module
from ganssl.laboratory.side_effects import first_side_effects, first_sliders
from ganssl.laboratory.side_effects_file import (
    load_side_effects,
    ready_side_effects,
    save_side_effects,
)
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import BlockModel, axis, block_readout

pytestmark = pytest.mark.slow


def directed(*numbers: int) -> BlockModel:
    """A model with a slider for Smiling along some axes."""
    model = BlockModel()
    model.directions = DirectionSet(model.id, [make_direction("Smiling", axis(*numbers))])
    return model


@pytest.fixture(scope="module")
def model():
    return directed(0)


@pytest.fixture(scope="module")
def effects(model):
    return first_side_effects(model, block_readout())


def test_effects_that_ship_are_not_measured(model, effects, tmp_path, monkeypatch):
    save_side_effects(tmp_path, model, block_readout(), effects)
    monkeypatch.setattr(module, "shipped_folder", lambda: tmp_path)
    monkeypatch.setattr(module, "first_side_effects", None)  # nothing is measured
    found = ready_side_effects(model, block_readout())
    np.testing.assert_array_equal(found.change, effects.change)
    np.testing.assert_array_equal(found.skin_tone, effects.skin_tone)
    assert found.moved == first_sliders(model) == ("Smiling",)
    assert found.of("Smiling") == effects.of("Smiling")
    assert (found.read, found.amount, found.count) == (effects.read, effects.amount, effects.count)


def test_effects_of_other_directions_are_measured_afresh(model, effects, tmp_path, monkeypatch):
    save_side_effects(tmp_path, model, block_readout(), effects)
    monkeypatch.setattr(module, "shipped_folder", lambda: tmp_path)
    other = directed(1)
    assert load_side_effects(tmp_path, other, block_readout()) is None
    assert ready_side_effects(other, block_readout()).of("Smiling")[0][0] == "Male"


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("moved", lambda array: np.array(["Male"])),
        ("change", lambda array: array[:, :-1]),
        ("change", lambda array: array * np.nan),
        ("skin_tone", lambda array: array[:0]),
        ("steps", lambda array: array[:, :-1]),
        ("count", lambda array: array + 1),
    ],
)
def test_a_damaged_file_is_not_taken(model, effects, tmp_path, part, damage):
    path = save_side_effects(tmp_path, model, block_readout(), effects)
    arrays = load_arrays(path)
    save_arrays(path, arrays | {part: damage(arrays[part])})
    assert load_side_effects(tmp_path, model, block_readout()) is None
