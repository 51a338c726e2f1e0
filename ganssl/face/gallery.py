"""Good faces to begin with: chosen by eye for a model, and a few prepared edits.

`gallery.json` beside a bundle's weights names seeds and edits, no pictures; the
faces are made when they are shown. A model without the file begins at seed 0.

    {"format": "ganssl gallery 1", "model": "<id>",
     "faces": [{"title": "…", "seed": 7, "truncation": 0.8}],
     "looks": [{"title": "…", "edits": {"Smiling": 2.0}}]}
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ganssl.base.json_text import parse_json
from ganssl.errors import UserError
from ganssl.face.state import FaceState
from ganssl.models.draws import NATURAL
from ganssl.models.face_model import FaceModel

FILE, FORMAT = "gallery.json", "ganssl gallery 1"


@dataclass(frozen=True)
class Gallery:
    """What a model's gallery offers.

    Attributes:
        faces: titles and unedited faces, the one to open with first; never empty.
        looks: titles and edits in σ, of sliders that the model has.
    """

    faces: tuple[tuple[str, FaceState], ...]
    looks: tuple[tuple[str, dict[str, float]], ...] = ()

    @property
    def first(self) -> FaceState:
        """The face that a visitor sees first."""
        return self.faces[0][1]

    def dressed(self, state: FaceState, look: int) -> FaceState:
        """A face with a prepared edit in place of its own; locks are opened."""
        return replace(state.unedited(), edits=self.looks[look][1])


def plain_gallery(model: FaceModel) -> Gallery:
    """One face, seed 0, and no looks: what every model has."""
    return Gallery((("Seed 0", FaceState(model=model.id)),))


def load_gallery(model: FaceModel) -> Gallery:
    """The gallery of a model; one face, seed 0, where it has none or one of other weights.

    Looks that need a slider which the model lacks are left out.

    Raises `UserError` where the file is damaged.
    """
    plain = plain_gallery(model)
    path = model.path / FILE if model.path is not None else None
    if path is None or not path.is_file():
        return plain
    try:
        values = parse_json(path.read_bytes(), FILE)
        if values["format"] != FORMAT:
            raise ValueError(f"its format is {values['format']!r}")
        if values["model"] != model.id:
            return plain
        faces = tuple(
            (
                str(face["title"]),
                FaceState(
                    face["seed"], face["truncation"], model=model.id, draw=face.get("draw", NATURAL)
                ),
            )
            for face in values["faces"]
        )
        looks = tuple(
            (str(look["title"]), FaceState(edits=look["edits"]).edits) for look in values["looks"]
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error
    offered = set(model.directions.sliders)
    return Gallery(
        faces or plain.faces,
        tuple((title, dict(edits)) for title, edits in looks if set(edits) <= offered),
    )
