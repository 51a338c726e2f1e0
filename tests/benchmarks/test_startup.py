"""Processor time of fresh processes."""

from __future__ import annotations

import pytest

from ganssl.benchmarks.startup import processor_time


@pytest.mark.slow
def test_time_is_what_the_process_computes_and_not_what_it_waits():
    begin = "import time; begun = time.process_time()"
    spent = processor_time(["-c", f"{begin}\nwhile time.process_time() < begun + 1: pass"], runs=1)
    waited = processor_time(["-c", f"{begin}; time.sleep(2)"], runs=1)
    if spent < 0.1:
        pytest.skip("the system does not tell")
    assert spent > waited + 0.5
