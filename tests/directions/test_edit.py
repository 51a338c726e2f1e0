"""Edits in σ, and locks."""

import numpy as np
import pytest

from ganssl.directions import DirectionSet, conditional_direction, edit_codes
from ganssl.errors import UserError
from tests.helpers.planted import make_direction

SIZE = 16


@pytest.fixture(scope="module")
def population():
    """2,000 correlated codes, float32 `[n, d]`, away from the origin."""
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(2000, SIZE)) @ rng.normal(size=(SIZE, SIZE)) + 2
    return codes.astype(np.float32)


@pytest.fixture(scope="module")
def covariance(population):
    return np.cov(population.T, bias=True)


@pytest.fixture(scope="module")
def directions(population):
    """Four directions at small angles to each other; Twin is Young once more."""
    rng = np.random.default_rng(1)
    common = rng.normal(size=SIZE)
    vectors = {name: common + rng.normal(size=SIZE) for name in ("Male", "Bald", "Young", "Bangs")}
    vectors["Twin"] = vectors["Young"]

    def fit(name, vector):
        projection = population @ (vector / np.linalg.norm(vector))
        return make_direction(name, vector, sigma=projection.std(), center=projection.mean())

    return DirectionSet("m", [fit(name, vector) for name, vector in vectors.items()])


def moved(directions, before, after, attribute):
    """By how many σ the projections on an attribute's direction changed, `[n]`."""
    direction = directions.get(attribute)
    return (after.astype(np.float64) - before) @ direction.vector / direction.sigma


def test_an_amount_of_one_moves_by_one_standard_deviation(population, directions, covariance):
    after = edit_codes(population, {"Male": 1.0}, directions, covariance)
    assert after.dtype == np.float32
    np.testing.assert_allclose(moved(directions, population, after, "Male"), 1.0, atol=1e-4)
    step = (population @ directions.get("Male").vector).std()
    np.testing.assert_allclose(np.linalg.norm(after - population, axis=1), step, rtol=1e-4)


def test_edits_add_up(population, directions, covariance):
    both = edit_codes(population, {"Male": 2.0, "Bald": -1.0}, directions, covariance)
    one = edit_codes(population, {"Male": 2.0}, directions, covariance)
    then = edit_codes(one, {"Bald": -1.0}, directions, covariance)
    np.testing.assert_allclose(both, then, atol=1e-5)


def test_each_code_can_have_its_own_amount(population, directions, covariance):
    amounts = np.linspace(-3, 3, len(population))
    after = edit_codes(population, {"Bald": amounts}, directions, covariance)
    np.testing.assert_allclose(moved(directions, population, after, "Bald"), amounts, atol=1e-4)


def test_zero_amounts_return_the_codes_bit_by_bit(population, directions, covariance):
    codes = population.copy()
    codes[0, 0] = -0.0
    for edits in ({}, {"Male": 0.0, "Bald": 0}, {"Male": np.zeros(len(codes))}):
        after = edit_codes(codes, edits, directions, covariance, locked=["Young"])
        assert after.tobytes() == codes.tobytes()
        assert after is not codes
    some = edit_codes(codes, {"Male": np.arange(len(codes)) % 2}, directions, covariance)
    assert some[::2].tobytes() == codes[::2].tobytes()


def test_a_locked_attribute_does_not_move(population, directions, covariance):
    locked = ["Male", "Young", "Bangs"]
    free = edit_codes(population, {"Bald": 3.0}, directions, covariance)
    after = edit_codes(population, {"Bald": 3.0}, directions, covariance, locked)
    for name in locked:
        assert np.abs(moved(directions, population, free, name)).min() > 0.2
        np.testing.assert_allclose(moved(directions, population, after, name), 0, atol=1e-5)
    assert (moved(directions, population, after, "Bald") > 0.1).all()


