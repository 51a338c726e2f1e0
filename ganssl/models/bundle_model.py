"""The face model of this project: Keras networks that `train-gan` trains and a bundle keeps."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.errors import UserError
from ganssl.models.config import ModelConfig
from ganssl.models.face_model import FaceModel
from ganssl.photos.preprocess import Preprocess

if TYPE_CHECKING:
    import keras


class BundleModel(FaceModel):
    """A VAE-GAN as Keras networks.

    Attributes:
        config: the networks' sizes.
        encoder: faces → (posterior mean, logarithm of its variance).
        generator: codes → faces.
    """

    def __init__(
        self,
        config: ModelConfig,
        preprocess: Preprocess,
        encoder: keras.Model,
        generator: keras.Model,
        **settings,
    ) -> None:
        """`settings` are those of `FaceModel`."""
        if preprocess.size != config.size:
            raise UserError(
                f"The preprocessing makes faces of side {preprocess.size}, "
                f"the networks take {config.size}."
            )
        super().__init__(preprocess, config.latent_size, **settings)
        self.config, self.encoder, self.generator = config, encoder, generator

    @classmethod
    def create(cls, config: ModelConfig, seed: int = 0, **settings) -> BundleModel:
        """An untrained model with random weights, for tests and as a start."""
        import keras

        from ganssl.models.networks import build_encoder, build_generator

        keras.utils.set_random_seed(seed)
        return cls(
            config,
            Preprocess(config.size),
            build_encoder(config),
            build_generator(config),
            **settings,
        )

    def save(self, folder: str | Path) -> None:
        """Write a bundle (see `ganssl.models.bundle`)."""
        from ganssl.models.bundle import save_bundle

        save_bundle(self, Path(folder))

    def bulk_generator(self, precision: str) -> Callable:
        """See `ganssl.models.fast_generator`."""
        from ganssl.models.fast_generator import fast_generator

        dtype = "mixed_bfloat16" if precision == "bfloat16" else "float32"
        return partial(fast_generator(self.generator, dtype), training=False)

    @property
    def encoder_id(self) -> str:
        from ganssl.models.weights import network_id

        return network_id(self.encoder)

    @property
    def encoder_operations(self) -> int:
        from ganssl.models.operations import layer_operations

        return layer_operations(self.encoder)

    @property
    def generator_operations(self) -> int:
        from ganssl.models.operations import layer_operations

        return layer_operations(self.generator)

    def _encode(self, pixels: np.ndarray) -> np.ndarray:
        return self._encoder_function(self.preprocess.to_network(pixels)).numpy()

    def _decode(self, codes: np.ndarray) -> np.ndarray:
        return self.preprocess.to_pixels(self._generator_function(codes).numpy())

    @cached_property
    def _encoder_function(self):
        import tensorflow as tf

        signature = tf.TensorSpec((None, self.size, self.size, 3), tf.float32)
        return tf.function(
            lambda faces: self.encoder(faces, training=False)[0],
            input_signature=[signature],
            autograph=False,  # there is nothing to convert, and converting is not thread-safe
        )

    @cached_property
    def _generator_function(self):
        import tensorflow as tf

        signature = tf.TensorSpec((None, self.latent_size), tf.float32)
        return tf.function(
            lambda codes: self.generator(codes, training=False),
            input_signature=[signature],
            autograph=False,
        )
