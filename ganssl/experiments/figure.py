"""The label-efficiency curve as a Plotly figure, for pages, notebooks and the command."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ganssl.experiments.cell import CO_TRAINED, SYNTHETIC, TUNED
from ganssl.experiments.choice import PER_CLASS
from ganssl.experiments.summary import chosen
from ganssl.judgement.baselines import ALL, BOTH, DIRECTION, FEW

LINES: dict[str, dict] = {
    FEW: dict(color="#888888", dash="dot"),
    TUNED: dict(color="#555555", dash="dash"),
    DIRECTION: dict(color="#cc79a7", dash="dot"),
    CO_TRAINED: dict(color="#e69f00"),
    SYNTHETIC: dict(color="#0072b2", width=3),
    BOTH: dict(color="#009e73"),
}
"""The methods that are drawn; the table has all. Okabe & Ito's colours (2008)."""

STEP = 0.03
"""Neighbouring methods lie so far apart (a share of the count), so that bars do not cover."""

PANEL_HEIGHT, PANEL_WIDTH = 420, 380


def label_efficiency_figure(
    found: Sequence[dict],
    test: str = "validation",
    figure: str = "accuracy",
    choice: str = PER_CLASS,
) -> go.Figure:
    """One panel for each attribute: mean over the draws with its 95 % interval.

    Args:
        found: rows of `ganssl.experiments.summary.summary`.
        figure: `accuracy`, `balanced_accuracy` or `auc`.
        choice: of the photos that are labelled.
    """
    rows = [row for row in chosen(found, choice) if row["test"] == test]
    attributes = list(dict.fromkeys(row["attribute"] for row in rows))
    titles = [name.replace("_", " ") for name in attributes]
    drawn = make_subplots(1, len(attributes), subplot_titles=titles, horizontal_spacing=0.07)
    for column, attribute in enumerate(attributes, start=1):
        own = [row for row in rows if row["attribute"] == attribute]
        for place, (method, line) in enumerate(LINES.items()):
            points = [row for row in own if row["method"] == method]
            drawn.add_trace(
                _curve(points, figure, method, line, place, column == 1), row=1, col=column
            )
        bound = next(row for row in own if row["method"] == ALL)
        drawn.add_hline(
            y=bound[figure],
            line=dict(color="#999999", dash="dash", width=1),
            annotation_text=ALL,
            annotation_position="top left",
            row=1,
            col=column,
        )
    counts = sorted({row["labels_per_class"] for row in rows if row["labels_per_class"]})
    drawn.update_xaxes(
        type="log", tickvals=counts, ticktext=[str(n) for n in counts], title="labels per class"
    )
    drawn.update_yaxes(title_text=figure.replace("_", " "), col=1)
    drawn.update_layout(
        height=PANEL_HEIGHT,
        width=PANEL_WIDTH * len(attributes),
        legend=dict(orientation="h", y=-0.22),
        margin=dict(l=10, r=10, t=40, b=10),
        template="plotly_white",
        hovermode="x unified",
    )
    return drawn


def _curve(points, figure: str, method: str, line: dict, place: int, first: bool) -> go.Scatter:
    halves = [
        (ends[1] - ends[0]) / 2 if (ends := point[f"{figure}_interval"]) else 0.0
        for point in points
    ]
    shift = 1.0 + STEP * (place - len(LINES) / 2)
    return go.Scatter(
        x=[point["labels_per_class"] * shift for point in points],
        y=[point[figure] for point in points],
        error_y=dict(array=halves, width=2, thickness=1),
        name=method,
        legendgroup=method,
        showlegend=first,
        line=line,
        mode="lines+markers",
        hovertemplate="%{y:.3f}",
    )
