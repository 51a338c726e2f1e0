"""Commands keep their results as runs, where the pages and `runs` see them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ganssl.__main__ import main
from ganssl.synthesis import Recipe, read_set
from ganssl.synthesis.archive import zip_path
from ganssl.workspace import Workspace
from ganssl.workspace.contents import begin_set, finish_set, open_classifier, open_set
from ganssl.workspace.run import CLASSIFIER, JUDGEMENT, SET
from tests.helpers.code_model import CodeModel, write_set
from tests.helpers.small_model import small_model


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Workspace:
    monkeypatch.setenv("GANSSL_WORKSPACE", str(tmp_path / "workspace"))
    return Workspace(tmp_path / "workspace")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["synthesize", "--attribute", "Smiling"], "Say where the set goes: --out DIR"),
        (["train-classifier", "--data", "set"], "Say where the classifier goes: --out DIR"),
        (
            ["synthesize", "--attribute", "Smiling", "--out", "a", "--workspace", "b"],
            "leave it or --workspace out",
        ),
        (
            ["synthesize", "--attribute", "Smiling", "--workspace", "b", "--shards", "2"],
            "Shards are put together in a folder of their own",
        ),
    ],
)
def test_a_result_needs_one_place(arguments, says, monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("GANSSL_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert says in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_not_there_is_named(workspace, capsys):
    workspace.keep(CLASSIFIER, "Mine", lambda folder: None)
    assert main(["train-classifier", "--data", "Nine"]) == 2
    assert "no run 'Nine'" in capsys.readouterr().err
    assert main(["train-classifier", "--data", "Mine"]) == 2
    assert "is a classifier, no set" in capsys.readouterr().err


@pytest.mark.slow
def test_a_set_becomes_a_run_and_goes_on_after_a_stop(workspace, tmp_path, capsys):
    model = small_model()
    model.save(tmp_path / "small")
    attribute = model.directions.sliders[0]
    arguments = ["synthesize", "--attribute", attribute, "--count", "20", "--size", "16"]
    arguments += ["--strategy", "push", "--source", "prior", "--model", str(tmp_path / "small")]
    assert main(arguments) == 0
    (run,) = workspace.listing().of(SET)
    made = open_set(run)
    assert len(made) == 20 and zip_path(made.folder).is_file()
    assert run.figures == {"faces": 20, "present": int(made.labels.sum())}
    assert run.name in capsys.readouterr().out

    workspace.begin(SET, "stopped before its first face", run.settings)
    card = (run.folder / "run.json").read_text(encoding="utf-8")
    unfinished = card.replace('"finished": true', '"finished": false')
    (run.folder / "run.json").write_text(unfinished, encoding="utf-8")
    (made.folder / "metadata.csv").unlink()
    assert main(arguments) == 0
    (again,) = workspace.listing().of(SET)
    assert again.id == run.id and open_set(again).id == made.id

    assert main([*arguments, "--seed", "5"]) == 0
    assert len(workspace.listing().of(SET)) == 2
    assert main([*arguments, "--out", str(tmp_path / "set")]) == 0
    assert len(workspace.listing().of(SET)) == 2 and len(read_set(tmp_path / "set")) == 20


@pytest.mark.slow
def test_a_classifier_and_its_judgement_are_kept(workspace, tmp_path, capsys):
    model, recipe = CodeModel(), Recipe("Smiling", 200)
    begun = begin_set(workspace, "The set", recipe, model)
    write_set(model, recipe, begun.folder / "set")
    finish_set(workspace, begun, read_set(begun.folder / "set"))
    out = tmp_path / "c"
    arguments = ["train-classifier", "--data", "The set", "--head", "logistic"]
    assert main([*arguments, "--out", str(out)]) == 0
    (kept,) = workspace.listing().of(CLASSIFIER)
    assert kept.name.startswith("Smiling: logistic on") and (out / "MODEL_CARD.md").is_file()
    assert open_classifier(kept).head.kind == "logistic"

    write_set(model, Recipe("Smiling", 40, 1), tmp_path / "other")
    judge = ["evaluate", "--classifier", kept.name, "--no-face", "crop", "--json"]
    judge += ["--photos", str(tmp_path / "other" / "images")]
    judge += ["--labels", str(tmp_path / "other" / "labels.csv")]
    capsys.readouterr()
    assert main(judge) == 0
    found = json.loads(capsys.readouterr().out)
    (judged,) = workspace.listing().of(JUDGEMENT)
    assert found["run"] == judged.id and judged.name == f"{kept.name}, on 40 photos"
    assert judged.figures["accuracy"] == found["accuracy"]
    assert Path(judged.folder, "report.html").is_file()
