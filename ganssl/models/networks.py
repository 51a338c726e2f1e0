"""Encoder and generator of the VAE-GAN (Larsen et al. 2016).

Each is described once, in the words of a kit of layers, and built with one:
`KerasKit` gives Keras functional models on `keras.ops` alone, which run on
every Keras backend, and `OnnxGraph` a graph for inference without Keras. The
stem folds pixels into channels and the head unfolds them, so that 128×128 costs
little more than 64×64. Values are in [-1, 1].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganssl.models.config import GRID, ModelConfig

if TYPE_CHECKING:
    import keras


def build_encoder(config: ModelConfig, dtype: str = "float32") -> keras.Model:
    """`[n, s, s, 3]` → `(mean, log_variance)` of the Gaussian posterior, float32 `[n, d]` each."""
    import keras

    from ganssl.models.layers import KerasKit

    face = keras.Input((config.size, config.size, 3), name="face")
    mean, spread = encoder_layers(KerasKit(dtype), config, face)
    return keras.Model(face, [mean, keras.ops.clip(spread, -10.0, 4.0)], name="encoder")


def build_generator(config: ModelConfig, dtype: str = "float32") -> keras.Model:
    """`[n, d]` latent codes → faces `[n, s, s, 3]`, float32 in (-1, 1)."""
    import keras

    from ganssl.models.layers import KerasKit

    code = keras.Input((config.latent_size,), name="code")
    return keras.Model(code, generator_layers(KerasKit(dtype), config, code), name="generator")


def encoder_layers(kit, config: ModelConfig, face) -> tuple:
    """The mean of the posterior, and the logarithm of its variance before it is bounded."""
    x = kit.fold(face, config.size // GRID)  # (n, 32, 32, 3·fold²)
    x = kit.conv_norm(x, config.encoder_widths[0], "grid32")
    for level, width in enumerate(config.encoder_widths[1:], start=1):
        side = GRID >> level
        x = kit.conv_norm(x, width, f"grid{side}", strides=2)
        if side > 4:
            x = kit.residual(x, f"grid{side}_res")
    x = kit.flatten(x)
    return kit.dense(x, config.latent_size, "mean"), kit.dense(
        x, config.latent_size, "log_variance"
    )


def generator_layers(kit, config: ModelConfig, code):
    """Codes to faces."""
    widths, fine = config.generator_widths, config.fine_width
    told = code if config.modulated else None
    x = kit.grid_norm(code, 4, widths[0], ("dense", "grid4"), told)
    for level, width in enumerate(widths[1:], start=1):
        side = 4 << level
        x = kit.doubling_norm(x, width, f"grid{side}", told)
        if side < GRID:
            x = kit.residual(x, f"grid{side}_res", told)
    details = [kit.unfold(kit.conv_norm(x, 4 * config.detail_width, "grid32_out", code=told), 2)]
    if fine:
        details.append(kit.doubling_norm(x, fine, "grid64_fine", told))
    x = kit.concat(details) if fine else details[0]
    if config.smooth:
        x = kit.blur(x, "smooth")  # (n, 64, 64, detail + fine)
    x = kit.conv_norm(x, config.detail_width + fine, "grid64", code=told)
    block = config.size // 64
    x = kit.unfold(kit.conv(x, 3 * block * block, "pixels"), block)  # (n, s, s, 3)
    return kit.tanh(x)
