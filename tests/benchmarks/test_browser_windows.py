"""What is counted of a server's processes; browsers are driven elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from ganssl.benchmarks.browser_windows import resident_mebibytes


def test_memory_counts_what_was_started():
    own = resident_mebibytes([os.getpid()])
    if np.isnan(own):
        pytest.skip("the system does not tell")
    code = "kept = bytearray(b'x' * (200 << 20)); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout.readline() == b"held\n"
        alone = resident_mebibytes([child.pid])
        assert 200 < alone < 300
        assert resident_mebibytes([os.getpid()]) > alone + own / 2
        child.communicate(b"\n")


def test_a_process_that_has_ended_holds_nothing():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pass
    assert resident_mebibytes([child.pid]) == 0 or np.isnan(resident_mebibytes([child.pid]))
