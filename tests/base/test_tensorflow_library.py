"""TensorFlow's libraries are loaded while other threads go on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="tells what is loaded"),
]

BESIDE = """
import sys, threading, time
from pathlib import Path
from ganssl.base.tensorflow_library import LIBRARIES, load_tensorflow_library

turns, begin, ended = [], threading.Event(), threading.Event()

def count():
    begin.wait()
    while not ended.is_set():
        time.sleep(0.001)
        turns.append(time.monotonic())

beside = threading.Thread(target=count)
beside.start()
begin.set()
start = time.monotonic()
load_tensorflow_library()
end = time.monotonic()
ended.set()
beside.join()
loaded = Path("/proc/self/maps").read_text()
assert all(name in loaded for name in LIBRARIES)
assert "tensorflow" not in sys.modules
waits = [later - earlier for earlier, later in zip([start, *turns], [*turns, end])]
assert max(waits) < (end - start) / 2, (max(waits), end - start)
"""


def test_another_thread_has_its_turns_while_they_are_loaded():
    done = subprocess.run([sys.executable, "-c", BESIDE], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr


def test_without_tensorflow_nothing_is_loaded_and_nothing_fails(tmp_path):
    code = "from ganssl.base.tensorflow_library import load_tensorflow_library as load; load()"
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("raise AssertionError", encoding="utf-8")
    path = {"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=path
    )
    assert done.returncode == 0, done.stderr