def test_every_edit_spares_every_lock(population, directions, covariance):
    after = edit_codes(
        population, {"Bald": 2.0, "Male": -3.0}, directions, covariance, ["Young", "Bangs"]
    )
    for name in ("Young", "Bangs"):
        np.testing.assert_allclose(moved(directions, population, after, name), 0, atol=1e-5)


def test_a_locked_attribute_can_itself_be_edited(population, directions, covariance):
    alone = edit_codes(population, {"Male": 2.0}, directions, covariance)
    locked = edit_codes(population, {"Male": 2.0}, directions, covariance, ["Male"])
    np.testing.assert_array_equal(alone, locked)
    both = edit_codes(population, {"Male": 2.0, "Bald": 3.0}, directions, covariance, ["Male"])
    np.testing.assert_allclose(moved(directions, population, both, "Male"), 2.0, atol=1e-4)


def test_locking_one_direction_twice_is_locking_it_once(population, directions, covariance):
    once = edit_codes(population, {"Bald": 1.0}, directions, covariance, ["Young"])
    twice = edit_codes(population, {"Bald": 1.0}, directions, covariance, ["Young", "Twin"])
    np.testing.assert_allclose(once, twice, atol=1e-5)


def test_an_edit_that_the_locks_leave_no_room_for_is_refused(population, directions, covariance):
    with pytest.raises(UserError, match="Twin cannot change while Young cannot"):
        edit_codes(population, {"Twin": 1.0}, directions, covariance, ["Young"])
    same = edit_codes(population, {"Twin": 0.0}, directions, covariance, ["Young"])
    np.testing.assert_array_equal(same, population)


def test_conditional_direction_reports_what_remains(population, directions, covariance):
    male, bald = directions.get("Male"), directions.get("Bald")
    found = conditional_direction(male, [bald], covariance)
    cosine = float(male.vector @ bald.vector)
    assert found.remaining == pytest.approx(np.sqrt(1 - cosine**2), abs=1e-6)
    assert found.conditioned_on == ("Bald",)
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-6)
    assert found.vector @ bald.vector == pytest.approx(0, abs=1e-6)
    projection = population.astype(np.float64) @ found.vector
    assert found.sigma == pytest.approx(projection.std(), rel=1e-4)
    assert found.center == pytest.approx(projection.mean(), abs=1e-4)


def test_it_equals_the_projection_on_an_orthonormal_basis(directions, covariance):
    others = [directions.get(name) for name in ("Bald", "Young", "Bangs")]
    vector = directions.get("Male").vector.astype(np.float64)
    basis = np.linalg.qr(np.stack([other.vector for other in others], axis=1))[0]
    expected = vector - basis @ (basis.T @ vector)
    found = conditional_direction(directions.get("Male"), others, covariance)
    np.testing.assert_allclose(found.vector, expected / np.linalg.norm(expected), atol=1e-6)


def test_a_conditional_direction_has_no_held_out_figures(directions, covariance):
    male = directions.get("Male")
    found = conditional_direction(male, [directions.get("Bald")], covariance)
    assert np.isnan([found.auc, found.boundary, *found.class_means]).all()
    assert not found.usable
    assert conditional_direction(male, [], covariance) is male


@pytest.mark.parametrize("amount", [np.nan, np.inf, np.zeros(3)])
def test_amounts_must_be_finite_and_fit(population, directions, covariance, amount):
    with pytest.raises(UserError, match="amount for Male"):
        edit_codes(population, {"Male": amount}, directions, covariance)


def test_unknown_names_and_foreign_codes_are_refused(population, directions, covariance):
    with pytest.raises(UserError, match="no direction of 'Mael'"):
        edit_codes(population, {"Mael": 1.0}, directions, covariance)
    with pytest.raises(UserError, match="no direction of 'Yong'"):
        edit_codes(population, {"Male": 1.0}, directions, covariance, ["Yong"])
    with pytest.raises(UserError, match="different models"):
        edit_codes(population[:, :5], {"Male": 1.0}, directions, covariance)
