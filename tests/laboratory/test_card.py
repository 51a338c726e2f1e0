"""The card tells good directions from bad ones, on a model whose effects are known."""

import json
import time

import numpy as np
import pytest

from ganssl.directions import conditional_direction, fit_direction
from ganssl.errors import UserError
from ganssl.laboratory.card import direction_card
from ganssl.laboratory.effects import rank_correlation, steady_share
from ganssl.metrics.intervals import mean_interval
from tests.helpers.planted import make_direction, planted_codes
from tests.helpers.planted_laboratory import ATTRIBUTES, BLOCKS, GAIN, axis, block_laboratory


def card_of(laboratory, attribute, *numbers, **figures):
    return direction_card(laboratory, make_direction(attribute, axis(*numbers), **figures))


@pytest.mark.slow
def test_a_pure_direction_moves_its_own_attribute_alone(laboratory):
    card = card_of(laboratory, "Smiling", 0)
    assert card.own.attribute == card.target == "Smiling"
    light = np.tanh(GAIN * (laboratory.codes[:, 0] + np.array([[1], [-1]])))
    assert card.own.logit == pytest.approx(10 * (light[0] - light[1]).mean() / 2, rel=0.02)
    assert card.own.low < card.own.logit < card.own.high
    column = laboratory.attributes.index("Smiling")
    assert card.own.spreads == pytest.approx(card.own.logit / laboratory.spread[column])
    assert card.own.spreads == pytest.approx(1, rel=0.15)  # codes are spread by 1, as the step
    assert card.side_effect < 0.02
    assert card.selectivity > 30
    assert (card.steady, card.rank_correlation) == (1.0, pytest.approx(1.0))
    assert {e.attribute for e in card.others} == {*ATTRIBUTES, "Skin_Tone"} - {"Smiling"}


@pytest.mark.slow
def test_an_entangled_direction_has_larger_side_effects(laboratory):
    pure, mixed = card_of(laboratory, "Smiling", 0), card_of(laboratory, "Smiling", 0, 1)
    assert mixed.side_effect > 10 * pure.side_effect
    assert mixed.others[0].attribute == "Male"
    assert mixed.others[0].spreads == pytest.approx(mixed.own.spreads, rel=0.2)
    assert mixed.selectivity < 4
    held = direction_card(
        laboratory,
        make_direction("Smiling", axis(0, 1)),
        [make_direction("Male", axis(1))],
    )
    assert held.direction.remaining == pytest.approx(np.sqrt(0.5))
    assert held.side_effect == pytest.approx(pure.side_effect, abs=1e-3)
    assert held.title == "Smiling (mean), Male held"


@pytest.mark.slow
def test_each_step_says_what_moved_besides(laboratory):
    card = card_of(laboratory, "Smiling", 0, 1)
    for step in (-2, 1, 3):
        reading = card.at(step)
        assert reading.besides == "Male"
        assert reading.its_effect == pytest.approx(reading.spreads, rel=0.2)
        assert np.sign(reading.spreads) == np.sign(step)
    assert card.at(2).spreads > 1.5 * card.at(1).spreads
    assert card.at(0).spreads == card.at(0).its_effect == 0
    assert card_of(laboratory, "Bald", 5).at(2).besides != "Bangs"  # which the name implies


@pytest.mark.slow
def test_a_direction_that_turns_back_is_not_steady(laboratory):
    card = card_of(laboratory, "Bald", 3)
    assert card.steady == 0
    assert abs(card.rank_correlation) < 0.6
    assert abs(card.own.spreads) < 0.5


@pytest.mark.slow
def test_identity_falls_where_the_direction_moves_the_person(laboratory):
    smile, person = card_of(laboratory, "Smiling", 0), card_of(laboratory, "Smiling", 12)
    assert smile.at(2).identity > 0.999
    assert person.at(2).identity < 0.9
    assert person.at(0).identity == 1.0
    assert person.at(3).identity < person.at(2).identity < person.at(1).identity
    assert abs(smile.strangers) < 0.1  # two faces share nothing


@pytest.mark.slow
def test_a_step_off_the_data_is_seen():
    variances = np.ones(BLOCKS)
    variances[5] = 0.01
    laboratory = block_laboratory(covariance=np.diag(variances))
    along = card_of(laboratory, "Smiling", 0)
    away = card_of(laboratory, "Smiling", 5)  # its σ is said to be 1, ten times the codes' own
    assert along.at(0).distance == pytest.approx(1, abs=0.1)
    assert along.at(0).log_density == 0
    assert along.at(2).distance == pytest.approx(np.sqrt(1 + 4 / BLOCKS), abs=0.1)
    assert away.at(2).distance == pytest.approx(np.sqrt(1 + 400 / BLOCKS), abs=0.2)
    assert away.at(2).log_density == pytest.approx(-200, rel=0.2)
    assert away.at(2).outside == 1.0
    assert along.at(1).outside < 0.2


