"""What the parts of the story share: a crowd of generated faces, and rows of pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ganssl.base.once import OnceMade
from ganssl.laboratory.crowd import Crowd, ready_crowd
from ganssl.models.face_model import FaceModel
from ganssl.ui.shared.model import readout
from ganssl.ui.shared.pictures import picture_url

SIDE = 256

_CROWDS = OnceMade(1)


def crowd(model: FaceModel) -> Crowd:
    """The crowd of this model, made once for all visitors."""
    probes = readout(model.size)
    return _CROWDS.get((model.faces_key, probes), lambda: ready_crowd(model, probes))


def prepare_faces(model: FaceModel) -> None:
    """Draw the crowd before anyone looks at some of it."""
    crowd(model).all_faces()


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
