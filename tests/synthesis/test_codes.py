"""Recipes and the codes that follow from them, on a model whose attributes have known axes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.models.bundle import BundleModel
from ganssl.models.density import CodeDensity
from ganssl.models.face_model import FaceModel
from ganssl.synthesis import Recipe, recipe_codes
from ganssl.synthesis.codes import BLOCK, Codes
from tests.helpers.planted import make_direction
from tests.helpers.small_model import LATENT, small_model

pytestmark = pytest.mark.slow

BOUNDARY = 0.25  # of every planted direction; their σ is 1


@pytest.fixture(scope="module")
def model() -> FaceModel:
    model = small_model()
    rng = np.random.default_rng(0)
    mixing = np.eye(LATENT) + 0.3 * rng.standard_normal((LATENT, LATENT))
    codes = rng.standard_normal((2000, LATENT)) @ mixing + 0.2
    model.density = CodeDensity.fit(codes.astype(np.float32), components=3)
    return model


def axis(model: FaceModel, name: str, codes: Codes) -> np.ndarray:
    """Signed distance beyond the boundary along an attribute's planted axis."""
    return codes.codes @ model.directions.get(name).vector - BOUNDARY


def assert_same(first: Codes, second: Codes) -> None:
    for name in vars(first):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), err_msg=name)


def cells(codes: Codes) -> Counter:
    rows = np.concatenate([codes.labels[:, None], codes.sides], axis=1)
    return Counter(map(tuple, rows.tolist()))


# recipes


def test_a_recipe_survives_json():
    recipe = Recipe(
        "Smiling", 500, 7, "push", 0.1, (1, 2.5), "mixture", 0.8, ("Male", "Young"), True, 32,
        "logistic", 50, "bfloat16",
    )  # fmt: skip
    again = Recipe.from_json(recipe.to_json())
    assert again == recipe and again.id == recipe.id and hash(again) == hash(recipe)
    assert Recipe("Male", margin=1).id == Recipe("Male", margin=1.0).id


def test_every_setting_changes_the_id():
    base = Recipe("Male")
    others = dict(
        attribute="Smiling", count=8, seed=1, strategy="push", margin=0.2, strength=(1.0, 2.0),
        source="prior", truncation=0.9, balance_over=("Young",), pairs=True, size=128,
        method="mean", labels_per_class=5, precision="bfloat16",
    )  # fmt: skip
    assert set(others) == set(base.to_dict())
    ids = {replace(base, **{name: value}).id for name, value in others.items()}
    assert len(ids | {base.id}) == len(others) + 1


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        (dict(count=1), "count"),
        (dict(count=2.5), "whole"),
        (dict(seed=-1), "seed"),
        (dict(margin=float("nan")), "margin"),
        (dict(margin="0.3"), "margin"),
        (dict(strength=(2, 1)), "upwards"),
        (dict(strength=(0, 1)), "more than 0"),
        (dict(strength=(1,)), "two numbers"),
        (dict(strategy="pull"), "position, push"),
        (dict(source="photo"), "photos"),
        (dict(method="newest"), "balanced"),
        (dict(precision="float16"), "bfloat16"),
        (dict(engine="onnx"), "tensorflow, onnxruntime"),
        (dict(engine="onnxruntime", precision="bfloat16"), "bfloat16 is for TensorFlow"),
        (dict(truncation=9), "truncation"),
        (dict(size=8), "size"),
        (dict(labels_per_class=0), "labels per class"),
        (dict(balance_over=("Male",)), "other attributes"),
        (dict(balance_over=("Young", "Young")), "once"),
        (dict(balance_over=("A", "B", "C", "D")), "up to 3"),
        (dict(pairs=True, count=7), "even"),
        (dict(attribute=" "), "name"),
    ],
)
def test_recipes_that_make_no_set_are_refused(settings: dict, match: str):
    with pytest.raises(UserError, match=match):
        Recipe(**{"attribute": "Male", **settings})


def test_recipes_from_before_there_was_a_choice_mean_tensorflow():
    old = Recipe("Male", 20)
    assert old.engine == "tensorflow" and "engine" not in old.to_dict()
    chosen = Recipe("Male", 20, engine="onnxruntime")
    assert chosen.id != old.id and Recipe.from_json(chosen.to_json()) == chosen


