"""What the benchmark of the app makes of memory and waits; the visits need a browser."""

from __future__ import annotations

import pytest

from ganssl.benchmarks.app import figures


def test_a_further_visitor_is_what_each_after_the_first_adds():
    held = [80.0, 200.0, 215.0, 220.0, 230.0]
    lines = {line.name: line for line in figures(held, [3.0, 1.5, 1.0, 2.0], bare=400.0)}
    assert lines["app at rest, before any visit"].ratio == pytest.approx(0.2)
    assert lines["app after the first visit"].value == 200.0
    assert lines["app with 4 visitors"].value == 230.0
    share = lines["a further visitor"]
    assert (share.value, share.reference, share.ratio) == (10.0, 200.0, 0.05)
    wait = lines["first visit, address to face"]
    assert (wait.value, wait.reference, wait.ratio) == (3.0, 1.0, pytest.approx(1 / 3))
