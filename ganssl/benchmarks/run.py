"""Speed and memory, each beside a reference that is measured in the same run.

A bare time says little about another machine. The networks are therefore
held against the arithmetic of their layers at the matrix rate of this
machine, and start-up and memory against a bare import of TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable

from ganssl.benchmarks.measurement import Measurement, matrix_rate
from ganssl.benchmarks.networks import (
    encoder,
    engine_alone,
    face_network,
    many_faces,
    one_face,
)
from ganssl.benchmarks.startup import measure_start
from ganssl.models.face_model import FaceModel


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
    for measure in (one_face, many_faces, encoder, face_network):
        add(measure(model, rate, seconds))
    for measurement in engine_alone(model, seconds):
        add(measurement)
    for measurement in measure_start(model_folder):
        add(measurement)
    for measurement in measure_laboratory(model, model_folder, seconds):
        add(measurement)
    for measurement in measure_synthesis(model, seconds):
        add(measurement)
    return results
