"""Building blocks that the networks share: folding, convolution with norm, upsampling."""

from __future__ import annotations

import keras
import numpy as np


class BatchNorm(keras.layers.BatchNormalization):
    """Batch normalisation that trains with TensorFlow's fused kernel where there is one.

    Keras composes it from elementary operations in float32; on a CPU the fused
    kernel takes a quarter of the time in bfloat16. Variables, results at
    inference and other backends are Keras's own.
    """

    def call(self, inputs, training=None, mask=None):
        fused = keras.backend.backend() == "tensorflow" and len(inputs.shape) == 4
        if not (training and self.trainable and fused):
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=[],
            variance=[],
            epsilon=self.epsilon,
            is_training=True,
        )
        keep = self.momentum
        self.moving_mean.assign(self.moving_mean * keep + mean * (1.0 - keep))
        self.moving_variance.assign(self.moving_variance * keep + variance * (1.0 - keep))
        return outputs


class Blur(keras.layers.Layer):
    """A fixed binomial low-pass, 3×3, on each channel of `[n, h, w, c]`.

    It takes away what alternates from pixel to pixel, and nothing that varies slowly.
    """

    def call(self, x):
        row = np.array([0.25, 0.5, 0.25], np.float32)
        kernel = np.repeat(np.outer(row, row)[:, :, None, None], x.shape[-1], axis=2)
        return keras.ops.depthwise_conv(x, keras.ops.cast(kernel, x.dtype), padding="same")


class DoublingConv2D(keras.layers.Conv2D):
    """A 3×3 convolution of the image doubled by repetition, `[n, h, w, c]` → `[n, 2h, 2w, f]`.

    Each pixel of the doubled image is seen several times, so the same function is
    a transposed 4×4 convolution with stride 2: 16 products in place of 36. Its
    kernel is laid out from the 3×3 one, which is what is learnt and stored.
    """

    def call(self, inputs):
        mirrored = keras.ops.flip(self.kernel, axis=(0, 1))
        laid = [
            keras.ops.pad(mirrored, ((row, 1 - row), (column, 1 - column), (0, 0), (0, 0)))
            for row in (0, 1)
            for column in (0, 1)
        ]
        kernel = keras.ops.swapaxes(sum(laid[1:], laid[0]), 2, 3)
        x = keras.ops.conv_transpose(inputs, kernel, strides=2, padding="same")
        return x + self.bias if self.use_bias else x

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return batch, 2 * height, 2 * width, self.filters


class Modulate(keras.layers.Layer):
    """Scale and shift each channel by the code: `[n, h, w, c]`, `[n, d]` → `[n, h, w, c]`.

    Self-modulation (Chen et al. 2019), linear in the code; it begins as nothing.
    """

    def build(self, shapes):
        (*_, channels), (_, size) = shapes
        self.kernel = self.add_weight((size, 2 * channels), initializer="zeros", name="kernel")
        self.bias = self.add_weight((2 * channels,), initializer="zeros", name="bias")

    def call(self, inputs):
        x, code = inputs
        change = keras.ops.matmul(keras.ops.cast(code, x.dtype), self.kernel) + self.bias
        scale, shift = keras.ops.split(change[:, None, None, :], 2, axis=-1)
        return x * (1.0 + scale) + shift

    def compute_output_shape(self, shapes):
        return shapes[0]


