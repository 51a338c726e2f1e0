"""The face model that everything else uses: photos to codes, codes to faces."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.errors import UserError
from ganssl.models.config import ModelConfig
from ganssl.models.density import CodeDensity, sample_prior
from ganssl.preprocess import Preprocess

if TYPE_CHECKING:
    import keras

    from ganssl.directions import DirectionSet

ASSETS = Path(__file__).resolve().parents[2] / "assets"
BATCH = 64


class FaceModel:
    """A trained VAE-GAN with its preprocessing, directions and code statistics.

    Pixels are uint8 `[n, s, s, 3]` RGB, codes float32 `[n, d]`. The methods
    are safe to call from several threads.

    Attributes:
        name: of the bundle's folder.
        id: 12 hexadecimal digits that change with the weights.
        directions: attribute directions (see `ganssl.directions`).
        mean, covariance: of the training photos' codes, `[d]` and `[d, d]`.
        density: where natural codes lie.
        card: the model card, Markdown.
    """

    def __init__(
        self,
        config: ModelConfig,
        preprocess: Preprocess,
        encoder: keras.Model,
        generator: keras.Model,
        *,
        name: str = "untrained",
        id: str = "000000000000",
        directions: DirectionSet | None = None,
        mean: np.ndarray | None = None,
        covariance: np.ndarray | None = None,
        density: CodeDensity | None = None,
        card: str = "",
    ) -> None:
        from ganssl.directions import DirectionSet

        if preprocess.size != config.size:
            raise UserError(
                f"The preprocessing makes faces of side {preprocess.size}, "
                f"the networks take {config.size}."
            )
        size = config.latent_size
        self.config, self.preprocess = config, preprocess
        self.encoder, self.generator = encoder, generator
        self.name, self.id, self.card = name, id, card
        self.directions = directions if directions is not None else DirectionSet(id)
        self.mean = np.zeros(size, np.float32) if mean is None else mean
        self.covariance = np.eye(size, dtype=np.float32) if covariance is None else covariance
        self.density = density or CodeDensity.standard(size)

    @classmethod
    def create(cls, config: ModelConfig, seed: int = 0, **settings) -> FaceModel:
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

    @classmethod
    def load(cls, folder: str | Path) -> FaceModel:
        """Read a bundle; `UserError` where it is damaged or of another kind."""
        from ganssl.models.bundle import load_bundle

        return load_bundle(Path(folder))

    def save(self, folder: str | Path) -> None:
        """Write a bundle (see `ganssl.models.bundle`)."""
        from ganssl.models.bundle import save_bundle

        save_bundle(self, Path(folder))

    def with_directions(self, directions: DirectionSet) -> FaceModel:
        """The same networks under other directions; `UserError` for those of another model."""
        directions.check_model(self.id)
        other = copy.copy(self)
        other.directions = directions
        return other

    @property
    def size(self) -> int:
        return self.config.size

    @property
    def latent_size(self) -> int:
        return self.config.latent_size

    @property
    def device(self) -> str:
        return device_name()

    def encode(
        self, pixels: np.ndarray, progress: Callable[[int, int], None] | None = None
    ) -> np.ndarray:
        """The posterior means of preprocessed faces; float32 `[n, d]`.

        Args:
            pixels: may be a memory map; it is read batch by batch.
            progress: called with `(faces done, faces in all)`.
        """
        expected = (self.size, self.size, 3)
        if pixels.dtype != np.uint8 or pixels.shape[1:] != expected:
            raise UserError(
                f"The encoder takes uint8 faces [n, {self.size}, {self.size}, 3], "
                f"not {pixels.dtype} {list(pixels.shape)}."
            )
        codes = np.empty((len(pixels), self.latent_size), np.float32)
        for start in range(0, len(pixels), BATCH):
            codes[start : start + BATCH] = self._encode(pixels[start : start + BATCH])
            if progress:
                progress(min(start + BATCH, len(pixels)), len(pixels))
        return codes

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """The faces of latent codes; uint8 `[n, s, s, 3]`."""
        codes = np.asarray(codes, dtype=np.float32)
        if codes.ndim != 2 or codes.shape[1] != self.latent_size:
            raise UserError(
                f"The generator takes codes [n, {self.latent_size}], not {list(codes.shape)}."
            )
        batches = [self._decode(codes[i : i + BATCH]) for i in range(0, len(codes), BATCH)]
        return (
            np.concatenate(batches) if batches else np.empty((0, self.size, self.size, 3), np.uint8)
        )

    def sample(
        self,
        count: int,
        seed: int,
        truncation: float = 1.0,
        source: str = "density",
        first: int = 0,
    ) -> np.ndarray:
        """Draw latent codes, float32 `[count, d]`.

        Code `i` depends on the seed and on `first + i` alone.

        Args:
            truncation: 0 is the mean face, 1 the spread of the training photos.
            source: `density` (fitted to the training photos) or `prior` (N(0, 1)).
        """
        if source == "prior":
            return sample_prior(count, seed, self.latent_size, truncation, first)
        if source == "density":
            return self.density.sample(count, seed, truncation, first)
        raise UserError(f"Codes are drawn from 'density' or 'prior', not from {source!r}.")

    def _encode(self, pixels: np.ndarray) -> np.ndarray:
        return self._encoder_function(self.preprocess.to_network(pixels)).numpy()

    def _decode(self, codes: np.ndarray) -> np.ndarray:
        return self.preprocess.to_pixels(self._generator_function(codes).numpy())

    @cached_property
    def _encoder_function(self):
        import tensorflow as tf

        signature = tf.TensorSpec((None, self.size, self.size, 3), tf.float32)
        return tf.function(
            lambda faces: self.encoder(faces, training=False)[0], input_signature=[signature]
        )

    @cached_property
    def _generator_function(self):
        import tensorflow as tf

        signature = tf.TensorSpec((None, self.latent_size), tf.float32)
        return tf.function(
            lambda codes: self.generator(codes, training=False), input_signature=[signature]
        )


def load_model(path: str | Path | None = None) -> FaceModel:
    """Load a bundle.

    Without a path it is the one that the environment variable `GANSSL_MODEL`
    names or, where that is unset, the one that ships in `assets/models/`.
    """
    path = path or os.environ.get("GANSSL_MODEL")
    if path:
        return FaceModel.load(path)
    bundles = sorted((ASSETS / "models").glob("*/manifest.json"))
    if not bundles:
        raise UserError(f"There is no model in {ASSETS / 'models'}; train one with train-gan.")
    return FaceModel.load(bundles[0].parent)


def device_name() -> str:
    """The device that networks run on, for people: `GPU: NVIDIA L4` or `CPU (2 cores)`."""
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(gpu)
        return f"GPU: {details.get('device_name', 'unnamed')}"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU ({cores} cores)"
