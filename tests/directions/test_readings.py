"""What holding every other reading does, on readings whose slopes are known."""

import numpy as np
import pytest

from ganssl.directions import DirectionSet, edit_codes, slider_direction
from ganssl.directions.holding import held_by, rule_of, step_worth
from ganssl.directions.names import COVARIANCE, HELD, READINGS
from ganssl.directions.readings import (
    ALL_ELSE,
    DISCOUNTS,
    IMPLIED_PRICE,
    LEAST_SHARE,
    LIKENESS,
    LONGEST,
    SHORTEST,
    SINGLE_FACES,
    TONE,
    TONE_PRICE,
    Readings,
)
from ganssl.errors import UserError
from tests.helpers.planted import make_direction

SIZE = 12
NAMES = ("Smiling", "Male", "Young", "Mustache", "Goatee", "Skin_Tone")
RNG = np.random.default_rng(5)
COMMON = RNG.normal(size=SIZE)
SLOPES = (0.5 * RNG.normal(size=(len(NAMES), SIZE)) + 0.3 * COMMON).astype(np.float32)
EMBEDDING = 0.05 * RNG.normal(size=(4, SIZE))
NORMALS = (SLOPES + 0.1 * RNG.normal(size=SLOPES.shape)).astype(np.float32)
IDENTITY = (EMBEDDING.T @ EMBEDDING).astype("f4")
TINT = (SLOPES[-1] + 0.3 * np.random.default_rng(6).normal(size=(20, SIZE))).astype("f4")
READ = Readings(NAMES, SLOPES, NORMALS, IDENTITY, TINT.T @ TINT / 20, "probes")
MIX = RNG.normal(size=(SIZE, SIZE))
COVARIANCE_MATRIX = np.eye(SIZE) + 0.1 * MIX @ MIX.T


def direction(name, vector, **figures):
    unit = np.asarray(vector, np.float64) / np.linalg.norm(vector)
    sigma = float(np.sqrt(unit @ COVARIANCE_MATRIX @ unit))
    return make_direction(name, unit, **{"sigma": sigma, "center": 0.0, **figures})


def fitted(name):
    """As photos teach it: along its own reading and along what goes with it."""
    return direction(name, SLOPES[NAMES.index(name)] + COMMON)


LIGHTER = direction("Skin_Tone", SLOPES[-1], method="regression")
PLAIN = DirectionSet("m", [fitted(name) for name in NAMES[:-1]], skin_tone=LIGHTER)
SET = PLAIN.with_readings(READ)


def slider(name, directions=SET, rule=READINGS, **settings):
    return slider_direction(directions, name, COVARIANCE_MATRIX, rule, **settings)


def effects(one) -> dict[str, float]:
    """What a step of 1 does to every reading."""
    return dict(zip(NAMES, one.sigma * (SLOPES @ one.vector.astype(np.float64)), strict=True))


def besides(one, name) -> float:
    return float(np.sqrt(np.mean([v**2 for k, v in effects(one).items() if k != name])))


@pytest.mark.parametrize("name", NAMES[:-1])
def test_a_slider_moves_its_own_reading_and_spares_the_others(name):
    held, before = slider(name), slider(name, rule=COVARIANCE)
    own = effects(held)[name]
    assert own > 0
    assert besides(held, name) / own < 0.5 * besides(before, name) / effects(before)[name]
    assert held.conditioned_on == (ALL_ELSE,)


def test_no_step_does_the_same_at_a_lower_price():
    """Against many other steps with the same own effect: it is the cheapest of all."""
    price = READ.cost(COVARIANCE_MATRIX, "Smiling")
    held = slider("Smiling").vector.astype(np.float64)
    own = SLOPES[0] + NORMALS[0].astype(np.float64)
    held = held / (own @ held)
    for _ in range(200):
        other = held + 0.1 * RNG.normal(size=SIZE)
        other = other / (own @ other)
        assert other @ price @ other > held @ price @ held


