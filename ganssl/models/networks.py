"""Encoder, generator and discriminator of the VAE-GAN (Larsen et al. 2016).

Keras functional models on `keras.ops` alone, so they run on every Keras
backend. The stem folds pixels into channels and the head unfolds them, so
that 128×128 costs little more than 64×64. Values are in [-1, 1].
"""

from __future__ import annotations

from collections.abc import Sequence

import keras

from ganssl.models.config import GRID, ModelConfig
from ganssl.models.layers import BatchNorm, Blur, conv_norm, fold, residual, unfold, upsample


def build_encoder(config: ModelConfig, dtype: str = "float32") -> keras.Model:
    """`[n, s, s, 3]` → `(mean, log_variance)` of the Gaussian posterior, float32 `[n, d]` each."""
    face = keras.Input((config.size, config.size, 3), name="face")
    x = fold(face, config.size // GRID)  # (n, 32, 32, 3·fold²)
    x = conv_norm(x, config.encoder_widths[0], "grid32", dtype)
    for level, width in enumerate(config.encoder_widths[1:], start=1):
        side = GRID >> level
        x = conv_norm(x, width, f"grid{side}", dtype, strides=2)
        if side > 4:
            x = residual(x, f"grid{side}_res", dtype)
    x = keras.layers.Flatten(dtype=dtype)(x)
    mean = keras.layers.Dense(config.latent_size, name="mean", dtype="float32")(x)
    spread = keras.layers.Dense(config.latent_size, name="log_variance", dtype="float32")(x)
    return keras.Model(face, [mean, keras.ops.clip(spread, -10.0, 4.0)], name="encoder")


def build_generator(config: ModelConfig, dtype: str = "float32") -> keras.Model:
    """`[n, d]` latent codes → faces `[n, s, s, 3]`, float32 in (-1, 1)."""
    widths = config.generator_widths
    code = keras.Input((config.latent_size,), name="code")
    x = keras.layers.Dense(4 * 4 * widths[0], use_bias=False, name="dense", dtype=dtype)(code)
    x = keras.layers.Reshape((4, 4, widths[0]), dtype=dtype)(x)
    x = BatchNorm(momentum=0.98, name="grid4_bn", dtype=dtype)(x)
    x = keras.layers.LeakyReLU(0.1, dtype=dtype)(x)
    for level, width in enumerate(widths[1:], start=1):
        side = 4 << level
        x = conv_norm(upsample(x, dtype), width, f"grid{side}", dtype)
        if side < GRID:
            x = residual(x, f"grid{side}_res", dtype)
    x = conv_norm(x, 4 * config.detail_width, "grid32_out", dtype)
    x = unfold(x, 2)  # (n, 64, 64, detail)
    if config.smooth:
        x = Blur(name="smooth", dtype=dtype)(x)
    x = conv_norm(x, config.detail_width, "grid64", dtype)
    block = config.size // 64
    x = keras.layers.Conv2D(3 * block * block, 3, padding="same", name="pixels", dtype=dtype)(x)
    x = unfold(x, block)  # (n, s, s, 3)
    return keras.Model(code, keras.ops.tanh(keras.ops.cast(x, "float32")), name="generator")


def build_discriminator(config: ModelConfig, dtype: str = "float32") -> keras.Model:
    """`[n, s, s, 3]` → `(logits [n, 8, 8, 1], features 16×16, features 8×8)`.

    Each logit judges one region; the features are Larsen's learned similarity.
    There is no batch norm, so that a face is judged by itself. The stem folds
    no further than to 64×64: a discriminator that looks at the faces in blocks
    of 4×4 pixels teaches the generator a grid.
    """
    face = keras.Input((config.size, config.size, 3), name="face")
    x = fold(face, config.size // 64)
    features = []
    for level, width in enumerate(config.discriminator_widths):
        side = 64 >> level
        strides = 1 if level == 0 else 2
        x = keras.layers.Conv2D(
            width, 3, strides=strides, padding="same", name=f"grid{side}", dtype=dtype
        )(x)
        x = keras.layers.LeakyReLU(0.2, dtype=dtype)(x)
        if side in (16, 8):
            features.append(x)
    logits = keras.layers.Conv2D(1, 3, padding="same", name="logits", dtype="float32")(x)
    return keras.Model(face, [logits, *features], name="discriminator")


def build_map_judge(shapes: Sequence[tuple[int, int, int]], dtype: str = "float32") -> keras.Model:
    """Maps of a fixed network, `[n, h, w, c]` each → logits for each map, float32.

    A discriminator in the feature space of a network that is not trained along
    sees what makes a face far sooner than one that has to learn it from pixels
    (Sauer et al. 2021, Projected GANs).
    """
    maps = [keras.Input(shape, name=f"map{i}") for i, shape in enumerate(shapes)]
    logits = []
    for i, x in enumerate(maps):
        for part, strides in (("in", 1), ("down", 2)):
            x = keras.layers.Conv2D(
                96, 3, strides=strides, padding="same", name=f"map{i}_{part}", dtype=dtype
            )(x)
            x = keras.layers.LeakyReLU(0.2, dtype=dtype)(x)
        head = keras.layers.Conv2D(1, 3, padding="same", name=f"map{i}_logits", dtype="float32")
        logits.append(head(x))
    return keras.Model(maps, logits, name="map_judge")
