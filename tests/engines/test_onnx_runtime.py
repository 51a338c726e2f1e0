"""Graphs as functions: the same rows one by one, in pieces and from several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ganssl.engines.onnx_graph import OnnxGraph
from ganssl.engines.onnx_runtime import PIECE, open_for_many, open_graph

SIZE, WIDTH = 6, 5


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    shapes = {"a/kernel": (SIZE, WIDTH), "a/bias": (WIDTH,)}
    return {name: rng.standard_normal(shape).astype("f4") for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def graph(weights) -> bytes:
    kit = OnnxGraph(lambda path, shape: weights[path].reshape(shape))
    return kit.rows(kit.dense(kit.code(SIZE), WIDTH, "a"))


@pytest.mark.parametrize("count", [0, 1, PIECE, PIECE + 1, 10 * PIECE + 3])
def test_many_rows_come_back_in_their_order(graph, weights, count):
    rows = np.random.default_rng(1).standard_normal((count, SIZE)).astype("f4")
    expected = rows @ weights["a/kernel"] + weights["a/bias"]
    for run in (open_graph(graph), open_for_many(graph)):
        got = run(rows)
        assert got.shape == (count, WIDTH) and got.dtype == np.float32
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


def test_several_callers_do_not_mix_their_rows(graph):
    run = open_for_many(graph)
    batches = [np.full((3 * PIECE, SIZE), k, np.float32) for k in range(12)]
    expected = [run(batch) for batch in batches]
    with ThreadPoolExecutor(4) as pool:
        for got, wanted in zip(pool.map(run, batches), expected, strict=True):
            np.testing.assert_array_equal(got, wanted)
