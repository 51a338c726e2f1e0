"""The study as a waterfall chart and as a table."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ganssl.base.numbers_text import number_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

CHANCE = 0.5
"""Of balanced accuracy and of AUC; plain accuracy starts at the share of the commoner answer."""

UP, DOWN, TOTAL = "#2e7d6b", "#b3541e", "#4f46e5"


def waterfall(result: dict, order: str, measure: str) -> go.Figure:
    """From chance to today's pipeline: each bar is what one mend adds.

    Args:
        result: of `ganssl.reproduce_2017.run_study`.
        order: one of its `orders`.
        measure: one of its `measures`.

    At the right stands the change and the level reached; lines are 95 %
    intervals of the level over the seeds.
    """
    import plotly.graph_objects as go

    steps = result["orders"][order]
    titles = {d["name"]: f"{d['title']} ({d['number']})" for d in result["defects"]}
    wrong = {defect["name"]: defect["wrong"] for defect in result["defects"]}
    figures = [step["figures"][measure] for step in steps]
    levels = [figure["mean"] for figure in figures]
    plain = measure == "reported accuracy"
    chance = result["commoner"]["published"] if plain else CHANCE
    names = [
        "the commoner answer" if plain else "chance",
        "all eleven defects",
        *(f"put right: {titles[step['mended']]}" for step in steps[1:]),
        "today's pipeline",
    ]
    changes = [levels[0] - chance, *(b - a for a, b in pairwise(levels))]
    chart = go.Figure(
        go.Waterfall(
            orientation="h",
            y=names,
            x=[chance, *changes, levels[-1]],
            measure=["absolute", *["relative"] * len(changes), "total"],
            increasing={"marker": {"color": UP}},
            decreasing={"marker": {"color": DOWN}},
            totals={"marker": {"color": TOTAL}},
            connector={"line": {"width": 1, "color": "#999999"}},
            customdata=["", "", *(wrong[step["mended"]] for step in steps[1:]), ""],
            hovertemplate="%{y}<br>%{customdata}<br>reached %{x:.3f}<extra></extra>",
        )
    )
    _add_intervals(chart, names[1:], [*figures, figures[-1]])
    reached = zip(changes, levels, strict=True)
    moved = [f"{number_text(change, '+.2f')} → {level:.2f}" for change, level in reached]
    chart.add_scatter(
        y=names,
        x=[1.03] * len(names),
        text=[f"{chance:.2f}", *moved, f"{levels[-1]:.2f}"],
        mode="text",
        textposition="middle right",
        hoverinfo="skip",
    )
    chart.update_layout(
        showlegend=False,
        height=34 * len(names) + 70,
        margin={"l": 10, "r": 10, "t": 10, "b": 40},
        yaxis={"autorange": "reversed", "automargin": True},
        xaxis={
            "title": result["measures"][measure],
            "range": [0, 1.25],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
    )
    return chart


def _add_intervals(chart: go.Figure, names: list[str], reached: list[dict]) -> None:
    """The 95 % interval of the level that each bar reaches."""
    chart.add_scatter(
        y=names,
        x=[figure["mean"] for figure in reached],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [figure["high"] - figure["mean"] for figure in reached],
            "arrayminus": [figure["mean"] - figure["low"] for figure in reached],
            "thickness": 2,
            "color": "#777777",
        },
        mode="markers",
        marker={"size": 4, "color": "#777777"},
        hoverinfo="skip",
    )


def table(result: dict) -> str:
    """The study as Markdown, for a terminal: figures along each order, then each defect alone."""
    titles = {
        defect["name"]: f"{defect['number']} {defect['title']}" for defect in result["defects"]
    }
    columns = "reported accuracy", "reported auc", "fresh balanced accuracy", "fresh auc"
    head = f"| {' | '.join(columns)} |\n{'|---' * (len(columns) + 1)}|"
    parts = []
    for order, steps in result["orders"].items():
        rows = [
            _row(
                f"mend {titles[step['mended']]}" if step["mended"] else "all defects", step, columns
            )
            for step in steps
        ]
        parts.append("\n".join([f"| {order} {head}", *rows]))
    rows = [_row(titles[row["defect"]], row, columns) for row in result["alone"]]
    parts.append("\n".join([f"| one defect in today's pipeline {head}", *rows]))
    for mend in result["mends"]:
        where = ", ".join(mend["matters"]) or "nowhere"
        parts.append(f"- {titles[mend['defect']]}: matters {where}")
    return "\n\n".join(parts[: len(result["orders"]) + 1]) + "\n\n" + "\n".join(parts[-11:])


def _row(title: str, step: dict, columns: tuple[str, ...]) -> str:
    cells = [step["figures"][name] for name in columns]
    texts = [f"{c['mean']:.3f} ({c['low']:.3f} to {c['high']:.3f})" for c in cells]
    return f"| {title} | {' | '.join(texts)} |"
