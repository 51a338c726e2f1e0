"""The same training on JAX, for a fast device: it goes on from a checkpoint of TensorFlow's."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, os, sys
from dataclasses import replace
from pathlib import Path
backend, folder, epochs, resume = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
os.environ["KERAS_BACKEND"] = backend
if backend == "jax":
    sys.modules["tensorflow"] = None  # as on a machine that has none
import keras
from ganssl.training.clock import TrainingClock
from ganssl.training.gan import GanTraining, TrainingSettings
from tests.helpers.synthetic_faces import draw_faces
from tests.helpers.tiny_networks import EARLY, TINY

def maps(faces):
    return [keras.ops.average_pool(faces, side, side) for side in (4, 8)]

objective = replace(EARLY, features={"coarse": 1.0}, judges={"pixels": 1.0, "coarse": 1.0})
settings = TrainingSettings(dtype="float32", learning_rate=1e-3, warm_steps=1, cool_share=1e-6)
clock = TrainingClock(16, 4, epochs=epochs)
training = GanTraining(draw_faces(64)[0], TINY, objective, settings, clock, {"coarse": maps})
seen = []
training.run(folder, lambda _, terms: seen.append(terms), resume == "resume", report_every=1)
print(json.dumps(seen))
"""


def trained(backend: str, folder: Path, epochs: float, resume: bool = False) -> list[dict]:
    arguments = [backend, str(folder), str(epochs), "resume" if resume else "start"]
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=900,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_jax_goes_on_where_tensorflow_stopped(tmp_path: Path):
    start = tmp_path / "start"
    trained("tensorflow", start, 0.75)  # of the first pass, in the adversarial stage already
    for backend in ("tensorflow", "jax"):
        (tmp_path / backend).mkdir()
        (tmp_path / backend / "checkpoint.npz").write_bytes((start / "checkpoint.npz").read_bytes())
    expected, seen = (
        trained(backend, tmp_path / backend, 1.5, resume=True) for backend in ("tensorflow", "jax")
    )
    assert len(seen) == len(expected) == 3
    for a, b in zip(expected, seen, strict=True):
        assert a == pytest.approx(b, rel=0.05, abs=2e-3)