@pytest.mark.parametrize("text", ["{", "[]", '{"count": 4}', '{"attribute": "Male", "colour": 1}',
                                  '{"attribute": "Male", "strength": 3}'])  # fmt: skip
def test_broken_json_is_refused(text: str):
    with pytest.raises(UserError):
        Recipe.from_json(text)


# position


@pytest.mark.parametrize("source", ["density", "natural", "prior", "mixture"])
def test_labels_are_sides_and_respect_the_margin(model: FaceModel, source: str):
    codes = recipe_codes(model, Recipe("Smiling", 600, margin=0.5, source=source))
    distance = axis(model, "Smiling", codes)
    np.testing.assert_array_equal(codes.labels, distance > 0)
    assert np.abs(distance).min() >= 0.5 - 1e-6
    np.testing.assert_allclose(codes.scores, distance, atol=1e-5)
    assert codes.codes.dtype == np.float32 and codes.labels.dtype == np.int8
    assert codes.labels.sum() == 300 and len(np.unique(codes.codes, axis=0)) == 600


def test_kept_codes_are_natural(model: FaceModel):
    """Apart from the labelled axis they have the spread of the source: nothing else is chosen."""
    codes = recipe_codes(model, Recipe("Smiling", 4000, source="prior"))
    free = np.delete(codes.codes, 0, axis=1)  # Smiling is axis 0
    np.testing.assert_allclose(free.mean(axis=0), 0, atol=0.08)
    np.testing.assert_allclose(free.std(axis=0), 1, atol=0.06)


def test_any_part_of_a_set_is_the_same_alone(model: FaceModel):
    recipe = Recipe("Smiling", 2 * BLOCK + 300, balance_over=("Male",))
    whole = recipe_codes(model, recipe)
    assert len(whole) == recipe.count
    np.testing.assert_array_equal(whole.index, np.arange(recipe.count))
    for first, count in ((0, 1), (5, 40), (BLOCK - 3, 6), (2 * BLOCK, 300), (700, 1600)):
        part = recipe_codes(model, recipe, first, count)
        assert_same(part, whole.part(slice(first, first + count)))
    shorter = recipe_codes(model, replace(recipe, count=500))
    assert_same(shorter, whole.part(slice(0, 500)))
    other = recipe_codes(model, replace(recipe, seed=1), 0, 500)
    assert not np.isin(other.codes[:, 0], whole.codes[:, 0]).any()


def test_blocks_do_not_repeat_each_other(model: FaceModel):
    codes = recipe_codes(model, Recipe("Smiling", 3 * BLOCK)).codes
    assert len(np.unique(codes, axis=0)) == 3 * BLOCK


def test_faces_outside_the_set_are_refused(model: FaceModel):
    for first, count in ((-1, 3), (0, 11), (10, 1), (0, 0)):
        with pytest.raises(UserError, match="0 to 9"):
            recipe_codes(model, Recipe("Smiling", 10), first, count)


def test_truncation_pulls_to_the_mean(model: FaceModel):
    def spread(truncation: float) -> float:
        recipe = Recipe("Smiling", 1000, truncation=truncation, margin=0.0)
        codes = recipe_codes(model, recipe).codes
        return float(np.delete(codes - model.density.mean, 0, axis=1).std())

    assert spread(0.5) == pytest.approx(spread(1.0) / 2, rel=0.1)


def test_the_mixture_holds_both(model: FaceModel):
    far = replace_density(model, 6.0)
    codes = recipe_codes(far, Recipe("Smiling", 2000, source="mixture", margin=0.0)).codes
    share = float((codes[:, LATENT - 1] > 3).mean())
    assert 0.4 < share < 0.6


def replace_density(model: FaceModel, shift: float) -> FaceModel:
    """The model with a density far from the prior along the last axis."""
    mean = np.zeros((1, LATENT), np.float32)
    mean[0, -1] = shift
    other = BundleModel(
        model.config, model.preprocess, model.encoder, model.generator, directions=model.directions
    )
    other.density = CodeDensity(
        np.ones(1, np.float32), mean, np.eye(LATENT, dtype=np.float32)[None]
    )
    return other


# balance


