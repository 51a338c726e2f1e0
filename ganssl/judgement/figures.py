"""Plotly figures of a classifier: learning curve, ROC, reliability, confusion, comparison."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ganssl.classifier.heads.head import CurvePoint
from ganssl.judgement.judge import MAJORITY, Judgement
from ganssl.judgement.square_chart import SquareChart, calibration_chart, roc_chart

FIRST, SECOND, GREY = "#4f46e5", "#b45f06", "#8a8d98"
"""Legible on white and on near black."""

BAND = "rgba(79, 70, 229, 0.18)"
UNIT = (-0.02, 1.02)

PLAIN = {"displayModeBar": False}
"""Plotly's configuration for small figures: no buttons in front of them."""


def learning_curve(points: Sequence[CurvePoint]) -> go.Figure:
    """Loss on training and held-out faces, in nats, and the held-out accuracy."""
    steps = [point.step for point in points]
    figure = go.Figure()
    figure.add_scatter(
        x=steps,
        y=[point.loss for point in points],
        name="loss, training faces",
        line=dict(color=FIRST),
        mode="lines+markers",
    )
    if points and points[0].held_loss is not None:
        figure.add_scatter(
            x=steps,
            y=[point.held_loss for point in points],
            name="loss, held-out faces",
            line=dict(color=SECOND, dash="dash"),
            mode="lines+markers",
        )
        figure.add_scatter(
            x=steps,
            y=[point.held_accuracy for point in points],
            name="accuracy, held-out faces",
            line=dict(color=GREY, dash="dot"),
            mode="lines+markers",
            yaxis="y2",
        )
    figure.update_layout(
        xaxis_title="passes over the faces (forest: trees)",
        yaxis=dict(title="loss (nats)", rangemode="tozero"),
        yaxis2=dict(
            title="accuracy",
            overlaying="y",
            side="right",
            range=(0, 1.05),
            tickmode="linear",
            dtick=0.25,
            showgrid=False,
        ),
    )
    return _finished(figure)


def roc_figure(labels: np.ndarray, scores: np.ndarray, threshold: float | None = None) -> go.Figure:
    """The figure of `ganssl.judgement.square_chart.roc_chart`, with its errors."""
    return _square(
        roc_chart(labels, scores, threshold),
        "threshold %{customdata:.3f}<br>found %{y:.1%}, false alarms %{x:.1%}",
    )


def calibration_figure(labels: np.ndarray, scores: np.ndarray) -> go.Figure:
    """The figure of `ganssl.judgement.square_chart.calibration_chart`."""
    return _square(
        calibration_chart(labels, scores),
        "score %{x:.2f}: %{y:.1%} of %{customdata} photos are present",
    )


def confusion_figure(judgement: Judgement) -> go.Figure:
    """Counts of photos: rows are the labels, columns the answers."""
    counts = np.array(judgement.confusion_matrix)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)  # of the label's photos
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=list(judgement.classes),
            y=list(judgement.classes),
            text=[
                [f"{n:,}<br>{share:.0%}" for n, share in zip(*row, strict=True)]
                for row in zip(counts, shares, strict=True)
            ],
            texttemplate="%{text}",
            textfont=dict(color="#1b1d29", size=14),
            colorscale=[[0, "#eeedfc"], [1, "#a19df3"]],
            zmin=0,
            zmax=1,
            showscale=False,
            hovertemplate="labelled %{y}, answered %{x}: %{text}<extra></extra>",
        )
    )
    figure.update_xaxes(title="answered", type="category")
    figure.update_yaxes(title="labelled", type="category", autorange="reversed")
    return _finished(figure)


def comparison_figure(table: Sequence[dict]) -> go.Figure:
    """Accuracy of every method with its 95 % interval, and a line at the majority class.

    Args:
        table: rows of `ganssl.judgement.judge.comparison_table`.
    """
    figure = go.Figure(
        go.Scatter(
            x=[row["accuracy"] for row in table],
            y=[row["method"] for row in table],
            error_x=dict(
                type="data",
                symmetric=False,
                array=[row["ci95"][1] - row["accuracy"] for row in table],
                arrayminus=[row["accuracy"] - row["ci95"][0] for row in table],
            ),
            mode="markers",
            marker=dict(color=FIRST, size=11),
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
    )
    for row in table:
        if row["method"] == MAJORITY:
            figure.add_vline(x=row["accuracy"], line=dict(color=SECOND, dash="dash"))
    figure.update_xaxes(title="accuracy, 95 % interval", range=UNIT)
    figure.update_yaxes(type="category", autorange="reversed")
    figure.update_layout(height=80 + 42 * len(table))
    return _finished(figure)


def _square(chart: SquareChart, hover: str) -> go.Figure:
    """A chart as Plotly's figure; `hover` is the template of what is said of a point."""
    figure = go.Figure()
    if chart.band is not None:
        edge = dict(x=chart.band.false_alarms, mode="lines", line=dict(width=0), hoverinfo="skip")
        figure.add_scatter(y=chart.band.low, showlegend=False, **edge)
        figure.add_scatter(
            y=chart.band.high, fill="tonexty", fillcolor=BAND, name="95 % band", **edge
        )
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line=dict(color=GREY, dash="dot"), name=chart.diagonal
    )
    points = dict(
        x=chart.x, y=chart.y, customdata=chart.facts, name=chart.name, hovertemplate=hover
    )
    if chart.intervals is None:
        figure.add_scatter(mode="lines", line=dict(color=FIRST, width=3), **points)
    else:
        ends = dict(
            type="data",
            symmetric=False,
            array=chart.intervals[:, 1] - chart.y,
            arrayminus=chart.y - chart.intervals[:, 0],
        )
        figure.add_scatter(
            mode="lines+markers",
            line=dict(color=FIRST),
            marker=dict(size=9),
            error_y=ends,
            **points,
        )
    if chart.mark is not None:
        figure.add_scatter(
            x=[chart.mark.x],
            y=[chart.mark.y],
            mode="markers",
            marker=dict(color=SECOND, size=12, symbol="diamond"),
            name=chart.mark.name,
        )
    figure.update_xaxes(title=chart.across, range=UNIT)
    figure.update_yaxes(title=chart.up, range=UNIT)
    return _finished(figure)


def _finished(figure: go.Figure) -> go.Figure:
    legend = dict(orientation="h", yanchor="bottom", y=1.02, x=0)
    return figure.update_layout(margin=dict(l=10, r=10, t=30, b=10), legend=legend)
