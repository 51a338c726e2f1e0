"""Heads, training, filtering and the folder of a classifier, on planted features."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from ganssl.attributes import Attribute
from ganssl.base.job import Cancelled
from ganssl.classifier import (
    HEADS,
    Source,
    calibrated,
    doubtful_rows,
    load_classifier,
    save_classifier,
    train_classifier,
)
from ganssl.classifier.heads.forest import ForestHead
from ganssl.classifier.heads.head import Fit
from ganssl.classifier.heads.registry import head_from_arrays, make_head
from ganssl.classifier.train import LabelledRows
from ganssl.classifier.watch import Watch
from ganssl.errors import UserError
from ganssl.photos.preprocess import Preprocess
from tests.helpers.planted_features import SIZE, planted_features

SMILING = Attribute("Smiling", "neutral", "smiling")
QUICK = {"linear": {}, "dense": {}, "logistic": {}, "forest": {"trees": 40}}
BY_KERAS = ("linear", "dense")
EACH_HEAD = [
    pytest.param(head, marks=pytest.mark.slow) if head in BY_KERAS else head for head in HEADS
]


@pytest.mark.parametrize("head", EACH_HEAD)
def test_every_head_learns_reports_and_says_which_class_is_positive(head: str):
    features, labels = planted_features(800)
    points = []
    found = train_classifier(
        LabelledRows(features, labels),
        SMILING,
        head,
        seed=3,
        **QUICK[head],
        watch=Watch(curve=points.append),
    )
    other, truth = planted_features(800, seed=1)
    scores = found.scores(other)
    assert scores.dtype == np.float32 and scores.shape == (800,)
    assert np.all((scores >= 0) & (scores <= 1))
    assert roc_auc_score(truth, scores) > 0.96  # polarity too; the best possible is 0.983
    assert np.mean(found.predict(other) == truth) > 0.89
    assert found.metrics["trained_on"] + found.metrics["held_out"] == 800
    assert found.metrics["held_out_auc"] > 0.93
    assert points and points == found.curve
    assert points[-1].held_loss < 0.45 and points[-1].held_accuracy > 0.85
    assert [p.step for p in points] == sorted({p.step for p in points})


@pytest.mark.parametrize("head", EACH_HEAD)
def test_the_same_seed_gives_the_same_classifier(head: str):
    features, labels = planted_features(200)

    def scores(seed: int) -> np.ndarray:
        found = train_classifier(
            LabelledRows(features, labels), SMILING, head, seed=seed, **QUICK[head]
        )
        return found.scores(features)

    first = scores(5)
    np.random.random()  # the global state must not matter
    np.testing.assert_array_equal(first, scores(5))
    assert not np.array_equal(first, scores(6))


@pytest.mark.slow
def test_linear_and_logistic_minimise_the_same():
    features, labels = planted_features(600, separation=2.0)
    rows = (features - features.mean(axis=0)) / features.std(axis=0)
    exact = make_head("logistic").fit(rows, labels)
    trained = make_head("linear", passes=200).fit(rows, labels)
    expected = LogisticRegression(C=0.003).fit(rows, labels).predict_proba(rows)[:, 1]
    np.testing.assert_allclose(exact.scores(rows), expected, atol=1e-3)
    np.testing.assert_allclose(trained.scores(rows), expected, atol=0.02)


def test_the_forest_answers_as_scikit_learn_does():
    features, labels = planted_features(300)
    head = make_head("forest", trees=30).fit(features, labels, Fit(seed=4))
    model = RandomForestClassifier(30, min_samples_leaf=3, max_samples=1.0, random_state=4)
    expected = model.fit(features, labels).predict_proba(features)[:, 1]
    np.testing.assert_allclose(head.scores(features), expected, atol=1e-6)
    assert [p.step for p in head.curve] == [20, 30]


@pytest.mark.slow
def test_training_stops_where_the_held_out_loss_is_lowest():
    """Wide rows of noise: the training loss falls on and on, the held-out loss turns."""
    rng = np.random.default_rng(0)
    rows, labels = rng.normal(size=(120, 60)).astype(np.float32), np.arange(120) % 2
    held = rng.normal(size=(120, 60)).astype(np.float32), np.arange(120) % 2
    head = make_head("dense", dropout=0.0, passes=200)
    head.fit(rows, labels, Fit(holdout=held))
    losses = [p.held_loss for p in head.curve]
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + head.patience + 1 < 200
    assert head.curve[-1].loss < head.curve[best].loss
    scores = np.clip(head.scores(held[0]), 1e-6, 1 - 1e-6)
    kept = -np.mean(np.log(np.where(held[1] == 1, scores, 1 - scores)))
    assert kept == pytest.approx(losses[best], abs=1e-5)


@pytest.mark.slow
def test_a_stop_is_obeyed_at_once():
    features, labels = planted_features(200)
    points = []
    with pytest.raises(Cancelled):
        train_classifier(
            LabelledRows(features, labels),
            SMILING,
            "dense",
            watch=Watch(curve=points.append, cancelled=lambda: len(points) == 2),
        )
    assert len(points) == 2


@pytest.mark.slow
def test_groups_stay_on_one_side_and_weights_count():
    features, labels = planted_features(150)
    rows, answers = np.tile(features, (3, 1)), np.tile(labels, 3)
    groups = np.tile(np.arange(150), 3)
    found = train_classifier(
        LabelledRows(rows, answers, groups=groups), SMILING, "logistic", holdout_share=0.2
    )
    assert found.metrics["held_out"] % 3 == 0 and found.metrics["held_out"] == 90
    flipped = np.concatenate([labels, 1 - labels])
    weights = np.concatenate([np.full(150, 1.9), np.full(150, 0.1)])
    for head in HEADS:
        found = train_classifier(
            LabelledRows(np.tile(features, (2, 1)), flipped, weights=weights),
            SMILING,
            head,
            holdout_share=0.0,
            **QUICK[head],
        )
        assert np.mean(found.predict(features) == labels) > 0.8, head  # 0.5 if they did not count


def test_standardisation_comes_from_the_training_faces_and_quiet_features_are_not_blown_up():
    features, labels = planted_features(300)
    features[:, 0] = 1.0 + 1e-5 * np.arange(300)  # hardly varies in the generator
    found = train_classifier(LabelledRows(features, labels), SMILING, "logistic", holdout_share=0.0)
    np.testing.assert_allclose(found.mean, features.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(found.scale[1:], features[:, 1:].std(axis=0), rtol=1e-2, atol=0.2)
    photos = features.copy()
    photos[:, 0] += 0.1
    assert np.abs(found.scores(photos) - found.scores(features)).max() < 0.02
    others = planted_features(50, seed=2)[0]
    found = train_classifier(
        LabelledRows(features, labels, standard=others), SMILING, "logistic", holdout_share=0.0
    )
    np.testing.assert_allclose(found.mean, others.mean(axis=0), rtol=1e-4)


def test_filtering_finds_the_wrong_labels_and_spares_the_holdout():
    features, labels = planted_features(600, separation=5.0)
    wrong = np.random.default_rng(0).permutation(600)[:60]
    labels[wrong] = 1 - labels[wrong]
    marked = doubtful_rows(features, labels, 0.1)
    counts = [int(0.1 * np.sum(labels == answer)) for answer in (0, 1)]
    assert [np.sum(marked & (labels == answer)) for answer in (0, 1)] == counts
    assert np.isin(np.flatnonzero(marked), wrong).mean() > 0.9
    found = train_classifier(
        LabelledRows(features, labels), SMILING, "logistic", doubtful_share=0.1
    )
    assert 50 <= found.metrics["dropped_as_doubtful"] <= 54 and found.metrics["held_out"] == 60
    assert 0.8 < found.metrics["held_out_accuracy"] < 0.97  # the holdout keeps its wrong labels


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": np.zeros(40, int)}, "0 present and 40 absent"),
        ({"labels": np.eye(40)[0].astype(int)}, "1 present"),
        ({"labels": np.full(40, -1)}, "labels 0 and 1"),
        ({"labels": np.zeros(39, int)}, "do not fit together"),
        ({"features": np.full((40, SIZE), np.nan)}, "no numbers"),
        ({"head": "oracle"}, "choose from linear"),
        ({"holdout_share": 1.0}, "held-out share"),
        ({"doubtful_share": 1.0}, "doubtful share"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(change: dict, message: str):
    features, labels = planted_features(40)
    change = {"features": features, "labels": labels, "head": "logistic", **change}
    with pytest.raises(UserError, match=message):
        rows = LabelledRows(change.pop("features"), change.pop("labels"))
        train_classifier(rows, SMILING, **change)


def test_scores_refuse_rows_of_another_kind():
    found = train_classifier(LabelledRows(*planted_features(40)), SMILING, "logistic")
    with pytest.raises(UserError, match="reads 12 features"):
        found.scores(np.zeros((2, 5), np.float32))
    with pytest.raises(UserError, match="no numbers"):
        found.scores(np.full((2, SIZE), np.nan, np.float32))
    assert found.scores(np.zeros((0, SIZE), np.float32)).shape == (0,)


def test_calibration_mends_a_shift_that_the_default_threshold_does_not():
    found = train_classifier(
        LabelledRows(*planted_features(1000, separation=4.0)), SMILING, "logistic"
    )
    photos, truth = planted_features(2000, seed=1, separation=4.0, share=0.3, shift=2.5)
    assert np.mean(found.predict(photos) == truth) < 0.7
    mended, calibration = calibrated(found, photos)
    assert calibration.trusted and "unlabelled photos" in mended.threshold_from
    assert np.mean(mended.predict(photos) == truth) > 0.95


@pytest.mark.parametrize("head", EACH_HEAD)
def test_a_saved_classifier_comes_back(head: str, tmp_path: Path):
    features, labels = planted_features(200)
    source = Source("face-network", "0123456789ab", Preprocess(64), {"seed": 7, "count": 200})
    found = replace(
        train_classifier(LabelledRows(features, labels), SMILING, head, **QUICK[head]),
        source=source,
    )
    found = found.with_threshold(0.4, "placed by hand")
    save_classifier(found, tmp_path / "c")
    save_classifier(found, tmp_path / "c")  # a classifier may be replaced
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == [
        "MODEL_CARD.md", "arrays.npz", "manifest.json",
    ]  # fmt: skip
    back = load_classifier(tmp_path / "c")
    np.testing.assert_array_equal(back.scores(features), found.scores(features))
    assert back.attribute == SMILING and back.source == source and back.head.kind == head
    assert (back.threshold, back.threshold_from) == (0.4, "placed by hand")
    assert back.metrics == found.metrics
    card = (tmp_path / "c" / "MODEL_CARD.md").read_text(encoding="utf-8")
    for words in ("smiling", "not for identifying", "no fact about a person", "CelebA", '"seed"'):
        assert words in card


def test_damaged_and_foreign_folders_are_refused(tmp_path: Path):
    with pytest.raises(UserError, match="no classifier"):
        load_classifier(tmp_path)
    folder = tmp_path / "c"
    save_classifier(
        train_classifier(LabelledRows(*planted_features(60)), SMILING, "logistic"), folder
    )
    manifest, arrays = folder / "manifest.json", folder / "arrays.npz"
    text, data = manifest.read_text(encoding="utf-8"), arrays.read_bytes()

    def refused(message: str) -> None:
        with pytest.raises(UserError, match=message):
            load_classifier(folder)
        manifest.write_text(text, encoding="utf-8")
        arrays.write_bytes(data)

    arrays.write_bytes(data[: len(data) // 2])
    refused("damaged")
    arrays.write_bytes(data[:200] + b"x" + data[201:])
    refused("damaged")
    arrays.unlink()
    refused("does not exist")
    manifest.write_text("{", encoding="utf-8")
    refused("not JSON")
    manifest.write_text('{"format": 1, "name": "a face model"}', encoding="utf-8")
    refused("not the manifest of a classifier")
    for key, value in (
        ("head", "oracle"),
        ("head", "forest"),
        ("threshold", "high"),
        ("threshold", "Infinity"),
        ("features", {"name": "face-network", "id": "0", "size": 5}),
        ("preprocess", {"size": -1}),
        ("attribute", {"name": ""}),
        ("recipe", None),
    ):
        manifest.write_text(json.dumps({**json.loads(text), key: value}), encoding="utf-8")
        refused("damaged")


def test_a_folder_of_other_things_is_not_overwritten(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("keep me", encoding="utf-8")
    found = train_classifier(LabelledRows(*planted_features(60)), SMILING, "logistic")
    with pytest.raises(UserError, match="holds other files"):
        save_classifier(found, tmp_path)
    with pytest.raises(UserError, match="is a file"):
        save_classifier(found, tmp_path / "letter.txt")


def test_trees_that_lead_in_a_circle_are_refused():
    arrays = make_head("forest", trees=5).fit(*planted_features(60)).to_arrays()
    assert isinstance(head_from_arrays("forest", arrays, SIZE), ForestHead)
    leaf = int(np.flatnonzero(arrays["left"] == -1)[0])
    for name, node, value in (
        ("left", 0, 0),
        ("right", 0, 10**6),
        ("feature", 0, SIZE),
        ("left", 0, -7),
        ("right", leaf, -7),
        ("right", leaf, -(10**6)),
    ):
        broken = {key: values.copy() for key, values in arrays.items()}
        broken[name][node] = value
        with pytest.raises(UserError, match="hang together"):
            head_from_arrays("forest", broken, SIZE)
    with pytest.raises(UserError, match="no numbers"):
        head_from_arrays("forest", arrays | {"cut": np.full_like(arrays["cut"], np.nan)}, SIZE)


def test_the_extractor_must_be_the_one_of_training():
    found = train_classifier(LabelledRows(*planted_features(60)), SMILING, "logistic")
    found = replace(found, source=Source("face-network", "aaaaaaaaaaaa"))

    class Other:
        name, title, id, size = "face-network", "another", "bbbbbbbbbbbb", SIZE

    with pytest.raises(UserError, match="bbbbbbbbbbbb"):
        found.check_extractor(Other())
