"""Sequences to present in a workspace: one run follows its changes, and nobody's are lost."""

from __future__ import annotations

import pytest

from ganssl.errors import UserError
from ganssl.face.sequence import FaceSequence, Scene
from ganssl.face.state import FaceState
from ganssl.workspace import Workspace, contents
from ganssl.workspace.compare import headline
from ganssl.workspace.sequences import keep_sequence, open_sequence
from tests.helpers.small_model import small_model

ONE = FaceSequence((Scene("A face", FaceState(3)),))
TWO = ONE.with_scene(Scene("Another – ganz schön", FaceState(4, 0.8, {}, ("Male",))))
THREE = TWO.with_scene(Scene("The last", FaceState(5)))


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "mine")


def test_a_run_follows_what_becomes_of_its_sequence(workspace):
    model = small_model()
    first = keep_sequence(workspace, "Talk", ONE, model.id)
    keep_sequence(workspace, "Talk", TWO, model.id, (first, ONE))
    (run,) = workspace.listing().runs
    assert run.id == first.id and headline(run) == "scenes 2"
    assert run.settings["titles"] == ["A face", "Another – ganz schön"]
    opened = open_sequence(run, model)
    assert opened.same_as(TWO) and not opened.same_as(ONE)
    assert opened.scenes[0].state.model == model.id  # bound, and still the same to go on with
    keep_sequence(workspace, "Talk", THREE, model.id, (run, opened))
    assert [r.id for r in workspace.listing().runs] == [run.id]
    with pytest.raises(UserError, match="is a sequence, no labels"):
        contents.open_labels(run)


def test_what_somebody_else_made_of_it_stays(workspace):
    first = keep_sequence(workspace, "Talk", ONE, "m")
    keep_sequence(workspace, "Talk", TWO, "m", (first, ONE))
    other = keep_sequence(workspace, "Talk", THREE, "m", (first, ONE))
    assert other.id != first.id and other.name == "Talk (2)"
    assert workspace.find(first.id).figures == {"scenes": 2}


@pytest.mark.parametrize("damage", ["gone", "torn"])
def test_one_whose_files_are_lost_is_kept_again(workspace, damage):
    first = keep_sequence(workspace, "Talk", ONE, "m")
    if damage == "gone":
        workspace.delete(first)
    else:
        (first.folder / "sequence.json").write_text("{", encoding="utf-8")
    again = keep_sequence(workspace, "Talk", TWO, "m", (first, ONE))
    assert again.id != first.id and open_sequence(again, small_model()).same_as(TWO)


def test_a_face_that_the_model_cannot_show_is_named(workspace):
    foreign = FaceSequence((*ONE.scenes, Scene("Foreign", FaceState(3, model="another"))))
    run = keep_sequence(workspace, "Talk", foreign, "another")
    with pytest.raises(UserError, match="Scene 2 cannot be shown"):
        open_sequence(run, small_model())
