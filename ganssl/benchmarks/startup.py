"""Start-up to the first face and peak memory, beside a bare import of TensorFlow."""

from __future__ import annotations

from ganssl.benchmarks.measurement import BARE_IMPORT, Measurement, run_process

FIRST_FACE = """
import sys
from ganssl.models.catalogue import load_model
model = load_model(sys.argv[1] if len(sys.argv) > 1 else None)
model.decode(model.sample(1, seed=0))
"""


def measure_start(model_folder: str | None) -> list[Measurement]:
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
