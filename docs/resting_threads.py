"""What a face costs when threads without work turn on the processor, and when they sleep.

python docs/resting_threads.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

sys.path.insert(0, str(Path(__file__).parents[1]))

from ganssl.engines.onnx_graph import ENTRY
from ganssl.engines.onnx_runtime import QUIET
from ganssl.models.catalogue import load_model

FACES = 40
PAUSES = (0.0, 0.05)
"""Seconds between two faces: in close succession, and now and then, as visitors ask for them."""


def main() -> None:
    model = load_model()
    graph, code = model.generator_graph(), model.sample(1, seed=0)
    print("threads  without work  pause ms  processor ms a face  wait ms, p50  p95")
    for threads, turning in ((2, True), (2, False), (1, False)):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = QUIET
        options.add_session_config_entry("session.intra_op.allow_spinning", "1" if turning else "0")
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        session.run(None, {ENTRY: code})
        for pause in PAUSES:
            waits, begun = [], time.process_time()
            for _ in range(FACES):
                start = time.perf_counter()
                session.run(None, {ENTRY: code})
                waits.append(1e3 * (time.perf_counter() - start))
                time.sleep(pause)
            used = 1e3 * (time.process_time() - begun) / FACES
            p50, p95 = np.percentile(waits, (50, 95))
            words = "turn" if turning else "sleep"
            print(
                f"{threads:7d}  {words:>12}  {1e3 * pause:8.0f}  {used:19.1f}  "
                f"{p50:12.1f}  {p95:3.1f}"
            )


if __name__ == "__main__":
    main()
