"""A command that is stopped, or that the disk refuses, says so in a line and by its exit status."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ganssl.__main__ import main
from ganssl.base.progress import bar
from ganssl.commands import fit_probes
from ganssl.errors import UserError

ARGUMENTS = ["fit-probes", "--data", "x", "--out", "y"]


def run_instead(monkeypatch, work) -> None:
    monkeypatch.setattr(fit_probes, "run", lambda args: work())


def test_the_system_s_stop_has_a_word_and_leaves_things_in_order(monkeypatch, capsys):
    tidied = []

    def work():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            tidied.append(True)

    before = signal.getsignal(signal.SIGTERM)
    run_instead(monkeypatch, work)
    assert main(ARGUMENTS) == 143 and tidied
    assert capsys.readouterr().err == "ganssl fit-probes: stopped by the system (SIGTERM)\n"
    assert signal.getsignal(signal.SIGTERM) == before


def fail(error: BaseException):
    raise error


def test_a_stop_by_hand_has_another(monkeypatch, capsys):
    run_instead(monkeypatch, lambda: fail(KeyboardInterrupt()))
    assert main(ARGUMENTS) == 130 and capsys.readouterr().err == "stopped\n"


def test_a_disk_that_refuses_is_a_line(monkeypatch, capsys):
    full = OSError(errno.ENOSPC, "No space left on device", "out/a.png")
    run_instead(monkeypatch, lambda: fail(full))
    assert main(ARGUMENTS) == 2
    assert capsys.readouterr().err == "ganssl fit-probes: out/a.png: No space left on device.\n"


@pytest.mark.parametrize(
    "error", [UserError("no."), OSError(errno.ENOSPC, "no"), KeyboardInterrupt]
)
def test_what_is_said_at_the_end_does_not_stand_in_the_line_of_a_bar(monkeypatch, capsys, error):
    def work():
        bar("reading")(1, 3)
        raise error

    run_instead(monkeypatch, work)
    assert main(ARGUMENTS) in (2, 130)
    reading, last = capsys.readouterr().err.splitlines()[-2:]
    assert "1 of 3" in reading and last in ("ganssl fit-probes: no.", "stopped")
    run_instead(monkeypatch, lambda: fail(UserError("no.")))
    assert main(ARGUMENTS) == 2 and capsys.readouterr().err == "ganssl fit-probes: no.\n"


def test_a_fault_of_the_program_is_not_hidden(monkeypatch):
    run_instead(monkeypatch, lambda: fail(OSError(errno.EBADF, "Bad file descriptor")))
    with pytest.raises(OSError, match="Bad file"):
        main(ARGUMENTS)


def test_who_reads_no_further_gets_no_traceback():
    root = Path(__file__).parents[2]
    kept = root / "assets" / "experiments" / "reproduce_2017.json"
    command = [sys.executable, "-m", "ganssl", "reproduce-2017", "--show", str(kept)]
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as nobody:
        run = subprocess.run(command, stdout=nobody, stderr=subprocess.PIPE, cwd=root, timeout=300)
    assert (run.returncode, run.stderr) == (141, b"")


@pytest.mark.skipif(os.name == "nt", reason="a shell's way of closing an output")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_who_gives_no_output_at_all_gets_no_traceback(closed, tmp_path):
    line = f"{sys.executable} -m ganssl runs list --workspace {tmp_path} {closed}"
    root = Path(__file__).parents[2]
    run = subprocess.run(line, shell=True, capture_output=True, cwd=root, timeout=300)
    assert run.returncode == 0 and b"Traceback" not in run.stderr
