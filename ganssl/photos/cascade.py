"""The cascade of `mtcnn`, run by ONNX Runtime: the same faces in less time.

The package `mtcnn` 1.0.0 brings three small networks (Zhang et al. 2016): one looks at every
place of the photo in many sizes, the second at what the first proposes, the third at what is
left, and gives five points. Run layer by layer in TensorFlow, most of their time goes by
between the layers. Here the package's weights stand in three graphs; photos are reduced and
boxes handled as there, so that faces and points come out the same to rounding.

Rows of boxes are float64 `[n, 5]`: left, top, right, bottom in pixels, score 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.sparse import csr_array

from ganssl.engines import onnx_file
from ganssl.engines.onnx_graph import ENTRY, EXIT
from ganssl.engines.onnx_runtime import Function, open_graph
from ganssl.errors import UserError

CELL, STRIDE = 12, 2
"""Pixels that the first network sees at each place, and between places."""

SMALLEST, STEP = 20, 0.709
"""Pixels of the smallest face, and from one size of the photo to the next."""

LEFT_OUT = 2
"""Sizes of a photo for faces of 20 to 40 pixels."""

PROPOSED, REFINED, SURE = 0.6, 0.7, 0.8
"""Scores that a box needs after each network."""

Part = str | tuple[str, int, int]
WITHIN: tuple[Part, ...] = ("conv", "prelu", ("pool", 2, 1), "conv", "prelu", "conv", "prelu")
SECOND: tuple[Part, ...] = (
    "conv", "prelu", ("pool", 3, 1), "conv", "prelu", ("pool", 3, 0), "conv", "prelu",
    "flatten", "dense", "prelu",
)  # fmt: skip
THIRD: tuple[Part, ...] = (
    "conv", "prelu", ("pool", 3, 1), "conv", "prelu", ("pool", 3, 0), "conv", "prelu",
    ("pool", 2, 1), "conv", "prelu", "flatten", "dense", "prelu",
)  # fmt: skip
"""The networks' layers; of a pool, its side and whether it is padded at the end."""

NETWORKS = {"pnet": (WITHIN, 2), "rnet": (SECOND, 2), "onet": (THIRD, 3)}
"""Their layers, and how many answers there are; the last is whether it is a face."""


