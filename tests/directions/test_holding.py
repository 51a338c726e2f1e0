"""What sliders hold by each rule."""

from dataclasses import replace

import numpy as np
import pytest

from ganssl.directions import (
    DEFAULT_RULE,
    RAW,
    RULES,
    DirectionSet,
    conditional_direction,
    edit_codes,
    slider_direction,
)
from ganssl.directions.holding import HELD, base_attribute, held_by
from ganssl.errors import UserError
from tests.helpers.planted import make_direction

SIZE = 12
RNG = np.random.default_rng(3)
MIX = RNG.normal(size=(SIZE, SIZE))
COVARIANCE = MIX @ MIX.T
MEAN = RNG.normal(size=SIZE)
COMMON = RNG.normal(size=SIZE)


def direction(name, method="balanced", **figures):
    vector = COMMON + RNG.normal(size=SIZE)
    unit = vector / np.linalg.norm(vector)
    spread = dict(sigma=np.sqrt(unit @ COVARIANCE @ unit), center=MEAN @ unit)
    return make_direction(name, vector, method, **spread, **figures)


TONE = direction("Skin_Tone", "regression")
DIRECTIONS = DirectionSet(
    "m",
    [
        direction(name, method)
        for name in ("Male", "Young", "Blond_Hair")
        for method in ("balanced", "logistic", "joint")
    ],
    skin_tone=TONE,
)


def slider(name, rule, directions=DIRECTIONS, **settings):
    return slider_direction(directions, name, COVARIANCE, rule, **settings)


def moves(vector, other) -> float:
    return float(abs(vector.astype(np.float64) @ other.vector))


def test_raw_is_the_direction_itself():
    assert slider("Blond_Hair", RAW) is DIRECTIONS.get("Blond_Hair")


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != RAW])
def test_every_other_rule_leaves_skin_tone_where_it_is(rule):
    assert moves(DIRECTIONS.get("Blond_Hair").vector, TONE) > 0.1
    for name in DIRECTIONS.attributes:
        held = slider(name, rule)
        assert moves(held.vector, TONE) < 1e-6
        assert "Skin_Tone" in held.conditioned_on and 0 < held.remaining < 1


@pytest.mark.parametrize(("rule", "method"), [("locks", "balanced"), ("covariance", "logistic")])
def test_sex_and_age_are_held_but_by_their_own_sliders(rule, method):
    for name in DIRECTIONS.attributes:
        vector = slider(name, rule).vector
        for held in HELD:
            moved = moves(vector, DIRECTIONS.get(held, method))
            assert moved > 1e-3 if held == name else moved < 1e-6


def test_the_covariance_metric_takes_the_smallest_step_in_mahalanobis_distance():
    held = held_by(DIRECTIONS, "Blond_Hair", "covariance")
    direction, inverse = DIRECTIONS.get("Blond_Hair"), np.linalg.inv(COVARIANCE)

    def distance(metric):
        found = conditional_direction(direction, held, COVARIANCE, metric)
        vector = found.vector.astype(np.float64)
        scale = (vector @ inverse @ direction.vector) / (vector @ inverse @ vector)  # best length
        rest = scale * vector - direction.vector
        return rest @ inverse @ rest, found

    right_angles, _ = distance(None)
    nearest, found = distance(COVARIANCE)
    assert nearest < 0.99 * right_angles
    whole = direction.vector @ inverse @ direction.vector
    assert found.remaining == pytest.approx(np.sqrt(1 - nearest / whole), abs=1e-3)


def test_the_unit_and_center_are_those_of_the_held_direction():
    held = slider("Blond_Hair", "covariance", mean=MEAN)
    vector = held.vector.astype(np.float64)
    assert held.sigma == pytest.approx(np.sqrt(vector @ COVARIANCE @ vector), rel=1e-4)
    assert held.center == pytest.approx(MEAN @ vector, abs=1e-4)
    assert np.isnan(slider("Blond_Hair", "covariance").center)


