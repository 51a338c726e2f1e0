"""Plotly figures of the laboratory, for pages, notebooks and the report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ganssl.attributes import Attribute
from ganssl.laboratory.card import DirectionCard
from ganssl.laboratory.discovery import Found
from ganssl.laboratory.map import ALIKE, CodeMap

OWN, OTHER, MUTED = "#0072b2", "#d55e00", "#888888"
"""Blue, vermilion and grey: told apart with every colour vision (Okabe & Ito 2008)."""

MARGIN = dict(l=10, r=10, t=40, b=10)
SHOWN = 12
BELOW = dict(len=0.5, y=0, yanchor="bottom")
"""Where a map's colours are told: below the toolbar, which is tall."""

SIZE, FADED = 4, 0.25
"""Of a point on a map in pixels; the opacity of one that was not looked for."""


def effects_figure(card: DirectionCard, shown: int = SHOWN) -> go.Figure:
    """What one σ does: the own attribute on top, then those that it moves most besides."""
    effects = ([card.own] if card.own else []) + list(card.others[:shown])
    per_logit = [e.spreads / e.logit if e.logit else 0.0 for e in effects]
    figure = go.Figure(
        go.Bar(
            x=[e.spreads for e in effects],
            y=[Attribute(e.attribute).title for e in effects],
            orientation="h",
            marker_color=[OWN if e is card.own else OTHER for e in effects],
            error_x=dict(
                type="data",
                symmetric=False,
                array=[(e.high - e.logit) * k for e, k in zip(effects, per_logit, strict=True)],
                arrayminus=[(e.logit - e.low) * k for e, k in zip(effects, per_logit, strict=True)],
            ),
            hovertemplate="%{y}: %{x:+.2f}<extra></extra>",
        )
    )
    figure.update_layout(
        title=f"Effect of +1 σ along {card.title}",
        xaxis_title="change of the probe, in standard deviations",
        margin=MARGIN,
        height=60 + 26 * len(effects) + 60,
    )
    return figure.update_yaxes(autorange="reversed")


def response_figure(card: DirectionCard) -> go.Figure:
    """The own attribute's logit from -3 to 3 σ with its interval; empty without one."""
    steps = [reading.step for reading in card.steps]
    figure = go.Figure()
    if card.own:
        bounds = [r.own_high for r in card.steps] + [r.own_low for r in card.steps][::-1]
        figure.add_scatter(
            x=steps + steps[::-1],
            y=bounds,
            mode="lines",
            fill="toself",
            line_width=0,
            hoverinfo="skip",
            name="95 % interval of the mean",
            fillcolor="rgba(0,114,178,0.2)",
        )
        figure.add_scatter(x=steps, y=[r.own for r in card.steps], name="mean", line_color=OWN)
    figure.update_layout(
        title=f"{Attribute(card.target).title} along the direction" if card.target else "",
        xaxis_title="σ",
        yaxis_title="change of the probe's logit",
        margin=MARGIN,
        height=320,
    )
    return figure


def distance_figure(card: DirectionCard) -> go.Figure:
    """What the steps cost: likeness to the same face, and how far codes leave the data."""
    steps = [reading.step for reading in card.steps]
    figure = go.Figure()
    for name, color, values in (
        ("same person (cosine)", OWN, [r.identity for r in card.steps]),
        ("distance from the mean code (1: natural)", OTHER, [r.distance for r in card.steps]),
        ("share of unlikely codes", MUTED, [r.outside for r in card.steps]),
    ):
        figure.add_scatter(x=steps, y=values, name=name, line_color=color)
    figure.add_hline(
        card.strangers, line_dash="dot", annotation_text="cosine of two different faces"
    )
    figure.update_layout(
        title="What the steps cost",
        xaxis_title="σ",
        margin=MARGIN,
        height=320,
        legend=dict(orientation="h", y=-0.25),
    )
    return figure.update_yaxes(rangemode="tozero")


def matrix_figure(
    values: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    limit: float | None = None,
    row_title: str = "",
    column_title: str = "",
) -> go.Figure:
    """A table of signed numbers as colours, 0 white.

    Args:
        values: float `[len(rows), len(columns)]`; NaN is left blank.
        limit: the value of the strongest colour; None: the largest there is.
    """
    known = np.abs(values[np.isfinite(values)])
    limit = limit or float(known.max(initial=0.0)) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=[Attribute(name).title for name in columns],
            y=[Attribute(name).title for name in rows],
            zmin=-limit,
            zmax=limit,
            colorscale="RdBu",
            texttemplate="%{z:.2f}" if len(columns) <= SHOWN else None,
            hovertemplate="%{y}, %{x}: %{z:+.3f}<extra></extra>",
        )
    )
    figure.update_layout(
        title=title,
        xaxis_title=column_title,
        yaxis_title=row_title,
        margin=MARGIN,
        height=140 + 24 * len(rows),
    )
    return figure.update_yaxes(autorange="reversed")


