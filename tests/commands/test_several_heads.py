"""From a set of two attributes to a judgement for each, by the commands."""

from __future__ import annotations

import json

import pytest

from ganssl.__main__ import main
from ganssl.synthesis import Recipe
from tests.helpers.code_model import CodeModel, write_set

pytestmark = pytest.mark.slow


def test_one_set_gives_a_head_and_a_judgement_for_each_attribute(tmp_path, capsys):
    model = CodeModel()
    recipe = Recipe("Smiling", 200, also=("Eyeglasses",))
    write_set(model, recipe, tmp_path / "set")
    write_set(model, Recipe("Smiling", 40, 1, also=("Eyeglasses",)), tmp_path / "other")
    arguments = ["train-classifier", "--data", str(tmp_path / "set"), "--head", "logistic"]
    trained = tmp_path / "trained.md"
    assert main([*arguments, "--out", str(tmp_path / "c"), "--markdown", str(trained)]) == 0
    said = capsys.readouterr().out
    assert "Smiling\ntrained on" in said and "Eyeglasses\ntrained on" in said
    kept = trained.read_text(encoding="utf-8").partition("```text\n")[2].partition("\n```")[0]
    assert kept.startswith("Smiling\ntrained on") and kept in said

    photos = tmp_path / "other"
    judge = ["evaluate", "--classifier", str(tmp_path / "c"), "--photos", str(photos / "images")]
    judge += ["--labels", str(photos / "labels.csv"), "--no-face", "crop"]
    predictions = tmp_path / "answers.csv"
    assert main([*judge, "--json", "--predictions", str(predictions)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["attribute"] for one in found] == ["Smiling", "Eyeglasses"]
    assert all(one["n"] == 40 and one["auc"] > 0.9 for one in found)
    assert not predictions.exists()
    assert {path.name for path in tmp_path.glob("answers*")} == {
        "answers-0_Smiling.csv",
        "answers-1_Eyeglasses.csv",
    }

    table = (photos / "labels.csv").read_text(encoding="utf-8").splitlines()
    only = [line.rpartition(",")[0] for line in table]  # without Eyeglasses
    (tmp_path / "smiling.csv").write_text("\n".join(only) + "\n", encoding="utf-8")
    judge[judge.index("--labels") + 1] = str(tmp_path / "smiling.csv")
    judged = tmp_path / "judged.md"
    assert main([*judge, "--markdown", str(judged)]) == 0
    output = capsys.readouterr()
    assert "Smiling by logistic" in output.out
    page = judged.read_text(encoding="utf-8")
    assert output.out.strip() in page
    assert f"Learnt from a set of 200 generated faces of the face model {model.id}.\n" in page
    assert "1_Eyeglasses was not judged" in output.err
    assert main([*judge, "--column", "Smiling"]) != 0
    assert "of one attribute" in capsys.readouterr().err