def test_joint_starts_from_the_joint_regression_where_there_is_one():
    found, joint = slider("Male", "joint"), DIRECTIONS.get("Male", "joint")
    expected = conditional_direction(joint, [TONE], COVARIANCE, COVARIANCE)
    np.testing.assert_allclose(found.vector, expected.vector, atol=1e-6)
    plain = DirectionSet("m", [direction("Bald")], skin_tone=TONE)
    assert slider("Bald", "joint", plain).method == "balanced"


def test_a_set_that_knows_no_skin_tone_cannot_hold_it():
    older = DirectionSet("m", [DIRECTIONS.get("Blond_Hair"), direction("Bangs")])
    assert slider("Bangs", DEFAULT_RULE, older) is older.get("Bangs")
    assert held_by(older.with_skin_tone(TONE), "Bangs") == [TONE]


def test_an_own_direction_of_sex_does_not_hold_it():
    mine = DIRECTIONS.extended([direction("Male · mine", "mean")])
    assert base_attribute("Male · mine") == "Male"
    assert "Male" not in slider("Male · mine", DEFAULT_RULE, mine).conditioned_on
    assert "Young" in slider("Male · mine", DEFAULT_RULE, mine).conditioned_on


def test_an_own_direction_along_age_counts_as_its_slider_whatever_its_name():
    young = DIRECTIONS.get("Young")
    wise = make_direction("Wise", young.vector, own=True)
    directions = DIRECTIONS.extended([wise])
    held = [other.attribute for other in held_by(directions, "Wise")]
    assert "Skin_Tone" in held and "Young" not in held


def test_locks_hold_beside_the_rule():
    for rule in RULES:
        held = slider("Blond_Hair", rule, locked=("Young",))
        assert moves(held.vector, DIRECTIONS.get("Young")) < 1e-6


def test_codes_move_along_the_held_direction():
    codes = RNG.normal(size=(5, SIZE)).astype(np.float32)
    held = slider("Blond_Hair", "covariance")
    after = edit_codes(codes, {"Blond_Hair": 2.0}, DIRECTIONS, COVARIANCE, rule="covariance")
    np.testing.assert_allclose(after - codes, [2 * held.sigma * held.vector] * 5, atol=1e-4)
    raw = edit_codes(codes, {"Blond_Hair": 2.0}, DIRECTIONS, COVARIANCE)
    assert np.abs(raw - after).max() > 0.1


def test_unknown_rules_are_named():
    with pytest.raises(UserError, match="'all' is no rule for sliders"):
        slider("Male", "all")


def test_the_file_keeps_the_direction_of_skin_tone(tmp_path):
    DIRECTIONS.save(tmp_path / "directions.npz")
    read = DirectionSet.load(tmp_path / "directions.npz")
    np.testing.assert_array_equal(read.skin_tone.vector, TONE.vector)
    assert read.skin_tone.to_dict() == TONE.to_dict()
    assert "Skin_Tone" not in read.attributes  # it is no slider
    assert read.with_model("n").extended([direction("Hat")]).skin_tone is read.skin_tone
    arrays, values = DIRECTIONS.to_arrays(), DIRECTIONS.to_dict()
    del arrays["skin_tone"]
    with pytest.raises(UserError, match="skin tone is incomplete"):
        DirectionSet.from_parts(values, arrays)


def test_vectors_of_another_length_do_not_fit():
    with pytest.raises(UserError, match="one length"):
        DIRECTIONS.with_skin_tone(make_direction("Skin_Tone", np.ones(3), "regression"))


def test_the_direction_of_a_slider_is_made_once_and_anew_where_anything_differs():
    def made(directions=DIRECTIONS, covariance=COVARIANCE, locked=(), mean=None):
        return slider_direction(
            directions, "Blond_Hair", covariance, "covariance", locked, mean=mean
        )

    first = made()
    assert made() is first
    longer = made(covariance=4 * COVARIANCE)
    assert longer.sigma == pytest.approx(2 * first.sigma)
    assert made(locked=("Young",)).conditioned_on != first.conditioned_on
    assert np.isnan(first.center) and np.isfinite(made(mean=MEAN).center)
    other = DirectionSet("m", [replace(DIRECTIONS.get("Blond_Hair"), auc=0.9)])
    assert made(other).conditioned_on == ()
