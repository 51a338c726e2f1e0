"""What the benchmark makes of the waits of several visitors, and a small one of the real app."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.__main__ import main
from ganssl.benchmarks import visitors
from ganssl.benchmarks.browser_windows import can_visit
from ganssl.benchmarks.visitors import ALONE, BOTH, SET, figures, goal_line, measure_visitors


def test_waits_stand_beside_those_of_one_visitor_alone():
    first, waits = [100.0] * 19 + [300.0], [*range(0, 1010, 10)]
    lines = {line.name: line for line in figures(8, SET, waits, first)}
    assert set(lines) == {
        "8 visitors beside a set: wait, p50",
        "8 visitors beside a set: wait, p95",
    }
    p50, p95 = lines.values()
    assert (p50.value, p50.reference, p50.ratio) == (500.0, 100.0, 0.2)
    assert p95.value == 950.0
    assert p95.reference == pytest.approx(np.percentile(first, 95)) and p95.unit == "ms"


def test_what_the_others_hear_stands_beside_the_wait_in_the_browser():
    lines = list(figures(8, SET, [200.0], [100.0], [30.0, 50.0]))[2:]
    assert [line.name for line in lines] == [
        f"8 visitors beside a set: server's answer, p{percent}" for percent in (50, 95)
    ]
    assert (lines[0].value, lines[0].reference, lines[0].ratio) == (40.0, 200.0, 5.0)


def test_one_visitor_alone_is_the_reference():
    for line in figures(1, ALONE, [80.0, 90.0], [80.0, 90.0]):
        assert line.name.startswith("1 visitor alone") and line.ratio == 1.0


@pytest.mark.parametrize(
    ("wait", "verdict"), [(599.0, "reached (599.0)"), (600.0, "missed (600.0)")]
)
def test_the_goal_is_for_all_visitors_beside_all_work(wait, verdict):
    found = [
        line
        for count, load, value in ((8, ALONE, 90.0), (1, BOTH, 200.0), (8, BOTH, wait))
        for line in figures(count, load, [value], [50.0])
    ]
    line = goal_line(found)
    assert "8 visitors beside a set and a training: wait, p95" in line and line.endswith(verdict)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--visitors", "0"], "--visitors takes 1 to 50, not 0."),
        (["--visitors", "51"], "--visitors takes 1 to 50, not 51."),
        (["--visitors", "8", "--only", "sets"], "--visitors goes with --only visitors"),
        (["--visitors", "8", "--browser"], "--visitors is a measurement of its own"),
        (["--visitors", "8", "--scale", "10"], "--visitors is a measurement of its own"),
    ],
)
def test_what_does_not_go_together_is_said_before_long_work(arguments, words, capsys):
    assert main(["benchmark", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.browser
@pytest.mark.slow
def test_two_visitors_wait_alone_and_beside_a_set_and_a_training(monkeypatch):
    if not can_visit():
        pytest.skip("there is no Chromium here")
    monkeypatch.setattr(visitors, "LOOKS", (0.1, 0.3))
    lines = list(measure_visitors(visitors=2, drags=1))
    assert [line.name for line in lines] == [
        f"{who} {load}: {what}, p{percent}"
        for load in (ALONE, SET, BOTH)
        for who, what in (
            ("1 visitor", "wait"),
            ("2 visitors", "wait"),
            ("2 visitors", "server's answer"),
        )
        for percent in (50, 95)
    ]
    assert all(0 < line.value < np.inf for line in lines)
    assert lines[0].value == lines[1].value == lines[0].reference  # of a single drag
