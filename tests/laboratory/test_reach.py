"""Where sliders end, and which get none, from the figures of their cards."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ganssl.directions import DirectionSet
from ganssl.directions.direction import Direction
from ganssl.directions.reach import FURTHEST, LEAST_IDENTITY, MOST_OUTSIDE, Reach
from ganssl.errors import UserError
from ganssl.laboratory.card import StepReading
from ganssl.laboratory.effects import Effect
from ganssl.laboratory.reach import (
    STEPS,
    reach_of,
    stuck,
    with_companions,
)
from tests.helpers.planted import make_direction

TONE = Effect("Skin_Tone", 9.0, 8.0, 10.0, 2.0)


SMILING = Effect("Smiling", 1.0, 0.9, 1.1, 0.8)


def card(
    own=lambda step: step,
    identity=lambda step: 0.9,
    outside=lambda step: 0.1,
    effect=SMILING,
    besides=lambda step: 0.0,
    name="Smiling",
    **figures,
):
    """What `reach_of` reads of a card."""
    readings = [
        StepReading(
            *(step, own(step), 0, 0, identity(step), 1.0, 0.0, outside(step), 2 * step),
            spreads=own(step),
            besides="Male",
            its_effect=besides(step),
        )
        for step in STEPS
    ]
    values = dict(
        others=(TONE, Effect("Male", -0.5, -0.6, -0.4, -0.3)),
    )
    values |= figures
    found = SimpleNamespace(
        direction=SimpleNamespace(attribute=name),
        steps=tuple(readings),
        own=effect,
        skin_tone=TONE,
        steady=0.9,
        **values,
    )
    found.at = lambda step: next(r for r in readings if r.step == step)
    return found


def test_a_slider_that_does_not_break_goes_all_the_way():
    reach = reach_of(card())
    assert (reach.low, reach.high) == (-FURTHEST, FURTHEST) and reach.fails == ""
    assert (reach.own, reach.besides, reach.its_effect) == (0.8, "Male", -0.3)  # no attribute: skin
    assert reach.skin_tone == 4.0 and reach.steady == 0.9


def test_it_ends_where_the_own_effect_stops_growing():
    reach = reach_of(card(own=lambda step: min(step, 1.5)))
    assert (reach.low, reach.high) == (-FURTHEST, 1.5)
    assert reach_of(card(own=lambda step: max(step, -2.0))).low == -2.0


def test_it_ends_where_faces_become_others():
    reach = reach_of(card(identity=lambda step: 1 if step <= 2 else LEAST_IDENTITY - 0.01))
    assert (reach.low, reach.high) == (-FURTHEST, 2.0)


def test_it_ends_where_codes_leave_the_population():
    reach = reach_of(card(outside=lambda step: MOST_OUTSIDE + 0.01 if step < -1 else 0.0))
    assert (reach.low, reach.high) == (-1.0, FURTHEST)


def test_it_ends_where_its_own_effect_is_less_than_it_owes():
    """A reading that rises ever less, as of brown hair that is brown already."""
    reach = reach_of(card(own=lambda step: step if step < 0 else 0.2 * np.tanh(step)))
    assert (reach.low, reach.high) == (-FURTHEST, 1.0)  # 0.19 for 2 σ is less than 0.3


def test_it_ends_where_another_attribute_moves_further():
    reach = reach_of(card(besides=lambda step: -1.2 * step if step > 1 else 0.5 * step))
    assert (reach.low, reach.high) == (-FURTHEST, 1.0)
    reach = reach_of(card(besides=lambda step: 1.05 * step))  # a tie at one σ, but not beyond
    assert (reach.low, reach.high) == (-1.0, 1.0) and not reach.fails
    reach = reach_of(card(besides=lambda step: 0.95 * step))
    assert (reach.low, reach.high) == (-FURTHEST, FURTHEST)
    reach = reach_of(card(besides=lambda step: 1.2 * step))
    assert "not true to its name" in reach.fails


def test_what_lies_behind_a_break_does_not_count():
    reach = reach_of(card(identity=lambda step: 0.1 if step == 1.5 else 0.9))
    assert reach.high == 1.0


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"effect": Effect("Smiling", 0.1, 0, 0, 0.1)}, "hardly moves its own reading"),
        (
            {"others": (TONE, Effect("Male", 1, 1, 1, -0.9))},
            "moves Male further (-0.90) than itself (+0.80)",
        ),
        ({"identity": lambda step: 0.1 if abs(step) > 0.5 else 0.9}, "before 1 σ"),
    ],
)
def test_a_slider_that_is_not_true_to_its_name_fails(figures, words):
    reach = reach_of(card(**figures))
    assert words in reach.fails
    direction = make_direction("Smiling", np.ones(3), reach=reach)
    assert direction.reliable and not direction.usable
    assert replace(direction, own=True).usable  # a visitor's own choice


def test_a_tie_within_a_tenth_is_no_failure():
    for its_effect, fails in ((-0.85, False), (0.87, False), (-0.89, True)):
        others = (TONE, Effect("Male", 1, 1, 1, its_effect))
        assert bool(reach_of(card(others=others)).fails) == fails


def test_what_the_name_implies_is_no_side_effect():
    beard, hat = Effect("No_Beard", -2, -2, -2, -1.5), Effect("Eyeglasses", 1, 1, 1, 0.3)
    others = (TONE, beard, hat)
    assert reach_of(card(name="Male", others=others)).fails == ""
    assert reach_of(card(name="Male", others=others)).besides == "Eyeglasses"
    assert "No beard" in reach_of(card(name="Smiling", others=others)).fails


def test_an_attribute_that_fails_is_not_offered_by_another_method():
    directions = DirectionSet(
        "m",
        [make_direction("Smiling", np.eye(3)[0], method) for method in ("mean", "balanced")]
        + [make_direction("Male", np.eye(3)[1])],
    )
    told = directions.with_reach({"Smiling": stuck("covariance")})
    assert told.sliders == ("Male",)
    assert told.get("Male").ends == (-FURTHEST, FURTHEST)  # not measured


def test_the_file_keeps_it_and_older_files_lack_it(tmp_path):
    reach = replace(reach_of(card()), low=-1.5, goes_with="Male", goes_with_share=0.98)
    direction = make_direction("Smiling", np.ones(3), reach=reach)
    values = direction.to_dict()
    assert Direction.from_dict(values, direction.vector).reach == reach
    directions = DirectionSet("m", [direction])
    directions.save(tmp_path / "d.npz")
    assert DirectionSet.load(tmp_path / "d.npz").get("Smiling").ends == (-1.5, 3.0)
    plain = make_direction("Smiling", np.ones(3)).to_dict()
    assert "reach" not in plain
    assert Direction.from_dict(plain, direction.vector).reach is None
    del values["reach"]["own"]
    with pytest.raises(UserError, match="What a slider does is not readable"):
        Direction.from_dict(values, direction.vector)


def test_ends_outside_the_furthest_are_refused():
    with pytest.raises(UserError, match="which cannot be"):
        replace(reach_of(card()), high=3.5)


def test_what_nearly_all_photos_share_is_told():
    labels = np.array([[1, 1], [1, 1], [1, -1], [0, 0], [0, 1]], np.int8)
    bald = {"Bald": reach_of(card())}
    found = with_companions(bald, labels, ("Bald", "Male"))["Bald"]
    assert (found.goes_with, found.goes_with_share) == ("Male", 1.0)
    mixed = np.array([[1, 1], [1, 0]], np.int8)
    assert with_companions(bald, mixed, ("Bald", "Male"))["Bald"].goes_with == ""
    never = np.array([[1, 0], [1, 0], [0, 1]], np.int8)
    assert with_companions(bald, never, ("Bald", "Male"))["Bald"].goes_with_share == 0.0
    assert with_companions(bald, labels[:, :1], ("Bald",)) == bald


def test_a_reach_knows_that_nothing_moves():
    assert isinstance(stuck("locks"), Reach) and "cannot change" in stuck("locks").fails