def detect(photo: Image.Image, coarse: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The faces in an RGB photo; may be called from several threads.

    Args:
        coarse: leave out the first `LEFT_OUT` sizes of the photo, in which faces are found that
            the other sizes do not show; they take three quarters of the time.

    Returns boxes float64 `[n, 5]` and points float64 `[n, 5, 2]` as (x, y): left eye, right
    eye, nose, left and right corner of the mouth, left being the viewer's.
    """
    boxes = _proposals(photo, LEFT_OUT if coarse else 0)
    if not len(boxes):
        return _none()
    pixels = _centred(np.asarray(photo))
    answer = _network("rnet")(_patches(pixels, boxes, 24))
    boxes = _square(_kept(_moved(boxes, answer[:, :4], answer[:, 5]), REFINED, 0.7))
    if not len(boxes):
        return _none()
    answer = _network("onet")(_patches(pixels, boxes, 48))
    sides = boxes[:, 2:4] - boxes[:, :2] + 1
    places = answer[:, 4:14].reshape(-1, 2, 5).transpose(0, 2, 1)  # (n, 5, x and y)
    points = places * sides[:, None] + boxes[:, None, :2] - 1
    boxes = _moved(boxes, answer[:, :4], answer[:, 15])
    order = _order(boxes, SURE, 0.7, of_smaller=True)
    boxes, points = boxes[order], points[order]
    edge = np.tile(np.array(photo.size) - 1.0, 2)
    boxes[:, :4] = np.clip(boxes[:, :4], 0, edge)
    return boxes, points


def _none() -> tuple[np.ndarray, np.ndarray]:
    return np.empty((0, 5)), np.empty((0, 5, 2))


def _proposals(photo: Image.Image, left_out: int) -> np.ndarray:
    """Squares in which the first network sees a face, in all sizes but the first few."""
    found = [np.empty((0, 5))]
    pixels = _centred(np.asarray(photo))
    steps = round(math.log(min(photo.size) / CELL) / -math.log(STEP) - 1)
    for scale in CELL / SMALLEST * STEP ** np.arange(left_out, max(left_out, steps)):
        width, height = int(photo.width * scale), int(photo.height * scale)
        if min(width, height) < CELL:
            break
        answer = _network("pnet")(_reduced(pixels, width, height)[None])[0]  # (6, rows, columns)
        rows, columns = np.nonzero(answer[5] > PROPOSED)
        first = np.stack([columns, rows], axis=1) * STRIDE + 1.0  # counted from 1, as there
        boxes = np.concatenate([first, first + CELL - 1], axis=1)
        boxes += (CELL - 1) * answer[:4, rows, columns].T
        boxes = np.column_stack([boxes / scale, answer[5, rows, columns]])
        found.append(_kept(boxes, 0.0, 0.5))
    return _square(_kept(np.concatenate(found), 0.0, 0.7))


def _reduced(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """Means over equal parts, float32 `[height, width, 3]` from `[h, w, 3]`."""
    h, w = pixels.shape[:2]
    rows = _parts(h, height) @ pixels.reshape(h, -1)
    columns = rows.reshape(height, w, 3).swapaxes(0, 1).reshape(w, -1)
    small = _parts(w, width) @ columns
    return small.reshape(width, height, 3).swapaxes(0, 1)


@lru_cache(maxsize=64)
def _parts(length: int, count: int) -> csr_array:
    """How much of each pixel lies in each of `count` equal parts, float32 `[count, length]`."""
    edges = np.linspace(0, length, count + 1)[:, None]
    pixels = np.arange(length)
    shared = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return csr_array((np.maximum(shared, 0) * (count / length)).astype(np.float32))


def _centred(pixels: np.ndarray) -> np.ndarray:
    return (pixels.astype(np.float32) - np.float32(127.5)) / np.float32(128)


def _patches(pixels: np.ndarray, boxes: np.ndarray, side: int) -> np.ndarray:
    """What lies in the boxes, float32 `[n, side, side, 3]`; 0 outside the photo.

    The middle of a box's first pixel becomes that of the patch's first, and so the last;
    between them the four nearest pixels are mixed.
    """
    height, width = pixels.shape[:2]

    def places(low: np.ndarray, high: np.ndarray, length: int) -> tuple[np.ndarray, ...]:
        at = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, side)  # (n, side)
        at = at * ((length - 1) / length)
        inside = (at >= 0) & (at <= length - 1)
        at = np.clip(at, 0, length - 1)
        first = np.floor(at).astype(int)
        return first, np.minimum(first + 1, length - 1), (at - first).astype(np.float32), inside

    x0, x1, across, within_x = places(boxes[:, 0], boxes[:, 2], width)
    y0, y1, down, within_y = places(boxes[:, 1], boxes[:, 3], height)
    across, down = across[:, None, :, None], down[:, :, None, None]
    upper, lower = (
        pixels[y[:, :, None], x0[:, None]] * (1 - across)
        + pixels[y[:, :, None], x1[:, None]] * across
        for y in (y0, y1)
    )
    patches = upper * (1 - down) + lower * down
    return patches * (within_y[:, :, None] & within_x[:, None])[..., None]


def _moved(boxes: np.ndarray, by: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The boxes after a network's regression, which is in shares of their sides."""
    sides = np.tile(boxes[:, 2:4] - boxes[:, :2] + 1, 2)
    return np.column_stack([boxes[:, :4] + by * sides, scores])


def _kept(boxes: np.ndarray, score: float, overlap: float) -> np.ndarray:
    return boxes[_order(boxes, score, overlap)]


def _order(boxes: np.ndarray, score: float, overlap: float, of_smaller: bool = False) -> np.ndarray:
    """Places of the boxes above a score, the surest first, without those that a surer one covers.

    Args:
        overlap: a shared area of more than this share of both areas together.
        of_smaller: of the smaller area instead.
    """
    order = np.argsort(-boxes[:, 4], kind="stable")
    order = order[boxes[order, 4] > score]
    left, top, right, bottom = boxes[order, :4].T
    area = (right - left) * (bottom - top)
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    down = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    shared = np.maximum(across, 0) * np.maximum(down, 0)
    whole = np.minimum(area[:, None], area) if of_smaller else area[:, None] + area - shared
    covered = np.triu(shared > overlap * whole, k=1).any(axis=0)  # by any surer box
    return order[~covered]


def _square(boxes: np.ndarray) -> np.ndarray:
    """Squares about the middles of the boxes, as large as their longer sides."""
    middle = (boxes[:, :2] + boxes[:, 2:4]) / 2
    half = (boxes[:, 2:4] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.column_stack([middle - half, middle + half, boxes[:, 4]])


@cache
def _network(name: str) -> Function:
    """One of the three, on one core: several photos are looked at beside each other."""
    layers, answers = NETWORKS[name]
    return open_graph(_graph(layers, answers, iter(_weights(name))), threads=1)


def _weights(name: str) -> list[np.ndarray]:
    """The arrays in the order of the layers, as the package keeps and reads them."""
    import joblib

    package = find_spec("mtcnn")
    if package is None or not package.submodule_search_locations:
        raise UserError("Faces are found by the networks of mtcnn: pip install mtcnn==1.0.0.")
    folder = Path(package.submodule_search_locations[0])
    return joblib.load(folder / "assets" / "weights" / f"{name}.lz4")


def _graph(layers: Iterable[Part], answers: int, arrays: Iterable[np.ndarray]) -> bytes:
    """float32 `[n, h, w, 3]` to all answers in one row, `[n, k]`, or `[n, k, h, w]` at places."""
    take = iter(arrays)
    nodes: list[bytes] = []
    constants: list[bytes] = []

    def constant(values: np.ndarray) -> str:
        constants.append(onnx_file.tensor(name := f"c{len(constants)}", values.astype(np.float32)))
        return name

    def add(op: str, inputs: list[str], output: str = "", **attributes) -> str:
        nodes.append(onnx_file.node(op, inputs, output := output or f"v{len(nodes)}", attributes))
        return output

    def conv(x: str) -> str:
        kernel, bias = next(take), next(take)
        sides = list(kernel.shape[:2])
        inputs = [x, constant(kernel.transpose(3, 2, 0, 1)), constant(bias)]
        return add("Conv", inputs, kernel_shape=sides)

    def dense(x: str) -> str:
        return add("Gemm", [x, constant(next(take)), constant(next(take))])

    flat = "flatten" in layers
    x = add("Transpose", [ENTRY], perm=[0, 3, 1, 2])
    for layer in layers:
        if layer == "conv":
            x = conv(x)
        elif layer == "dense":
            x = dense(x)
        elif layer == "prelu":
            slope = next(take).reshape(-1)
            dense_before = nodes[-1].find(b"Gemm") >= 0
            x = add("PRelu", [x, constant(slope if dense_before else slope[:, None, None])])
        elif layer == "flatten":
            x = add("Flatten", [add("Transpose", [x], perm=[0, 3, 2, 1])])
        elif not isinstance(layer, str):
            _, side, padded = layer
            how = "SAME_UPPER" if padded else "VALID"
            x = add("MaxPool", [x], kernel_shape=[side] * 2, strides=[2, 2], auto_pad=how)
    given = [(dense if flat else conv)(x) for _ in range(answers)]
    given[-1] = add("Softmax", [given[-1]], axis=1)
    add("Concat", given, EXIT, axis=1)
    entry = onnx_file.value(ENTRY, np.float32, ("n", "h", "w", 3))
    size = 6 if answers == 2 else 16
    exit = onnx_file.value(EXIT, np.float32, ("n", size) if flat else ("n", size, "y", "x"))
    return onnx_file.model(nodes, constants, entry, exit)
