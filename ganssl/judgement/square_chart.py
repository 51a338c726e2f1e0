"""What the ROC curve and the reliability figure show, told once.

`ganssl.judgement.figures` draws it with Plotly on the pages, and
`ganssl.judgement.report_figures` as SVG in the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ganssl.metrics.classification import RocBand, calibration, roc, roc_band


class Mark(NamedTuple):
    """One named point."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class SquareChart:
    """A curve in the unit square, with the diagonal behind it.

    Attributes:
        title: what the figure is.
        across, up: what its axes are.
        diagonal: what the diagonal stands for.
        name: of the curve.
        x, y: its points, float `[n]`.
        facts: one more number for each point, `[n]`: a threshold, or a count of photos.
        intervals: the ends of y, float `[n, 2]`; None where single points have none.
        band: around the curve as a whole; None where there is none.
        mark: a point that stands out.
    """

    title: str
    across: str
    up: str
    diagonal: str
    name: str
    x: np.ndarray
    y: np.ndarray
    facts: np.ndarray
    intervals: np.ndarray | None = None
    band: RocBand | None = None
    mark: Mark | None = None


def roc_chart(
    labels: np.ndarray, scores: np.ndarray, threshold: float | None = None
) -> SquareChart:
    """The ROC curve in its bootstrap band, with the point of the threshold.

    Args:
        labels, scores: `[n]`, see `ganssl.metrics.classification.roc`.

    Raises `UserError` for photos of a single class.
    """
    curve = roc(labels, scores)
    mark = None
    if threshold is not None:
        called = np.asarray(scores, np.float64) >= threshold
        alarms, found = (float(np.mean(called[labels == answer])) for answer in (0, 1))
        mark = Mark(f"threshold {threshold:.3f}", alarms, found)
    return SquareChart(
        title="ROC curve",
        across="false alarms",
        up="found",
        diagonal="chance",
        name="ROC",
        x=curve.false_alarms,
        y=curve.found,
        facts=curve.thresholds,
        band=roc_band(labels, scores),
        mark=mark,
    )


def calibration_chart(labels: np.ndarray, scores: np.ndarray) -> SquareChart:
    """Reliability: in each tenth of the scores, the share that is present with its interval."""
    bins = calibration(labels, scores)
    return SquareChart(
        title="Reliability",
        across="mean score",
        up="share that is present",
        diagonal="as it says",
        name="photos, 95 % interval",
        x=np.array([b.mean_score for b in bins]),
        y=np.array([b.present for b in bins]),
        facts=np.array([b.n for b in bins]),
        intervals=np.array([b.ci95 for b in bins]),
    )
