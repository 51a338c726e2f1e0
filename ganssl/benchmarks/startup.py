"""Start-up to the first face, and what the command line takes, beside a bare import of
TensorFlow."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ganssl.base import assets
from ganssl.benchmarks.measurement import BARE_IMPORT, Measurement, bare_import, run_process

FIRST_FACE = """
import sys
from ganssl.models.catalogue import load_model
model = load_model(sys.argv[1] if len(sys.argv) > 1 else None)
model.decode(model.sample(1, seed=0))
"""

RUNS = 3


def measure_start(model_folder: str | None) -> Iterator[Measurement]:
    """Start-up to the first face, peak memory, and processor time of three calls of the command.

    Those are `generate`, `--help`, and one that is refused. All stand beside a bare import of
    TensorFlow. Yields the measurements one by one.
    """
    arguments = [model_folder] if model_folder else []
    seconds, peak = run_process(FIRST_FACE, arguments)
    bare_seconds, bare_peak = bare_import()
    meaning = "a bare import of TensorFlow"

    def beside(name: str, value: float, bare: float) -> Measurement:
        return Measurement(name, value, "s", bare, bare / value, meaning)

    yield beside("start-up to the first face", seconds, bare_seconds)
    yield Measurement(
        "peak memory to the first face", peak, "MiB", bare_peak, peak / bare_peak, meaning
    )
    bare = processor_time(["-c", BARE_IMPORT], runs=1)
    with tempfile.TemporaryDirectory() as folder:
        model = ["--model", model_folder] if model_folder else []
        out = str(Path(folder) / "face.png")
        for name, words in (
            ("generate", ["generate", *model, "--out", out]),
            ("--help", ["--help"]),
            ("an error", ["generate", "--set", "Smiling", "--out", out]),
        ):
            value = processor_time(["-m", "ganssl", *words])
            yield beside(f"{name}, processor time", value, bare)


def processor_time(arguments: list[str], runs: int = RUNS) -> float:
    """Seconds of processor time of a fresh Python process, the least of some runs."""
    path = os.pathsep.join(filter(None, (str(assets.ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": path}
    times = []
    for _ in range(runs):
        before = os.times()
        subprocess.run([sys.executable, *arguments], capture_output=True, env=environment)
        after = os.times()
        times.append(
            after.children_user
            - before.children_user
            + after.children_system
            - before.children_system
        )
    return max(min(times), 1e-3)
