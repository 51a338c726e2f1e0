"""What a benchmark measures with: rates of this machine, times of calls, fresh processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np

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


BARE_IMPORT = "import tensorflow, keras"


PEAK = """
import pathlib, resource
status = pathlib.Path("/proc/self/status")
if status.is_file():  # of this program alone; ru_maxrss also counts what forked it
    print(status.read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0])
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run_process(code: str, arguments: list[str], times: int = 2) -> tuple[float, float]:
    """Wall seconds and peak MiB of a fresh Python process; the best of some runs."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    runs = []
    for _ in range(times):
        start = time.perf_counter()
        result = subprocess.run(
            [sys.executable, "-c", code + PEAK, *arguments],
            capture_output=True,
            encoding="utf-8",
            check=True,
            env=environment,
        )
        kibibytes = float(result.stdout.split()[-1])
        runs.append((time.perf_counter() - start, kibibytes / 1024))
    return min(runs)


@lru_cache(maxsize=1)
def bare_import() -> tuple[float, float]:
    """Wall seconds and peak MiB of a bare import of TensorFlow; measured once in a program."""
    return run_process(BARE_IMPORT, [])
