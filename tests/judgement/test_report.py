"""The figures and the report hold what was measured, and the report loads nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from ganssl.attributes import Attribute
from ganssl.classifier import train_classifier
from ganssl.classifier.classifier import Source
from ganssl.classifier.heads.head import CurvePoint
from ganssl.classifier.train import LabelledRows
from ganssl.errors import UserError
from ganssl.features.extractor import BatchedExtractor
from ganssl.judgement.compare import compare_methods
from ganssl.judgement.figures import (
    calibration_figure,
    comparison_figure,
    confusion_figure,
    learning_curve,
    roc_figure,
)
from ganssl.judgement.methods import Judging
from ganssl.judgement.report import report_html
from ganssl.metrics.classification import auc_interval, roc_band
from ganssl.photos.photo_files import MemoryFiles
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.prepared import PreparedPhotos
from ganssl.photos.uploads import Refusal
from tests.helpers.planted_features import SIZE, planted_features

SMILING = Attribute("Smiling", "neutral", "<smiling>")
COUNT = 120


def scored(count: int = 200, seed: int = 0):
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % 2).astype(np.int8)
    return labels, 1 / (1 + np.exp(-rng.normal(size=count) - 1.5 * (labels - 0.5)))


@pytest.fixture(scope="module")
def comparison():
    """Planted features, which the extractor reads from the photos' first pixels."""
    rows, labels = planted_features(COUNT, seed=1)

    def run(pixels: np.ndarray) -> np.ndarray:
        return rows[pixels[:, 0, 0, 0]]

    extractor = BatchedExtractor("planted", "planted & true", "aaaaaaaaaaaa", SIZE, run, side=1)
    classifier = replace(
        train_classifier(LabelledRows(*planted_features(300, seed=2)), SMILING, "logistic"),
        source=Source("planted", "aaaaaaaaaaaa", recipe={"attribute": "Smiling", "count": 300}),
    )
    names = [f"<b>{i}.png" for i in range(COUNT)]
    young = (np.arange(COUNT) % 3 == 0).astype(np.int8)
    photos = PhotoSet(
        names,
        ("Smiling", "Young"),
        np.stack([labels, young], axis=1),
        None,
        None,
        "test",
        MemoryFiles({}),
    )
    pixels = np.broadcast_to(
        np.arange(COUNT, dtype=np.uint8)[:, None, None, None], (COUNT, 8, 8, 3)
    )
    prepared = PreparedPhotos(
        photos, pixels, None, ["aligned frame"] * COUNT, [], [Refusal("x.png", "It is <empty>.")]
    )
    return compare_methods(
        classifier, extractor, prepared, Judging(slices=["Young"], few_per_class=5)
    )


def test_the_roc_figure_has_scikit_learns_points():
    labels, scores = scored()
    alarms, found, thresholds = roc_curve(labels, scores)
    figure = roc_figure(labels, scores, threshold=0.6)
    curve = next(trace for trace in figure.data if trace.name == "ROC")
    np.testing.assert_array_equal(curve.x, alarms)
    np.testing.assert_array_equal(curve.y, found)
    np.testing.assert_array_equal(curve.customdata, thresholds)
    point = next(trace for trace in figure.data if trace.name == "threshold 0.600")
    called = scores >= 0.6
    assert (point.x[0], point.y[0]) == (called[labels == 0].mean(), called[labels == 1].mean())
    with pytest.raises(UserError, match="both classes"):
        roc_figure(np.ones(4, int), np.arange(4.0))


def test_the_band_holds_the_curve_and_narrows_with_more_photos():
    labels, scores = scored(400)
    band = roc_band(labels, scores)
    alarms, found, _ = roc_curve(labels, scores)
    middle = np.interp(band.false_alarms, alarms, found)
    assert np.all((band.low <= middle + 0.02) & (middle - 0.02 <= band.high))
    low, high = auc_interval(labels, scores)
    assert np.trapezoid(band.low, band.false_alarms) < low
    assert np.trapezoid(band.high, band.false_alarms) > high
    many = roc_band(*scored(6400))
    assert np.mean(many.high - many.low) < 0.4 * np.mean(band.high - band.low)


