"""Linear SVM and joint regression on codes whose true axes are planted."""

import numpy as np
import pytest

from ganssl.directions import DEFAULT_METHODS, METHODS, FitOptions, fit_direction, fit_directions
from ganssl.directions.estimators import code_scale, joint_effect, mean_difference, svm_normal
from tests.helpers.planted import SIZE, planted_codes

NAMES = ("Male", "Makeup", "Coin")


@pytest.fixture(scope="module")
def planted():
    return planted_codes()


@pytest.mark.parametrize("method", ["svm", "joint"])
@pytest.mark.parametrize("column", [0, 1])
def test_finds_the_true_axis(planted, method, column):
    codes, labels, axes = planted
    others = [i for i in range(3) if i != column]
    direction = fit_direction(
        codes,
        labels[:, column],
        NAMES[column],
        method,
        {NAMES[i]: labels[:, i] for i in others},
    )
    assert direction.vector @ axes[column] > 0.95
    nuisance = abs(direction.vector @ axes[1 - column])
    assert nuisance < (0.1 if method == "joint" else 0.3)  # the mean difference: above 0.4
    assert direction.usable and direction.auc > 0.9


def test_joint_regression_without_covariates_is_the_mean_difference(planted):
    codes, labels, _ = planted
    none = np.zeros((len(codes), 0), np.int8)
    joint, mean = joint_effect(codes, labels[:, 0], none), mean_difference(codes, labels[:, 0])
    np.testing.assert_allclose(
        joint / np.linalg.norm(joint), mean / np.linalg.norm(mean), atol=1e-5
    )


def test_joint_regression_takes_what_covariates_explain_out(planted):
    codes, labels, axes = planted
    alone = fit_direction(codes, labels[:, 0], "Male", "joint")
    assert alone.vector @ axes[1] > 0.4
    hidden = labels[:, 1:].copy()
    hidden[::5] = -1  # a fifth unknown, and a column that never varies
    hidden[:, 1] = 1
    vector = joint_effect(codes, labels[:, 0], hidden)
    assert abs(vector @ axes[1]) / np.linalg.norm(vector) < 0.2


def test_svm_normal_is_that_of_the_widest_margin():
    codes = np.array([[0, 0], [0, 1], [4, 0], [4, 1], [9, 9]], np.float32)
    labels = np.array([0, 0, 1, 1, 1])
    normal = svm_normal(np.repeat(codes, 500, axis=0), np.repeat(labels, 500), np.ones(2))
    # the far point pulls the mean difference up, but not the margin
    assert abs(normal[1] / normal[0]) < 0.15
    difference = mean_difference(codes, labels)
    assert difference[1] / difference[0] > 0.4


def test_a_rare_class_weighs_as_much_in_the_svm():
    codes, labels, axes = planted_codes(4000)
    kept = (labels[:, 0] == 0) | (np.arange(4000) % 20 == 0)
    codes, male = codes[kept], labels[kept, 0]
    normal = svm_normal(codes, male, code_scale(codes))
    assert male.mean() < 0.06
    assert normal @ axes[0] / np.linalg.norm(normal) > 0.75


def test_only_some_attributes_are_fitted_with_the_others_as_covariates(planted):
    codes, labels, _ = planted
    steps = []
    found = fit_directions(
        codes,
        labels,
        NAMES,
        ("joint",),
        FitOptions(only=["Makeup"]),
        progress=lambda *step: steps.append(step),
    )
    everything = fit_directions(codes, labels, NAMES, ("joint",))
    assert found.attributes == ("Makeup",) and steps == [(1, 1)]
    np.testing.assert_array_equal(
        found.get("Makeup").vector, everything.get("Makeup", "joint").vector
    )


def test_bundles_keep_three_of_the_methods():
    codes, labels, _ = planted_codes(400)
    assert fit_directions(codes, labels, NAMES).methods("Male") == ("balanced", "mean", "logistic")
    assert set(DEFAULT_METHODS) < set(METHODS) and codes.shape[1] == SIZE
