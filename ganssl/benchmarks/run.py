"""Speed and memory, each beside a reference that is measured in the same run.

A bare time says little about another machine. The networks are therefore
held against the arithmetic of their layers at the matrix rate of this
machine, and start-up and memory against a bare import of TensorFlow.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from ganssl.models.face_model import BATCH, FaceModel
from ganssl.models.operations import layer_operations

MATRIX_SIDE = 2048


@dataclass(frozen=True)
class Measurement:
    """One line of the benchmark.

    Attributes:
        value, unit: what was measured.
        reference: what it is compared with, in the same unit.
        ratio: value over reference for rates and sizes, reference over value
            for times: what share of the reference's speed was reached.
        meaning: the reference in words.
    """

    name: str
    value: float
    unit: str
    reference: float
    ratio: float
    meaning: str

    def to_dict(self) -> dict:
        return asdict(self)


def benchmark(
    model: FaceModel,
    model_folder: str | None = None,
    seconds: float = 3.0,
    report: Callable[[Measurement], None] | None = None,
) -> list[Measurement]:
    """Measure model, face network, start-up, memory, the laboratory and synthesis.

    Args:
        model_folder: what the start-up process loads; None takes the shipped model.
        seconds: how long each rate is measured.
        report: called with every measurement as it comes in.
    """
    from ganssl.benchmarks.laboratory import measure_laboratory
    from ganssl.benchmarks.synthesis import measure_synthesis

    results: list[Measurement] = []

    def add(measurement: Measurement) -> None:
        results.append(measurement)
        if report:
            report(measurement)

    rate = matrix_rate(seconds)
    add(Measurement("matrix product, float32", rate / 1e9, "GFLOP/s", rate / 1e9, 1.0, "itself"))
    for measure in (_one_face, _many_faces, _encoder, _face_network):
        add(measure(model, rate, seconds))
    for measurement in _processes(model_folder):
        add(measurement)
    for measurement in measure_laboratory(model, model_folder, seconds):
        add(measurement)
    for measurement in measure_synthesis(model, seconds):
        add(measurement)
    return results


def matrix_rate(seconds: float = 3.0) -> float:
    """Floating-point operations per second of a 2048×2048 float32 matrix product."""
    import tensorflow as tf

    square = tf.random.stateless_normal((MATRIX_SIDE, MATRIX_SIDE), seed=(0, 0))
    product = tf.function(tf.matmul)
    duration = median_time(lambda: product(square, square).numpy(), seconds)
    return 2 * MATRIX_SIDE**3 / duration


def median_time(run: Callable[[], object], seconds: float) -> float:
    """Median seconds of one call, after a warm-up."""
    run()
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def _one_face(model: FaceModel, rate: float, seconds: float) -> Measurement:
    code = model.sample(1, seed=0)
    duration = median_time(lambda: model.decode(code), seconds) * 1000
    ideal = model.generator_operations / rate * 1000
    meaning = "arithmetic of the generator's layers at the matrix rate"
    return Measurement("one face, generator", duration, "ms", ideal, ideal / duration, meaning)


def _many_faces(model: FaceModel, rate: float, seconds: float) -> Measurement:
    codes = model.sample(BATCH, seed=0)
    return _batches(
        "generator", model.generator_operations, lambda: model.decode(codes), rate, seconds
    )


def _encoder(model: FaceModel, rate: float, seconds: float) -> Measurement:
    faces = model.decode(model.sample(BATCH, seed=0))
    return _batches("encoder", model.encoder_operations, lambda: model.encode(faces), rate, seconds)


def _batches(
    name: str, operations: int, run: Callable[[], object], rate: float, seconds: float
) -> Measurement:
    """Faces per second of a network that `run` gives one batch."""
    speed = BATCH / median_time(run, seconds)
    ideal = rate / operations
    meaning = f"arithmetic of the {name}'s layers at the matrix rate"
    return Measurement(
        f"{name}, batches of {BATCH}", speed, "faces/s", ideal, speed / ideal, meaning
    )


def _face_network(model: FaceModel, rate: float, seconds: float) -> Measurement:
    from ganssl.features.face_network import FaceNetwork

    network = FaceNetwork.load()
    faces = model.decode(model.sample(BATCH, seed=0))
    duration = median_time(lambda: network.features(faces), seconds) * 1000 / BATCH
    ideal = layer_operations(network.model) / rate * 1000
    meaning = "arithmetic of its layers at the matrix rate"
    return Measurement(
        f"face network, batches of {BATCH}", duration, "ms/face", ideal, ideal / duration, meaning
    )


FIRST_FACE = """
import sys
from ganssl.models.face_model import load_model
model = load_model(sys.argv[1] if len(sys.argv) > 1 else None)
model.decode(model.sample(1, seed=0))
"""
BARE_IMPORT = "import tensorflow, keras"
PEAK = """
import pathlib, resource
status = pathlib.Path("/proc/self/status")
if status.is_file():  # of this program alone; ru_maxrss also counts what forked it
    print(status.read_text().partition("VmHWM:")[2].split()[0])
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _processes(model_folder: str | None) -> list[Measurement]:
    """Start-up to the first face and peak memory, against a bare import of TensorFlow."""
    arguments = [model_folder] if model_folder else []
    face_seconds, face_peak = run_process(FIRST_FACE, arguments)
    bare_seconds, bare_peak = run_process(BARE_IMPORT, [])
    return [
        Measurement(
            "start-up to the first face",
            face_seconds,
            "s",
            bare_seconds,
            bare_seconds / face_seconds,
            "a bare import of TensorFlow",
        ),
        Measurement(
            "peak memory to the first face",
            face_peak,
            "MiB",
            bare_peak,
            face_peak / bare_peak,
            "a bare import of TensorFlow",
        ),
    ]


def run_process(code: str, arguments: list[str], times: int = 2) -> tuple[float, float]:
    """Wall seconds and peak MiB of a fresh Python process; the best of some runs."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    runs = []
    for _ in range(times):
        start = time.perf_counter()
        result = subprocess.run(
            [sys.executable, "-c", code + PEAK, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        kibibytes = float(result.stdout.split()[-1])
        runs.append((time.perf_counter() - start, kibibytes / 1024))
    return min(runs)
