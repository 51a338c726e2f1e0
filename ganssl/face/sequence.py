"""A sequence to present: faces with their edits and what is said of each, in a small file.

    {"format": "ganssl sequence 1",
     "scenes": [{"title": "…", "face": {"format": "ganssl face 1", "seed": 3, …}}]}

Like a gallery it holds numbers and no pictures; the faces are made when they are shown.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ganssl.base.json_text import parse_json
from ganssl.errors import UserError
from ganssl.face.carried import with_carried
from ganssl.face.gallery import Gallery
from ganssl.face.state import FaceState
from ganssl.models.face_model import FaceModel

FORMAT = "ganssl sequence 1"
MOST_SCENES = 60
LONGEST_TITLE = 120
"""Characters: two lines on a projector."""

PREPARED: tuple[tuple[str, int, dict[str, float]], ...] = (
    ("No one has this face: a network made it from a list of numbers.", 0, {}),
    ("Move the numbers along one direction, and it smiles.", 0, {"Smiling": 2}),
    ("Go the other way.", 0, {"Smiling": -2}),
    ("The same direction works on another face.", 11, {"Smiling": 2.5}),
    (
        "Another direction. Glasses were rare in the photos, and are harder to draw.",
        5,
        {"Eyeglasses": 3},
    ),
    ("A fringe. Watch what else changes.", 4, {"Bangs": 2}),
    ("Fair hair: what comes along went together in the photos.", 2, {"Blond_Hair": 2}),
    ("What annotators ticked as a man. Watch brows and jaw.", 0, {"Male": 2.5}),
    (
        "Directions add up: grey, and older in the annotators' eyes.",
        7,
        {"Gray_Hair": 2.5, "Young": -2.5},
    ),
    ("Your turn: which slider shall we move?", 9, {}),
    (
        "All at once: the first face again, and three directions.",
        0,
        {"Smiling": 2, "Blond_Hair": 2, "Bangs": 2},
    ),
)
"""What is said, which face of the gallery, and the edits in σ; the strongest effect stands last."""


@dataclass(frozen=True)
class Scene:
    """One step: what is said, and the face that it is said of.

    Attributes:
        title: not empty, at most `LONGEST_TITLE` characters.

    Raises `UserError` for another title.
    """

    title: str
    state: FaceState

    def __post_init__(self) -> None:
        title = " ".join(self.title.split()) if isinstance(self.title, str) else ""
        if not 0 < len(title) <= LONGEST_TITLE:
            raise UserError(
                f"A title has 1 to {LONGEST_TITLE} characters; this one has {len(title)}."
            )
        object.__setattr__(self, "title", title)


@dataclass(frozen=True)
class FaceSequence:
    """Scenes in the order in which they are shown; every method gives a new sequence."""

    scenes: tuple[Scene, ...] = ()

    def __post_init__(self) -> None:
        if len(self.scenes) > MOST_SCENES:
            raise UserError(f"A sequence has at most {MOST_SCENES} scenes, not {len(self.scenes)}.")

    def with_scene(self, scene: Scene) -> FaceSequence:
        """One more scene, at the end."""
        return FaceSequence((*self.scenes, scene))

    def without(self, index: int) -> FaceSequence:
        return FaceSequence((*self.scenes[:index], *self.scenes[index + 1 :]))

    def moved(self, index: int, by: int) -> FaceSequence:
        """A scene so many places later, or earlier; never beyond either end."""
        scenes = list(self.scenes)
        scene = scenes.pop(index)
        scenes.insert(max(0, index + by), scene)
        return FaceSequence(tuple(scenes))

    def retitled(self, index: int, title: str) -> FaceSequence:
        scenes = list(self.scenes)
        scenes[index] = replace(scenes[index], title=title)
        return FaceSequence(tuple(scenes))

    def check(self, model: FaceModel) -> FaceSequence:
        """This sequence, every face of it bound to a model.

        Raises `UserError` that names the scene which the model cannot show.
        """
        for number, scene in enumerate(self.scenes, 1):
            try:
                able, state = with_carried(model, scene.state)
                state.check(able.id, able.directions.sliders)
            except UserError as error:
                raise UserError(f"Scene {number} cannot be shown: {error}") from error
        return FaceSequence(
            tuple(replace(s, state=replace(s.state, model=model.id)) for s in self.scenes)
        )

    def same_as(self, other: FaceSequence) -> bool:
        """Whether both say and show the same, though only one may be bound to a model."""
        return self._unbound() == other._unbound()

    def _unbound(self) -> FaceSequence:
        return FaceSequence(
            tuple(replace(s, state=replace(s.state, model="")) for s in self.scenes)
        )

    def to_json(self) -> str:
        scenes = [{"title": scene.title, "face": scene.state.to_dict()} for scene in self.scenes]
        return json.dumps({"format": FORMAT, "scenes": scenes}, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes, name: str = "The sequence") -> FaceSequence:
        """Read what `to_json` wrote.

        Raises `UserError` that calls the file `name` and says what is wrong with which scene.
        """
        values = parse_json(text, name)
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise UserError(f"{name} is no saved sequence: it lacks the entry format: {FORMAT!r}.")
        found = values.get("scenes")
        if not isinstance(found, list) or not found:
            raise UserError(f"{name} cannot be read: scenes must be a list of at least one scene.")
        if len(found) > MOST_SCENES:
            raise UserError(f"{name} has {len(found)} scenes; {MOST_SCENES} are the most.")
        return cls(tuple(_scene(scene, i, name) for i, scene in enumerate(found, 1)))


def _scene(values: object, number: int, name: str) -> Scene:
    where = f"{name}, scene {number},"
    if not isinstance(values, dict) or set(values) != {"title", "face"}:
        raise UserError(f"{where} cannot be read: a scene has a title and a face, nothing else.")
    state = FaceState.from_dict(values["face"], f"{where[:-1]}")
    try:
        return Scene(values["title"], state)
    except UserError as error:
        raise UserError(f"{where} cannot be read: {error}") from error


def prepared_sequence(gallery: Gallery, sliders: Sequence[str]) -> FaceSequence:
    """The sequence that every model has: faces of its gallery, edits that its sliders allow."""
    faces = [state for _, state in gallery.faces]
    return FaceSequence(
        tuple(
            Scene(title, replace(faces[face % len(faces)], edits=edits))
            for title, face, edits in PREPARED
            if set(edits) <= set(sliders)
        )
    )
