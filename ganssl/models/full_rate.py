"""Many codes to faces at the generator's full rate."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ganssl.base.device import FLOAT32, ONNX, TENSORFLOW
from ganssl.errors import UserError
from ganssl.models.face_model import FaceModel

BATCH = 64
"""Codes are decoded in batches of this very size: a short one is padded.

The arithmetic of one face then never depends on how many are decoded with it.
"""


def face_decoder(
    model: FaceModel, precision: str = FLOAT32, engine: str = TENSORFLOW
) -> Callable[[np.ndarray], np.ndarray]:
    """A function from codes float32 `[n, d]` to faces uint8 `[n, s, s, 3]`, batch by batch.

    It is made once for a model and its copies under other directions, from the
    weights of that moment.

    Args:
        precision: `float32` or `bfloat16`, of the generator's arithmetic.
        engine: one of `ganssl.base.device.ENGINES`.

    Raises `UserError` where the model has no such engine, or the engine no such arithmetic.
    """
    if engine not in model.engines:
        raise UserError(f"The model {model.name} runs on {', '.join(model.engines)} alone.")
    if (engine, precision) == (ONNX, "bfloat16"):
        raise UserError("ONNX Runtime draws faces in float32; bfloat16 is for TensorFlow.")

    def make() -> Callable[[np.ndarray], np.ndarray]:
        pixels = graph_decoder(model) if engine == ONNX else _tensorflow_decoder(model, precision)
        return partial(_in_batches, pixels, model.size)

    return model.compiled.get(("faces", precision, engine), make)


def graph_decoder(model: FaceModel) -> Callable[[np.ndarray], np.ndarray]:
    """The generator on ONNX Runtime for many codes, each thread with codes of its own.

    Made once for a model and its copies, like that of `face_decoder`, which pads.
    """
    from ganssl.engines.onnx_runtime import open_for_many

    return model.compiled.get("graph", lambda: open_for_many(model.generator_graph()))


def _in_batches(
    pixels: Callable[[np.ndarray], np.ndarray], side: int, codes: np.ndarray
) -> np.ndarray:
    faces = np.empty((len(codes), side, side, 3), np.uint8)
    for start in range(0, len(codes), BATCH):
        some = codes[start : start + BATCH]
        batch = np.zeros((BATCH, codes.shape[1]), np.float32)
        batch[: len(some)] = some
        faces[start : start + BATCH] = pixels(batch)[: len(some)]
    return faces


def _tensorflow_decoder(model: FaceModel, precision: str) -> Callable[[np.ndarray], np.ndarray]:
    import tensorflow as tf

    generator = model.bulk_generator(precision)
    low, high = model.preprocess.low, model.preprocess.high

    # without AutoGraph, whose parser must not meet that of a page in another thread
    @tf.function(
        input_signature=[tf.TensorSpec((BATCH, model.latent_size), tf.float32)], autograph=False
    )
    def pixels(codes):
        unit = (generator(codes) - low) / (high - low)
        return tf.cast(tf.round(tf.clip_by_value(unit, 0.0, 1.0) * 255.0), tf.uint8)

    return lambda codes: pixels(codes).numpy()
