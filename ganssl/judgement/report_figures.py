"""The report's figures as inline SVG, which needs no script and prints well."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ganssl.judgement.judge import MAJORITY
from ganssl.judgement.square_chart import SquareChart

SIDE, LEFT, TOP, RIGHT, BOTTOM = 280, 54, 12, 14, 44
"""Pixels of the unit square, and of the margins around it."""

TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
NAMES_WIDTH, ROW_HEIGHT = 190, 26


def square_svg(chart: SquareChart) -> str:
    """Band, diagonal, intervals and curve; a diamond is what stands out."""
    marks = []
    if chart.band is not None:
        high, low = (
            np.stack([chart.band.false_alarms, edge], axis=1)
            for edge in (chart.band.high, chart.band.low)
        )
        outline = np.concatenate([high, low[::-1]])
        marks.append(f'<polygon class="band" points="{_points(outline)}"/>')
    marks.append(_line("chance", [(0, 0), (1, 1)]))
    curve = np.stack([chart.x, chart.y], axis=1)
    if chart.intervals is not None:
        marks += [
            _line("interval", [(x, end) for end in ends])
            for x, ends in zip(chart.x, chart.intervals, strict=True)
        ]
    marks.append(_line("curve", curve))
    if chart.intervals is not None:
        places = (_place(x, y) for x, y in curve)
        marks += [f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in places]
    if chart.mark is not None:
        x, y = _place(chart.mark.x, chart.mark.y)
        marks.append(
            f'<rect class="mark" x="-5" y="-5" width="10" height="10" '
            f'transform="translate({x:.1f} {y:.1f}) rotate(45)"/>'
        )
    return _unit_square(chart.title, chart.across, chart.up, marks)


def comparison_svg(table: Sequence[dict]) -> str:
    """Accuracy of each method with its 95 % interval; a dashed line at the majority class.

    Args:
        table: rows of `ganssl.judgement.judge.comparison_table`.
    """
    height = ROW_HEIGHT * len(table)

    def across(value: float) -> float:
        return NAMES_WIDTH + SIDE * value

    marks = []
    for row, figures in enumerate(table):
        y = ROW_HEIGHT * (row + 0.5)
        low, high = figures["ci95"]
        if figures["method"] == MAJORITY:
            x = across(figures["accuracy"])
            marks.append(f'<line class="chance" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{height}"/>')
        marks += [
            f'<text x="{NAMES_WIDTH - 10}" y="{y + 4:.1f}" text-anchor="end">'
            f"{escape(figures['method'])}</text>",
            f'<line class="interval" x1="{across(low):.1f}" y1="{y}" '
            f'x2="{across(high):.1f}" y2="{y}"/>',
            f'<circle class="point" cx="{across(figures["accuracy"]):.1f}" cy="{y}" r="5"/>',
        ]
    for tick in TICKS:
        marks.append(
            f'<text x="{across(tick):.1f}" y="{height + 16}" text-anchor="middle">{tick:g}</text>'
        )
    box = f'<rect class="frame" x="{NAMES_WIDTH}" y="0" width="{SIDE}" height="{height}"/>'
    width = NAMES_WIDTH + SIDE + RIGHT
    return _svg("Accuracy with 95 % interval", width, height + 22, [box, *marks])


def _unit_square(title: str, across: str, up: str, marks: list[str]) -> str:
    frame = [f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}"/>']
    for tick in TICKS:
        x, y = _place(tick, tick)
        frame += [
            f'<text x="{x:.1f}" y="{TOP + SIDE + 16}" text-anchor="middle">{tick:g}</text>',
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>',
        ]
    middle = TOP + SIDE / 2
    frame += [
        f'<text x="{LEFT + SIDE / 2}" y="{TOP + SIDE + 36}" text-anchor="middle">{across}</text>',
        f'<text x="14" y="{middle}" text-anchor="middle" '
        f'transform="rotate(-90 14 {middle})">{up}</text>',
    ]
    return _svg(title, LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM, frame + marks)


def _svg(title: str, width: float, height: float, marks: list[str]) -> str:
    return (
        f'<svg role="img" aria-label="{title}" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}">{"".join(marks)}</svg>'
    )


def _line(kind: str, points: Sequence | np.ndarray) -> str:
    return f'<polyline class="{kind}" points="{_points(points)}"/>'


def _points(points: Sequence | np.ndarray) -> str:
    return " ".join("{:.1f},{:.1f}".format(*_place(x, y)) for x, y in points)


def _place(x: float, y: float) -> tuple[float, float]:
    """From the unit square to pixels."""
    return LEFT + SIDE * float(x), TOP + SIDE * (1.0 - float(y))
