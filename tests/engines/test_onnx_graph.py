"""Graphs without Keras: each layer computes what its description says, against plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.engines import onnx_file
from ganssl.engines.onnx_graph import EXIT, SMALL, OnnxGraph, Value
from ganssl.engines.onnx_runtime import open_graph

RNG = np.random.default_rng(0)
SIDE, CHANNELS, WIDTH, SIZE = 4, 3, 5, 6


class Weights:
    """Random arrays by path, made when a graph asks for them."""

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}

    def __call__(self, path: str, shape: tuple[int, ...]) -> np.ndarray:
        low = 0.5 if path.endswith(("gamma", "moving_variance")) else -1.0
        return self.arrays.setdefault(path, RNG.uniform(low, 1.0, shape).astype(np.float32))


def run_images(build, images: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """`build(graph, value)` on float images `[n, s, s, c]` that arrive as a folded code."""
    weights = Weights()
    graph = OnnxGraph(weights)
    n, side, _, channels = images.shape
    code = graph.code(side * side * channels)
    name = graph._add("Reshape", [code.name, graph._whole(-1, side, side, channels)])
    name = graph._add("Transpose", [name], perm=[0, 3, 1, 2])
    value = build(graph, Value(name, channels, side))
    graph._add("Transpose", [value.name], EXIT, perm=[0, 2, 3, 1])
    shape = ("n", value.side, value.side, value.channels)
    data = graph.to_bytes(onnx_file.value(EXIT, np.float32, shape))
    return open_graph(data)(images.reshape(n, -1)), weights.arrays


def convolved(images: np.ndarray, kernel: np.ndarray, strides: int = 1) -> np.ndarray:
    """3×3 with zeros around; with strides of 2 all the padding is at the end, as in Keras."""
    before = 1 if strides == 1 else 0
    padded = np.pad(images, ((0, 0), (before, 1), (before, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))
    return np.einsum("nxyihw,hwio->nxyo", windows[:, ::strides, ::strides], kernel)


def normed(x: np.ndarray, arrays: dict, name: str) -> np.ndarray:
    gamma, beta, mean, variance = (
        arrays[f"{name}_bn/{part}"] for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    return (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta


def leaky(x: np.ndarray) -> np.ndarray:
    return np.where(x < 0, 0.1 * x, x)


def images(side: int = SIDE, channels: int = CHANNELS) -> np.ndarray:
    return RNG.standard_normal((2, side, side, channels)).astype(np.float32)


@pytest.mark.parametrize("strides", [1, 2])
def test_a_convolution_with_its_norm(strides):
    x = images()
    got, arrays = run_images(lambda g, v: g.conv_norm(v, WIDTH, "a", strides=strides), x)
    expected = leaky(normed(convolved(x, arrays["a_conv/kernel"], strides), arrays, "a"))
    np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("side", [SIDE, SMALL + 1])  # both ways to compute it
def test_a_doubling_is_the_convolution_of_the_doubled_image(side):
    x = images(side)
    got, arrays = run_images(lambda g, v: g.doubling_norm(v, WIDTH, "a"), x)
    doubled = x.repeat(2, axis=1).repeat(2, axis=2)
    expected = leaky(normed(convolved(doubled, arrays["a_conv/kernel"]), arrays, "a"))
    assert got.shape == (2, 2 * side, 2 * side, WIDTH)
    np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("doubling", [False, True])
def test_a_code_scales_and_shifts_every_channel_of_its_own_face(doubling):
    codes = RNG.standard_normal((2, SIZE)).astype(np.float32)
    weights = Weights()
    graph = OnnxGraph(weights)
    code = graph.code(SIZE)
    x = graph.grid_norm(code, SIDE, CHANNELS, ("dense", "g"), None)
    layer = graph.doubling_norm if doubling else graph.conv_norm
    x = layer(x, WIDTH, "a", code=code)
    drawn = open_graph(graph.rows(graph.flatten(x)))(codes)
    arrays = weights.arrays
    grid = (codes @ arrays["dense/kernel"]).reshape(2, SIDE, SIDE, CHANNELS)
    image = leaky(normed(grid, arrays, "g"))
    if doubling:
        image = image.repeat(2, axis=1).repeat(2, axis=2)
    y = normed(convolved(image, arrays["a_conv/kernel"]), arrays, "a")
    scale, shift = np.split(codes @ arrays["a_code/kernel"] + arrays["a_code/bias"], 2, axis=1)
    y = leaky(y * (1 + scale[:, None, None]) + shift[:, None, None])
    np.testing.assert_allclose(drawn, y.reshape(2, -1), atol=1e-4)


@pytest.mark.parametrize("block", [2, 3])
def test_folding_and_unfolding(block):
    x = images(channels=2 * block * block)
    got, _ = run_images(lambda g, v: g.unfold(v, block), x)
    expected = x.reshape(2, SIDE, SIDE, block, block, 2).transpose(0, 1, 3, 2, 4, 5)
    np.testing.assert_array_equal(got, expected.reshape(2, block * SIDE, block * SIDE, 2))
    again, _ = run_images(lambda g, v: g.fold(g.unfold(v, block), block), x)
    np.testing.assert_array_equal(again, x)


def test_a_blur_keeps_what_is_even_and_takes_away_what_alternates():
    x = np.ones((1, 8, 8, 2), np.float32)
    x[..., 1] = (-1.0) ** (np.arange(8)[:, None] + np.arange(8))
    got, _ = run_images(lambda g, v: g.blur(v, "smooth"), x)
    np.testing.assert_allclose(got[0, 1:-1, 1:-1, 0], 1.0, atol=1e-6)
    np.testing.assert_allclose(got[0, 1:-1, 1:-1, 1], 0.0, atol=1e-6)


def test_faces_come_in_and_go_out_as_pixels():
    graph = OnnxGraph(Weights())
    through = open_graph(graph.drawn(graph.faces(SIDE, -1.0, 1.0), -1.0, 1.0))
    faces = RNG.integers(0, 256, (3, SIDE, SIDE, 3), dtype=np.uint8)
    np.testing.assert_array_equal(through(faces), faces)
    graph = OnnxGraph(Weights())
    outside = graph.reduce(graph.faces(SIDE, 0.0, 2.0), 2)  # 255 stands for 2, and is drawn as 1
    drawn = open_graph(graph.drawn(outside, 0.0, 1.0))(np.full((1, SIDE, SIDE, 3), 255, np.uint8))
    assert drawn.shape == (1, 2, 2, 3) and (drawn == 255).all()


def test_whole_numbers_are_written_with_their_sign():
    assert onnx_file._number(3, 300) == b"\x18\xac\x02"
    assert onnx_file._number(3, -1) == b"\x18" + b"\xff" * 9 + b"\x01"
