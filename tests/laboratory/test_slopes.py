"""Slopes of readings on a model whose faces read along its codes as was planted."""

import numpy as np
import pytest

from ganssl.directions import DirectionSet, slider_direction
from ganssl.errors import UserError
from ganssl.laboratory.card import direction_card
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.slopes import FACES_STEPPED, fit_readings, label_normals, stepped_faces
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import ATTRIBUTES, BLOCKS, BlockModel, axis, block_readout

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model():
    return BlockModel()


@pytest.fixture(scope="module")
def readings(model):
    return fit_readings(model, block_readout(), 600)


def test_each_reading_rises_along_its_own_number(readings):
    assert readings.names == (*ATTRIBUTES, "Skin_Tone")
    assert readings.read_by == block_readout().id
    for k, name in enumerate(ATTRIBUTES):
        slope = readings.slopes[k]
        if name == "Bald":  # it falls on both sides of 0, and so has no slope
            assert np.abs(slope).max() < 0.3
        else:  # a spread of its codes, 1, is nearly a spread of its readings
            assert slope[k] == pytest.approx(0.85, abs=0.15)
            assert np.abs(np.delete(slope, k)).max() < 0.15


def test_what_tells_people_apart_lies_in_the_last_numbers(readings):
    price = np.diag(readings.identity)
    assert price[12:].min() > 10 * price[:12].max()
    np.testing.assert_allclose(readings.identity, readings.identity.T, atol=1e-6)


def test_grey_faces_have_no_skin_tone_and_no_slope_of_it(readings):
    np.testing.assert_array_equal(readings.slopes[-1], 0)
    np.testing.assert_array_equal(readings.tone, 0)


def test_what_labels_taught_of_a_reading_stands_beside_its_slope(readings):
    np.testing.assert_array_equal(readings.normals, 0)  # the model has no directions
    taught = [make_direction("Male", axis(1, 2), method) for method in ("mean", "logistic")]
    tone = make_direction("Skin_Tone", axis(7), "regression")
    directions = DirectionSet("m", taught, skin_tone=tone)
    found = label_normals(directions, readings.names, BLOCKS)
    np.testing.assert_allclose(found[1], axis(1, 2) / np.sqrt(2), atol=1e-6)
    np.testing.assert_allclose(found[-1], axis(7), atol=1e-6)
    assert not found[[0, 2, 3]].any()


def test_a_direction_that_takes_another_along_is_freed_of_it(model, readings):
    both = make_direction("Smiling", axis(0, 1))  # Male comes with it
    directions = DirectionSet("m", [both]).with_readings(readings)
    held = slider_direction(directions, "Smiling", np.eye(BLOCKS), "readings")
    assert held.vector[0] > 0.95 and abs(held.vector[1]) < 0.2


def test_its_card_says_that_all_else_is_held(model, readings):
    both = make_direction("Smiling", axis(0, 1))
    laboratory = Laboratory(BlockModel(), block_readout(), 32)
    laboratory.model.directions = DirectionSet("m", [both]).with_readings(readings)
    plain, held = (direction_card(laboratory, both, rule=rule) for rule in ("raw", "readings"))
    assert held.title == "Smiling (mean), All else held"
    assert held.side_effect < 0.2 * plain.side_effect
    assert held.own.spreads > 0.95 * plain.own.spreads
    assert held.free_own.spreads == pytest.approx(plain.own.spreads)
    codes = np.random.default_rng(1).normal(size=(400, BLOCKS)).astype(np.float32)
    labels = (codes[:, 0] > 0).astype(np.int8)
    measured = direction_card(laboratory, both, holdout=(codes, labels), rule="readings")
    assert measured.auc > plain.auc and measured.auc > 0.99


def test_the_same_faces_give_the_same_slopes_and_progress_is_told(model, readings):
    told = []
    again = fit_readings(model, block_readout(), 600, progress=lambda *done: told.append(done))
    np.testing.assert_array_equal(again.slopes, readings.slopes)
    np.testing.assert_array_equal(again.identity, readings.identity)
    total = 600 + FACES_STEPPED * BLOCKS
    assert (600, total) in told and told[-1] == (total, total)


def test_too_few_faces_are_refused(model):
    with pytest.raises(UserError, match="64 faces or more, not 63"):
        fit_readings(model, block_readout(), 63)


RNG = np.random.default_rng(4)


def test_steps_along_the_axes_tell_the_square_of_every_step():
    """Of what rises in straight lines, exactly, however the codes lie and wherever a face is."""
    weights, mix = RNG.normal(size=(5, 3)), RNG.normal(size=(5, 5))
    told = []
    changed = stepped_faces(
        lambda codes: codes @ weights, RNG.normal(size=(4, 5)), mix @ mix.T, told=told.append
    )
    step = RNG.normal(size=5)
    for part in (slice(0, 2), slice(2, 3)):
        expected = np.sum((step @ weights[:, part]) ** 2)
        assert step @ changed(part) @ step == pytest.approx(expected, rel=0.02)
    assert told == [5, 10, 15, 20]


def test_faces_that_turn_to_both_sides_are_changed_though_their_mean_rests():
    sides = np.repeat([[-1.0, 0, 0], [1.0, 0, 0]], 10, axis=0)

    def read(codes):
        return np.sign(codes[:, :1]) * codes[:, 1:2]

    square = stepped_faces(read, sides, 0.25 * np.eye(3))(slice(0, 1))
    assert square[1, 1] == pytest.approx(1, rel=1e-5) and abs(square[2, 2]) < 1e-6
    mean = np.mean([read(side[None] + [[0, 0.5, 0]]) - read(side[None]) for side in sides])
    assert mean == pytest.approx(0, abs=1e-9)


def test_a_skin_that_lost_its_colour_on_the_way_changed_nothing():
    def read(codes):
        return np.where(codes[:, :1] > 0.5, np.nan, codes)

    square = stepped_faces(read, np.zeros((2, 2)), np.eye(2))(slice(None))
    assert np.isfinite(square).all()