@pytest.mark.slow
def test_the_other_figures_show_the_numbers(comparison):
    judgement = comparison.result.judgement
    (heat,) = confusion_figure(judgement).data
    assert list(heat.x) == list(heat.y) == ["neutral", "<smiling>"]
    counts = [[int(cell.partition("<")[0]) for cell in row] for row in heat.text]
    assert counts == [list(row) for row in judgement.confusion_matrix]
    (dots,) = comparison_figure(comparison.table).data
    assert list(dots.x) == [row["accuracy"] for row in comparison.table]
    assert dots.x[1] + dots.error_x.array[1] == pytest.approx(judgement.ci95[1])
    points = calibration_figure(comparison.result.labels, comparison.result.scores).data[1]
    assert sum(points.customdata) == judgement.n
    assert np.all(np.diff(points.x) > 0)
    curve = [CurvePoint(i, 9, 1 / i, 2 / i, 0.5 + i / 20) for i in (1, 2, 3)]
    assert [trace.name for trace in learning_curve(curve).data] == [
        "loss, training faces", "loss, held-out faces", "accuracy, held-out faces",
    ]  # fmt: skip
    assert list(learning_curve(curve).data[1].y) == [2, 1, 2 / 3]
    assert len(learning_curve([CurvePoint(1, 1, 0.5)]).data) == 1


class Tags(HTMLParser):
    """Collects tags and checks that they are closed in order."""

    VOID = ("meta", "polygon", "polyline", "rect", "circle", "line")

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.links, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [name for name, _ in attrs if name in ("src", "href", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.slow
def test_the_report_is_whole_and_loads_nothing(comparison):
    html = report_html(comparison)
    page = Tags()
    page.feed(html)
    assert page.open == [] and page.links == []
    assert not set(page.tags) & {"script", "link", "img", "iframe", "object", "b"}
    assert not re.search(r"https?:|//\w|url\(|@import", html)
    assert page.tags.count("svg") == 3
    judgement = comparison.result.judgement
    text = re.sub(r"<[^>]+>", "", html)
    assert (
        judgement.verdict.replace("'", "&#x27;").replace("<", "&lt;").replace(">", "&gt;") in text
    )
    assert f"{judgement.accuracy:.3f}" in text and f"{judgement.auc:.3f}" in text
    for row in comparison.table:
        assert row["method"].replace("'", "&#x27;") in text
    for words in (
        "planted &amp; true", "&quot;count&quot;: 300", "no fact about a person", "not Young",
        "x.png: It is &lt;empty&gt;.", "No photo is in this file",
    ):  # fmt: skip
        assert words in text


def test_the_report_draws_the_points_that_the_page_draws(comparison):
    """Intervals of the reliability figure, and the diamond of the threshold."""
    labels, scores = comparison.result.labels, comparison.result.scores
    html = report_html(comparison)
    points = calibration_figure(labels, scores).data[1]
    ends = np.stack([points.y - points.error_y.arrayminus, points.y + points.error_y.array], 1)
    drawn = re.findall(r'polyline class="interval" points="([^"]+)"', html)
    found = [[1 - (float(p.split(",")[1]) - 12) / 280 for p in one.split()] for one in drawn]
    np.testing.assert_allclose(found, ends, atol=1e-3)
    assert html.count('<circle class="point"') == len(points.x) + len(comparison.table)
    threshold = comparison.result.judgement.threshold
    mark = roc_figure(labels, scores, threshold).data[-1]
    place = re.search(r'class="mark".*?translate\(([\d.]+) ([\d.]+)\)', html)
    assert (float(place[1]) - 54) / 280 == pytest.approx(mark.x[0], abs=1e-3)
    assert 1 - (float(place[2]) - 12) / 280 == pytest.approx(mark.y[0], abs=1e-3)


def test_the_reports_curve_is_the_roc_curve(comparison):
    html = report_html(comparison)
    curve = re.findall(r'polyline class="curve" points="([^"]+)"', html)[0]
    points = [tuple(map(float, point.split(","))) for point in curve.split()]
    alarms, found, _ = roc_curve(comparison.result.labels, comparison.result.scores)
    assert len(points) == len(alarms)
    assert points[0][0] == 54 and points[-1][1] == 12  # the corners of the square
    assert all(a[0] <= b[0] and a[1] >= b[1] for a, b in pairwise(points))
    x = [(x - 54) / 280 for x, _ in points]
    np.testing.assert_allclose(x, alarms, atol=1e-3)
    np.testing.assert_allclose([1 - (y - 12) / 280 for _, y in points], found, atol=1e-3)
