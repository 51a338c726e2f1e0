"""A narrow VGG-Face with random weights, in every layout that is read, and in plain NumPy."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from ganssl.features.vgg_face import BLOCKS
from ganssl.features.vgg_face_files import LAYERS

WIDTHS = (3, 4, 5, 6, 7)
DENSE = (10, 9, 8)
GRID = 2  # pixels a side after five poolings
SIDE = GRID * 32

Weights = dict[str, tuple[np.ndarray, np.ndarray]]


def random_weights(seed: int = 0) -> Weights:
    """Kernels `[h, w, in, out]` and biases `[out]`, those of fc6 … fc8 as convolutions."""
    rng = np.random.default_rng(seed)
    weights, channels, names = {}, 3, iter(LAYERS)
    for count, width in zip(BLOCKS, WIDTHS, strict=True):
        for _ in range(count):
            weights[next(names)] = _layer(rng, 3, channels, width)
            channels = width
    for side, width in zip((GRID, 1, 1), DENSE, strict=True):
        weights[next(names)] = _layer(rng, side, channels, width)
        channels = width
    return weights


def _layer(rng, side: int, inputs: int, outputs: int) -> tuple[np.ndarray, np.ndarray]:
    kernel = rng.normal(0, (2 / (side**2 * inputs)) ** 0.5, (side, side, inputs, outputs))
    return kernel.astype(np.float32), rng.normal(0, 0.1, outputs).astype(np.float32)


def numpy_outputs(values: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
    """All outputs for what the network sees, `[n, SIDE, SIDE, 3]`, layer by layer in float64."""
    x, names = values.astype(np.float64), iter(LAYERS)
    for count in BLOCKS:
        for _ in range(count):
            kernel, bias = weights[next(names)]
            x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
            seen = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))
            x = np.maximum(np.einsum("nhwcij,ijco->nhwo", seen, kernel) + bias, 0)
        n, h, w, c = x.shape
        x = x.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))
    outputs = {}
    for name in ("fc6", "fc7", "fc8"):
        kernel, bias = weights[name]
        x = np.einsum("nhwc,hwco->no", x, kernel) + bias
        if name != "fc8":
            x = np.maximum(x, 0)
        outputs[name] = x
        x = x[:, None, None]
    powers = np.exp(outputs["fc8"] - outputs["fc8"].max(axis=1, keepdims=True))
    return {**outputs, "prob": powers / powers.sum(axis=1, keepdims=True)}


def dense(weights: Weights, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The layer with a kernel `[in, out]` where it is a dense one."""
    kernel, bias = weights[name]
    return (kernel.reshape(-1, len(bias)) if name.startswith("fc") else kernel), bias


def write_matconvnet(
    path: Path, weights: Weights, wrapped: bool = True, packed: bool = False
) -> Path:
    """Oxford's file has everything in a struct `net`; the one of vlfeat.org has not."""
    from scipy.io import savemat

    cells = []
    for name, (kernel, bias) in weights.items():
        pair = np.empty((1, 2), object)
        pair[0, 0], pair[0, 1] = np.asfortranarray(kernel), bias[:, None]
        cells.append({"name": name, "type": "conv", "weights": pair, "stride": 1.0, "pad": 1.0})
        cells.append({"name": f"relu{name[-3:]}", "type": "relu"})
    cells.append({"name": "prob", "type": "softmax"})
    layers = np.empty((1, len(cells)), object)
    layers[0, :] = cells
    mean = np.array([129.1863, 104.7624, 93.5940]).reshape(1, 1, 3)
    meta = {"normalization": {"averageImage": mean, "imageSize": [224.0, 224.0, 3.0]}}
    content = {"layers": layers, **meta}
    savemat(path, {"net": content} if wrapped else content, do_compression=packed)
    return path


