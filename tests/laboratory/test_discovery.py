"""Found directions: principal, first layer, independent, picked; and groups of errors."""

import numpy as np
import pytest

from ganssl.directions import FOUND_METHODS, DirectionSet
from ganssl.errors import UserError
from ganssl.laboratory.confusions import confusions
from ganssl.laboratory.discovery import (
    first_layer,
    first_layer_directions,
    independent_directions,
    name_of,
    picked_direction,
    principal_directions,
    suggested_names,
)
from ganssl.laboratory.figures import strength_figure
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import BlockModel, axis, block_laboratory


def test_principal_components_come_in_order():
    variances = np.array([1.0, 9.0, 4.0, 0.25])
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    mean = np.array([1.0, 2.0, 3.0, 4.0])
    found = principal_directions(turn @ np.diag(variances) @ turn.T, mean, count=3)
    assert [f.direction.attribute for f in found] == ["PCA 1", "PCA 2", "PCA 3"]
    assert [f.direction.sigma for f in found] == pytest.approx([3, 2, 1])
    assert [f.strength for f in found] == pytest.approx([9 / 14.25, 4 / 14.25, 1 / 14.25])
    assert abs(found[0].direction.vector @ turn[:, 1]) == pytest.approx(1)
    assert found[0].direction.center == pytest.approx(mean @ found[0].direction.vector, rel=1e-5)
    assert list(strength_figure(found, "share").data[0].y) == [f.strength for f in found]


def test_found_directions_have_no_figures_and_no_slider():
    direction = principal_directions(np.diag([4.0, 1.0]), np.zeros(2), 1)[0].direction
    assert direction.method in FOUND_METHODS and np.isnan(direction.auc)
    assert not direction.reliable and not direction.usable
    own = DirectionSet("m").extended([direction])
    assert own.sliders == ("PCA 1",) and own.methods("PCA 1") == ("pca",)
    assert direction.score(np.array([[2.0, 5.0], [-2.0, 0.0]])) == pytest.approx([1, -1])


def test_sefa_finds_the_dominant_direction_of_the_first_layer():
    rng = np.random.default_rng(0)
    planted = np.array([0.6, 0, 0.8, 0, 0, 0])
    weights = rng.normal(size=(6, 40)) + 6 * np.outer(planted, rng.normal(size=40))
    for weigh in (True, False):
        found = first_layer_directions(weights, np.eye(6), np.zeros(6), weigh=weigh)
        assert abs(found[0].direction.vector @ planted) > 0.99
        assert found[0].strength > 0.7
        strengths = [f.strength for f in found]
        assert strengths == sorted(strengths, reverse=True) and sum(strengths) == pytest.approx(1)


def test_sefa_passes_over_a_direction_in_which_codes_hardly_vary():
    weights = np.diag([10.0, 3.0, 1.0])
    covariance = np.diag([0.01, 1.0, 1.0])
    plain = first_layer_directions(weights, covariance, np.zeros(3), weigh=False)[0].direction
    weighed = first_layer_directions(weights, covariance, np.zeros(3))[0].direction
    np.testing.assert_allclose(np.abs(plain.vector), [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(np.abs(weighed.vector), [0, 1, 0], atol=1e-6)
    assert weighed.sigma == pytest.approx(1)


@pytest.mark.slow
def test_first_layer_is_what_the_generator_does_first():
    import keras

    from tests.helpers.small_model import small_model

    model = small_model()
    norm = model.generator.get_layer("grid4_bn")
    gamma, beta, mean, variance = norm.get_weights()
    gamma[2] = 7.0
    norm.set_weights([gamma, beta, mean + 0.1, variance * 2])
    front = keras.Model(model.generator.input, norm.output)
    codes = np.random.default_rng(0).normal(size=(2, model.latent_size)).astype(np.float32)
    here, there = np.asarray(front(codes))
    change = (codes[0] - codes[1]) @ first_layer(model)
    np.testing.assert_allclose(change, (here - there).ravel(), atol=1e-4)
    with pytest.raises(UserError, match="does not show the weights"):
        first_layer(BlockModel())


def test_independent_components_are_the_mixed_sources():
    rng = np.random.default_rng(0)
    sources = np.stack([rng.laplace(size=4000) ** 3, rng.laplace(size=4000), rng.normal(size=4000)])
    mixing = rng.normal(size=(5, 3))
    codes = (mixing @ sources).T + 0.01 * rng.normal(size=(4000, 5))
    found = independent_directions(codes.astype(np.float32), 3)
    unit = mixing / np.linalg.norm(mixing, axis=0)
    assert abs(found[0].direction.vector @ unit[:, 0]) > 0.99
    assert abs(found[1].direction.vector @ unit[:, 1]) > 0.97
    assert found[0].strength > found[1].strength > 1
    with pytest.raises(UserError, match="30 codes"):
        independent_directions(codes[:20], 3)


def test_picked_faces_give_their_difference():
    codes = np.random.default_rng(0).normal(size=(400, 8)).astype(np.float32)
    picked = codes[:, 3] > 1
    found = picked_direction(codes, picked, "Right of the map")
    assert found.direction.vector[3] > 0.95 and found.direction.method == "difference"
    assert found.direction.labels_used == picked.sum()
    assert found.strength > 1
    for nobody in (np.zeros(400, bool), np.ones(400, bool)):
        with pytest.raises(UserError, match="not all"):
            picked_direction(codes, nobody)


@pytest.mark.slow
def test_names_are_suggested_by_what_moves():
    laboratory = block_laboratory(faces=16)
    effects = suggested_names(laboratory, make_direction("PCA 1", axis(0) - axis(2)))
    assert {e.attribute for e in effects} == {"Smiling", "Young"}
    assert "more Smiling" in name_of(effects) and "less Young" in name_of(effects)
    assert suggested_names(laboratory, make_direction("PCA 2", axis(9))) == []


def test_errors_fall_into_groups_of_like_codes():
    rng = np.random.default_rng(0)
    codes = rng.normal(0, 0.3, size=(300, 4)).astype(np.float32)
    labels = (np.arange(300) % 2).astype(np.int8)
    codes[:, 0] += 4 * labels - 2
    hats, glasses = np.arange(1, 61, 2), np.arange(61, 121, 2)  # 30 present faces each, all missed
    codes[hats] += np.array([-4, 3, 0, 0], np.float32)
    codes[glasses] += np.array([-4, 0, 3, 0], np.float32)
    table = np.zeros((300, 2), np.int8)
    table[hats, 0] = table[glasses, 1] = 1
    direction = make_direction("Smiling", [1, 0, 0, 0], boundary=0.0)
    found = confusions(direction, codes, labels, table, ("Hat", "Glasses"), groups=2)
    assert [c.title for c in found] == ["missed", "missed"]
    assert {frozenset(c.rows) for c in found} == {frozenset(hats), frozenset(glasses)}
    for confusion in found:
        (name, inside, everywhere), *_ = sorted(confusion.telling, key=lambda row: row[2] - row[1])
        assert inside == 1.0 and everywhere == pytest.approx(0.2)
        assert name == ("Hat" if confusion.rows[0] in hats else "Glasses")
    assert confusions(direction, codes[121:], labels[121:]) == []
    with pytest.raises(UserError, match="no boundary"):
        confusions(make_direction("A", np.eye(4)[0], "pca", boundary=np.nan), codes, labels)
