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
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from ganssl.base import assets
from ganssl.base.atomic import replacing_folder, write_file
from ganssl.base.files import load_arrays, save_arrays
from ganssl.base.json_text import parse_json
from ganssl.errors import UserError
from ganssl.models.layers import conv_norm, fold, residual
from ganssl.models.weights import assign_arrays, model_arrays

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
    outputs = {}
    face = keras.Input((SIDE, SIDE, 3), name="face")
    x = fold(face, 2)  # (n, 32, 32, 12)
    for level, width in enumerate(config.widths):
        name = f"level{level}"
        x = conv_norm(x, width, f"{name}_in", dtype, strides=1 if level == 0 else 2)
        if level > 0:
            x = residual(x, f"{name}_res", dtype)
        if level < 3:
            outputs[f"map_{SIDE >> (level + 1)}"] = x
    dense = dict(dtype="float32")
    middle = keras.layers.Conv2D(config.middle, 1, name="middle", **dense)(x)  # (n, 4, 4, m)
    pooled = keras.layers.Flatten(dtype="float32")(
        keras.layers.Conv2D(64, 1, name="squeeze", dtype=dtype)(x)
    )  # keeps where on the face
    pooled = keras.layers.concatenate(
        [keras.layers.GlobalAveragePooling2D(dtype="float32")(x), pooled], dtype="float32"
    )
    outputs["embedding"] = keras.layers.Dense(config.embedding, name="embedding", **dense)(pooled)
    outputs["middle"] = middle
    return keras.Model(face, outputs, name="face_network")


def reduce_to_side(faces, side: int = SIDE):
    """Bring square faces `[n, s, s, 3]` to `side`.

    Where `s` is a multiple of it their areas are averaged, else they are
    resized, antialiased.
    """
    factor, rest = divmod(faces.shape[1], side)
    if rest:
        return keras.ops.image.resize(faces, (side, side), antialias=True)
    return faces if factor == 1 else keras.ops.average_pool(faces, factor, strides=factor)


class FaceNetwork:
    """The shipped feature extractor: preprocessed faces to features.

    Attributes:
        name: what results call these features.
        model: the Keras network, float32, frozen.
    """

    name = "face network (distilled from faceres)"
    MAPS = ("map_32", "map_16", "map_8")

    def __init__(self, config: FaceNetworkConfig, model: keras.Model) -> None:
        self.config, self.model = config, model
        self._graphs: dict[int, object] = {}
        model.trainable = False

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
        model = build_face_network(config, dtype)
        weights = folder / "weights.npz"
        assign_arrays(model, load_arrays(weights), str(weights))
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

        The embedding beside the mean of the middle map.
        """
        run = self._compiled(pixels.shape[1])
        batches = [
            run(pixels[i : i + batch_size].astype(np.float32)).numpy()
            for i in range(0, len(pixels), batch_size)
        ]
        return np.concatenate(batches) if batches else np.empty((0, self.size), np.float32)

    def maps(self, faces) -> list:
        """The early layers at faces in [-1, 1] `[n, s, s, 3]`, for a perceptual distance."""
        outputs = self.model(reduce_to_side(faces), training=False)
        return [outputs[name] for name in self.MAPS]

    def _compiled(self, side: int):
        """The features of float32 pixels `[n, side, side, 3]` as a graph, kept by side."""
        import tensorflow as tf

        def run(pixels):
            outputs = self.model(reduce_to_side(pixels / 127.5 - 1.0), training=False)
            middle = keras.ops.mean(outputs["middle"], axis=(1, 2))
            return keras.ops.concatenate([outputs["embedding"], middle], axis=1)

        if side not in self._graphs:
            signature = tf.TensorSpec((None, side, side, 3), tf.float32)
            self._graphs[side] = tf.function(run, input_signature=[signature], autograph=False)
        return self._graphs[side]
