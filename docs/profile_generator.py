"""What the generator's time on ONNX Runtime goes into: `python docs/profile_generator.py`.

One thread draws the default model's faces a few at a time, as each thread does where many are
drawn.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

RUNS = 100
SOON = 10
"""Of the times of a kernel, the percentile that stands for them: others were interrupted."""

SIDE = 2048

KINDS = {
    "Conv": "convolutions",
    "Gemm": "matrix products with codes",
    "Mul": "scale, shift and leaky ReLU",
    "Add": "scale, shift and leaky ReLU",
    "LeakyRelu": "scale, shift and leaky ReLU",
    "Transpose": "unfolding",
    "Slice": "unfolding",
    "Concat": "channels laid together",
    "ReorderInput": "layouts that convolutions want",
    "ReorderOutput": "layouts that convolutions want",
}
OTHERS = "pixels of the face, and the rest"


def kernel_times(graph: bytes, codes: np.ndarray, folder: str) -> dict[str, float]:
    """Milliseconds of a face by kind of operation."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    options.enable_profiling, options.profile_file_prefix = True, f"{folder}/profile"
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    for _ in range(RUNS):
        session.run(None, {"in": codes})
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for event in json.loads(Path(session.end_profiling()).read_text(encoding="utf-8")):
        if event["name"].endswith("_kernel_time"):
            times[event["name"], event["args"]["op_name"]].append(event["dur"])
    kinds: dict[str, float] = defaultdict(float)
    for (_, operation), found in times.items():
        each = float(np.percentile(found, SOON)) / len(codes) / 1000
        kinds[KINDS.get(operation, OTHERS)] += each
    return kinds


def product_rate(runs: int = 20) -> float:
    """Floating-point operations a second of a product of matrices on ONNX Runtime's one thread."""
    import onnxruntime

    from ganssl.engines import onnx_file

    square = np.random.default_rng(0).random((SIDE, SIDE), np.float32)
    shape = (SIDE, SIDE)
    graph = onnx_file.model(
        [onnx_file.node("MatMul", ["in", "square"], "out", {})],
        [onnx_file.tensor("square", square)],
        onnx_file.value("in", np.float32, shape),
        onnx_file.value("out", np.float32, shape),
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    times = []
    for _ in range(runs):
        start = time.process_time()
        session.run(None, {"in": square})
        times.append(time.process_time() - start)
    return 2 * SIDE**3 / float(np.percentile(times, SOON))


def main() -> None:
    from ganssl.base.processor import this_processor
    from ganssl.engines.onnx_runtime import PIECE
    from ganssl.models.catalogue import load_model

    model = load_model()
    rate = product_rate()
    ideal = 1000 * model.generator_operations / rate
    with tempfile.TemporaryDirectory() as folder:
        kinds = kernel_times(model.generator_graph(), model.sample(PIECE, seed=0), folder)
    whole = sum(kinds.values())
    print(f"{model.name} {model.id}; {this_processor()}; one thread\n")
    print(f"{'arithmetic at the matrix rate':<34}{ideal:6.2f} ms a face ({rate / 1e9:.0f} GFLOP/s)")
    for kind, each in sorted(kinds.items(), key=lambda pair: -pair[1]):
        print(f"{kind:<34}{each:6.2f} ms {each / whole:6.0%}")
    print(f"{'all':<34}{whole:6.2f} ms, {ideal / whole:.2f} of the matrix rate")


if __name__ == "__main__":
    main()