def fold(x, block: int):
    """Space to depth: `[n, h, w, c]` → `[n, h/block, w/block, c·block²]`."""
    if block == 1:
        return x
    _, height, width, channels = x.shape
    x = keras.ops.reshape(x, (-1, height // block, block, width // block, block, channels))
    x = keras.ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return keras.ops.reshape(x, (-1, height // block, width // block, channels * block * block))


def unfold(x, block: int):
    """Depth to space, the inverse of `fold` (sub-pixel convolution, Shi et al. 2016)."""
    if block == 1:
        return x
    _, height, width, channels = x.shape
    depth = channels // (block * block)
    x = keras.ops.reshape(x, (-1, height, width, block, block, depth))
    x = keras.ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return keras.ops.reshape(x, (-1, height * block, width * block, depth))


def conv_norm(x, width: int, name: str, dtype, strides: int = 1, code=None):
    """3×3 convolution, batch norm, modulation by a code if there is one, leaky ReLU."""
    x = keras.layers.Conv2D(
        width, 3, strides=strides, padding="same", use_bias=False, name=f"{name}_conv", dtype=dtype
    )(x)
    return norm(x, name, dtype, code)


def doubling_norm(x, width: int, name: str, dtype, code=None):
    """The same of the image doubled by repetition; it leaves no checkerboard."""
    x = DoublingConv2D(width, 3, use_bias=False, name=f"{name}_conv", dtype=dtype)(x)
    return norm(x, name, dtype, code)


def norm(x, name: str, dtype, code=None):
    """Batch norm, modulation by a code if there is one, leaky ReLU."""
    x = BatchNorm(momentum=0.98, name=f"{name}_bn", dtype=dtype)(x)
    if code is not None:
        x = Modulate(name=f"{name}_code", dtype=dtype)([x, code])
    return keras.layers.LeakyReLU(0.1, name=f"{name}_act", dtype=dtype)(x)


def residual(x, name: str, dtype, code=None):
    """`x` plus one `conv_norm` of it."""
    return keras.layers.add([x, conv_norm(x, x.shape[-1], name, dtype, code=code)], dtype=dtype)


class KerasKit:
    """The layers that networks are described with (see `ganssl.models.networks`), in Keras.

    Args:
        dtype: a Keras dtype policy; vectors at the end of a network are float32 in any.
    """

    def __init__(self, dtype: str = "float32") -> None:
        self.dtype = dtype

    def dense(self, x, size: int, name: str):
        return keras.layers.Dense(size, name=name, dtype="float32")(x)

    def grid_norm(self, code, side: int, width: int, names: tuple[str, str], told):
        """A dense layer without bias to `[side, side, width]`, norm, modulation, leaky ReLU."""
        name, after = names
        size = side * side * width
        x = keras.layers.Dense(size, use_bias=False, name=name, dtype=self.dtype)(code)
        x = keras.layers.Reshape((side, side, width), dtype=self.dtype)(x)
        return norm(x, after, self.dtype, told)

    def conv(self, x, width: int, name: str, kernel: int = 3, precise: bool = False):
        """A convolution with bias; `precise` is float32 in any dtype."""
        dtype = "float32" if precise else self.dtype
        return keras.layers.Conv2D(width, kernel, padding="same", name=name, dtype=dtype)(x)

    def conv_norm(self, x, width: int, name: str, strides: int = 1, code=None):
        return conv_norm(x, width, name, self.dtype, strides, code)

    def doubling_norm(self, x, width: int, name: str, code=None):
        return doubling_norm(x, width, name, self.dtype, code)

    def residual(self, x, name: str, code=None):
        return residual(x, name, self.dtype, code)

    def blur(self, x, name: str):
        return Blur(name=name, dtype=self.dtype)(x)

    def concat(self, parts: list):
        dtypes = {part.dtype for part in parts}
        dtype = "float32" if "float32" in dtypes else self.dtype
        return keras.layers.concatenate(parts, dtype=dtype)

    def fold(self, x, block: int):
        return fold(x, block)

    def unfold(self, x, block: int):
        return unfold(x, block)

    def tanh(self, x):
        return keras.ops.tanh(keras.ops.cast(x, "float32"))

    def mean(self, x):
        return keras.layers.GlobalAveragePooling2D(dtype="float32")(x)

    def flatten(self, x, precise: bool = False):
        return keras.layers.Flatten(dtype="float32" if precise else self.dtype)(x)
