"""Sequences to present: kept as a small file, checked against a model, told what is wrong."""

from __future__ import annotations

import json

import pytest

from ganssl.errors import UserError
from ganssl.face.gallery import Gallery
from ganssl.face.sequence import (
    FORMAT,
    LONGEST_TITLE,
    MOST_SCENES,
    PREPARED,
    FaceSequence,
    Scene,
    prepared_sequence,
)
from ganssl.face.state import FaceState
from tests.helpers.small_model import small_model

PLAIN = Scene("A face", FaceState(3, 0.8))
SMILE = Scene("It smiles – ganz schön", FaceState(3, 0.8, {"Smiling": 2.5}, ("Male",)))


def test_what_is_saved_comes_back():
    sequence = FaceSequence((PLAIN, SMILE))
    text = sequence.to_json()
    assert FaceSequence.from_json(text) == sequence
    assert FaceSequence.from_json(text.encode()) == sequence
    assert "ganz schön" in text


def test_scenes_are_added_moved_retitled_and_removed():
    sequence = FaceSequence().with_scene(PLAIN).with_scene(SMILE)
    assert [s.title for s in sequence.moved(0, 1).scenes] == [SMILE.title, PLAIN.title]
    assert sequence.moved(0, -1) == sequence and sequence.moved(1, 5) == sequence
    assert sequence.without(0).scenes == (SMILE,)
    assert sequence.retitled(1, "Now").scenes == (PLAIN, Scene("Now", SMILE.state))


def test_titles_are_one_line_of_a_certain_length():
    assert Scene("  two\n words ", FaceState()).title == "two words"
    for title in ("", "  ", "x" * (LONGEST_TITLE + 1), None):
        with pytest.raises(UserError, match="title"):
            Scene(title, FaceState())
    with pytest.raises(UserError, match=f"at most {MOST_SCENES}"):
        FaceSequence((PLAIN,) * (MOST_SCENES + 1))


FACE = FaceState(3).to_dict()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "no saved sequence"),
        ({"format": "ganssl face 1"}, "no saved sequence"),
        ({"format": FORMAT}, "scenes must be a list"),
        ({"format": FORMAT, "scenes": []}, "scenes must be a list"),
        ({"format": FORMAT, "scenes": [3]}, "scene 1, cannot be read: a scene has a title"),
        ({"format": FORMAT, "scenes": [{"title": "a"}]}, "scene 1, cannot be read"),
        ({"format": FORMAT, "scenes": [{"title": 4, "face": FACE}]}, "scene 1, .* title"),
        (
            {"format": FORMAT, "scenes": [{"title": "a", "face": FACE | {"seed": -1}}]},
            "scene 1 cannot be read: The seed",
        ),
        ({"format": FORMAT, "scenes": [{"title": "a", "face": FACE}] * 99}, "99 scenes"),
    ],
)
def test_a_damaged_file_is_named_with_its_scene(values, message):
    with pytest.raises(UserError, match=f"^talk.json.*{message}"):
        FaceSequence.from_json(json.dumps(values), "talk.json")


@pytest.mark.slow
def test_a_scene_of_another_model_or_slider_is_named():
    model = small_model()
    slider = model.directions.sliders[0]
    good = FaceSequence((PLAIN, Scene("Moved", FaceState(1, edits={slider: 2}))))
    checked = good.check(model)
    assert [s.state.model for s in checked.scenes] == [model.id] * 2
    assert checked.scenes[1].state.edits == {slider: 2.0}
    with pytest.raises(UserError, match=r"Scene 2 cannot be shown.*Wings"):
        FaceSequence((PLAIN, Scene("Flies", FaceState(edits={"Wings": 1})))).check(model)
    with pytest.raises(UserError, match=r"Scene 1 cannot be shown.*another face"):
        FaceSequence((Scene("Other", FaceState(model="0123456789ab")),)).check(model)


def test_the_prepared_sequence_uses_several_faces_and_ends_on_the_most_edits():
    faces = tuple((f"Face {seed}", FaceState(seed, 0.8)) for seed in range(12))
    every = {name for _, _, edits in PREPARED for name in edits}
    shown = prepared_sequence(Gallery(faces), list(every))
    assert [s.title for s in shown.scenes] == [title for title, _, _ in PREPARED]
    assert len({s.state.seed for s in shown.scenes}) >= 5
    sizes = [sum(map(abs, s.state.edits.values())) for s in shown.scenes]
    assert max(sizes[:-1]) < sizes[-1]


def test_the_prepared_sequence_leaves_out_what_a_model_cannot_show():
    one = Gallery((("Only", FaceState(7)),))
    shown = prepared_sequence(one, ["Smiling"])
    assert len(shown.scenes) > 2 and {s.state.seed for s in shown.scenes} == {7}
    assert {name for s in shown.scenes for name in s.state.edits} == {"Smiling"}
    assert prepared_sequence(one, []).scenes