@pytest.mark.parametrize(
    "square, bound",
    [(1e-6, LONGEST), (0.03, None), (10.0, SHORTEST)],
    ids=["calm", "usual", "wild"],
)
def test_a_step_changes_a_face_by_the_same_amount_within_bounds(square, bound):
    """A face that hardly changes is moved further, one that changes much less far."""
    identity = square * np.diag(np.linspace(0.5, 2, SIZE)).astype("f4")
    directions = PLAIN.with_readings(Readings(NAMES, SLOPES, NORMALS, identity, READ.tone))
    lengths = []
    for name in NAMES[:-1]:
        held, plain = slider(name, directions), PLAIN.get(name)
        vector = held.vector.astype(np.float64)
        lengths.append(held.sigma / np.sqrt(vector @ COVARIANCE_MATRIX @ vector))
        change = held.sigma * np.sqrt(vector @ identity @ vector)
        if name in HELD:  # a face of another sex or age is another person's
            assert lengths.pop() == pytest.approx(LONGEST, rel=1e-5)
            continue
        within = SHORTEST + 1e-6 < lengths[-1] < LONGEST - 1e-6
        assert change == pytest.approx(LIKENESS, rel=1e-4) or not within
        share = effects(held)[name] / effects(plain)[name]
        assert held.remaining == pytest.approx(min(share, 1), rel=1e-4)
        assert step_worth(directions, held, plain) == pytest.approx(share, rel=1e-4)
    if bound is None:
        assert any(SHORTEST + 1e-6 < length < LONGEST - 1e-6 for length in lengths)
    else:
        np.testing.assert_allclose(lengths, bound, rtol=1e-5)


def test_a_tone_that_turns_to_both_sides_is_held_face_by_face():
    """Half of the faces grow lighter and half darker: no slope says so, the squares do."""
    steady = Readings(NAMES, SLOPES, NORMALS, IDENTITY, 0 * READ.tone)
    aside = 3 * SLOPES[0] / np.linalg.norm(SLOPES[0]) + RNG.normal(size=SIZE)
    turned = Readings(NAMES, SLOPES, NORMALS, IDENTITY, np.outer(aside, aside).astype("f4"))
    moved = []
    for read in (steady, turned):
        held = slider("Smiling", PLAIN.with_readings(read))
        own = held.sigma * SLOPES[0].astype(np.float64) @ held.vector
        moved.append(abs(held.sigma * aside @ held.vector) / own)
    assert moved[1] < 0.7 * moved[0]


def test_a_locked_reading_moves_least_of_all_and_the_locked_direction_not():
    free, held = slider("Smiling"), slider("Smiling", locked=("Mustache",))
    assert abs(effects(held)["Mustache"]) < 0.4 * abs(effects(free)["Mustache"])
    assert abs(held.vector.astype(np.float64) @ SET.get("Mustache").vector) < 1e-6
    assert held.conditioned_on == (ALL_ELSE, "Mustache")


def test_an_own_direction_is_followed_as_far_as_it_pays():
    mine = direction("Smiling", SLOPES[0] + COMMON + 0.3 * RNG.normal(size=SIZE), own=True)
    directions = SET.extended([mine])
    held, model = slider("Smiling · mine", directions), slider("Smiling", directions)
    own = effects(held)["Smiling"]
    assert own > 0 and np.abs(held.vector - model.vector).max() > 1e-3
    assert besides(held, "Smiling") / own < besides(mine, "Smiling") / effects(mine)["Smiling"]


def test_an_own_direction_of_another_name_means_the_reading_that_it_moves_most():
    beard = direction("Whiskers", SLOPES[3], own=True)
    directions = SET.extended([beard])
    assert READ.meant(directions.get("Whiskers")) == "Mustache"
    found = effects(slider("Whiskers", directions))
    assert max(found, key=lambda name: abs(found[name])) == "Mustache"


def test_prices():
    found = {name: READ.price(name, "Mustache", ("Male",)) for name in NAMES}
    assert found["Mustache"] == 0 and found["Young"] == found["Smiling"] == 1
    assert found["Goatee"] == IMPLIED_PRICE < 1 < found["Male"]
    cost = {name: READ.cost(COVARIANCE_MATRIX, name) for name in ("Smiling", TONE)}
    without = Readings(NAMES, SLOPES, NORMALS, IDENTITY, 0 * READ.tone)
    held = cost["Smiling"] - without.cost(COVARIANCE_MATRIX, "Smiling")
    np.testing.assert_allclose(held, TONE_PRICE * READ.tone, atol=1e-6)
    np.testing.assert_allclose(cost[TONE], without.cost(COVARIANCE_MATRIX, TONE))


def test_prices_fall_where_they_would_leave_too_little_of_the_effect():
    """A second reading nearly follows the first, and further: it cannot be held at the price."""
    twin = SLOPES.copy()
    twin[1] = 8 * twin[0] + 0.5 * SLOPES[2]
    read = Readings(NAMES, twin, 0 * NORMALS, IDENTITY, READ.tone)
    plain = direction("Smiling", twin[0])

    def share(discount):
        step = np.linalg.solve(
            read.cost(COVARIANCE_MATRIX, "Smiling", discount=discount), twin[0].astype(np.float64)
        )
        one = direction("Smiling", step)
        return read.length(one) * read.worth(one, plain)

    assert share(1.0) < LEAST_SHARE  # so the price has to fall
    found, cost = read.alone(plain, COVARIANCE_MATRIX)
    assert read.length(found) * read.worth(found, plain) > share(1.0) + 0.01
    assert any(
        np.allclose(cost, read.cost(COVARIANCE_MATRIX, "Smiling", discount=one))
        for one in DISCOUNTS[1:]
    )


