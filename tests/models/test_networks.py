"""Shapes, ranges and reversibility of the networks, at 64 and 128 pixels."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.models import losses
from ganssl.models.config import OLDER, ModelConfig
from ganssl.models.judges import build_discriminator, build_map_judge
from ganssl.models.layers import Blur, DoublingConv2D, Modulate, fold, unfold
from ganssl.models.networks import build_encoder, build_generator

pytestmark = pytest.mark.slow

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


def test_models_from_before_blur_and_modulation_are_built_without_them():
    config = ModelConfig(**SMALL)
    before = {k: v for k, v in config.to_dict().items() if k not in OLDER}
    names = [
        [layer.name for layer in build_generator(each).layers]
        for each in (config, ModelConfig.from_dict(before), ModelConfig.from_dict(config.to_dict()))
    ]
    assert ["smooth" in each for each in names] == [True, False, True]
    assert ["grid64_code" in each for each in names] == [True, False, True]
    assert ["grid64_fine_conv" in each for each in names] == [True, False, True]


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
    mostly = float(losses.generator_loss([[sure], [unsure]], (0.25, 0.75)))
    assert mostly == pytest.approx(
        0.25 * float(losses.generator_loss([[sure]]))
        + 0.75 * float(losses.generator_loss([[unsure]]))
    )


def test_sampled_codes_lie_where_faces_are_drawn_and_edited():
    from ganssl.models.vaegan import sample_codes

    rng = np.random.default_rng(0)
    spread = rng.normal(size=(6, 6))
    codes = (3.0 + rng.normal(size=(4096, 6)) @ spread).astype("float32")
    prior = rng.normal(size=(4096, 6)).astype("float32")
    chances = rng.random((4096, 2)).astype("float32")
    sampled = np.asarray(sample_codes(codes, prior, chances))
    nearer = np.linalg.norm(sampled[:1024], axis=1) / np.linalg.norm(prior[:1024], axis=1)
    assert nearer.min() >= 0.75 - 1e-3 and nearer.max() <= 1.0 + 1e-3 and nearer.std() > 0.05
    axis = np.linalg.svd(spread)[2][0]  # widest of the codes
    assert np.std(sampled[3072:] @ axis) == pytest.approx(np.std(codes @ axis), rel=0.1)


def test_mixtures_of_all_codes_have_their_mean_and_covariance():
    from ganssl.models.vaegan import NEAREST, sample_codes

    rng = np.random.default_rng(0)
    spread = rng.normal(size=(20, 20))
    drawn = []
    for _ in range(300):
        codes = (3.0 + rng.normal(size=(16, 20)) @ spread).astype("float32")
        prior = rng.normal(size=(16, 20)).astype("float32")
        chances = rng.random((16, 2)).astype("float32")
        drawn.append(np.asarray(sample_codes(codes, prior, chances))[4:12])
    drawn = np.concatenate(drawn)
    near = np.sqrt((1 - NEAREST**3) / (3 * (1 - NEAREST)))  # root mean square of the pull
    axis = np.linalg.svd(spread)[2][0]
    expected = near * np.linalg.svd(spread)[1][0]
    assert np.std(drawn @ axis) == pytest.approx(expected, rel=0.1)
    np.testing.assert_allclose(drawn.mean(axis=0), 3.0, atol=0.6)


def test_a_doubling_convolution_is_one_of_the_doubled_image():
    import keras

    x = np.random.default_rng(0).standard_normal((2, 5, 7, 3)).astype("float32")
    doubling = DoublingConv2D(4, 3)
    made = np.asarray(doubling(x))
    plain = keras.layers.Conv2D(4, 3, padding="same")
    doubled = x.repeat(2, axis=1).repeat(2, axis=2)
    plain.build(doubled.shape)
    plain.set_weights([np.asarray(doubling.kernel), np.asarray(doubling.bias)])
    assert made.shape == (2, 10, 14, 4)
    np.testing.assert_allclose(made, plain(doubled), atol=1e-5)


def test_modulation_begins_as_nothing_and_then_follows_the_code():
    x = np.random.default_rng(0).standard_normal((2, 3, 3, 4)).astype("float32")
    codes = np.array([[1.0, 0.0], [0.0, 2.0]], "float32")
    layer = Modulate()
    np.testing.assert_array_equal(layer([x, codes]), x)
    kernel = np.zeros((2, 8), "float32")
    kernel[0, 1], kernel[1, 6] = 0.5, 3.0  # scales channel 1 of the first, shifts 2 of the second
    layer.set_weights([kernel, np.zeros(8, "float32")])
    expected = x.copy()
    expected[0, ..., 1] *= 1.5
    expected[1, ..., 2] += 6.0
    np.testing.assert_allclose(layer([x, codes]), expected, rtol=1e-6)


def test_the_discriminator_sees_faces_that_are_too_much_alike():
    from ganssl.models.judges import GroupSpread

    x = np.random.default_rng(0).standard_normal((8, 2, 2, 3)).astype("float32")
    x[4:] = x[4]
    spread = np.asarray(GroupSpread()(x))[..., 3]
    assert spread[:4].min() > 0.3 and spread[4:].max() < 0.01


def test_each_fixed_network_has_a_judge_of_its_own():
    import keras

    from ganssl.models.vaegan import Objective, VaeGan, enlarged
    from tests.helpers.tiny_networks import TINY

    def maps(faces):
        return [keras.ops.average_pool(faces, side, side) for side in (4, 8)]

    objective = Objective(features={"coarse": 1.0}, judges={"pixels": 1.0, "coarse": 1.0})
    nets = VaeGan(TINY, objective, {"coarse": maps})
    faces = np.random.default_rng(0).random((4, 64, 64, 3), "float32")
    as_they_are, corner = np.full((4, 5), 0.5, "float32"), np.array([0.5, 0.0], "float32")
    whole, part = (nets.look(faces, as_they_are, corner, zoomed) for zoomed in (False, True))
    seen = whole
    np.testing.assert_array_equal(part["pixels"], whole["pixels"])  # the pixels' judge sees all
    large = np.asarray(maps(enlarged(whole["pixels"], corner))[0])
    np.testing.assert_allclose(part["coarse"][0], large, atol=1e-6)
    assert not np.allclose(part["coarse"][0], whole["coarse"][0])
    assert set(nets.judges) == set(seen) == {"pixels", "coarse"}
    heads = nets.judges["coarse"](seen["coarse"])
    assert [tuple(logits.shape[1:3]) for logits in heads] == [(8, 8), (8, 8)]
    assert len(nets.discriminator_variables) == sum(
        len(judge.trainable_variables) for judge in nets.judges.values()
    )


def test_a_quarter_is_enlarged():
    from ganssl.models.vaegan import enlarged

    faces = np.random.default_rng(0).random((2, 8, 8, 3), "float32")
    faces[:, 4:, :4] = 0.25
    np.testing.assert_allclose(enlarged(faces, np.array([0.999, 0.0], "float32")), 0.25)
    assert np.asarray(enlarged(faces, np.array([0.0, 0.999], "float32"))).std() > 0.1


def test_random_mixtures_are_fixed():
    judge = build_map_judge([(8, 8, 3), (4, 4, 5)], "judge", width=4)
    names = {variable.path for variable in judge.trainable_variables}
    assert names and not any("mix" in name for name in names)


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


def test_a_pattern_of_two_pixels_has_energy_and_an_edge_has_little():
    flat = np.zeros((1, 32, 32, 3), "float32")
    rows = flat.copy()
    rows[:, ::2] = 0.2
    rows[:, 1::2] = -0.2
    checked = rows * np.where(np.arange(32) % 2, 1.0, -1.0).astype("float32")[None, None, :, None]
    edge = np.where(np.arange(32) < 15, -0.2, 0.2).astype("float32")
    edge = np.broadcast_to(edge[None, None, :, None], flat.shape)
    assert float(losses.lattice_energy(flat)) == 0.0
    for pattern in (rows, checked):
        assert float(losses.lattice_energy(pattern)) == pytest.approx(0.2, rel=1e-4)
    assert float(losses.lattice_energy(edge)) < 0.05


@pytest.mark.parametrize(
    "entry",
    [
        {"size": 2**20}, {"size": 64.0}, {"latent_size": 10**9}, {"fine_width": -1},
        {"encoder_widths": [4, 4, 4, 10**6]}, {"generator_widths": ["x", 1, 1, 1]},
        {"detail_width": "24"}, {"unknown": 1},
    ],
)  # fmt: skip
def test_settings_that_no_machine_could_build_are_refused_in_a_sentence(entry):
    with pytest.raises(UserError, match=r"at most|whole number|needs a latent|not readable"):
        ModelConfig.from_dict(ModelConfig(**SMALL).to_dict() | entry)