def strength_figure(found: Sequence[Found], unit: str) -> go.Figure:
    """How strong found directions are, in their method's own order."""
    figure = go.Figure(
        go.Bar(
            x=[one.direction.attribute for one in found],
            y=[one.strength for one in found],
            marker_color=OWN,
        )
    )
    return figure.update_layout(yaxis_title=unit, margin=MARGIN, height=260)


def map_figure(
    code_map: CodeMap,
    values: np.ndarray | None = None,
    title: str = "",
    kinds: Sequence[str] | None = None,
    path: np.ndarray | None = None,
    names: Sequence[str] | None = None,
    found: np.ndarray | None = None,
) -> go.Figure:
    """The map, one point a face; `customdata` of a point is its row.

    Args:
        values: `[n]`, colour by a number, such as `Direction.score`.
        title: of the colours.
        kinds: with it, `values` are whole numbers from -1 (unknown) and these
            are the names of 0, 1, …, such as `Attribute.classes`.
        path: float `[m, k]`, points to join by a line (`CodeMap.place`).
        names: of the points, to show beside the pointer.
        found: int `[m]`, rows that stand out; the others fade.
    """
    figure = go.Figure()
    everyone = np.arange(len(code_map.points))
    sizes, opacities = _looks(code_map.points, found)
    if kinds is None:
        marker = dict(size=sizes, color=OWN, opacity=opacities)
        if values is not None:
            marker |= dict(color=values, colorscale="Viridis", colorbar=dict(title=title, **BELOW))
        _points(figure, code_map.points, everyone, marker, title, names)
    else:
        colors = (MUTED, OTHER, OWN, "#009e73", "#cc79a7", "#e69f00")
        for kind, name in enumerate(("unknown", *kinds), start=-1):
            rows = everyone[values == kind]
            if len(rows):
                marker = dict(
                    size=sizes if found is None else sizes[rows],
                    color=colors[(kind + 1) % len(colors)],
                    opacity=opacities if opacities is None else opacities[rows],
                )
                _points(figure, code_map.points, rows, marker, name, names)
    if path is not None:
        _trace(figure, path, mode="lines+markers", line=dict(color="black"), name="path")
    axes = _axis_titles(code_map)
    if code_map.points.shape[1] == 3:
        figure.update_layout(
            scene=dict(zip(("xaxis_title", "yaxis_title", "zaxis_title"), axes, strict=True))
        )
    else:
        figure.update_layout(xaxis_title=axes[0], yaxis_title=axes[1])
    return figure.update_layout(
        margin=MARGIN,
        height=560,
        dragmode="pan",
        hovermode="closest",
        legend_title_text=title,
        legend=dict(y=BELOW["len"], yanchor="top", itemsizing="constant"),
        modebar_orientation="v",  # beside the points, not over what stands above them
        uirevision=code_map.method,  # other colours leave the view where it is
    )


def _looks(points: np.ndarray, found: np.ndarray | None):
    """Sizes and opacities of points `[n, k]`; points in space have one opacity alone."""
    if found is None:
        return SIZE, None
    sizes, opacities = np.full(len(points), SIZE - 1.0), np.full(len(points), FADED)
    sizes[found], opacities[found] = 2.5 * SIZE, 1.0
    return sizes, None if points.shape[1] == 3 else opacities


def _points(figure: go.Figure, points, rows, marker: dict, name: str, names) -> None:
    _trace(
        figure,
        points[rows],
        mode="markers",
        marker=marker,
        name=name,
        customdata=rows,
        text=None if names is None else [names[i] for i in rows],
        hovertemplate=("%{customdata}" if names is None else "%{text}") + "<extra></extra>",
    )


def _trace(figure: go.Figure, points: np.ndarray, **settings) -> None:
    if points.shape[1] == 3:
        x, y, z = points.T
        figure.add_trace(go.Scatter3d(x=x, y=y, z=z, **settings))
    else:
        figure.add_trace(go.Scattergl(x=points[:, 0], y=points[:, 1], **settings))


def _axis_titles(code_map: CodeMap) -> list[str]:
    count = code_map.points.shape[1]
    if code_map.method == ALIKE:
        return ["near: alike to the face network", ""]
    if code_map.explained is None:
        return [f"UMAP {i + 1}" for i in range(count)]
    shares = enumerate(code_map.explained, start=1)
    return [f"PCA {i} ({share:.0%} of the variance)" for i, share in shares]