@pytest.mark.parametrize("strategy", ["position", "push"])
@pytest.mark.parametrize("pairs", [False, True])
def test_classes_do_not_carry_other_attributes(model: FaceModel, strategy: str, pairs: bool):
    recipe = Recipe("Smiling", 800, strategy=strategy, balance_over=("Male", "Young"), pairs=pairs)
    codes = recipe_codes(model, recipe)
    assert set(cells(codes).values()) == {100} and len(cells(codes)) == 8
    for bit, name in enumerate(recipe.balance_over):
        np.testing.assert_array_equal(codes.sides[:, bit], axis(model, name, codes) >= 0)


def test_without_balance_a_correlated_attribute_is_carried(model: FaceModel):
    """Young leans on Male's axis; the balance is what takes it away."""

    def carried(**settings) -> float:
        codes = recipe_codes(model, Recipe("Young", 2000, source="prior", **settings))
        side = axis(model, "Male", codes) >= 0
        return float(side[codes.labels == 1].mean() - side[codes.labels == 0].mean())

    assert carried() > 0.3 and abs(carried(balance_over=("Male",))) < 0.01


def test_sides_that_are_never_hit_are_told(model: FaceModel):
    with pytest.raises(UserError, match=r"are (not )?Smiling \(by 5 σ or more\)") as told:
        recipe_codes(model, Recipe("Smiling", 100, margin=5.0))
    assert "lower the margin" in str(told.value) and "balance" not in str(told.value)
    with pytest.raises(UserError, match=r"Smiling .* and (not )?Bald.*fewer attributes"):
        recipe_codes(model, Recipe("Smiling", 100, margin=5.0, balance_over=("Bald",)))


# push and pairs


def test_push_meets_its_targets_and_moves_nothing_else(model: FaceModel):
    recipe = Recipe("Smiling", 1000, strategy="push", strength=(1.0, 2.0))
    codes = recipe_codes(model, recipe)
    distance = axis(model, "Smiling", codes)
    np.testing.assert_array_equal(codes.labels, distance > 0)
    assert np.abs(distance).min() >= 1 - 1e-5 and np.abs(distance).max() <= 2 + 1e-5
    assert 1.4 < np.abs(distance).mean() < 1.6 and codes.labels.sum() == 500
    rest = np.delete(codes.codes, 0, axis=1)
    assert len(np.unique(rest, axis=0)) == 1000  # individual faces, no class mean


@pytest.mark.parametrize("strategy", ["position", "push"])
def test_pairs_differ_in_the_attribute_alone(model: FaceModel, strategy: str):
    recipe = Recipe("Young", 400, strategy=strategy, pairs=True, balance_over=("Male",))
    codes = recipe_codes(model, recipe)
    np.testing.assert_array_equal(codes.labels, np.tile([0, 1], 200))
    np.testing.assert_array_equal(codes.pairs, np.repeat(np.arange(200), 2))
    absent, present = codes.codes[::2], codes.codes[1::2]
    change = present - absent
    young, male = (model.directions.get(name).vector for name in ("Young", "Male"))
    np.testing.assert_allclose(change @ male, 0, atol=1e-5)  # balanced, so it stays
    free = young - (young @ male) * male
    free /= np.linalg.norm(free)
    np.testing.assert_allclose(change, (change @ free)[:, None] * free, atol=1e-5)
    np.testing.assert_allclose(codes.scores[::2], -codes.scores[1::2], atol=1e-5)
    assert (codes.scores[1::2] > 0.29).all()


def test_one_half_of_a_position_pair_is_untouched(model: FaceModel):
    paired = recipe_codes(model, Recipe("Smiling", 400, pairs=True, source="prior"))
    alone = recipe_codes(model, Recipe("Smiling", 400, source="prior"))
    natural = np.isin(paired.codes[:, 5], alone.codes[:, 5])  # Gray_Hair's axis is not moved
    both = natural.reshape(-1, 2)
    assert (both[:, 0] == both[:, 1]).all()
    exact = [
        (paired.codes[2 * j : 2 * j + 2, None] == alone.codes[None]).all(-1).any(1).sum()
        for j in range(40)
    ]
    assert set(exact) <= {0, 1} and sum(exact) > 20


# directions


