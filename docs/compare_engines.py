"""Rates of the generator on the engines that run on a processor: `python docs/compare_engines.py`.

ONNX Runtime comes with the requirements; OpenVINO (`pip install openvino`) and LiteRT
(`pip install ai-edge-litert`) are measured where they are installed. Each engine and number of
threads is measured in a process of its own, with the same codes.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

SECONDS = 3.0
BATCHES = (1, 16)
THREADS = (1, 2)


def onnx_runtime(folder: Path, threads: int, batch: int):
    from ganssl.engines.onnx_runtime import open_graph

    return open_graph((folder / "generator.onnx").read_bytes(), threads)


def openvino(folder: Path, threads: int, batch: int):
    import openvino

    network = openvino.Core().read_model(folder / "generator.onnx")
    network.reshape([batch, network.input(0).partial_shape[1].get_length()])
    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(network, "CPU", settings)
    return lambda codes: compiled(codes)[0]


def litert(folder: Path, threads: int, batch: int):
    from ai_edge_litert.interpreter import Interpreter

    engine = Interpreter(str(folder / f"generator_{batch}.tflite"), num_threads=threads)
    engine.allocate_tensors()
    entry, exit = (d()[0]["index"] for d in (engine.get_input_details, engine.get_output_details))

    def run(codes: np.ndarray) -> np.ndarray:
        engine.set_tensor(entry, codes)
        engine.invoke()
        return engine.get_tensor(exit)

    return run


ENGINES = {
    "onnxruntime": ("ONNX Runtime", onnx_runtime),
    "openvino": ("OpenVINO", openvino),
    "ai_edge_litert": ("LiteRT", litert),
}


def write_graphs(folder: Path) -> None:
    """The generator of the default model, with its norms folded away, for every engine."""
    from ganssl.models.catalogue import load_model

    model = load_model()
    (folder / "generator.onnx").write_bytes(model.generator_graph())
    np.save(folder / "codes.npy", model.sample(max(BATCHES), seed=0))
    if importlib.util.find_spec("ai_edge_litert") is None:
        return
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    from ganssl.models.fast_generator import fast_generator

    generator = fast_generator(model.generator, "float32")
    for batch in BATCHES:
        call = tf.function(
            lambda codes: generator(codes, training=False),
            input_signature=[tf.TensorSpec((batch, model.latent_size), tf.float32)],
            autograph=False,
        )
        function = convert_variables_to_constants_v2(call.get_concrete_function())
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
        (folder / f"generator_{batch}.tflite").write_bytes(converter.convert())


def measure(name: str, folder: Path, threads: int, batch: int) -> None:
    """Prints the median rate, and the processor's milliseconds for a face."""
    run = ENGINES[name][1](folder, threads, batch)
    codes = np.load(folder / "codes.npy")[:batch]
    for _ in range(3):
        run(codes)
    times, begin, busy = [], time.perf_counter(), time.process_time()
    while time.perf_counter() - begin < SECONDS:
        start = time.perf_counter()
        run(codes)
        times.append(time.perf_counter() - start)
    busy = 1000 * (time.process_time() - busy) / len(times) / batch
    rate = batch / np.median(times)
    print(f"{ENGINES[name][0]:<14}{threads:>8}{batch:>7}{rate:>10.0f}{busy:>12.1f}", flush=True)


def main() -> None:
    if len(sys.argv) > 1:
        name, folder, threads, batch = sys.argv[1:]
        measure(name, Path(folder), int(threads), int(batch))
        return
    print(f"{'engine':<14}{'threads':>8}{'batch':>7}{'faces/s':>10}{'busy ms':>12}")
    with tempfile.TemporaryDirectory() as folder:
        write_graphs(Path(folder))
        for name in ENGINES:
            if importlib.util.find_spec(name) is None:
                print(f"{ENGINES[name][0]}: not installed")
                continue
            for threads in THREADS:
                for batch in BATCHES:
                    command = [sys.executable, __file__, name, folder, str(threads), str(batch)]
                    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
