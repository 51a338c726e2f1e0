"""Fitting directions to codes whose true axes are planted."""

import numpy as np
import pytest

from ganssl.directions import FitOptions, fit_direction, fit_directions
from ganssl.directions.estimators import balanced_difference, code_scale, most_correlated
from ganssl.directions.holdout import best_threshold, measure_projection, split
from ganssl.errors import UserError
from tests.helpers.planted import make_direction, planted_codes

NAMES = ("Male", "Makeup", "Coin")


@pytest.fixture(scope="module")
def planted():
    return planted_codes()


@pytest.fixture(scope="module")
def fitted(planted):
    codes, labels, _ = planted
    return fit_directions(codes, labels, NAMES, model_id="abc")


def test_the_planted_correlation_is_there(planted):
    _, labels, axes = planted
    assert np.corrcoef(labels[:, 0], labels[:, 1])[0, 1] == pytest.approx(0.6, abs=0.05)
    assert axes[0] @ axes[1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("method", ["balanced", "logistic"])
@pytest.mark.parametrize("column", [0, 1])
def test_finds_the_true_axis(planted, fitted, method, column):
    direction = fitted.get(NAMES[column], method)
    assert direction.vector @ planted[2][column] > 0.95
    assert direction.usable


def test_balancing_removes_the_nuisance_that_the_mean_picks_up(planted, fitted):
    nuisance = planted[2][1]
    assert fitted.get("Male", "mean").vector @ nuisance > 0.4
    assert abs(fitted.get("Male", "balanced").vector @ nuisance) < 0.1


def test_balanced_reports_its_cells(planted):
    codes, labels, _ = planted
    held = planted_codes(500, seed=9)
    others = dict(zip(NAMES[1:], labels[:, 1:].T, strict=True))
    options = FitOptions(holdout=_column(held, 0))
    direction = fit_direction(codes, labels[:, 0], "Male", "balanced", others, options)
    assert direction.balanced_over[0] == "Makeup"
    first = len(direction.cells) // 2
    makeup = labels[:, 1] == 1
    with_makeup = np.sum(direction.cells[1::2], axis=0)  # the first attribute's bit is the lowest
    assert first * 2 == 2 ** len(direction.balanced_over)
    assert tuple(with_makeup) == (
        (makeup & (labels[:, 0] == 0)).sum(),
        (makeup & (labels[:, 0] == 1)).sum(),
    )


def test_cells_that_are_too_small_are_left_out_then_merged():
    codes = np.zeros((100, 2), dtype=np.float32)
    labels = np.tile([0, 1], 50).astype(np.int8)
    covariate = np.repeat([0, 1], [90, 10]).astype(np.int8)
    codes[:90, 0] = labels[:90]
    codes[90:, 1] = 1000.0 * labels[90:]  # five of each class: must not count
    vector, used, cells = balanced_difference(codes, labels, covariate[:, None])
    np.testing.assert_allclose(vector, [1, 0])
    assert (used, cells) == (1, [(45, 45), (5, 5)])
    # 10 cells of 10: none is large enough, so this is the plain difference
    tenths = np.stack([np.arange(100) // 2 % 2, np.arange(100) // 4 % 2], axis=1).astype(np.int8)
    vector, used, cells = balanced_difference(codes, labels, tenths, smallest_cell=30)
    np.testing.assert_allclose(vector, [0.9, 100])
    assert (used, cells) == (0, [])


def test_unknown_covariates_take_no_part_in_cells():
    codes = np.zeros((80, 1), dtype=np.float32)
    labels = np.tile([0, 1], 40).astype(np.int8)
    covariate = np.zeros((80, 1), dtype=np.int8)
    covariate[40:] = -1
    codes[40:, 0] = 50 * labels[40:]
    codes[:40, 0] = labels[:40]
    vector, _, cells = balanced_difference(codes, labels, covariate)
    assert vector[0] == pytest.approx(1)
    assert cells == [(20, 20), (0, 0)]


def test_most_correlated_counts_negative_correlation_and_skips_constants():
    labels = np.tile([0, 1], 50).astype(np.int8)
    half = labels.copy()
    half[:50] = 1
    covariates = np.stack([np.ones(100), half, 1 - labels], axis=1).astype(np.int8)
    assert list(most_correlated(labels, covariates)) == [2, 1]
    assert list(most_correlated(labels, covariates[:, :1])) == []


def test_labels_in_no_relation_to_codes_are_not_usable(fitted):
    for method in fitted.methods("Coin"):
        direction = fitted.get("Coin", method)
        assert direction.auc == pytest.approx(0.5, abs=0.07)
        assert abs(direction.split_half_cosine) < 0.5
        assert not direction.usable
    assert "Coin" not in fitted.sliders


def test_one_step_is_the_standard_deviation_of_the_population(planted, fitted):
    codes, labels, _ = planted
    for direction in fitted:
        projection = codes.astype(np.float64) @ direction.vector
        assert np.linalg.norm(direction.vector) == pytest.approx(1, abs=1e-6)
        assert direction.sigma == pytest.approx(projection.std(), rel=1e-4)
        assert direction.center == pytest.approx(projection.mean(), abs=1e-4)
    male = fitted.get("Male", "balanced")
    absent, present = male.class_means
    whole = (codes @ male.vector - male.center) / male.sigma
    assert absent == pytest.approx(whole[labels[:, 0] == 0].mean(), abs=0.1)
    assert present == pytest.approx(whole[labels[:, 0] == 1].mean(), abs=0.1)


def test_score_counts_from_the_boundary_in_sigma():
    direction = make_direction("Male", [0, 2.0], sigma=0.5, boundary=3.0)
    score = direction.score(np.array([[9, 3.0], [7, 4.0], [0, 2.5]], dtype=np.float32))
    assert score.dtype == np.float32
    np.testing.assert_allclose(score, [0, 2, -1])


def test_score_separates_the_classes_of_codes_not_seen(planted):
    codes, labels, _ = planted
    direction = fit_direction(codes[:3000], labels[:3000, 0], "Male", "logistic")
    present = direction.score(codes[3000:]) > 0
    assert (present == labels[3000:, 0]).mean() > 0.9


def test_held_out_figures_are_of_the_hold_out_alone(planted):
    codes, labels, _ = planted
    holdout = codes[:600], 1 - labels[:600, 0]  # the opposite of what was learnt
    direction = fit_direction(
        codes, labels[:, 0], "Male", "mean", options=FitOptions(holdout=holdout)
    )
    assert direction.auc < 0.1
    assert direction.class_means[0] > 0 > direction.class_means[1]
    assert direction.majority == pytest.approx(
        max(labels[:600, 0].mean(), 1 - labels[:600, 0].mean())
    )
    assert direction.labels_used == len(codes)


def test_few_labels_define_the_direction_but_not_the_unit(planted):
    codes, labels, axes = planted
    options = FitOptions(labels_per_class=25)
    few = fit_directions(codes, labels, NAMES, ("mean", "logistic"), options)
    for method in ("mean", "logistic"):
        direction = few.get("Male", method)
        projection = codes.astype(np.float64) @ direction.vector
        assert direction.labels_used == 50
        assert direction.sigma == pytest.approx(projection.std(), rel=1e-4)
        assert 0.5 < direction.vector @ axes[0] < 0.98
    hidden = labels.copy()
    hidden[400:] = -1  # codes without labels still give the unit
    partly = fit_direction(codes, hidden[:, 0], "Male", "mean")
    assert partly.labels_used == 320
    assert partly.sigma == pytest.approx((codes @ partly.vector).std(), rel=1e-4)


def test_the_same_seed_gives_the_same_directions(planted):
    codes, labels, _ = planted

    def run(seed, columns=slice(None)):
        options = FitOptions(labels_per_class=50, seed=seed)
        return fit_directions(codes, labels[:, columns], NAMES[columns], ("mean",), options).get(
            "Male"
        )

    first, again, other = run(3), run(3), run(4)
    np.testing.assert_array_equal(first.vector, again.vector)
    assert first.to_dict() == again.to_dict()
    assert not np.array_equal(first.vector, other.vector)
    alone = run(3, slice(0, 1))  # which other attributes there are makes no difference
    np.testing.assert_array_equal(first.vector, alone.vector)


def test_too_few_labels_are_named(planted):
    codes, labels, _ = planted
    with pytest.raises(UserError, match=r"Male has too few labels: 0 present and 4000 absent"):
        fit_direction(codes, np.zeros(4000, np.int8), "Male", "mean")
    rare = np.zeros(4000, np.int8)
    rare[:3] = 1
    with pytest.raises(UserError, match=r"3 present .* 4 of each are needed"):
        fit_direction(codes, rare, "Male", "mean")
    with pytest.raises(UserError, match="3000 of each are needed"):
        options = FitOptions(labels_per_class=3000)
        fit_direction(codes, labels[:, 0], "Male", "mean", options=options)
    with pytest.raises(UserError, match="in the hold-out"):
        holdout = codes[:50], np.ones(50, np.int8)
        fit_direction(codes, labels[:, 0], "Male", "mean", options=FitOptions(holdout=holdout))


def test_four_labels_of_each_class_are_enough(planted):
    codes, labels, _ = planted
    first = np.concatenate([np.flatnonzero(labels[:, 0] == answer)[:4] for answer in (0, 1)])
    few = np.full(len(codes), -1, np.int8)
    few[first] = labels[first, 0]
    for method in ("mean", "balanced", "logistic"):
        assert fit_direction(codes, few, "Male", method).labels_used == 4


def test_an_attribute_without_both_classes_is_left_out(planted):
    codes, labels, _ = planted
    labels = labels.copy()
    labels[:, 1] = 1
    steps = []
    found = fit_directions(
        codes, labels, NAMES, ("mean", "balanced"), progress=lambda *step: steps.append(step)
    )
    assert found.attributes == ("Male", "Coin")
    assert "0 absent" in found.skipped["Makeup"]
    assert steps == [(1, 3), (2, 3), (3, 3)]
    with pytest.raises(UserError, match="too few labels"):
        fit_directions(codes, labels[:, 1:2], NAMES[1:2])


def test_refuses_arrays_that_do_not_fit_together(planted):
    codes, labels, _ = planted
    with pytest.raises(UserError, match="one row for each of the 4000 codes"):
        fit_directions(codes, labels[:-1], NAMES)
    with pytest.raises(UserError, match="1, 0 or -1"):
        fit_directions(codes, labels * 2, NAMES)
    broken = codes.copy()
    broken[3, 3] = np.nan
    with pytest.raises(UserError, match="finite"):
        fit_directions(broken, labels, NAMES)
    with pytest.raises(UserError, match="no method"):
        fit_direction(codes, labels[:, 0], "Male", "magic")
    with pytest.raises(UserError, match="alike"):
        fit_direction(np.ones_like(codes), labels[:, 0], "Male", "mean")


def test_an_unused_latent_dimension_does_not_take_over_the_logistic_normal(planted):
    codes, labels, axes = planted
    dead = 1e-4 * np.random.default_rng(1).normal(size=(len(codes), 4))
    wide = np.concatenate([codes, dead.astype(np.float32)], axis=1)
    direction = fit_direction(wide, labels[:, 0], "Male", "logistic")
    assert direction.vector[:32] @ axes[0] > 0.95
    assert code_scale(wide)[-1] > 0.05


def test_a_person_never_lies_on_both_sides_of_a_split():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 300, 1000)
    labels = (rng.random(1000) < 0.1).astype(np.int8)
    drawn = split(labels, groups, 0.2, rng)
    assert not set(groups[drawn]) & set(groups[~drawn])
    assert drawn.mean() == pytest.approx(0.2, abs=0.04)
    assert labels[drawn].sum() / labels.sum() == pytest.approx(0.2, abs=0.06)


def test_a_split_draws_both_classes_alike():
    labels = np.zeros(1000, np.int8)
    labels[:10] = 1
    drawn = split(labels, None, 0.2, np.random.default_rng(0))
    assert (labels[drawn].sum(), drawn.sum()) == (2, 200)


def test_identities_are_kept_apart_when_a_fit_keeps_back_its_hold_out():
    """Codes tell persons apart and nothing else, and every person has one label."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(100), 10)
    codes = (10 * np.eye(100)[groups] + 0.3 * rng.normal(size=(1000, 100))).astype(np.float32)
    labels = (rng.permutation(100) < 50).astype(np.int8)[groups]
    apart = fit_direction(codes, labels, "Smiling", "mean", options=FitOptions(groups=groups))
    mixed = fit_direction(codes, labels, "Smiling", "mean")
    assert mixed.auc > 0.95  # it has met these persons
    assert apart.auc < 0.75
    assert apart.split_half_cosine < 0.3 < mixed.split_half_cosine


def test_threshold_lies_midway_and_weighs_classes():
    values = np.array([0.0, 1.0, 2.0, 4.0])
    present = np.array([False, False, True, True])
    assert best_threshold(values, present, np.ones(4)) == 1.5
    assert best_threshold(values[::-1], present[::-1], np.ones(4)) == 1.5
    # equal values cannot be told apart: the cut must not run through them
    tied = np.array([0.0, 1.0, 1.0, 1.0])
    assert best_threshold(tied, np.array([False, False, True, True]), np.ones(4)) == 0.5
    # nine absent faces share the values of one present face
    rare = np.concatenate([np.linspace(0, 9, 90), np.linspace(8, 10, 10)])
    labels = np.repeat([False, True], [90, 10])
    weights = np.where(labels, 9.0, 1.0)
    assert best_threshold(rare, labels, weights) < best_threshold(rare, labels, np.ones(100))


def test_accuracy_is_not_flattered_by_its_own_threshold():
    rng = np.random.default_rng(0)
    labels = np.tile([0, 1], 20)
    found = [measure_projection(rng.normal(size=40), labels).accuracy for _ in range(300)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)


def _column(planted, column):
    codes, labels, _ = planted
    return codes, labels[:, column]
