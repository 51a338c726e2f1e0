"""Encoder and generator of the VAE-GAN (Larsen et al. 2016).

Keras functional models on `keras.ops` alone, so they run on every Keras
backend. The stem folds pixels into channels and the head unfolds them, so
that 128×128 costs little more than 64×64. Values are in [-1, 1].
"""

from __future__ import annotations

import keras

from ganssl.models.config import GRID, ModelConfig
from ganssl.models.layers import Blur, conv_norm, doubling_norm, fold, norm, residual, unfold


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
    widths, fine = config.generator_widths, config.fine_width
    code = keras.Input((config.latent_size,), name="code")
    told = code if config.modulated else None
    x = keras.layers.Dense(4 * 4 * widths[0], use_bias=False, name="dense", dtype=dtype)(code)
    x = keras.layers.Reshape((4, 4, widths[0]), dtype=dtype)(x)
    x = norm(x, "grid4", dtype, told)
    for level, width in enumerate(widths[1:], start=1):
        side = 4 << level
        x = doubling_norm(x, width, f"grid{side}", dtype, told)
        if side < GRID:
            x = residual(x, f"grid{side}_res", dtype, told)
    details = [unfold(conv_norm(x, 4 * config.detail_width, "grid32_out", dtype, code=told), 2)]
    if fine:
        details.append(doubling_norm(x, fine, "grid64_fine", dtype, told))
    x = keras.layers.concatenate(details, dtype=dtype) if fine else details[0]
    if config.smooth:
        x = Blur(name="smooth", dtype=dtype)(x)  # (n, 64, 64, detail + fine)
    x = conv_norm(x, config.detail_width + fine, "grid64", dtype, code=told)
    block = config.size // 64
    x = keras.layers.Conv2D(3 * block * block, 3, padding="same", name="pixels", dtype=dtype)(x)
    x = unfold(x, block)  # (n, s, s, 3)
    return keras.Model(code, keras.ops.tanh(keras.ops.cast(x, "float32")), name="generator")
