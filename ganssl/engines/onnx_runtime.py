"""ONNX Runtime on the processor: a graph becomes a function of arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ganssl.base.device import core_count
from ganssl.engines.onnx_graph import ENTRY

QUIET = 3
"""Errors alone are said."""


def open_graph(graph: bytes, threads: int | None = None) -> Callable[[np.ndarray], np.ndarray]:
    """The function of a graph that `OnnxGraph` made: one array to one array, the first axis free.

    It may be called from several threads.

    Args:
        threads: that one call runs on; None takes all cores that the process may use.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or core_count()
    options.log_severity_level = QUIET
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(batch: np.ndarray) -> np.ndarray:
        return session.run(None, {ENTRY: np.ascontiguousarray(batch)})[0]

    return run
