"""What the benchmark of the live face makes of drags; the drags themselves need a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from ganssl.benchmarks.browser import GOALS, Together, _lines, goal_lines
from ganssl.benchmarks.browser_windows import used
from ganssl.benchmarks.live_drag import Drag
from tests.helpers.waiting import until


def together(
    rate: float, waits, committed: float, cores, seconds, count: int = 1, asked: int = 0
) -> Together:
    drag = Drag(rate, np.array(waits, float), committed, "WebAssembly", asked, cores)
    return Together([drag] * count, seconds)


def test_the_live_face_stands_beside_the_bare_renderer_and_the_page_without():
    live = together(40.0, range(101), 100.0, (0.0, 0.8), (0.5, 6.0), 4)
    without = together(0.0, [], 150.0, (0.01, 0.2), (1.0, 2.0), 4)
    lines = {line.name: line for line in _lines(live, without, bare=20.0)}
    faces = lines["4 visitors: faces"]
    assert (faces.value, faces.reference, faces.ratio) == (40.0, 50.0, 0.8)
    assert lines["4 visitors: move to picture, p95"].value == 95.0
    assert lines["4 visitors: move to picture, p50"].ratio == pytest.approx(0.4)
    committed = lines["4 visitors: release to committed"]
    assert (committed.value, committed.reference, committed.ratio) == (100.0, 150.0, 1.5)
    assert lines["4 visitors: server while dragging"].value == 0.0
    assert lines["4 visitors: browser while dragging"].reference == 0.2
    assert lines["4 visitors: server, drag and commit"].value == 0.5
    assert lines["4 visitors: browsers, drag and commit"].reference == 2.0


def test_short_drags_count_by_their_releases_alone():
    one, other = (together(rate, [50.0], wait, (0.0, 0.8), (0.5, 6.0))
                  for rate, wait in ((40.0, 300.0), (1.0, 100.0)))  # fmt: skip
    live = replace(one, short=tuple(other.drags * 2))
    lines = {line.name: line for line in _lines(live, live, bare=20.0)}
    assert lines["1 visitor: release to committed"].value == 100.0
    assert lines["1 visitor: faces"].value == 40.0


def test_a_browser_that_drew_nothing_gives_no_waits():
    nothing = together(0.0, [], 120.0, (0.0, 0.1), (0.4, 0.3))
    lines = {line.name: line for line in _lines(nothing, nothing, bare=float("nan"))}
    assert np.isnan(lines["1 visitor: move to picture, p50"].value)
    assert lines["1 visitor: faces"].value == 0


def test_the_goals_are_those_of_one_visitor_and_each_is_judged():
    one = together(30.0, [59.0] * 9, 150.0, (0.0, 0.8), (0.5, 6.0), asked=1)
    four = together(8.0, [200.0] * 9, 90.0, (0.0, 0.8), (0.5, 6.0), count=4)
    figures = [line for side in (four, one) for line in _lines(side, side, bare=20.0)]
    first, *lines = goal_lines(figures)
    assert "two quiet" in first
    verdicts = dict(line.split(" · ") for line in lines)
    assert {name.strip(): verdict for name, verdict in verdicts.items()} == {
        "faces: 30 a second": "reached (30.0)",
        "move to picture, p95: under 60 ms": "reached (59.0)",
        "release to committed: under 150 ms": "missed (150.0)",
        "messages to the server while dragging: none": "missed (1.0)",
    }


def test_a_goal_without_a_figure_is_not_reached():
    nothing = together(0.0, [], 120.0, (0.0, 0.1), (0.4, 0.3))
    lines = goal_lines(list(_lines(nothing, nothing, bare=float("nan"))))
    assert "not measured" in next(line for line in lines if "p95" in line)
    assert len(lines) == len(GOALS) + 1


def test_processor_time_counts_what_was_started():
    if np.isnan(used([os.getpid()])):
        pytest.skip("there is no /proc here")
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as child:
        try:
            until(lambda: used([child.pid]) > 0)
            own = used([child.pid])
            assert used([os.getpid()]) >= own
        finally:
            child.kill()
