"""Runs side by side: each figure with its interval, and only the settings that differ."""

from __future__ import annotations

import pytest

from ganssl.errors import UserError
from ganssl.workspace import Workspace, compare_runs, contents
from ganssl.workspace.compare import headline
from tests.helpers.planted_comparison import planted_classifier, planted_comparison


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "mine")


@pytest.mark.slow
def test_figures_stand_with_their_intervals_and_shared_settings_are_left_out(workspace):
    one = planted_comparison(planted_classifier(drawn=2, margin=0.5, count=300))
    two = planted_comparison(planted_classifier(drawn=3, margin=1.0, count=300))
    runs = [contents.keep_judgement(workspace, n, c) for n, c in (("One", one), ("Two", two))]
    found = compare_runs(runs)
    figures, differing = dict(found.figures), dict(found.differing)
    low, high = one.result.judgement.ci95
    assert figures["Accuracy"][0] == (
        f"{one.result.judgement.accuracy:.3f} ({low:.3f} to {high:.3f})"
    )
    assert figures["AUC"][1].startswith(f"{two.result.judgement.auc:.3f} (")
    assert differing["training_faces margin"] == ["0.500", "1.000"]
    assert "training_faces count" not in differing and found.same["training_faces count"] == "300"
    text = found.text()
    assert "training_faces margin" in text and "training_faces count" not in text


@pytest.mark.slow
def test_runs_of_several_kinds_can_stand_beside_each_other(workspace):
    classifier = planted_classifier()
    first = contents.keep_classifier(workspace, "Trained", classifier)
    second = contents.keep_judgement(workspace, "Judged", planted_comparison(classifier))
    found = compare_runs([first, second])
    assert dict(found.differing)["kind"] == ["classifier", "judgement"]
    assert dict(found.figures)["Accuracy"][0] == "–"
    with pytest.raises(UserError, match="two runs"):
        compare_runs([first])


def test_the_headline_says_what_matters_most(workspace):
    run = workspace.keep(
        "judgement", "x", lambda f: None, {}, {"n": 9, "auc": 0.5, "auc_ci95": [0.25, 0.75]}
    )
    assert headline(run) == "AUC 0.500 (0.250 to 0.750)"
