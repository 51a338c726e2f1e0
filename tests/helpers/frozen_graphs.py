"""Frozen graphs with random weights and the node names of CADL's files, for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1


def vaegan_weights(
    side: int = 20, latent_size: int = 6, filters: tuple[int, ...] = (4, 5, 7), seed: int = 0
) -> dict[str, np.ndarray]:
    """Random weights of a VAE-GAN by the names of CADL's nodes."""
    rng = np.random.default_rng(seed)

    def normal(*shape: int) -> np.ndarray:
        fan_in = np.prod(shape[:-1]) if len(shape) > 1 else 25.0
        return rng.normal(0, 1.4 / np.sqrt(fan_in), shape).astype(np.float32)

    weights = {}
    channels = (3, *filters)
    for i, (before, after) in enumerate(zip(channels, filters, strict=False)):
        weights[f"encoder/{i}/conv2d/W"] = normal(3, 3, before, after)
        weights[f"encoder/{i}/conv2d/b"] = normal(after)
        layer = len(filters) - 1 - i
        weights[f"generator/decoder/{layer}/deconv2d/W"] = normal(3, 3, before, after)
        weights[f"generator/decoder/{layer}/deconv2d/b"] = normal(before)
    smallest = sides(side, len(filters))[-1]
    flat = smallest**2 * filters[-1]
    for part in ("mu", "log_sigma"):
        weights[f"encoder/variational/{part}/W"] = normal(flat, latent_size)
        weights[f"encoder/variational/{part}/b"] = normal(latent_size)
    weights["generator/hidden/2/linear/W"] = normal(latent_size, flat)
    weights["generator/hidden/2/linear/b"] = normal(flat)
    return weights


def sides(side: int, layers: int) -> list[int]:
    """The side of the picture before and after every layer of stride 2."""
    found = [side]
    for _ in range(layers):
        found.append(-(-found[-1] // 2))
    return found


def vaegan_graph(
    side: int = 20,
    latent_size: int = 6,
    filters: tuple[int, ...] = (4, 5, 7),
    seed: int = 0,
    legacy: bool = True,
    random: bool = True,
):
    """CADL's graph as `tf.compat.v1.GraphDef`, node by node as its notebook lists them.

    Args:
        legacy: as TensorFlow 0.x wrote it, whose placeholders do not tell their shape.
        random: False leaves the noise out of the codes.
    """
    weights = vaegan_weights(side, latent_size, filters, seed)
    grid = sides(side, len(filters))

    def kept(name: str):
        return tf.identity(tf.constant(weights[name], name=name), name=f"{name}/read")

    def linear(x, scope: str):
        product = tf.matmul(x, kept(f"{scope}/W"), name=f"{scope}/MatMul")
        return tf.nn.bias_add(product, kept(f"{scope}/b"), name=f"{scope}/h")

    def batch_of(x, scope: str, *rest: int):
        shape = tf.shape(x, name=f"{scope}/Shape")
        count = tf.squeeze(
            v1.slice(shape, [0], [1], name=f"{scope}/Slice"), name=f"{scope}/Squeeze"
        )
        numbers = [tf.constant(n, name=f"{scope}/pack/{i}") for i, n in enumerate(rest, start=1)]
        return tf.stack([count, *numbers], name=f"{scope}/pack")

    with tf.Graph().as_default() as graph:
        h = v1.placeholder(tf.float32, (None, side, side, 3), name="x")
        for i in range(len(filters)):
            scope = f"encoder/{i}"
            h = tf.nn.conv2d(h, kept(f"{scope}/conv2d/W"), 2, "SAME", name=f"{scope}/conv2d/conv")
            h = tf.nn.bias_add(h, kept(f"{scope}/conv2d/b"), name=f"{scope}/conv2d/h")
            h = tf.nn.elu(h, name=f"{scope}/Elu")
        flat = grid[-1] ** 2 * filters[-1]
        h = tf.reshape(h, (-1, flat), name="encoder/flatten/flatten/Reshape")
        scope = "encoder/variational"
        mean = tf.tanh(linear(h, f"{scope}/mu"), name=f"{scope}/Tanh")
        spread = tf.tanh(linear(h, f"{scope}/log_sigma"), name=f"{scope}/Tanh_1")
        spread = tf.multiply(0.5, spread, name=f"{scope}/mul")
        noise = v1.random_normal(batch_of(h, scope, latent_size), name=f"{scope}/random_normal")
        noise = tf.multiply(noise, tf.exp(spread, name=f"{scope}/Exp"), name=f"{scope}/Mul")
        z = tf.add(mean, noise if random else 0.0, name=f"{scope}/z")
        h = tf.nn.elu(linear(z, "generator/hidden/2/linear"), name="generator/hidden/2/Elu")
        shape = batch_of(h, "generator/hidden/2", grid[-1], grid[-1], filters[-1])
        h = tf.reshape(h, shape, name="generator/hidden/2/Reshape")
        for i in range(len(filters)):
            scope = f"generator/decoder/{i}/deconv2d"
            after = (*filters[::-1], 3)[i + 1]
            shape = batch_of(h, scope, grid[-2 - i], grid[-2 - i], after)
            h = v1.nn.conv2d_transpose(
                h, kept(f"{scope}/W"), shape, (1, 2, 2, 1), name=f"{scope}/conv_t"
            )
            h = tf.nn.bias_add(h, kept(f"{scope}/b"), name=f"{scope}/h")
            h = tf.nn.elu(h, name=f"generator/decoder/{i}/Elu")
        tf.identity(h, name="generator/x_tilde")
    found = graph.as_graph_def()
    if legacy:
        found.versions.producer = 17
        next(node for node in found.node if node.name == "x").attr["shape"].shape.Clear()
    return found


def write_graph(path: Path, graph) -> Path:
    path.write_bytes(graph.SerializeToString())
    return path


def save_vaegan(folder: Path, name: str = "celeb.vaegan.tfmodel", **settings) -> Path:
    return write_graph(folder / name, vaegan_graph(**settings))
