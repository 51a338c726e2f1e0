"""What a picture says about itself: AI-generated or AI-edited, by which model, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganssl import __version__
from ganssl.face.carried import carrying
from ganssl.face.state import FaceState
from ganssl.models.face_model import FaceModel

if TYPE_CHECKING:
    from ganssl.face.detail import PhotoDetail


def provenance(model: FaceModel, state: FaceState) -> dict:
    """What a PNG says about itself: AI-generated, by which model, from which state."""
    state = carrying(state.check(model.id, model.directions.sliders), model.directions)
    return {
        "ai_generated": True,
        "software": f"GANSSL {__version__}",
        "model": model.name,
        "face": state.to_dict(),
    }


def photo_provenance(model: FaceModel, state: FaceState, detail: PhotoDetail | None) -> dict:
    """What an edited photo says about itself: AI-edited, by which model and how.

    Neither the photo's code nor anything of its file is in it.
    """
    return {
        "ai_generated": True,
        "ai_edited": True,
        "software": f"GANSSL {__version__}",
        "model": model.name,
        "source": photo_source(model, state, detail),
    }


def photo_source(model: FaceModel, state: FaceState, detail: PhotoDetail | None) -> dict:
    """Where an edited face of a photo comes from."""
    state = state.check(model.id, model.directions.sliders)
    return {
        "from": "photo",
        "edits": dict(state.edits),
        "locked": list(state.locked),
        "hold": state.hold,
        "detail": detail.strength if detail else 0.0,
        "model": model.id,
    }


def morph_provenance(model: FaceModel, a: dict, b: dict, path: str) -> dict:
    """What an animation says about itself; of a photo it holds the edits, and no code.

    Args:
        a, b: where its two ends come from, `MorphEnd.source`.
    """
    from_photo = any(end.get("from") == "photo" for end in (a, b))
    return {
        "ai_generated": True,
        "ai_edited": from_photo,
        "software": f"GANSSL {__version__}",
        "model": model.name,
        "morph": {"a": a, "b": b, "path": path},
    }