def test_labels_have_a_say_where_the_network_says_nothing_of_a_reading():
    """A reading that the network is blind to is spared by what labels taught of it."""
    blind = SLOPES.copy()
    blind[1] = 0
    labels = 0 * NORMALS
    deaf = Readings(NAMES, blind, labels.copy(), IDENTITY, READ.tone)
    labels[1] = SLOPES[1]
    told = Readings(NAMES, blind, labels, IDENTITY, READ.tone)
    moved = [effects(slider("Smiling", PLAIN.with_readings(one)))["Male"] for one in (deaf, told)]
    assert abs(moved[1]) < 0.5 * abs(moved[0])


def test_codes_move_by_the_steps_of_the_slider():
    codes = RNG.normal(size=(3, SIZE)).astype(np.float32)
    held = slider("Young")
    after = edit_codes(codes, {"Young": 2.0}, SET, COVARIANCE_MATRIX, rule=READINGS)
    np.testing.assert_allclose(after - codes, [2 * held.sigma * held.vector] * 3, atol=1e-5)


def test_the_center_is_that_of_the_codes():
    mean = RNG.normal(size=SIZE)
    held = slider("Young", mean=mean)
    assert held.center == pytest.approx(mean @ held.vector, abs=1e-5)


def test_without_readings_sex_age_and_skin_tone_are_held():
    assert rule_of(PLAIN, READINGS) == COVARIANCE and rule_of(SET, READINGS) == READINGS
    held, expected = slider("Smiling", PLAIN), slider("Smiling", PLAIN, COVARIANCE)
    np.testing.assert_array_equal(held.vector, expected.vector)
    assert held_by(PLAIN, "Smiling", READINGS) == held_by(PLAIN, "Smiling", COVARIANCE)


def test_the_file_keeps_them_and_the_id_changes_with_them(tmp_path):
    SET.save(tmp_path / "directions.npz")
    read = DirectionSet.load(tmp_path / "directions.npz")
    assert read.readings is not None and read.id == SET.id != PLAIN.id
    np.testing.assert_array_equal(read.readings.slopes, SLOPES)
    np.testing.assert_array_equal(read.readings.normals, NORMALS)
    np.testing.assert_array_equal(read.readings.identity, READ.identity)
    assert (read.readings.names, read.readings.read_by) == (NAMES, "probes")
    for same in (SET.with_model("n"), SET.extended([]), SET.with_skin_tone(LIGHTER)):
        assert same.readings is READ
    assert SET.with_readings(None).id == PLAIN.id
    np.testing.assert_array_equal(slider("Young", read).vector, slider("Young").vector)


def test_a_file_of_which_single_faces_were_not_measured_goes_by_their_mean():
    """As older versions wrote it."""
    arrays, values = SET.to_arrays(), SET.to_dict()
    del arrays["tone"]
    old = DirectionSet.from_parts(values, arrays).readings
    np.testing.assert_allclose(old.identity, SINGLE_FACES * IDENTITY, rtol=1e-6)
    assert not old.tone.any()
    np.testing.assert_array_equal(old.slopes, SLOPES)


def test_readings_that_do_not_fit_are_refused(tmp_path):
    with pytest.raises(UserError, match="do not fit their names"):
        Readings(NAMES[:2], SLOPES, NORMALS, IDENTITY, READ.tone)
    with pytest.raises(UserError, match="no ordinary numbers"):
        Readings(NAMES, SLOPES, NORMALS * np.float32("nan"), IDENTITY, READ.tone)
    with pytest.raises(UserError, match="one length"):
        PLAIN.with_readings(
            Readings(("Smiling",), *2 * [np.ones((1, 3), "f4")], *2 * [np.eye(3, dtype="f4")])
        )
    with pytest.raises(UserError, match="name no attribute"):
        Readings(("Skin_Tone",), SLOPES[:1], NORMALS[:1], IDENTITY, READ.tone)
    with pytest.raises(UserError, match="less than nothing"):
        Readings(NAMES, SLOPES, NORMALS, -IDENTITY, READ.tone)
    with pytest.raises(UserError, match="less than nothing"):
        Readings(NAMES, SLOPES, NORMALS, IDENTITY, -READ.tone)
    for missing in set(READ.to_arrays()) - {"tone"}:
        arrays, values = SET.to_arrays(), SET.to_dict()
        del arrays[missing]
        with pytest.raises(UserError, match="readings are incomplete"):
            DirectionSet.from_parts(values, arrays)
