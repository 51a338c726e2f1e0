"""A classifier beside other methods, on drawn photos."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from ganssl.attributes import Attribute
from ganssl.base.job import Cancelled
from ganssl.classifier import (
    LabelledFaces,
    PhotoEvidence,
    load_classifier,
    save_classifier,
    train_on_faces,
)
from ganssl.classifier.anchor import Anchor, photo_anchor
from ganssl.errors import UserError
from ganssl.judgement.baselines import (
    BOTH,
    CROSS_VALIDATED,
    DIRECTION,
    FEW,
    SELF_TRAINING,
    SPREADING,
    cross_validated,
    direction_scores,
)
from ganssl.judgement.compare import THIS, compare_methods, draw_few
from ganssl.judgement.judge import MAJORITY
from ganssl.judgement.methods import CHECKED, Judging, labelling_direction
from ganssl.photos.prepared import prepare_photos
from ganssl.photos.preprocess import Preprocess
from ganssl.photos.skin_tone import TITLE
from ganssl.photos.uploads import read_uploads
from tests.helpers.mouth_extractor import mouth_extractor
from tests.helpers.planted_features import planted_features
from tests.helpers.small_model import small_model
from tests.helpers.synthetic_faces import draw_face, draw_faces
from tests.helpers.synthetic_photos import encoded

SMILING = Attribute("Smiling", "neutral", "smiling")
COUNT = 40
UNLABELLED = 4


@pytest.fixture(scope="module")
def upload():
    """40 drawn photos, every second smiling, the last 4 without a label; Young for the first 20."""
    rng = np.random.default_rng(3)
    files, lines = [], ["file,Smiling,Young"]
    for i in range(COUNT):
        files.append((f"{i:02d}.png", encoded(draw_face(rng, i % 2 == 1))))
        label = "" if i >= COUNT - UNLABELLED else i % 2
        lines.append(f"{i:02d}.png,{label},{int(i < 20)}")
    files.append(("labels.csv", "\n".join(lines).encode()))
    return read_uploads(files).photos


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.fixture(scope="module")
def prepared(upload, model):
    return prepare_photos(upload, Preprocess(64), model_preprocess=model.preprocess)


@pytest.fixture(scope="module")
def classifier():
    faces, labels = draw_faces(160, seed=7)
    made = LabelledFaces(faces, labels, SMILING)
    return train_on_faces(made, mouth_extractor(), "logistic", regularisation=1.0)


@pytest.fixture(scope="module")
def full(classifier, prepared, model):
    """Everything there is to compare."""
    faces, labels = draw_faces(160, seed=7)
    return compare_methods(
        classifier,
        mouth_extractor(),
        prepared,
        Judging(slices=["Young"], few_per_class=3, seed=1),
        model=model,
        synthetic=(mouth_extractor().features(faces), labels),
    )


@pytest.mark.slow
def test_every_method_is_judged_on_the_same_photos(full):
    methods = [row["method"] for row in full.table]
    assert methods == [
        MAJORITY, THIS, DIRECTION, FEW, SELF_TRAINING, SPREADING, BOTH, CHECKED, CROSS_VALIDATED,
    ]  # fmt: skip
    judged = COUNT - UNLABELLED - 6
    assert {row["n"] for row in full.table} == {judged} == {full.result.judgement.n}
    by_name = {row["method"]: row for row in full.table}
    assert by_name[THIS]["accuracy"] == full.result.judgement.accuracy > 0.9
    assert by_name[CROSS_VALIDATED]["accuracy"] > 0.7
    assert by_name[THIS]["p"] is None and by_name[MAJORITY]["p"] < 0.01
    groups = [s for s in full.result.judgement.slices if s.column != TITLE]
    assert [(s.value, s.n) for s in groups] == [
        ("not Young", sum(~full.few[20:36])),
        ("Young", sum(~full.few[:20])),
    ]
    json.dumps(full.to_dict(), allow_nan=False)


@pytest.mark.slow
def test_the_few_are_drawn_by_seed_and_not_judged(full, classifier, prepared):
    labels = prepared.photos.column("Smiling")
    assert [int((labels[full.few] == answer).sum()) for answer in (0, 1)] == [3, 3]
    few = {name for name, drawn in zip(prepared.photos.names, full.few, strict=True) if drawn}
    assert not few & set(full.result.names)
    assert set(full.to_dict()["few"]["names"]) == few
    draws = [draw_few(labels, 3, SMILING.classes, seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(draws[0], full.few)
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).any()


@pytest.mark.slow
def test_the_direction_gets_its_boundary_from_the_few(full, model, prepared):
    direction = labelling_direction(full.classifier, model)
    assert direction is model.directions.get("Smiling")
    codes = model.encode(prepared.model_pixels)
    judged = (full.labels >= 0) & ~full.few
    expected = direction_scores(direction, codes[judged], (codes[full.few], full.labels[full.few]))
    row = next(row for row in full.table if row["method"] == DIRECTION)
    right = (expected.scores >= 0.5) == full.labels[judged]
    assert row["accuracy"] == pytest.approx(right.mean())


@pytest.mark.slow
def test_photos_that_a_classifier_learnt_from_are_not_judged(upload, prepared, tmp_path):
    faces, labels = draw_faces(160, seed=7)
    seen = upload.subset(np.arange(10))
    anchor = photo_anchor(seen, "Smiling", mouth_extractor(), Preprocess(64), upload)
    assert len(anchor.labels) == len(anchor.photos) == 10 and len(anchor.unlabelled) == COUNT
    made, evidence = LabelledFaces(faces, labels, SMILING), PhotoEvidence(anchor=anchor)
    trained = train_on_faces(made, mouth_extractor(), "logistic", evidence=evidence)
    assert "10 labelled photos" in trained.threshold_from
    save_classifier(trained, tmp_path / "classifier")
    loaded = load_classifier(tmp_path / "classifier")
    found = compare_methods(loaded, mouth_extractor(), prepared, Judging(few_per_class=2))
    assert found.seen.tolist() == [True] * 10 + [False] * (COUNT - 10)
    assert not (found.seen & found.few).any()
    assert found.result.judgement.n == COUNT - UNLABELLED - 10 - 4
    assert any("learnt from 10 of these photos" in note for note in found.notes)
    assert found.csv().count(b",learnt from\r\n") == 10
    with pytest.raises(UserError, match="learnt from all of these"):
        compare_methods(loaded, mouth_extractor(), prepare_photos(seen, Preprocess(64)))


def test_faces_with_wrong_labels_are_left_out_of_training():
    faces, labels = draw_faces(160, seed=7)
    photos, truth = draw_faces(40, seed=8)
    wrong = np.arange(160) % 5 == 0
    features = mouth_extractor().features(photos)
    trained = train_on_faces(
        LabelledFaces(faces, np.where(wrong, 1 - labels, labels), SMILING),
        mouth_extractor(),
        "logistic",
        evidence=PhotoEvidence(anchor=Anchor(features, truth, features[:0])),
        holdout_share=0.0,
        copies=1,
    )
    dropped = trained.metrics["dropped_as_contradicted"]
    assert 0.8 * wrong.sum() <= dropped <= 1.5 * wrong.sum()
    assert trained.metrics["trained_on"] == 2 * (160 - dropped)  # each face and its copy


@pytest.mark.slow
def test_without_few_photos_what_needs_them_is_left_out_and_said(classifier, prepared, model):
    found = compare_methods(classifier, mouth_extractor(), prepared, model=model)
    assert [row["method"] for row in found.table] == [MAJORITY, THIS, DIRECTION, CROSS_VALIDATED]
    assert any("nothing that learns from few labels" in note for note in found.notes)
    few = compare_methods(classifier, mouth_extractor(), prepared, Judging(few_per_class=2))
    assert BOTH not in [row["method"] for row in few.table]
    assert any("not at hand" in note for note in few.notes)
    assert any("no direction" in note for note in few.notes)


@pytest.mark.slow
def test_the_threshold_is_placed_without_labels_and_kept(classifier, prepared):
    found = compare_methods(
        classifier, mouth_extractor(), prepared, Judging(threshold="prior", positive_share=0.25)
    )
    assert np.mean(found.scores >= found.classifier.threshold) == pytest.approx(0.25)
    assert "25%" in found.classifier.threshold_from and classifier.threshold == 0.5
    assert found.result.judgement.threshold == found.classifier.threshold


def test_the_csv_has_every_photo_that_was_handed_in(classifier, upload):
    broken = replace(upload, files=replace(upload.files, photos=dict(upload.files.photos)))
    broken.files.photos["05.png"] = b"no image"
    prepared = prepare_photos(broken, Preprocess(64))
    found = compare_methods(classifier, mouth_extractor(), prepared, Judging(few_per_class=2))
    rows = list(csv.DictReader(io.StringIO(found.csv().decode("utf-8-sig"))))
    assert sorted(row["file"] for row in rows) == upload.names
    uses = [row["use"] for row in rows]
    assert (uses.count("judged"), uses.count("few labelled")) == (COUNT - UNLABELLED - 5, 4)
    assert (uses.count("no label"), uses[-1]) == (UNLABELLED, "refused")
    judged = [row for row in rows if row["use"] == "judged"]
    right = np.mean([row["label"] == row["answer"] for row in judged])
    assert right == pytest.approx(found.result.judgement.accuracy)
    assert all(row["label"] == "" for row in rows if row["use"] == "no label")


def test_photos_of_one_class_are_judged_without_a_comparison_by_labels(classifier, upload):
    smiling = prepare_photos(upload.subset(upload.column("Smiling") == 1), Preprocess(64))
    found = compare_methods(classifier, mouth_extractor(), smiling)
    assert "nothing can be said" in found.result.judgement.verdict
    assert [row["method"] for row in found.table] == [MAJORITY, THIS]
    assert any("takes 5 or more" in note for note in found.notes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"few_per_class": 18}, "18 photos are labelled 'neutral'.*none is left to be judged"),
        ({"few_per_class": 1}, "must be 2 or more"),
        ({"column": "Bald"}, "no attribute 'Bald'"),
        ({"slices": ["Bald"]}, "no attribute 'Bald'"),
        ({"threshold": "prior"}, "must lie between 0 and 1"),
    ],
)
def test_what_cannot_be_compared_is_said(classifier, prepared, options, message):
    with pytest.raises(UserError, match=message):
        compare_methods(classifier, mouth_extractor(), prepared, Judging(**options))


@pytest.mark.slow
def test_another_extractor_and_a_stop(classifier, prepared):
    other = replace(mouth_extractor(), id="bbbbbbbbbbbb")
    with pytest.raises(UserError, match="trained on the features"):
        compare_methods(classifier, other, prepared)

    def stop(name):
        def report(done, total):
            raise Cancelled

        return report

    with pytest.raises(Cancelled):
        compare_methods(classifier, mouth_extractor(), prepared, progress=stop)


def test_cross_validation_never_answers_from_a_photos_own_label():
    """Labels tossed by a coin cannot be answered; a leak would answer nearly all of them."""
    features, _ = planted_features(60, size=200)
    labels = np.random.default_rng(5).permutation(np.arange(60) % 2).astype(np.int8)
    judged = np.arange(60) >= 10
    found = cross_validated(features, labels, judged, SMILING)
    assert found.scores.shape == (50,)
    assert 0.2 < np.mean((found.scores >= 0.5) == labels[judged]) < 0.8
    planted, truth = planted_features(200, separation=4.0)
    found = cross_validated(planted, truth, np.ones(200, bool), SMILING)
    assert np.mean((found.scores >= 0.5) == truth) > 0.9
