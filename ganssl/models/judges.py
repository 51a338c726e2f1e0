"""Discriminators: one of pixels, and one on the maps of each fixed network.

Keras functional models on `keras.ops` alone; logits are float32. There is no
batch norm, so that a face is not judged by its neighbours' statistics.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from ganssl.models.config import ModelConfig
from ganssl.models.layers import fold

GROUP = 4
"""Faces whose spread the discriminator sees; a batch that is no multiple is one group."""


class GroupSpread(keras.layers.Layer):
    """Adds a channel: the standard deviation over groups of faces (Karras et al. 2018).

    Faces of one group that are too much alike give themselves away.
    """

    def call(self, x):
        count, height, width, channels = x.shape
        group = count if count and count % GROUP else GROUP
        groups = keras.ops.reshape(
            keras.ops.cast(x, "float32"), (-1, group, height, width, channels)
        )
        spread = keras.ops.sqrt(keras.ops.var(groups, axis=1, keepdims=True) + 1e-6)
        spread = keras.ops.mean(spread, axis=(2, 3, 4), keepdims=True)  # (n/4, 1, 1, 1, 1)
        spread = keras.ops.broadcast_to(spread, (*keras.ops.shape(groups)[:-1], 1))
        spread = keras.ops.reshape(spread, (-1, height, width, 1))
        return keras.ops.concatenate([x, keras.ops.cast(spread, x.dtype)], axis=-1)

    def compute_output_shape(self, shape):
        return (*shape[:-1], shape[-1] + 1)


class RandomMix(keras.layers.Layer):
    """A fixed random projection of several maps, mixed from coarse to fine (Sauer et al. 2021).

    Each map `[n, h, w, c]` becomes `[n, h, w, width]`, a random mixture of its
    channels and of the coarser maps'. Without it a discriminator looks at a few
    telling channels only.
    """

    def __init__(self, width: int, seed: int = 0, **settings) -> None:
        super().__init__(trainable=False, **settings)
        self.width, self.seed = width, seed

    def build(self, shapes):
        rng = np.random.default_rng(self.seed)

        def weight(side: int, channels: int, name: str):
            scale = np.sqrt(2.0 / (side * side * channels))
            values = rng.normal(0, scale, (side, side, channels, self.width)).astype(np.float32)
            return self.add_weight(
                values.shape, initializer=lambda *a, **k: values, trainable=False, name=name
            )

        self.within = [weight(1, s[-1], f"within{i}") for i, s in enumerate(shapes)]
        self.across = [weight(3, self.width, f"across{i}") for i in range(len(shapes) - 1)]

    def call(self, maps):
        mixed = []
        for i in reversed(range(len(maps))):
            within = keras.ops.cast(self.within[i], maps[i].dtype)
            x = keras.ops.conv(maps[i], within, padding="same")
            if mixed:
                coarse = mixed[0]
                coarse = keras.ops.repeat(keras.ops.repeat(coarse, 2, axis=1), 2, axis=2)
                across = keras.ops.cast(self.across[i], x.dtype)
                x = x + keras.ops.conv(coarse, across, padding="same")
            mixed.insert(0, x)
        return mixed

    def compute_output_shape(self, shapes):
        return [(*s[:-1], self.width) for s in shapes]


def build_discriminator(config: ModelConfig, dtype: str = "float32") -> keras.Model:
    """`[n, s, s, 3]` → `(logits [n, 8, 8, 1], features 16×16, features 8×8)`.

    Each logit judges one region; the features are Larsen's learned similarity.
    The stem folds no further than to 64×64: a discriminator that looks at the
    faces in blocks of 4×4 pixels teaches the generator a grid.
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
    x = GroupSpread(dtype=dtype)(x)
    x = keras.layers.Conv2D(width, 3, padding="same", name="last", dtype=dtype)(x)
    x = keras.layers.LeakyReLU(0.2, dtype=dtype)(x)
    logits = keras.layers.Conv2D(1, 3, padding="same", name="logits", dtype="float32")(x)
    return keras.Model(face, [logits, *features], name="discriminator")


def build_map_judge(
    shapes: Sequence[tuple[int, int, int]],
    name: str,
    width: int = 64,
    dtype: str = "float32",
    seed: int = 0,
) -> keras.Model:
    """Maps of a fixed network, `[n, h, w, c]` each → logits for each map.

    The maps, from fine to coarse by halves, are mixed at random; each mixture is
    judged by spectrally normalised convolutions (Miyato et al. 2018) on a grid
    no finer than 8×8.
    """
    maps = [keras.Input(shape, name=f"map{i}") for i, shape in enumerate(shapes)]
    mixed = RandomMix(width, seed, dtype=dtype, name="mix")([_scaled(each) for each in maps])
    logits = []
    for i, x in enumerate(mixed):
        for layer, channels in enumerate((3 * width // 2, 2 * width)):
            strides = 2 if x.shape[1] > 8 else 1
            convolution = keras.layers.Conv2D(
                channels, 3, strides=strides, padding="same", dtype=dtype
            )
            x = keras.layers.SpectralNormalization(
                convolution, name=f"map{i}_layer{layer}", dtype=dtype
            )(x)
            x = keras.layers.LeakyReLU(0.2, dtype=dtype)(x)
        head = keras.layers.Conv2D(1, 3, padding="same", dtype="float32")
        logits.append(
            keras.layers.SpectralNormalization(head, name=f"map{i}_logits", dtype="float32")(x)
        )
    return keras.Model(maps, logits, name=name)


def _scaled(x):
    """A map with a root mean square of 1 on each face, whatever network it comes from."""
    size = keras.ops.mean(keras.ops.square(x), axis=(1, 2, 3), keepdims=True)
    return x * keras.ops.rsqrt(size + 1e-4)
