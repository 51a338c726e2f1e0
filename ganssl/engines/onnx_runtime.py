"""ONNX Runtime on the processor: a graph becomes a function of arrays."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

from ganssl.base.device import core_count
from ganssl.base.priority import priority
from ganssl.engines.onnx_graph import ENTRY

QUIET = 3
"""Errors alone are said."""

REST = "session.intra_op.allow_spinning", "0"
"""Threads without work sleep. By default they turn round on the processor for a while, in case
more comes soon: a face now and then, as visitors ask for it, took six times its processor time."""

PIECE = 4
"""Rows that one thread takes at a time; what they need of memory stays in its cache."""

Function = Callable[[np.ndarray], np.ndarray]


def open_graph(graph: bytes, threads: int | None = None) -> Function:
    """The function of a graph that `OnnxGraph` made: one array to one array, the first axis free.

    It may be called from several threads. Every layer is divided among its
    threads, which answers soonest where one row is asked for.

    Args:
        threads: that one call runs on; None takes all cores that the process may use.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or core_count()
    options.log_severity_level = QUIET
    options.add_session_config_entry(*REST)
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(batch: np.ndarray) -> np.ndarray:
        return session.run(None, {ENTRY: np.ascontiguousarray(batch)})[0]

    return run


def open_for_many(graph: bytes) -> Function:
    """The same for many rows: each thread runs the whole graph on a few of them.

    Threads then wait for each other at the end alone and not at every layer, which
    matters most where cores are shared with other work. A row's result depends on
    its place in the array alone, not on how many threads there are.
    """
    run = open_graph(graph, threads=1)

    def run_all(rows: np.ndarray) -> np.ndarray:
        if len(rows) <= PIECE:
            return run(rows)
        pieces = [rows[start : start + PIECE] for start in range(0, len(rows), PIECE)]
        return np.concatenate(list(_callers(priority()).map(run, pieces)))

    return run_all


def enough_for_all(count: int) -> bool:
    """Whether so many rows keep every thread of `open_for_many` busy."""
    return count >= PIECE * core_count()


@lru_cache(maxsize=4)
def _callers(of: int) -> ThreadPoolExecutor:
    """Threads of the priority of the one that asks for them, which starts them: what a visitor
    waits for never comes behind a job, nor a job beside it.

    Args:
        of: see `ganssl.base.priority.priority`.
    """
    return ThreadPoolExecutor(core_count(), f"onnx-{of}")
