"""What the parts of the story share: a crowd of generated faces, and rows of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ganssl.base.once import OnceMade
from ganssl.errors import UserError
from ganssl.face.gallery import load_gallery, plain_gallery
from ganssl.face.render import face_code
from ganssl.face.state import FaceState
from ganssl.features.readout import Readout
from ganssl.models.face_model import FaceModel
from ganssl.ui.shared.model import readout
from ganssl.ui.shared.pictures import picture_url

CROWD = 400
SEED = 2017
TRUNCATION = 0.8
SIDE = 256
MOST_GOOD = 40
"""So many of the gallery are in the crowd at most: a tenth."""

_CROWDS = OnceMade(1)


@dataclass(frozen=True, eq=False)
class Crowd:
    """Generated faces that several steps look at; those of the model's gallery stand first.

    Attributes:
        codes: float32 `[n, d]`.
        faces: uint8 `[n, s, s, 3]`.
        features: of the face network, float32 `[n, f]`; None without one.
        probabilities: of the attribute readout, float32 `[n, a]`; None without one.
    """

    codes: np.ndarray
    faces: np.ndarray
    features: np.ndarray | None
    probabilities: np.ndarray | None


def crowd(model: FaceModel) -> Crowd:
    """The crowd of this model, made once for all visitors."""
    probes = readout(model.size)
    return _CROWDS.get((model.faces_key, probes), lambda: _make_crowd(model, probes))


def good_faces(model: FaceModel) -> tuple[FaceState, ...]:
    """The faces of the model's gallery, which were chosen by eye; one of any other model."""
    try:
        gallery = load_gallery(model)
    except UserError:  # Explore says so
        gallery = plain_gallery(model)
    return tuple(state for _, state in gallery.faces)


def _make_crowd(model: FaceModel, probes: Readout | None) -> Crowd:
    good = [face_code(model, state) for state in good_faces(model)[:MOST_GOOD]]
    drawn = model.sample(CROWD - len(good), SEED, TRUNCATION)
    codes = np.concatenate([np.stack(good), drawn])
    faces = model.decode(codes)
    if probes is None:
        return Crowd(codes, faces, None, None)
    return Crowd(codes, faces, probes.network.features(faces), probes.probabilities(faces))


def first_attribute(names: Sequence[str]) -> str:
    """What the story is about at first: Smiling where it is among the names, which are not none."""
    return "Smiling" if "Smiling" in names else names[0]


def no_sliders(model: FaceModel) -> bool:
    """Whether the model has no slider; then the page says so in place of the step."""
    if model.directions.sliders:
        return False
    st.info(
        "This model has no direction that is good enough for a slider, so this step has nothing "
        "to show. `python -m ganssl fit-directions` finds directions from labelled photos."
    )
    return True


def show_faces(
    faces: np.ndarray,
    captions: Sequence[str],
    columns: int | None = None,
    labelled: bool = True,
) -> None:
    """A row of generated faces `[n, s, s, 3]`.

    Args:
        captions: their words for the blind, and below them where `labelled`.
    """
    with st.grid(columns or len(faces), min_column_width=64, gap="small"):
        for face, words in zip(faces, captions, strict=True):
            caption = words if labelled else None
            alt = f"Generated face: {words}"
            st.image(picture_url(face, SIDE), caption, width="stretch", alt=alt)
