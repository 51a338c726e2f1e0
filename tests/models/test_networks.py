"""Shapes, ranges and reversibility of the networks, at 64 and 128 pixels."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.models import losses
from ganssl.models.config import ModelConfig
from ganssl.models.layers import Blur, fold, unfold
from ganssl.models.networks import build_discriminator, build_encoder, build_generator

SMALL = dict(
    latent_size=8,
    encoder_widths=(8, 8, 8, 8),
    generator_widths=(8, 8, 8, 8),
    detail_width=4,
    discriminator_widths=(8, 8, 8, 8),
)


@pytest.mark.parametrize("size", [64, 128])
def test_shapes_and_value_ranges(size: int):
    config = ModelConfig(size=size, **SMALL)
    faces = np.random.default_rng(0).uniform(-1, 1, (3, size, size, 3)).astype("float32")
    mean, log_variance = build_encoder(config)(faces)
    assert mean.shape == log_variance.shape == (3, 8)
    codes = 50 * np.random.default_rng(1).standard_normal((3, 8)).astype("float32")
    made = np.asarray(build_generator(config)(codes, training=True))
    assert made.shape == (3, size, size, 3)
    assert np.abs(made).max() <= 1.0
    logits, *features = build_discriminator(config)(faces)
    assert logits.shape == (3, 8, 8, 1)
    assert [f.shape for f in features] == [(3, 16, 16, 8), (3, 8, 8, 8)]


@pytest.mark.parametrize("size", [64, 128])
def test_mixed_precision_keeps_float32_outputs(size: int):
    config = ModelConfig(size=size, **SMALL)
    codes = np.zeros((2, 8), "float32")
    assert build_generator(config, "mixed_bfloat16")(codes).dtype == "float32"
    faces = np.zeros((2, size, size, 3), "float32")
    assert all(v.dtype == "float32" for v in build_encoder(config, "mixed_bfloat16")(faces))


def test_fold_and_unfold_are_inverse_and_keep_neighbours_together():
    image = np.arange(2 * 8 * 8 * 3, dtype="float32").reshape(2, 8, 8, 3)
    folded = np.asarray(fold(image, 4))
    assert folded.shape == (2, 2, 2, 48)
    np.testing.assert_array_equal(np.sort(folded[0, 0, 0]), np.sort(image[0, :4, :4].ravel()))
    np.testing.assert_array_equal(np.asarray(unfold(folded, 4)), image)


@pytest.mark.parametrize("settings", [{"size": 100}, {"size": 32}, {"latent_size": 1}])
def test_impossible_sizes_are_refused(settings: dict):
    with pytest.raises(UserError):
        ModelConfig(**settings)


def test_the_blur_takes_away_a_grid_and_leaves_what_is_smooth():
    rows = np.arange(12, dtype="float32")
    grid = np.where((rows[:, None] + rows) % 2, 1.0, -1.0)
    stripes = np.tile(np.where(rows % 2, 1.0, -1.0), (12, 1))
    ramp = np.tile(rows, (12, 1))
    x = np.stack([grid, stripes, ramp, ramp.T], axis=-1)[None].astype("float32")
    inner = np.asarray(Blur()(x))[0, 1:-1, 1:-1]
    np.testing.assert_allclose(inner[..., :2], 0.0, atol=1e-6)
    np.testing.assert_allclose(inner[..., 2:], x[0, 1:-1, 1:-1, 2:], atol=1e-5)


def test_models_from_before_the_blur_are_built_without_it():
    config = ModelConfig(**SMALL)
    before = {k: v for k, v in config.to_dict().items() if k != "smooth"}
    names = [
        [layer.name for layer in build_generator(each).layers]
        for each in (config, ModelConfig.from_dict(before), ModelConfig.from_dict(config.to_dict()))
    ]
    assert ["smooth" in each for each in names] == [True, False, True]


def test_kl_divergence_matches_the_closed_form():
    mean = np.array([[1.0, -2.0]], "float32")
    log_variance = np.log(np.array([[0.25, 4.0]], "float32"))
    expected = 0.5 * ((0.25 + 1 - 1 - np.log(0.25)) + (4 + 4 - 1 - np.log(4.0)))
    assert float(losses.kl_divergence(mean, log_variance)) == pytest.approx(expected, rel=1e-5)
    zeros = np.zeros((3, 5), "float32")
    assert float(losses.kl_divergence(zeros, zeros)) == 0.0


def test_gradient_distance_sees_edges_and_not_brightness():
    flat = np.zeros((1, 8, 8, 3), "float32")
    edge = flat.copy()
    edge[:, :, 4:] = 1.0
    assert float(losses.gradient_distance(flat, flat + 0.5)) == 0.0
    assert float(losses.gradient_distance(flat, edge)) == pytest.approx(1 / 7)
    assert float(losses.gradient_distance(flat, edge.swapaxes(1, 2))) == pytest.approx(1 / 7)


def test_feature_distance_is_relative_to_the_real_layer():
    real = [np.full((2, 4, 4, 3), 10.0, "float32")]
    assert float(losses.feature_distance(real, [real[0] * 1.5])) == pytest.approx(0.5, rel=1e-4)


def test_adversarial_losses_reward_the_right_side():
    sure, unsure = np.full((2, 4), 5.0, "float32"), np.full((2, 4), -5.0, "float32")
    good = float(losses.discriminator_loss([sure], [[unsure]]))
    bad = float(losses.discriminator_loss([unsure], [[sure]]))
    assert good < 0.1 < bad
    assert float(losses.generator_loss([[sure]])) < float(losses.generator_loss([[unsure]]))
    half = float(losses.generator_loss([[sure, unsure]]))  # heads count alike
    assert half == pytest.approx(
        (float(losses.generator_loss([[sure]])) + float(losses.generator_loss([[unsure]]))) / 2
    )


def test_sampled_codes_are_half_prior_and_half_between_two_faces():
    from ganssl.models.vaegan import sample_codes

    rng = np.random.default_rng(0)
    spread = rng.normal(size=(64, 64))
    codes = (rng.normal(size=(4096, 64)) @ spread).astype("float32")
    prior = rng.normal(size=(4096, 64)).astype("float32")
    sampled = np.asarray(sample_codes(codes, prior))
    np.testing.assert_array_equal(sampled[:2048], prior[:2048])
    axis = np.linalg.svd(spread)[2][0]  # widest of the codes
    assert np.std(sampled[2048:] @ axis) == pytest.approx(np.std(codes @ axis), rel=0.1)


def test_the_fixed_networks_maps_are_judged_beside_the_pixels():
    import keras

    from ganssl.models.vaegan import Objective, VaeGan
    from tests.helpers.tiny_networks import TINY

    def maps(faces):
        return [keras.ops.average_pool(faces, side, side) for side in (4, 8)]

    nets = VaeGan(TINY, Objective(), maps)
    faces = keras.ops.convert_to_tensor(np.random.default_rng(0).random((4, 64, 64, 3), "float32"))
    heads, _ = nets.judge(nets.look(faces))
    assert [tuple(logits.shape[1:3]) for logits in heads] == [(8, 8), (8, 8), (4, 4)]
    assert len(nets.discriminator_variables) > len(nets.discriminator.trainable_variables)
    heads_without, _ = nets.judge((faces, None))
    np.testing.assert_array_equal(heads[0], heads_without[0])


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_fused_batch_norm_is_keras_batch_norm(dtype: str):
    import keras

    from ganssl.models.layers import BatchNorm

    x = (np.random.default_rng(0).standard_normal((8, 6, 6, 5)) * 3 + 2).astype("float32")
    ours, reference = (
        BatchNorm(momentum=0.9, dtype=dtype),
        keras.layers.BatchNormalization(momentum=0.9),
    )
    tolerance = 1e-4 if dtype == "float32" else 0.02
    for training in (True, False):
        given = keras.ops.cast(x, ours.compute_dtype)
        actual = keras.ops.cast(ours(given, training=training), "float32")
        np.testing.assert_allclose(
            actual, reference(x, training=training), rtol=0.01, atol=tolerance
        )
    for a, b in zip(ours.variables, reference.variables, strict=True):
        np.testing.assert_allclose(a, b, rtol=0.01, atol=tolerance)


def test_the_fixed_network_looks_at_shifted_faces():
    import keras

    from ganssl.models.vaegan import Objective, VaeGan
    from tests.helpers.tiny_networks import TINY

    nets = VaeGan(TINY, Objective(), lambda faces: [keras.ops.average_pool(faces, 4, 4)])
    faces = np.random.default_rng(0).random((2, 64, 64, 3), "float32")
    shifted, maps = nets.look(faces, keras.ops.convert_to_tensor([3, 1]))
    np.testing.assert_array_equal(shifted, np.roll(faces, (3, 1), axis=(1, 2)))
    np.testing.assert_allclose(maps[0], keras.ops.average_pool(shifted, 4, 4), atol=1e-6)