def write_keras2(path: Path, weights: Weights, named: bool, whole: bool = False) -> Path:
    """HDF5 as Keras 1 and 2 wrote it: keras-vggface's with names, deepface's without.

    Args:
        whole: a model of `save` rather than the weights of `save_weights`.
    """
    with h5py.File(path, "w") as file:
        root = file.create_group("model_weights") if whole else file
        names = []

        def add(name: str, arrays: dict[str, np.ndarray]) -> None:
            names.append(name.encode())
            group = root.require_group(name)
            group.attrs["weight_names"] = [key.encode() for key in arrays]
            for key, array in arrays.items():
                group[key] = array

        for i, name in enumerate(weights, start=1):
            if named:
                kernel, bias = dense(weights, name)
                add(name, {f"{name}/kernel:0": kernel, f"{name}/bias:0": bias})
                add(f"{name}/relu" if name.startswith("fc") else f"pool{i}", {})
            else:
                kernel, bias = weights[name]
                layer = f"convolution2d_{i}"
                add(f"zero_padding2d_{i}", {})
                add(layer, {f"{layer}_W": kernel, f"{layer}_b": bias})
        root.attrs["layer_names"] = names
    return path


def write_keras3(path: Path, weights: Weights, named: bool) -> Path:
    """A `.weights.h5` that Keras itself writes, in the shape of either network."""
    import keras

    layers, names = [keras.Input((SIDE, SIDE, 3))], iter(LAYERS)

    def name() -> dict:
        found = next(names)
        return {"name": found} if named else {}

    for count, width in zip(BLOCKS, WIDTHS, strict=True):
        layers += [keras.layers.Conv2D(width, 3, padding="same", **name()) for _ in range(count)]
        layers.append(keras.layers.MaxPooling2D())
    if named:
        layers.append(keras.layers.Flatten())
    for side, width in zip((GRID, 1, 1), DENSE, strict=True):
        kind = keras.layers.Dense(width, **name()) if named else keras.layers.Conv2D(width, side)
        layers.append(kind)
    model = keras.Sequential(layers)
    with_weights = [layer for layer in model.layers if layer.weights]
    for layer, key in zip(with_weights, LAYERS, strict=True):
        layer.set_weights(dense(weights, key) if named else weights[key])
    model.save_weights(path)
    return path


def write_cadl(path: Path, weights: Weights) -> Path:
    """The frozen graph that the notebook of 2017 lists, node by node."""
    import tensorflow as tf

    v1 = tf.compat.v1

    def kept(name: str, value: np.ndarray):
        return tf.identity(tf.constant(value, name=name), name=f"{name}/read")

    def parts(name: str):
        kernel, bias = dense(weights, name)
        return kept(f"{name}/weights", kernel), kept(f"{name}/biases", bias)

    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, (None, SIDE, SIDE, 3), name="Placeholder")
        names = iter(LAYERS)
        for block, count in enumerate(BLOCKS, start=1):
            for _ in range(count):
                name = next(names)
                kernel, bias = parts(name)
                x = tf.nn.conv2d(x, kernel, 1, "SAME", name=f"{name}/Conv2D")
                x = tf.nn.bias_add(x, bias, name=f"{name}/BiasAdd")
                x = tf.nn.relu(x, name=f"{name}/{name}")
            x = tf.nn.max_pool2d(x, 2, 2, "SAME", name=f"pool{block}")
        x = tf.reshape(x, (-1, GRID * GRID * WIDTHS[-1]), name="fc6/Reshape")
        for name in ("fc6", "fc7"):
            kernel, bias = parts(name)
            x = tf.matmul(x, kernel, name=f"{name}/{name}/MatMul")
            x = tf.nn.relu(
                tf.nn.bias_add(x, bias, name=f"{name}/{name}/BiasAdd"), name=f"{name}/{name}"
            )
        kernel, bias = parts("fc8")
        x = tf.nn.bias_add(tf.matmul(x, kernel, name="fc8/fc8/MatMul"), bias, name="fc8/fc8")
        tf.nn.softmax(x, name="prob")
    path.write_bytes(graph.as_graph_def().SerializeToString())
    return path
