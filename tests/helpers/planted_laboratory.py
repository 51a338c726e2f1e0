"""A face model and a readout whose answers are known: number k of a code lights block k."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from ganssl.features.probes import Probes
from ganssl.features.readout import Readout
from ganssl.laboratory.laboratory import Laboratory
from ganssl.models.density import CodeDensity
from ganssl.models.face_model import FaceModel
from ganssl.models.latent import CodeStatistics
from ganssl.photos.preprocess import Preprocess

SIDE = 64
BLOCKS = 16
ATTRIBUTES = ("Smiling", "Male", "Young", "Bald", "Eyeglasses", "Bangs")
GAIN = 0.15


class BlockModel(FaceModel):
    """Codes `[n, 16]` → faces of 4×4 flat grey blocks; block k rises with number k.

    Number 3 (Bald) is the exception: its light falls with the distance from 0 on both sides.
    """

    def __init__(self, **settings) -> None:
        super().__init__(Preprocess(SIDE), BLOCKS, id="b10cb10cb10c", **settings)

    def bulk_generator(self, precision: str):
        import tensorflow as tf

        def generate(codes):
            bent = tf.concat([codes[:, :3], 1 - tf.abs(codes[:, 3:4]), codes[:, 4:]], axis=1)
            light = tf.reshape(tf.tanh(GAIN * bent), (-1, 4, 4, 1))
            light = tf.repeat(tf.repeat(light, SIDE // 4, axis=1), SIDE // 4, axis=2)
            return tf.repeat(light, 3, axis=3)

        return generate

    encoder_id = "b10c"
    encoder_operations = generator_operations = 1

    def _decode(self, codes):
        return self.preprocess.to_pixels(self.bulk_generator("float32")(codes).numpy())

    def _encode(self, pixels):
        light = np.arctanh(
            np.clip(self.preprocess.to_network(pixels)[:, 8::16, 8::16, 0], -0.99, 0.99)
        )
        return (light / GAIN).reshape(-1, BLOCKS).astype(np.float32)


class BlockNetwork:
    """Reads the light of the blocks; the last four are what tells people apart."""

    config = SimpleNamespace(embedding=4)
    id = "b10cb10cb10c"
    size = BLOCKS

    def features(self, pixels):
        light = pixels[:, 8::16, 8::16, 0].reshape(-1, BLOCKS).astype(np.float32) / 127.5 - 1
        return np.concatenate([light[:, 12:], light[:, :12]], axis=1)


def block_readout() -> Readout:
    """Probe k reads block k alone."""
    weights = np.zeros((BLOCKS, len(ATTRIBUTES)), np.float32)
    for k in range(len(ATTRIBUTES)):
        weights[4 + k, k] = 10.0
    zeros = np.zeros(BLOCKS, np.float32)
    many = np.zeros(len(ATTRIBUTES), np.float32)
    return Readout(BlockNetwork(), Probes(ATTRIBUTES, zeros, zeros + 1, weights, many, many + 0.9))


def block_laboratory(faces: int = 32, covariance: np.ndarray | None = None) -> Laboratory:
    """With the prior as density, or one Gaussian of a covariance `[16, 16]`."""
    if covariance is None:
        return Laboratory(BlockModel(), block_readout(), faces)
    factors = np.linalg.cholesky(covariance).astype(np.float32)[None]
    zero = np.zeros((1, BLOCKS), np.float32)
    density = CodeDensity(np.ones(1, np.float32), zero, factors)
    statistics = CodeStatistics(zero[0], covariance.astype(np.float32), density)
    return Laboratory(BlockModel(statistics=statistics), block_readout(), faces)


def axis(*numbers: int) -> np.ndarray:
    """The sum of some axes of the code space, `[16]`."""
    return np.eye(BLOCKS)[list(numbers)].sum(axis=0)
