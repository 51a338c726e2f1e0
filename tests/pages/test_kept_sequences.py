"""A sequence to present on a private installation: kept as it grows, found again, never lost."""

from __future__ import annotations

import pytest

from ganssl.face.sequence import FaceSequence, Scene
from ganssl.face.state import FaceState
from ganssl.workspace import Workspace
from ganssl.workspace.run import SEQUENCE
from ganssl.workspace.sequences import keep_sequence
from tests.helpers.explore_page import slider, state_of

pytestmark = pytest.mark.slow

TAB = "explore/tab"


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Workspace:
    monkeypatch.setenv("GANSSL_WORKSPACE", str(tmp_path / "workspace"))
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def visit(open_app, workspace):
    """Begins a visit on Explore, where the tab of sequences is open."""

    return lambda: click(open_app(seed="7"))


def to_explore(app):
    """Back from another page: the first one, with which alone `AppTest` draws all of it."""
    app.switch_page("app.py").run()
    return click(app)


def click(app, key: str = ""):
    """Click a button, or none, with the tab open, and see that the page holds."""
    app.session_state[TAB] = "To present"  # `AppTest` forgets it with a change of page
    (app.button(key=key).click() if key else app).run()
    assert not app.exception
    return app


def add(app, title: str) -> None:
    click(app).text_input(key="explore/sequence title").set_value(title)
    click(app, "explore/sequence add")


def titles(app) -> list[str]:
    mine = app.session_state["shelf"].sequences.get(state_of(app).model, FaceSequence())
    return [scene.title for scene in mine.scenes]


def kept(workspace: Workspace) -> dict[str, list[str]]:
    """The titles of each sequence, by the name of its run."""
    return {run.name: run.settings["titles"] for run in workspace.listing().of(SEQUENCE)}


def runs_page(app, run):
    app.switch_page("pages/your_runs.py").run()
    app.multiselect(key="runs/chosen").set_value([run.id]).run()
    return click(app)


def test_a_sequence_is_there_for_the_next_visit_with_its_edits(visit, workspace):
    first = visit()
    add(first, "A plain face")
    slider(first, "Smiling").set_value(2.0).run()
    add(first, "It smiles")
    click(first, "explore/sequence Later 0")
    (run,) = workspace.listing().runs  # one that follows what becomes of it
    assert run.kind == SEQUENCE and run.figures == {"scenes": 2}
    assert {path.name for path in run.folder.iterdir()} == {"run.json", "sequence.json"}
    assert any(f"Kept in the workspace as **{run.name}**" in c.value for c in first.caption)

    second = visit()
    assert titles(second) == ["It smiles", "A plain face"]
    click(second, "explore/sequence show")
    assert "It smiles" in second.markdown[0].value
    assert state_of(second).edits == {"Smiling": 2.0} and state_of(second).seed == 7


def test_what_another_visit_changed_meanwhile_is_not_written_over(visit, workspace):
    add(visit(), "The first")
    one, two = visit(), visit()
    add(one, "Of one")
    add(two, "Of two")
    add(one, "Of one again")
    found = [["The first", "Of one", "Of one again"], ["The first", "Of two"]]
    assert sorted(kept(workspace).values()) == found


def test_without_scenes_there_is_no_run_until_the_removal_is_undone(visit, workspace):
    app = visit()
    add(app, "The only one")
    (run,) = workspace.listing().runs
    workspace.rename(run, "My talk")
    runs_page(app, run)
    app.text_input(key=f"runs/name {run.id}").set_value("Our talk").run()
    to_explore(app)
    click(app, "explore/sequence Remove 0")
    assert titles(app) == [] and workspace.listing().runs == []
    click(app, "undo/undo")
    assert titles(app) == ["The only one"]
    assert kept(workspace) == {"Our talk": ["The only one"]}


def test_another_one_is_begun_and_the_first_one_opened_again(visit, workspace):
    app = visit()
    add(app, "Of the first")
    (first,) = workspace.listing().runs
    click(app, "explore/sequence another")
    assert titles(app) == [] and kept(workspace) == {first.name: ["Of the first"]}
    add(app, "Of the second")
    assert sorted(kept(workspace).values()) == [["Of the first"], ["Of the second"]]
    runs_page(app, first).session_state[TAB] = "How it works"
    app.button(key="runs/open").click().run()
    assert app.title[0].value == "Explore" and titles(app) == ["Of the first"]
    assert app.text_input(key="explore/sequence title 0").value == "Of the first"  # its tab is open
    add(to_explore(app), "More")
    assert kept(workspace)[first.name] == ["Of the first", "More"]
    assert titles(visit()) == ["Of the first", "More"]  # that which was last changed


def deleted(app, workspace, title: str):
    """The run of a sequence of one scene that was kept and then deleted, with Explore open."""
    add(app, title)
    (run,) = workspace.listing().runs
    click(runs_page(app, run), "runs/delete")
    click(app, "runs/delete for good")
    to_explore(app)
    return run


def test_a_deleted_sequence_leaves_the_page_and_comes_back(visit, workspace):
    app = visit()
    run = deleted(app, workspace, "Mine")
    assert titles(app) == [] and not run.folder.exists()
    click(app, "undo/undo")
    assert titles(app) == ["Mine"] and kept(workspace) == {run.name: ["Mine"]}


def test_one_that_comes_back_beside_another_waits_in_the_list(visit, workspace):
    app = visit()
    deleted(app, workspace, "Old")
    add(app, "New")
    click(app, "undo/undo")
    assert titles(app) == ["New"]
    found = [run.settings["titles"] for run in workspace.listing().runs]
    assert sorted(found) == [["New"], ["Old"]]


def test_a_file_is_opened_beside_what_was_there_and_can_be_taken_back(visit, workspace):
    app = visit()
    add(app, "Mine")
    (first,) = workspace.listing().runs
    theirs = FaceSequence((Scene("Theirs", FaceState(3)),)).to_json().encode()
    file = ("a talk.json", theirs, "application/json")
    app.file_uploader(key="explore/sequence file").set_value(file).run()
    assert titles(app) == ["Theirs"]
    assert kept(workspace) == {first.name: ["Mine"], "a talk": ["Theirs"]}
    click(app, "undo/undo")
    add(app, "Mine, too")
    assert kept(workspace) == {first.name: ["Mine", "Mine, too"], "a talk": ["Theirs"]}


def test_damage_and_foreign_models_are_told(visit, open_app, workspace):
    scenes = FaceSequence((Scene("A face", FaceState(3, model="another")),))
    foreign = keep_sequence(workspace, "Foreign", scenes, "another")
    app = visit()
    assert titles(app) == [] and not app.warning
    click(runs_page(app, foreign), "runs/open")
    assert "Scene 1 cannot be shown" in app.error[0].value

    add(visit(), "Mine")
    mine = workspace.find("To present")
    (mine.folder / "sequence.json").write_text("{torn", encoding="utf-8")
    app = open_app()
    assert titles(app) == []
    assert any("To present cannot be opened" in warning.value for warning in app.warning)


def test_a_disk_that_refuses_is_told_and_the_scene_is_shown(visit, workspace):
    app = visit()
    workspace.folder.mkdir(exist_ok=True)
    workspace.runs_folder.write_text("no folder", encoding="utf-8")
    add(app, "Mine")
    assert titles(app) == ["Mine"]
    assert "The sequence is not kept in the workspace" in app.error[0].value