def test_the_best_direction_labels_and_the_default_one_moves(model: FaceModel):
    label = np.eye(LATENT)[6]
    move = label + np.eye(LATENT)[7]
    directions = DirectionSet(
        model.id,
        [
            make_direction("Smiling", move, "balanced", auc=0.85),
            make_direction("Smiling", label, "logistic", auc=0.95),
        ],
    )
    pairs = Recipe("Smiling", 200, pairs=True)
    codes = recipe_codes(model.with_directions(directions), pairs)
    np.testing.assert_array_equal(codes.labels, codes.codes @ label > BOUNDARY)
    change = codes.codes[1::2] - codes.codes[::2]
    np.testing.assert_allclose(change[:, 7], change[:, 6], atol=1e-5)
    assert (change[:, 6] > 0.5).all() and np.abs(np.delete(change, [6, 7], axis=1)).max() == 0
    named = recipe_codes(model.with_directions(directions), replace(pairs, method="balanced"))
    np.testing.assert_array_equal(named.labels, named.codes @ (move / np.sqrt(2)) > BOUNDARY)


def test_directions_that_do_not_fit_are_refused(model: FaceModel):
    with pytest.raises(UserError, match="Smiling"):
        recipe_codes(model, Recipe("Smilling", 10))
    with pytest.raises(UserError, match="belong to model"):
        recipe_codes(model.with_directions(DirectionSet("f" * 12)), Recipe("Smiling", 10))
    twins = DirectionSet(
        model.id,
        [
            make_direction("Smiling", np.eye(LATENT)[0]),
            make_direction("Cheerful", np.eye(LATENT)[0] + 0.01 * np.eye(LATENT)[1]),
        ],
    )
    recipe = Recipe("Smiling", 10, pairs=True, balance_over=("Cheerful",), margin=0.0)
    with pytest.raises(UserError, match="cannot be moved without Cheerful"):
        recipe_codes(model.with_directions(twins), recipe)


# photos


@pytest.fixture(scope="module")
def photo_codes() -> np.ndarray:
    return np.random.default_rng(5).standard_normal((300, LATENT)).astype(np.float32)


def test_photos_are_taken_as_they_are(model: FaceModel, photo_codes: np.ndarray):
    recipe = Recipe("Smiling", 100, source="photos")
    codes = recipe_codes(model, recipe, photo_codes=photo_codes)
    np.testing.assert_array_equal(codes.codes, photo_codes[codes.photos])
    assert len(set(codes.photos)) == 100 and codes.labels.sum() == 50
    part = recipe_codes(model, recipe, 30, 20, photo_codes=photo_codes)
    assert_same(part, codes.part(slice(30, 50)))


def test_photos_serve_again_when_all_have_served(model: FaceModel, photo_codes: np.ndarray):
    recipe = Recipe("Smiling", 1200, source="photos")
    codes = recipe_codes(model, recipe, photo_codes=photo_codes)
    for label in (0, 1):
        uses = Counter(codes.photos[codes.labels == label].tolist())
        assert max(uses.values()) - min(uses.values()) <= 1 and min(uses.values()) >= 2


@pytest.mark.parametrize("pairs", [False, True])
def test_pushed_photos_serve_both_classes(model: FaceModel, photo_codes: np.ndarray, pairs: bool):
    recipe = Recipe("Smiling", 300, strategy="push", source="photos", pairs=pairs)
    codes = recipe_codes(model, recipe, photo_codes=photo_codes)
    assert len(set(codes.photos)) == (150 if pairs else 300)
    np.testing.assert_array_equal(codes.codes[:, 1:], photo_codes[codes.photos][:, 1:])


def test_too_few_photos_are_told(model: FaceModel, photo_codes: np.ndarray):
    with pytest.raises(UserError, match=r"Of 300 photos \d+ are .*fewer faces"):
        recipe_codes(model, Recipe("Smiling", 20_000, source="photos"), 0, 1,
                     photo_codes=photo_codes)  # fmt: skip
    with pytest.raises(UserError, match="0 are"):
        recipe_codes(model, Recipe("Smiling", 4, source="photos", margin=5.0),
                     photo_codes=photo_codes)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "codes", "match"),
    [
        ("photos", None, "are needed"),
        ("prior", np.zeros((5, LATENT), np.float32), "only for it"),
        ("photos", np.zeros((5, 3), np.float32), r"\[n, 16\]"),
        ("photos", np.zeros((0, LATENT), np.float32), r"\[n, 16\]"),
        ("photos", np.full((5, LATENT), np.nan, np.float32), "no numbers"),
    ],
)
def test_photo_codes_must_fit(model: FaceModel, source: str, codes, match: str):
    with pytest.raises(UserError, match=match):
        recipe_codes(model, Recipe("Smiling", 10, source=source), photo_codes=codes)