def test_held_out_figures_tell_a_real_direction_from_a_random_one():
    codes, labels, _ = planted_codes(1500)
    real = fit_direction(codes, labels[:, 0], "Male", "mean")
    noise = np.random.default_rng(0).integers(0, 2, len(codes)).astype(np.int8)
    random = fit_direction(codes, noise, "Male", "mean")
    assert real.auc > 0.9 > 0.6 > random.auc
    assert real.split_half_cosine > 0.9 > 0.4 > random.split_half_cosine


@pytest.mark.slow
def test_a_conditional_direction_is_measured_on_the_hold_out(laboratory):
    rng = np.random.default_rng(1)
    codes = rng.normal(size=(600, BLOCKS)).astype(np.float32)
    labels = (codes[:, 0] > 0).astype(np.int8)
    labels[:50] = -1
    mixed, male = make_direction("Smiling", axis(0, 1)), make_direction("Male", axis(1))
    unknown = direction_card(laboratory, mixed, [male])
    assert np.isnan(unknown.auc) and unknown.row()["auc"] is None
    card = direction_card(laboratory, mixed, [male], holdout=(codes, labels))
    assert card.auc == 1.0 and card.accuracy > 0.95
    assert card.majority == pytest.approx(max(labels[50:].mean(), 1 - labels[50:].mean()))
    assert card.direction.boundary == pytest.approx(0, abs=0.1)
    assert card.split_half_cosine == mixed.split_half_cosine
    with pytest.raises(UserError, match="held-out photos of each class"):
        direction_card(laboratory, mixed, holdout=(codes, np.zeros(600, np.int8)))


@pytest.mark.slow
def test_without_a_probe_there_is_no_own_effect(laboratory):
    card = card_of(laboratory, "Goatee", 0)
    assert card.own is None and card.target is None
    assert np.isnan([card.steady, card.rank_correlation, card.selectivity]).all()
    assert card.others[0].attribute == "Smiling"
    json.dumps(card.to_dict(), allow_nan=False)
    named = direction_card(laboratory, make_direction("Smirk", axis(0)), target="Smiling")
    assert named.own.attribute == "Smiling"


@pytest.mark.slow
def test_a_direction_is_measured_once(laboratory):
    direction = make_direction("Young", axis(2, 4, 5))
    direction_card(laboratory, direction)
    moved = laboratory.move(direction)
    assert laboratory.move(make_direction("Young", axis(2, 4, 5)), (-1, 0, 1)) is moved
    assert laboratory.move(make_direction("Young", axis(2, 4, 5), sigma=2.0)) is not moved
    start = time.perf_counter()
    direction_card(laboratory, direction)
    assert time.perf_counter() - start < 0.5


@pytest.mark.slow
def test_the_same_faces_for_every_direction_and_seed():
    first, again = block_laboratory(faces=8), block_laboratory(faces=8)
    np.testing.assert_array_equal(first.codes, again.codes)
    np.testing.assert_array_equal(first.codes, block_laboratory(faces=16).codes[:8])


@pytest.mark.slow
def test_the_held_directions_must_leave_something(laboratory):
    smile = make_direction("Smiling", axis(0))
    with pytest.raises(UserError, match="cannot change while"):
        direction_card(laboratory, smile, [make_direction("Male", axis(0))])


def test_conditions_add_up():
    smile, male = make_direction("Smiling", axis(0, 1, 2)), make_direction("Male", axis(1))
    young = make_direction("Young", axis(2))
    eye = np.eye(BLOCKS)
    twice = conditional_direction(conditional_direction(smile, [male], eye), [young], eye)
    once = conditional_direction(smile, [male, young], eye)
    np.testing.assert_allclose(twice.vector, once.vector, atol=1e-6)
    assert twice.conditioned_on == once.conditioned_on == ("Male", "Young")
    assert twice.remaining == pytest.approx(once.remaining)


def test_interval_covers_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(0)
    _, low, high = mean_interval(rng.normal(size=(12, 4000)))
    assert np.mean((low < 0) & (high > 0)) == pytest.approx(0.95, abs=0.02)


def test_steadiness_by_hand():
    steps = np.arange(5.0)[:, None]
    logits = np.concatenate([steps, -steps, np.ones((5, 1)), steps % 2 + steps], axis=1)
    assert steady_share(logits) == 0.25
    one = [rank_correlation(logits[:, [i]]) for i in range(4)]
    assert one[:3] == pytest.approx([1, -1, 0])
    assert 0.8 < one[3] < 1
