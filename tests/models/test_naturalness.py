"""Of several codes the one that a small network likes best, and the network in a bundle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.face.linear import truncation_vector
from ganssl.face.render import base_code
from ganssl.face.state import FaceState
from ganssl.models.catalogue import load_model
from ganssl.models.density import CodeDensity
from ganssl.models.latent import latent_arrays
from ganssl.models.naturalness import Naturalness, natural_codes
from ganssl.synthesis.candidates import draw_candidates
from tests.helpers.small_model import small_model

SIZE = 12


def likes_axis(axis: int, size: int) -> Naturalness:
    """Scores a code by its number on an axis, through a rectifier on either side."""
    both = np.zeros((size, 2), np.float32)
    both[axis] = 1, -1
    last = np.array([[1], [-1]], np.float32)
    biases = np.zeros(2, np.float32), np.zeros(1, np.float32)
    planes = np.zeros((size, 0), np.float32)
    return Naturalness((both, last), biases, planes, np.zeros(0, np.float32))


def test_scores_are_those_of_the_perceptron():
    codes = np.random.default_rng(0).normal(size=(50, SIZE)).astype(np.float32)
    np.testing.assert_allclose(likes_axis(3, SIZE).scores(codes), codes[:, 3], rtol=1e-6)


@pytest.mark.slow
def test_what_was_learnt_ranks_codes_that_it_has_not_seen():
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(3000, SIZE)).astype(np.float32)
    looks = codes[:, 0] - np.abs(codes[:, 1])
    learnt = Naturalness.fit(codes[:2000], looks[:2000])
    assert np.corrcoef(learnt.scores(codes[2000:]), looks[2000:])[0, 1] > 0.9
    again = Naturalness.fit(codes[:2000], looks[:2000])
    np.testing.assert_array_equal(again.scores(codes), learnt.scores(codes))


def test_the_best_of_a_seeds_codes_is_kept_and_the_first_is_the_plain_draw():
    density, likes = CodeDensity.standard(SIZE), replace(likes_axis(0, SIZE), tries=256)
    plain = density.sample(2000, seed=3)
    chosen = natural_codes(density, likes, 2000, seed=3)
    assert (chosen[:, 0] >= plain[:, 0]).all()
    kept = (chosen == plain).all(axis=1).mean()
    assert 0.5 / 256 < kept < 2 / 256  # each of the codes is as likely to be the best
    assert 2.7 < chosen[:, 0].mean() < 2.95  # of 256 standard normal numbers 2.8
    np.testing.assert_allclose(chosen[:, 1:].std(axis=0), 1, atol=0.15)


@pytest.mark.slow
def test_shares_of_the_kinds_of_people_stay_as_they_are():
    """What is liked comes with a trait: the trait of the first code is kept all the same."""
    rng = np.random.default_rng(1)
    codes = rng.normal(size=(3000, SIZE)).astype(np.float32)
    trait = codes[:, 0] + 0.3  # 62 % have it
    unknown = np.where(rng.random(3000) < 0.1, np.nan, trait)
    learnt = Naturalness.fit(
        codes, codes[:, 0] + codes[:, 1], np.column_stack([unknown, codes[:, 2]])
    )
    assert learnt.planes.shape == (SIZE, 2) and learnt.offsets.shape == (2,)
    density = CodeDensity.standard(SIZE)
    plain, chosen = density.sample(500, 7), natural_codes(density, learnt, 500, 7)
    assert chosen[:, 1].mean() > plain[:, 1].mean() + 1
    for i, bound in ((0, -0.3), (2, 0.0)):
        sides = np.abs(plain[:, i] - bound) > 0.1  # away from the boundary, which was learnt
        kept = (chosen[:, i] > bound) == (plain[:, i] > bound)
        assert kept[sides].mean() > 0.97


def test_a_face_depends_on_seed_and_index_and_truncation_only_moves_it():
    density, likes = CodeDensity.standard(SIZE), likes_axis(0, SIZE)
    whole = natural_codes(density, likes, 10, seed=4)
    np.testing.assert_array_equal(natural_codes(density, likes, 3, seed=4, first=5), whole[5:8])
    half = natural_codes(density, likes, 10, seed=4, truncation=0.5)
    np.testing.assert_allclose(half, whole / 2, rtol=1e-5)


def test_one_face_is_chosen_once_and_nobody_can_change_it_for_others(monkeypatch):
    density, likes = CodeDensity.standard(SIZE), likes_axis(1, SIZE)
    asked = []
    choose = Naturalness.best
    monkeypatch.setattr(
        Naturalness, "best", lambda *arguments: asked.append(1) or choose(*arguments)
    )
    whole = natural_codes(density, likes, 3, seed=4)
    for truncation in (1.0, 0.5, 1.0):
        for i in range(3):
            one = natural_codes(density, likes, 1, seed=4, truncation=truncation, first=i)
            np.testing.assert_allclose(one, whole[i : i + 1] * truncation, rtol=1e-5)
    assert len(asked) == 1 + 3
    with pytest.raises(ValueError, match="read-only"):
        natural_codes(density, likes, 1, seed=4)[:] = 0
    other = replace(likes, tries=2)
    assert (natural_codes(density, other, 1, seed=4) != whole[:1]).any()


@pytest.mark.slow
def test_a_bundle_keeps_it_and_every_draw_of_a_face_follows_it(tmp_path):
    model = small_model()
    plain = model.sample(20, seed=0)
    model.naturalness = likes_axis(1, model.latent_size)
    natural = model.sample(20, seed=0)
    assert natural[:, 1].mean() > plain[:, 1].mean() + 1
    np.testing.assert_array_equal(model.sample(20, seed=0, source="density"), plain)
    model.save(tmp_path / "faces")
    loaded = load_model(tmp_path / "faces")
    np.testing.assert_array_equal(loaded.sample(20, seed=0), natural)
    assert loaded.faces_key == model.faces_key != small_model().faces_key

    for draw in ("natural", "density"):
        state = FaceState(5, 0.7, draw=draw)
        expected = model.sample(1, 5, 0.7, draw)[0]
        np.testing.assert_array_equal(base_code(model, state), expected)
        typical = base_code(model, FaceState(5, 0, draw=draw))
        moved = typical + 0.7 * truncation_vector(model, state)
        np.testing.assert_allclose(moved, expected, atol=1e-5)
    assert (base_code(model, FaceState(5)) != base_code(model, FaceState(5, draw="density"))).any()


@pytest.mark.slow
def test_candidates_of_a_set_are_chosen_in_the_same_way():
    model = small_model()
    model.naturalness = likes_axis(2, model.latent_size)
    draw = lambda source: draw_candidates(  # noqa: E731
        model, source, 1.0, 600, np.random.default_rng(1)
    )
    assert draw("natural").shape == draw("density").shape
    assert draw("natural")[:, 2].mean() > draw("density")[:, 2].mean() + 1
    few = draw("natural")
    model.naturalness = replace(model.naturalness, tries=2)
    assert draw("natural")[:, 2].mean() < few[:, 2].mean() - 0.5


@pytest.mark.slow
def test_a_model_that_cannot_tell_draws_as_before():
    model = small_model()
    np.testing.assert_array_equal(model.sample(5, 0, source="natural"), model.density.sample(5, 0))


@pytest.mark.slow
def test_how_many_codes_are_tried_is_the_models_own_and_older_files_say_nothing(tmp_path):
    model = small_model()
    model.naturalness = replace(likes_axis(1, model.latent_size), tries=5)
    model.save(tmp_path / "faces")
    loaded = load_model(tmp_path / "faces")
    assert loaded.naturalness.tries == 5
    np.testing.assert_array_equal(loaded.sample(9, seed=0), model.sample(9, seed=0))
    arrays = loaded.naturalness.to_arrays()
    del arrays["naturalness/tries"]
    assert Naturalness.from_arrays(arrays, model.latent_size).tries == 32


@pytest.mark.parametrize("damage", ["missing", "shape", "infinite", "wide", "planes", "tries"])
def test_a_damaged_network_is_refused(damage):
    density, likes = CodeDensity.standard(SIZE), likes_axis(0, SIZE)
    arrays = latent_arrays(
        np.zeros(SIZE, np.float32), np.eye(SIZE, dtype=np.float32), density, likes
    )
    assert Naturalness.from_arrays(arrays, SIZE).weights[0].shape == (SIZE, 2)
    if damage == "missing":
        del arrays["naturalness/bias1"]
    elif damage == "shape":
        arrays["naturalness/weight1"] = np.ones((3, 1), np.float32)
    elif damage == "planes":
        arrays["naturalness/planes"] = np.ones((3, 1), np.float32)
    elif damage == "tries":
        arrays["naturalness/tries"] = np.array(10**7)
    elif damage == "infinite":
        arrays["naturalness/bias0"] = np.array([0, np.inf], np.float32)
    else:
        arrays["naturalness/weight1"] = np.ones((2, 2), np.float32)
        arrays["naturalness/bias1"] = np.ones(2, np.float32)
    with pytest.raises(UserError, match="natural faces is damaged"):
        Naturalness.from_arrays(arrays, SIZE)
