"""What runs are about comes back as it was, and no pixel is written that nobody asked for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.labelling.session import NO, YES, LabellingSession
from ganssl.labelling.session_file import restore
from ganssl.workspace import Workspace, contents
from tests.helpers.labelled_photos import drawn_session
from tests.helpers.planted_comparison import planted_classifier, planted_comparison
from tests.helpers.planted_features import planted_features


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "mine")


def files_of(run) -> set[str]:
    return {p.relative_to(run.folder).as_posix() for p in run.folder.rglob("*") if p.is_file()}


def test_a_classifier_comes_back_and_answers_alike(workspace):
    classifier = planted_classifier(count=300, seed=7)
    contents.keep_classifier(workspace, "Mine", classifier)
    (run,) = workspace.listing().runs
    rows, _ = planted_features(50, seed=5)
    again = contents.open_classifier(run)
    np.testing.assert_array_equal(again.scores(rows), classifier.scores(rows))
    assert run.settings["head"] == "logistic" and run.settings["training_faces"]["seed"] == 7
    assert run.figures["held_out_accuracy"] == classifier.metrics["held_out_accuracy"]
    with pytest.raises(UserError, match="is a classifier, no set"):
        contents.open_set(run)


@pytest.mark.slow
def test_a_judgement_keeps_figures_report_and_answers_but_no_pixel(workspace):
    found = planted_comparison()
    run = contents.keep_judgement(workspace, "Judged", found)
    judgement = found.result.judgement
    (listed,) = workspace.listing().runs
    assert listed.figures["accuracy"] == judgement.accuracy
    assert listed.figures["accuracy_ci95"] == list(judgement.ci95)
    assert listed.figures["auc_ci95"] == list(judgement.auc_ci95)
    assert contents.judgement_report(run).startswith("<!doctype html>")
    saved = json.loads((run.folder / "judgement.json").read_text(encoding="utf-8"))
    assert saved["verdict"] == judgement.verdict
    assert "photo-3.png" in (run.folder / "answers.csv").read_text(encoding="utf-8")
    assert not [f for f in files_of(run) if f.endswith((".png", ".jpg", ".zip"))]
    assert contents.open_classifier(run).threshold == found.classifier.threshold


def test_labels_are_kept_without_photos_and_go_on_in_their_place(workspace):
    session = drawn_session(6)
    session.answer("00.png", "Smiling", YES)
    first = contents.keep_labels(workspace, "6 photos", session)
    session.answer("01.png", "Smiling", NO)
    contents.keep_labels(workspace, "6 photos", session, first)
    (run,) = workspace.listing().runs
    assert run.id == first.id and run.figures == {"photos": 6, "labels": 2}
    assert files_of(run) == {"run.json", "labels.json"}
    fresh = LabellingSession(session.photos)
    assert restore(fresh, contents.open_labels(run)) == []
    assert fresh.answers("Smiling") == {"00.png": YES, "01.png": NO}


def test_labels_whose_run_was_deleted_meanwhile_are_kept_again(workspace):
    session = drawn_session(4)
    session.answer("00.png", "Smiling", YES)
    first = contents.keep_labels(workspace, "4 photos", session)
    workspace.delete(first)
    assert contents.keep_labels(workspace, "4 photos", session, first).id != first.id
    assert len(workspace.listing().runs) == 1


def test_photos_that_somebody_keeps_come_back_with_their_labels(workspace):
    session = drawn_session(4)
    session.answer("00.png", "Smiling", YES)
    photos = session.to_photo_set()
    run = contents.keep_photos(workspace, "Mine", photos)
    again = contents.open_photos(run)
    assert again.names == photos.names and again.attributes == ("Smiling",)
    np.testing.assert_array_equal(again.labels, photos.labels)
    (run.folder / "photos.zip").write_bytes(b"PK no more")
    with pytest.raises(UserError, match="damaged"):
        contents.open_photos(run)
