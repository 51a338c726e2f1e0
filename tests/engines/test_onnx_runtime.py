"""Graphs as functions: the same rows one by one, in pieces and from several threads."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import onnxruntime
import pytest
from onnxruntime import InferenceSession

from ganssl.base.priority import STEPS_BACK, priority, stand_back
from ganssl.engines import onnx_runtime
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


def test_threads_without_work_sleep(graph, monkeypatch):
    """They would turn on the processor that another visitor waits for."""
    opened = []

    class Session(InferenceSession):
        def __init__(self, *args, **kwargs) -> None:
            super().__init__(*args, **kwargs)
            opened.append(self.get_session_options())

    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    open_graph(graph)
    open_for_many(graph)
    entries = [one.get_session_config_entry("session.intra_op.allow_spinning") for one in opened]
    assert entries == ["0", "0"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a priority for each thread")
@pytest.mark.parametrize("job_first", [True, False])
def test_the_threads_of_a_job_stand_back_and_those_of_a_page_do_not(graph, job_first, monkeypatch):
    """Whoever is the first to ask for many rows."""
    monkeypatch.setattr(onnx_runtime, "_callers", lru_cache(onnx_runtime._callers.__wrapped__))
    seen: dict[str, set[int]] = {}

    class Session:
        def __init__(self, *_, **__) -> None:
            self.inner = InferenceSession(graph, providers=["CPUExecutionProvider"])

        def run(self, names, given):
            seen.setdefault(threading.current_thread().name, set()).add(priority())
            return self.inner.run(names, given)

    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    run, rows = open_for_many(graph), np.zeros((20 * PIECE, SIZE), np.float32)
    mine = priority()

    def job() -> None:
        stand_back()
        run(rows)

    behind = threading.Thread(target=job)
    for first in (job_first, not job_first):
        if first:
            behind.start()
            behind.join()
        else:
            run(rows)
    found = {name.rpartition("_")[0]: levels for name, levels in seen.items()}
    assert found == {f"onnx-{mine}": {mine}, f"onnx-{min(mine + STEPS_BACK, 19)}": {
        min(mine + STEPS_BACK, 19)}}  # fmt: skip
