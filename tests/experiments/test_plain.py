"""The plain path over draws: what is judged, and what the table says of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from ganssl.experiments.label_efficiency import Plan
from ganssl.experiments.plain import FIGURES, judged, plain_table, run_plain
from ganssl.photos import read_photos
from ganssl.photos.prepared import PreparedPhotos
from tests.helpers.mouth_extractor import mouth_extractor
from tests.helpers.planted_classifier import held_photos, placed_classifier
from tests.helpers.small_model import small_model
from tests.helpers.synthetic_photos import write_celeba


@pytest.mark.slow
def test_a_draw_is_judged_as_evaluate_does_and_beside_half():
    trained, placed = placed_classifier()
    held, answers, folder = held_photos(share=0.1)
    pixels = np.zeros((500, 8, 8, 3), np.uint8)
    prepared = PreparedPhotos(folder, pixels, None, ["aligned frame"] * 500, [], [])
    row = judged(placed, held, prepared, "Hat")
    known = answers >= 0
    half = np.mean((placed.scores(held[known]) >= 0.5) == answers[known])
    assert row["accuracy_at_half"] == pytest.approx(half) and row["accuracy"] > half
    assert row["majority"] == pytest.approx(1.0 - answers[known].mean())
    expected = row["expected"]
    assert row["covered"] == (expected["low"] <= row["accuracy"] <= expected["high"])
    assert judged(trained, held, prepared, "Hat")["covered"] is None
    beyond = {**expected, "low": 0.0, "high": 0.1}
    off = replace(placed, metrics=placed.metrics | {"expected": beyond})
    assert judged(off, held, prepared, "Hat")["covered"] is False


def test_the_table_has_means_over_draws_and_how_often_the_interval_held():
    def row(seed: int, accuracy: float, covered: bool | None) -> dict:
        values = dict.fromkeys(FIGURES, 0.5) | {"accuracy": accuracy, "covered": covered}
        told = {"accuracy": accuracy, "low": 0.8, "high": 0.9}
        values["expected"] = None if covered is None else told
        return {"attribute": "Male", "labels_per_class": 50, "seed": seed, **values}

    text = plain_table([row(0, 0.9, True), row(1, 0.92, False), row(2, 0.94, None)])
    lines = text.splitlines()
    assert "Male, 50+50, 3 draws" in lines[1] and "0.920 ± 0.050" in lines[1]
    assert lines[1].endswith("0.910 (0.800-0.900)               1 of 2")
    assert lines[2].endswith("none.") and "held the accuracy in 1 of 2 draws" in lines[4]
    poor = [{**row(0, 0.45, None), "attribute": "Wearing_Hat"}, row(0, 0.9, None)]
    poor.append({**row(0, 0.5, None), "attribute": "Blurry"})  # the commoner class has a half
    lines = plain_table(poor).splitlines()
    assert lines[4] == "Below the commoner class: Wearing_Hat, 50+50."
    assert lines[5] == "As good as the commoner class: Blurry, 50+50."


@pytest.mark.slow
def test_each_draw_goes_the_whole_path(tmp_path):
    photos = read_photos(write_celeba(tmp_path / "celeba", 90))
    plan = Plan(("Male",), (6,), seeds=2, faces=100)
    steps = []
    rows = run_plain(
        small_model(),
        mouth_extractor(),
        photos,
        plan,
        tmp_path / "cache",
        lambda name: lambda *step: steps.append((name, *step)),
    )
    assert [row["seed"] for row in rows] == [0, 1] and steps[-1] == ("draws", 2, 2)
    assert all(0.0 <= row[figure] <= 1.0 for row in rows for figure in FIGURES)
    json.dumps(rows, allow_nan=False)
    assert plain_table(rows).count("Male") == 1
