"""The face model of this project: Keras networks that `train-gan` trains and a bundle keeps.

A bundle is a folder of JSON, Markdown and `.npz` arrays, no pickle and no code:

manifest.json      format, name, configuration, preprocessing, SHA-256 of every other file
encoder.npz        weights, kernels in float16
generator.npz
latent.npz         mean and covariance of the training photos' codes, mixture density, and
                   what tells which codes give natural faces (optional)
directions.npz     attribute directions
few_directions.npz the same from a few labels per class (optional)
card.md            the model card
metrics.json       what was measured, with the command (optional)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.atomic import replacing_folder, write_file
from ganssl.base.device import ENGINES
from ganssl.base.files import file_hash, load_arrays, save_arrays
from ganssl.directions import DirectionSet
from ganssl.engines.onnx_runtime import enough_for_all, open_for_many, open_graph
from ganssl.errors import UserError
from ganssl.models.config import ModelConfig
from ganssl.models.face_model import FaceModel
from ganssl.models.full_rate import graph_decoder
from ganssl.models.latent import latent_statistics
from ganssl.models.manifest import (
    FEW_DIRECTIONS,
    FILES,
    MANIFEST,
    read_manifest,
    weights_id,
    write_manifest,
)
from ganssl.models.naturalness import Naturalness
from ganssl.models.networks import build_encoder, build_generator, generator_layers
from ganssl.models.stored import (
    Kit,
    StoredNetwork,
    Take,
    keras_network,
    runs_as_graph,
    stored_encoder,
    stored_generator,
)
from ganssl.models.weights import model_arrays, network_id
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

    engines = ENGINES

    def __init__(
        self,
        config: ModelConfig,
        preprocess: Preprocess,
        encoder: keras.Model | StoredNetwork,
        generator: keras.Model | StoredNetwork,
        **settings,
    ) -> None:
        """`settings` are those of `FaceModel`.

        A Keras network may still change, so TensorFlow runs it; one of a file
        runs on the engine for this device.
        """
        if preprocess.size != config.size:
            raise UserError(
                f"The preprocessing makes faces of side {preprocess.size}, "
                f"the networks take {config.size}."
            )
        super().__init__(preprocess, config.latent_size, **settings)
        self.config, self._encoder, self._generator = config, encoder, generator

    @property
    def encoder(self) -> keras.Model:
        return keras_network(self._encoder)

    @encoder.setter
    def encoder(self, network: keras.Model) -> None:
        self._encoder = network

    @property
    def generator(self) -> keras.Model:
        return keras_network(self._generator)

    @generator.setter
    def generator(self, network: keras.Model) -> None:
        self._generator = network

    @classmethod
    def create(cls, config: ModelConfig, seed: int = 0, **settings) -> BundleModel:
        """An untrained model with random weights, for tests and as a start."""
        import keras

        keras.utils.set_random_seed(seed)
        return cls(
            config,
            Preprocess(config.size),
            build_encoder(config),
            build_generator(config),
            **settings,
        )

    def save(self, folder: str | Path) -> None:
        """Write a bundle."""
        save_bundle(self, Path(folder))

    def bulk_generator(self, precision: str) -> Callable:
        """See `ganssl.models.fast_generator`."""
        from ganssl.models.fast_generator import fast_generator

        dtype = "mixed_bfloat16" if precision == "bfloat16" else "float32"
        return partial(fast_generator(self.generator, dtype), training=False)

    def generator_graph(self) -> bytes:
        return self._stored_generator().graph()

    def describe_generator(self, make_kit: Callable[[Take], Kit]) -> Kit:
        """A kit that the generator was described with (see `ganssl.models.networks`).

        Args:
            make_kit: makes one of a function that gives the weights.
        """

        def draw(kit: Kit) -> Kit:
            generator_layers(kit, self.config, kit.code(self.latent_size))
            return kit

        return self._stored_generator().described(make_kit, draw)

    def _stored_generator(self) -> StoredNetwork:
        if isinstance(self._generator, StoredNetwork):
            return self._generator
        arrays = model_arrays(self._generator)
        return stored_generator(self.config, self.preprocess, arrays, "the generator")

    @property
    def encoder_id(self) -> str:
        if isinstance(self._encoder, StoredNetwork):
            return self._encoder.id
        return network_id(self._encoder)

    @property
    def encoder_operations(self) -> int:
        from ganssl.models.operations import layer_operations

        return layer_operations(self.encoder)

    @property
    def generator_operations(self) -> int:
        from ganssl.models.operations import layer_operations

        return layer_operations(self.generator)

    def _encode(self, pixels: np.ndarray) -> np.ndarray:
        return self.compiled.get("encoder", self._encoder_function)(pixels)

    def _decode(self, codes: np.ndarray) -> np.ndarray:
        if enough_for_all(len(codes)) and runs_as_graph(self._generator):
            return graph_decoder(self)(codes)
        return self.compiled.get("generator", self._generator_function)(codes)

    def _encoder_function(self) -> Callable[[np.ndarray], np.ndarray]:
        if runs_as_graph(self._encoder):
            return open_for_many(self._encoder.graph())
        import tensorflow as tf

        encoder, to_network = self.encoder, self.preprocess.to_network
        signature = tf.TensorSpec((None, self.size, self.size, 3), tf.float32)
        encode = tf.function(
            lambda faces: encoder(faces, training=False)[0],
            input_signature=[signature],
            autograph=False,  # there is nothing to convert, and converting is not thread-safe
        )
        return lambda pixels: encode(to_network(pixels)).numpy()

    def _generator_function(self) -> Callable[[np.ndarray], np.ndarray]:
        if runs_as_graph(self._generator):
            return open_graph(self._generator.graph())
        import tensorflow as tf

        generator, to_pixels = self.generator, self.preprocess.to_pixels
        signature = tf.TensorSpec((None, self.latent_size), tf.float32)
        decode = tf.function(
            lambda codes: generator(codes, training=False),
            input_signature=[signature],
            autograph=False,
        )
        return lambda codes: to_pixels(decode(codes).numpy())


def save_bundle(model: BundleModel, folder: Path) -> None:
    """Write the folder; a bundle that was there is replaced in one step.

    The model keeps its name; its `id`, which follows from the weights as they
    are kept, is known once it is written, and its directions are under it.
    """
    with replacing_folder(folder, (*FILES, FEW_DIRECTIONS, MANIFEST)) as new:
        save_arrays(new / "encoder.npz", model_arrays(model.encoder, half=True))
        save_arrays(new / "generator.npz", model_arrays(model.generator, half=True))
        id = weights_id(new)
        save_arrays(new / "latent.npz", model.latent_arrays())
        directions = model.directions.with_model(id)
        directions.save(new / "directions.npz")
        few_directions = model.few_directions.with_model(id)
        if len(few_directions):
            few_directions.save(new / FEW_DIRECTIONS)
        write_file(new / "card.md", model.card or f"# {folder.name}\n")
        write_manifest(new, model.config, model.preprocess, folder.name)
    model.id, model.directions, model.few_directions = id, directions, few_directions


def load_bundle(folder: Path) -> BundleModel:
    """Read and check a bundle.

    Raises:
        UserError: no bundle there, a file is missing, changed or damaged, or
            the weights do not fit the configuration.
    """
    manifest = read_manifest(folder)
    has_few = FEW_DIRECTIONS in manifest["sha256"]
    for name in [*FILES, FEW_DIRECTIONS] if has_few else FILES:
        if not (folder / name).is_file():
            raise UserError(f"The model in {folder} is incomplete: {name} is missing.")
        if manifest["sha256"].get(name) != file_hash(folder / name):
            raise UserError(
                f"{folder / name} is damaged: its checksum is not the one in {MANIFEST}. "
                "Copy the model's folder afresh."
            )
    config = ModelConfig.from_dict(manifest["config"])
    preprocess = Preprocess.from_dict(manifest["preprocess"])
    encoder, generator = (
        make(config, preprocess, load_arrays(folder / name), str(folder / name))
        for name, make in (("encoder.npz", stored_encoder), ("generator.npz", stored_generator))
    )
    latent = load_arrays(folder / "latent.npz")
    directions = DirectionSet.load(folder / "directions.npz")
    model_id = weights_id(folder)
    directions.check_model(model_id)
    model = BundleModel(
        config,
        preprocess,
        encoder,
        generator,
        name=manifest["name"],
        id=model_id,
        directions=directions,
        statistics=latent_statistics(latent, config.latent_size, folder / "latent.npz"),
        card=(folder / "card.md").read_text(encoding="utf-8", errors="replace"),
    )
    if has_few:
        model.few_directions = DirectionSet.load(folder / FEW_DIRECTIONS)
        model.few_directions.check_model(model_id)
    model.path, model.naturalness = folder, Naturalness.from_arrays(latent, config.latent_size)
    return model
