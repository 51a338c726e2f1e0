"""The face network that ships: a small student of `faceres`.

It sees the preprocessed crop at 64×64 and gives
  * `embedding`: the first principal components of the teacher's standardised
    identity embedding and middle layer, for probes and classifiers;
  * `middle`: a 4×4 map of the teacher's middle layer, where expression lives;
  * `maps`: its own early layers, a perceptual distance for the generator
    (deep feature consistency, Hou et al. 2016).
Faces of other sizes are brought to 64×64, so that real and generated faces of
any model reach it alike: multiples of 64 by area averaging.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base import assets
from ganssl.base.atomic import replacing_folder, write_file
from ganssl.base.files import load_arrays, save_arrays
from ganssl.base.json_text import parse_json
from ganssl.engines.onnx_graph import OnnxGraph, Value
from ganssl.engines.onnx_runtime import open_for_many
from ganssl.errors import UserError
from ganssl.models.stored import StoredNetwork, keras_network, runs_as_graph
from ganssl.models.weights import assign_arrays, model_arrays, network_id

if TYPE_CHECKING:
    import keras

SIDE = 64


@dataclass(frozen=True)
class FaceNetworkConfig:
    """Widths of the network.

    Attributes:
        widths: channels at 32×32, 16×16, 8×8 and 4×4.
        embedding: size of the embedding.
        middle: channels of the 4×4 middle map.
    """

    widths: tuple[int, int, int, int] = (48, 96, 160, 320)
    embedding: int = 256
    middle: int = 128

    def to_dict(self) -> dict:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> FaceNetworkConfig:
        return cls(**{**values, "widths": tuple(values["widths"])})


def build_face_network(config: FaceNetworkConfig, dtype: str = "float32") -> keras.Model:
    """`[n, 64, 64, 3]` in [-1, 1] → dict of `embedding`, `middle`, `map_32`, `map_16`, `map_8`.

    Shapes: `[n, embedding]`, `[n, 4, 4, middle]`, and `[n, s, s, width]` for
    the early maps. All outputs are float32 but the maps, which keep `dtype`.
    """
    import keras

    from ganssl.models.layers import KerasKit

    face = keras.Input((SIDE, SIDE, 3), name="face")
    return keras.Model(face, face_layers(KerasKit(dtype), config, face), name="face_network")


def face_layers(kit, config: FaceNetworkConfig, face) -> dict:
    """The outputs by name, in the words of a kit (see `ganssl.models.networks`)."""
    outputs = {}
    x = kit.fold(face, 2)  # (n, 32, 32, 12)
    for level, width in enumerate(config.widths):
        name = f"level{level}"
        x = kit.conv_norm(x, width, f"{name}_in", strides=1 if level == 0 else 2)
        if level > 0:
            x = kit.residual(x, f"{name}_res")
        if level < 3:
            outputs[f"map_{SIDE >> (level + 1)}"] = x
    middle = kit.conv(x, config.middle, "middle", kernel=1, precise=True)  # (n, 4, 4, m)
    # keeps where on the face
    placed = kit.flatten(kit.conv(x, 64, "squeeze", kernel=1), precise=True)
    pooled = kit.concat([kit.mean(x), placed])
    outputs["embedding"] = kit.dense(pooled, config.embedding, "embedding")
    outputs["middle"] = middle
    return outputs


def reduce_to_side(faces, side: int = SIDE):
    """Bring square faces `[n, s, s, 3]` to `side`.

    Where `s` is a multiple of it their areas are averaged, else they are
    resized, antialiased.
    """
    import keras

    factor, rest = divmod(faces.shape[1], side)
    if rest:
        return keras.ops.image.resize(faces, (side, side), antialias=True)
    return faces if factor == 1 else keras.ops.average_pool(faces, factor, strides=factor)


class FaceNetwork:
    """The shipped feature extractor: preprocessed faces to features.

    Attributes:
        name: what results call these features.
        model: the Keras network, frozen.
        id: 12 hexadecimal digits that change with the weights.
    """

    name = "face network (distilled from faceres)"
    MAPS = ("map_32", "map_16", "map_8")

    def __init__(self, config: FaceNetworkConfig, model: keras.Model | StoredNetwork) -> None:
        """A Keras network may still change, so TensorFlow runs it; one of a file runs on the
        engine for this device."""
        self.config, self._model = config, model
        self._functions: dict[tuple[int, bool], Callable[[np.ndarray], np.ndarray]] = {}
        if not isinstance(model, StoredNetwork):
            model.trainable = False

    @property
    def model(self) -> keras.Model:
        network = keras_network(self._model)
        network.trainable = False
        return network

    @property
    def id(self) -> str:
        return self._model.id if isinstance(self._model, StoredNetwork) else network_id(self._model)

    @classmethod
    def load(cls, folder: str | Path | None = None, dtype: str = "float32") -> FaceNetwork:
        """Read `config.json` and `weights.npz`; without a folder, those in `assets/`.

        `dtype` is that of the layers: `mixed_bfloat16` for use as a loss in training.

        Raises `UserError` where a file is missing or damaged.
        """
        folder = Path(folder) if folder else assets.ASSETS / "face_network"
        try:
            values = parse_json((folder / "config.json").read_bytes(), "config.json")
            config = FaceNetworkConfig.from_dict(values)
        except FileNotFoundError as error:
            raise UserError(f"There is no face network in {folder}; distil one first.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{folder / 'config.json'} is damaged: {error}.") from error
        weights = folder / "weights.npz"
        arrays, source = load_arrays(weights), str(weights)
        if dtype == "float32":
            return cls(config, stored_face_network(config, arrays, source))
        model = build_face_network(config, dtype)
        assign_arrays(model, arrays, source)
        return cls(config, model)

    def save(self, folder: str | Path) -> None:
        """Write configuration and weights, kernels in float16."""
        with replacing_folder(folder, ("config.json", "weights.npz")) as new:
            write_file(new / "config.json", json.dumps(self.config.to_dict(), indent=2) + "\n")
            save_arrays(new / "weights.npz", model_arrays(self.model, half=True))

    @property
    def size(self) -> int:
        """Length of a feature vector."""
        return self.config.embedding + self.config.middle

    def features(self, pixels: np.ndarray, batch_size: int = 64) -> np.ndarray:
        """uint8 faces `[n, s, s, 3]` → float32 `[n, size]`.

        The embedding beside the mean of the middle map. Values of another type,
        from 0 to 255 too, are taken by TensorFlow.
        """
        run = self._function(pixels.shape[1], pixels.dtype == np.uint8)
        batches = [run(pixels[i : i + batch_size]) for i in range(0, len(pixels), batch_size)]
        return np.concatenate(batches) if batches else np.empty((0, self.size), np.float32)

    def maps(self, faces) -> list:
        """The early layers at faces in [-1, 1] `[n, s, s, 3]`, for a perceptual distance."""
        outputs = self.model(reduce_to_side(faces), training=False)
        return [outputs[name] for name in self.MAPS]

    def _function(self, side: int, whole: bool) -> Callable[[np.ndarray], np.ndarray]:
        """The features of faces `[n, side, side, 3]`, kept by side; graphs take whole numbers."""
        key = side, whole and runs_as_graph(self._model) and side % SIDE == 0
        if key not in self._functions:
            self._functions[key] = self._on_graph(side) if key[1] else self._on_tensorflow(side)
        return self._functions[key]

    def _on_graph(self, side: int) -> Callable[[np.ndarray], np.ndarray]:
        return open_for_many(self._model.graph(lambda kit: draw_features(kit, self.config, side)))

    def _on_tensorflow(self, side: int) -> Callable[[np.ndarray], np.ndarray]:
        import keras
        import tensorflow as tf

        model = self.model

        def run(pixels):
            outputs = model(reduce_to_side(pixels / 127.5 - 1.0), training=False)
            middle = keras.ops.mean(outputs["middle"], axis=(1, 2))
            return keras.ops.concatenate([outputs["embedding"], middle], axis=1)

        signature = tf.TensorSpec((None, side, side, 3), tf.float32)
        compiled = tf.function(run, input_signature=[signature], autograph=False)
        return lambda pixels: compiled(pixels.astype(np.float32)).numpy()


def draw_features(kit: OnnxGraph, config: FaceNetworkConfig, side: int = SIDE) -> bytes:
    """The graph of `FaceNetwork.features` for faces of a side."""
    faces: Value = kit.reduce(kit.faces(side, -1.0, 1.0), side // SIDE)
    outputs = face_layers(kit, config, faces)
    return kit.rows(kit.concat([outputs["embedding"], kit.mean(outputs["middle"])]))


def stored_face_network(
    config: FaceNetworkConfig, arrays: dict[str, np.ndarray], source: str
) -> StoredNetwork:
    return StoredNetwork(
        arrays, source, lambda: build_face_network(config), lambda kit: draw_features(kit, config)
    )
