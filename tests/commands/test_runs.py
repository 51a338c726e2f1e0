"""`ganssl runs` on a workspace as the pages leave it."""

from __future__ import annotations

import json

import pytest

from ganssl.__main__ import main
from ganssl.workspace import Workspace


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Workspace:
    monkeypatch.setenv("GANSSL_WORKSPACE", str(tmp_path))
    workspace = Workspace(tmp_path)
    for name, head, accuracy in (("First", "linear", 0.5), ("Second", "dense", 0.75)):
        figures = {"accuracy": accuracy, "accuracy_ci95": [accuracy - 0.1, accuracy + 0.1]}
        workspace.keep("judgement", name, lambda f: None, {"head": head, "seed": 3}, figures)
    return workspace


def test_runs_are_listed_and_damage_is_told(workspace, capsys):
    (workspace.runs_folder / "torn").mkdir()
    assert main(["runs", "list"]) == 0
    out, err = capsys.readouterr()
    assert "First  (accuracy 0.500 (0.400 to 0.600))" in out and "Second" in out
    assert "torn" in err
    assert main(["runs", "list", "--json", "--kind", "set"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_two_runs_are_compared(workspace, capsys):
    assert main(["runs", "compare", "First", "Second"]) == 0
    out = capsys.readouterr().out
    assert "0.750 (0.650 to 0.850)" in out and "dense" in out and "seed" not in out


def test_a_run_is_shown_renamed_and_deleted(workspace, capsys):
    assert main(["runs", "rename", "First", "Baseline"]) == 0
    assert main(["runs", "show", "Baseline"]) == 0
    assert "linear" in capsys.readouterr().out
    assert main(["runs", "delete", "Baseline"]) == 2  # nobody can be asked
    assert "--yes" in capsys.readouterr().err and len(workspace.listing().runs) == 2
    assert main(["runs", "delete", "Baseline", "--yes"]) == 0
    assert [run.name for run in workspace.listing().runs] == ["Second"]


def test_the_workspace_may_stand_before_and_behind_the_action(
    workspace, monkeypatch, capsys, tmp_path
):
    monkeypatch.delenv("GANSSL_WORKSPACE")
    for command in (["--workspace", str(tmp_path), "list"], ["list", "--workspace", str(tmp_path)]):
        assert main(["runs", *command]) == 0
        assert "Second" in capsys.readouterr().out


def test_a_workspace_must_be_named(workspace, monkeypatch, capsys, tmp_path):
    assert main(["runs", "--workspace", str(tmp_path / "none"), "list"]) == 2
    monkeypatch.delenv("GANSSL_WORKSPACE")
    assert main(["runs", "list"]) == 2
    assert "GANSSL_WORKSPACE" in capsys.readouterr().err


def test_the_app_is_told_its_workspace(tmp_path, monkeypatch, capsys):
    given = {}
    monkeypatch.setattr("subprocess.call", lambda command, env: given.update(env) or 0)
    folder = tmp_path / "mine"
    assert main(["app", "--no-browser", "--workspace", str(folder)]) == 0
    assert given["GANSSL_WORKSPACE"] == str(folder) and (folder / "runs").is_dir()
    given.clear()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert main(["app", "--no-browser", "--workspace", str(tmp_path / "file")]) == 2
    assert not given and "is a file" in capsys.readouterr().err
