"""Ways of learning and of reading a photo, judged on photos from elsewhere."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ganssl.experiments import elsewhere
from ganssl.experiments.elsewhere import (
    ALIGNED,
    OFF_THE_FRAME,
    TRAININGS,
    UNALIGNED,
    SeenPhotos,
    elsewhere_tables,
    judged,
    run_elsewhere,
)
from ganssl.experiments.label_efficiency import VALIDATION, Plan
from ganssl.judgement.elsewhere import AS_THEY_ARE, EVERY_VIEW, VIEWS
from ganssl.judgement.placing import place_threshold
from ganssl.photos import read_photos
from tests.helpers.mouth_extractor import mouth_extractor
from tests.helpers.planted_classifier import held_photos, placed_classifier
from tests.helpers.small_model import small_model
from tests.helpers.synthetic_photos import write_celeba


@pytest.mark.slow
def test_each_kind_and_view_is_judged_with_the_threshold_that_these_photos_place():
    _, classifier = placed_classifier()
    held, answers, folder = held_photos(share=0.3)
    rng = np.random.default_rng(0)
    views = np.stack([held + rng.normal(scale=2.0, size=held.shape) for _ in range(6)])
    seen = {AS_THEY_ARE: np.stack([held] * 6), "small": views.astype(np.float32)}
    rows = judged(classifier, SeenPhotos("x", folder, seen), "Hat")
    assert len(rows) == 2 * len(VIEWS) and {row["n"] for row in rows} == {480}
    found = {(row["photos"], row["views"]): row for row in rows}
    whole, known = found[AS_THEY_ARE, "one view"], answers >= 0
    placed, _ = place_threshold(classifier, held)
    right = (placed.scores(held[known]) >= placed.threshold) == answers[known]
    assert whole["accuracy"] == pytest.approx(right.mean(), abs=0.005)
    assert whole["accuracy_own"] != whole["accuracy"]  # three times as many are present here
    assert found["small", EVERY_VIEW.title]["auc"] > found["small", "one view"]["auc"] + 0.02


def test_the_table_sets_ways_side_by_side():
    def row(seed: int, training: str, views: str, accuracy: float) -> dict:
        return {
            "attribute": "Male", "labels_per_class": 50, "seed": seed, "training": training,
            "test": VALIDATION, "photos": "grey", "views": views, "n": 100, "accuracy": accuracy,
            "accuracy_own": 0.5, "auc": 0.9,
        }  # fmt: skip

    rows = [
        row(seed, training, views.title, 0.7 + 0.1 * at + 0.02 * seed)
        for seed in (0, 1)
        for at, training in enumerate(TRAININGS)
        for views in VIEWS
    ]
    lines = elsewhere_tables(rows).splitlines()
    assert lines[0] == "Male, 50+50 labels, 2 draws, 100 photos: validation"
    assert [lines[1].count(training) for training in TRAININGS] == [2, 2]
    assert lines[3].startswith("grey") and lines[3].count("0.710") == lines[3].count("0.810") == 2


@pytest.mark.slow
def test_every_way_is_judged_on_every_photo(tmp_path, monkeypatch):
    monkeypatch.setattr(elsewhere, "TURNED", 2)
    photos = read_photos(write_celeba(tmp_path / "celeba", 60))
    also = photos.part("test")
    rows = run_elsewhere(
        small_model(),
        mouth_extractor(),
        photos,
        Plan(("Male",), (6,), seeds=1, faces=100),
        [("others", also)],
        tmp_path / "cache",
    )
    tests = {row["test"]: row["n"] for row in rows}
    assert tests == {VALIDATION: 20, "others": 20, OFF_THE_FRAME: 2}
    assert {row["training"] for row in rows} == set(TRAININGS)
    turned = [row["photos"] for row in rows if row["test"] == OFF_THE_FRAME]
    assert set(turned) == {ALIGNED, UNALIGNED}
    assert all(0.0 <= row["accuracy"] <= 1.0 for row in rows)
    json.dumps(rows, allow_nan=False)
    assert elsewhere_tables(rows).count("Male, 6+6") == 3
