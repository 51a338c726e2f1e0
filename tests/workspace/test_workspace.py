"""Runs in a folder: listed, named, deleted; what is damaged is told, and processes do not meet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ganssl.base.atomic import write_file
from ganssl.errors import UserError
from ganssl.workspace import Workspace, open_workspace
from ganssl.workspace.run import CARD, CLASSIFIER, LABELS, SET
from ganssl.workspace.workspace import UNDONE


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "mine")


def keep(workspace: Workspace, name: str, kind: str = CLASSIFIER, **figures):
    return workspace.keep(
        kind, name, lambda folder: write_file(folder / "it.txt", name), {"seed": 1}, figures
    )


def test_what_is_kept_is_listed_with_all_that_was_said_of_it(workspace):
    assert workspace.listing().runs == []
    run = keep(workspace, "Smiling: linear", accuracy=0.75, accuracy_ci95=[0.7, 0.8])
    (found,) = Workspace(workspace.folder).listing().runs  # as another process sees it
    assert (found.id, found.kind, found.name) == (run.id, CLASSIFIER, "Smiling: linear")
    assert found.settings == {"seed": 1}
    assert found.figures == {"accuracy": 0.75, "accuracy_ci95": [0.7, 0.8]}
    assert found.finished and found.made == run.made.replace(microsecond=0)
    assert (found.folder / "it.txt").read_text(encoding="utf-8") == "Smiling: linear"


def test_nothing_is_left_of_what_failed(workspace):
    def fill(folder: Path) -> None:
        write_file(folder / "half.txt", "half")
        raise UserError("The network is gone.")

    with pytest.raises(UserError, match="network"):
        workspace.keep(CLASSIFIER, "One", fill)
    assert list(workspace.runs_folder.iterdir()) == []


def test_an_unfinished_run_is_listed_as_such_until_it_is_finished(workspace):
    begun = workspace.begin(SET, "A set", {"count": 20})
    (found,) = workspace.listing().runs
    assert not found.finished and workspace.listing().of(SET) == []
    workspace.rename(begun, "Renamed meanwhile")
    workspace.finish(begun, {"faces": 20})
    (found,) = workspace.listing().of(SET)
    assert found.name == "Renamed meanwhile" and found.figures == {"faces": 20}
    assert found.settings == {"count": 20}


def test_a_run_is_renamed_and_deleted(workspace):
    first, second = keep(workspace, "First"), keep(workspace, "Second")
    assert workspace.rename(first, "  The best ").name == "The best"
    for bad in ("", "two\nlines", "x" * 121):
        with pytest.raises(UserError, match="one line"):
            workspace.rename(first, bad)
    workspace.delete(second)
    workspace.delete(second)  # a second click comes too late
    assert [run.name for run in workspace.listing().runs] == ["The best"]
    assert [path.name for path in workspace.runs_folder.iterdir()] == [first.id]
    with pytest.raises(UserError, match="no longer there"):
        workspace.rename(second, "Third")


def test_a_run_that_was_set_aside_comes_back_until_it_is_forgotten(workspace):
    run, other = keep(workspace, "First"), keep(workspace, "Second")
    aside = workspace.set_aside(run)
    assert [r.name for r in workspace.listing().runs] == ["Second"]
    workspace.sweep()  # as at the beginning of another visit
    workspace.bring_back(run, aside)
    assert workspace.find("First").id == run.id and workspace.set_aside(run) != aside
    assert workspace.set_aside(run) is None  # it is gone already
    gone = workspace.set_aside(other)
    workspace.forget(gone)
    with pytest.raises(UserError, match="'Second' cannot be brought back"):
        workspace.bring_back(other, gone)


def test_what_was_deleted_is_swept_after_an_hour(workspace):
    run = keep(workspace, "First")
    os.utime(run.folder, (0, 0))  # made long ago, deleted just now
    aside = workspace.set_aside(run)
    workspace.sweep()
    assert aside.is_dir()
    os.utime(aside, (time.time() - UNDONE - 60,) * 2)
    workspace.sweep()
    assert not aside.exists() and list(workspace.runs_folder.iterdir()) == []


def test_only_runs_of_the_workspace_are_deleted(workspace, tmp_path):
    foreign = keep(Workspace(tmp_path / "other"), "Not mine")
    with pytest.raises(UserError, match="no run of"):
        workspace.delete(foreign)
    assert foreign.folder.is_dir()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[1]",
        '{"format": "ganssl run 99"}',
        '{"format": "ganssl run 1", "kind": "set", "name": "x"}',
        '{"format": "ganssl run 1", "kind": "thing", "name": "x", "made": "2026-01-01",'
        ' "finished": true, "settings": {}, "figures": {}}',
        '{"format": "ganssl run 1", "kind": "set", "name": 5, "made": "2026-01-01",'
        ' "finished": true, "settings": {}, "figures": {}}',
        '{"format": "ganssl run 1", "kind": "set", "name": "x", "made": "yesterday",'
        ' "finished": true, "settings": {}, "figures": {}}',
        None,
    ],
)
def test_a_damaged_run_is_told_and_the_others_are_there(workspace, content):
    good, bad = keep(workspace, "Good"), keep(workspace, "Bad")
    if content is None:
        (bad.folder / CARD).unlink()
    else:
        (bad.folder / CARD).write_text(content, encoding="utf-8")
    listing = workspace.listing()
    assert [run.id for run in listing.runs] == [good.id]
    (problem,) = listing.problems
    assert bad.id in problem and "left out" in problem
    assert (bad.folder / "it.txt").is_file()


def test_a_run_is_found_by_id_by_its_beginning_and_by_name(workspace):
    first, second = keep(workspace, "One"), keep(workspace, "Two", LABELS)
    assert workspace.find(first.id).id == workspace.find("One").id == first.id
    assert workspace.find(second.id[:-2]).id == second.id
    with pytest.raises(UserError, match="may be any of"):
        workspace.find("20")
    with pytest.raises(UserError, match=r"no run .Onee.*Did you mean One"):
        workspace.find("Onee")


def test_names_get_a_number_among_their_kind(workspace):
    keep(workspace, "One")
    assert keep(workspace, "One").name == "One (2)" and keep(workspace, "One").name == "One (3)"
    assert keep(workspace, "One", LABELS).name == "One"
    long = keep(workspace, "x" * 300)
    assert long.name == "x" * 114 and keep(workspace, "x" * 300).name == "x" * 114 + " (2)"
    assert workspace.begin(SET, "y" * 300).name == "y" * 114


def test_processes_that_write_at_once_lose_nothing(workspace):
    code = (
        "import sys; from ganssl.workspace import Workspace\n"
        "w = Workspace(__import__('pathlib').Path(sys.argv[1]))\n"
        "for i in range(15):\n"
        "    run = w.keep('classifier', f'{sys.argv[2]} {i}', lambda folder: None)\n"
        "    w.rename(run, f'{sys.argv[2]} {i} again')\n"
        "    w.listing()\n"
        "    if i % 3 == 0: w.delete(run)\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(workspace.folder), name])
        for name in ("a", "b")
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    listing = workspace.listing()
    wanted = {f"{name} {i} again" for name in ("a", "b") for i in range(15) if i % 3}
    assert {run.name for run in listing.runs} == wanted and listing.problems == []


def test_the_workspace_is_named_by_hand_or_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.delenv("GANSSL_WORKSPACE", raising=False)
    assert open_workspace() is None
    monkeypatch.setenv("GANSSL_WORKSPACE", str(tmp_path / "a"))
    assert open_workspace().folder == tmp_path / "a"
    assert open_workspace(tmp_path / "b").folder == tmp_path / "b"
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match="is a file"):
        open_workspace(tmp_path / "file")


def test_the_card_is_readable_by_eye(workspace):
    run = keep(workspace, "Grüße", accuracy=0.5)
    values = json.loads((run.folder / CARD).read_text(encoding="utf-8"))
    assert values["name"] == "Grüße" and values["figures"] == {"accuracy": 0.5}
    assert run.id.split("-")[2:4] == ["classifier", "gr"]


@pytest.mark.parametrize("made", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_date_that_no_page_can_show_is_one_of_a_damaged_card(workspace, made):
    run = workspace.keep(LABELS, "Mine", lambda folder: None)
    card = run.folder / CARD
    values = json.loads(card.read_text(encoding="utf-8")) | {"made": made}
    card.write_text(json.dumps(values), encoding="utf-8")
    listing = workspace.listing()
    assert not listing.runs and "damaged" in listing.problems[0]
