"""What TensorFlow says at its start is dropped, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from ganssl.base.quiet import OUR_LEVEL, without_chatter

CHATTER = """\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795857718.300213   14089 port.cc:153] oneDNN custom operations are on. You may see
I0000 00:00:1795857718.300541   14089 cudart_stub.cc:31] Could not find cuda drivers on your machine
E0000 00:00:1795857750.447267   14089 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA
"""
REAL = """\
E0000 00:00:1795857750.447267   14089 gpu_device.cc:10] out of memory
a line of no known kind
"""

FAKE = """\
import os, sys
os.write(2, b{said!r})
class config:
    list_physical_devices = staticmethod(lambda kind=None: [])
{more}
"""


def test_known_lines_are_dropped_and_others_stay(capfd: pytest.CaptureFixture):
    with without_chatter():
        os.write(2, (CHATTER + REAL).encode())
    assert capfd.readouterr().err == REAL


def test_after_an_error_everything_is_shown(capfd: pytest.CaptureFixture):
    with pytest.raises(RuntimeError), without_chatter():
        os.write(2, CHATTER.encode())
        raise RuntimeError
    assert capfd.readouterr().err == CHATTER


def said(folder, more: str = "", before: str = "", **environment) -> subprocess.CompletedProcess:
    """A fresh interpreter imports a TensorFlow that says what the real one says."""
    text = FAKE.format(said=CHATTER + REAL, more=more)
    (folder / "tensorflow.py").write_text(text, encoding="utf-8")
    code = (
        "from ganssl.base.quiet import quiet_tensorflow\n"
        "quiet_tensorflow(lambda: print('loaded'))\n"
        f"{before}print('before')\nimport tensorflow\nimport tensorflow as again\n"
    )
    paths = os.pathsep.join([str(folder), os.getcwd()])
    inherited = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        env={**inherited, "PYTHONPATH": paths, **environment},
    )


def test_the_first_import_is_quiet(tmp_path):
    run = said(tmp_path)
    assert run.stderr == REAL and run.stdout.split() == ["before", "loaded"]


def test_who_asks_for_the_log_gets_it(tmp_path):
    assert said(tmp_path, TF_CPP_MIN_LOG_LEVEL="0").stderr == CHATTER + REAL


def test_a_process_is_as_quiet_as_its_parent_and_whoever_looks_for_it_changes_nothing(tmp_path):
    look = "import importlib.util\nquiet_tensorflow()\nimportlib.util.find_spec('tensorflow')\n"
    run = said(tmp_path, before=look, TF_CPP_MIN_LOG_LEVEL=OUR_LEVEL)
    assert run.stderr == REAL and run.stdout.split() == ["before", "loaded"]


def test_threads_that_drop_at_once_leave_the_errors_where_they_were(capfd: pytest.CaptureFixture):
    inside, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with without_chatter():
            inside.set()
            go_on.wait(30)

    def second() -> None:
        inside.wait(30)
        with without_chatter():
            os.write(2, CHATTER.encode())

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    inside.wait(30)
    go_on.set()
    for thread in threads:
        thread.join()
    os.write(2, REAL.encode())
    assert capfd.readouterr().err == REAL


def test_an_import_that_fails_shows_all(tmp_path):
    run = said(tmp_path, "raise ImportError('no such library')")
    assert run.returncode == 1
    assert CHATTER in run.stderr and "no such library" in run.stderr
