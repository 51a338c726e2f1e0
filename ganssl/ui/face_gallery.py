"""Slower views of the same edit: a filmstrip of one attribute and a grid of many faces."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.explore import FILMSTRIP_STEPS, filmstrip, grid, signed
from ganssl.face_state import FaceState
from ganssl.models.face_model import FaceModel
from ganssl.ui.face_session import FaceSession
from ganssl.ui.pictures import alt_text, picture_url

SIDE = 256
COUNTS = (12, 24, 48)


def show_filmstrip(session: FaceSession) -> None:
    """One attribute from −3σ to +3σ, all other edits as they are."""
    st.caption("The same face with one attribute from −3 σ to +3 σ; your other edits stay.")
    attribute = st.selectbox(
        "Attribute",
        session.model.directions.sliders,
        format_func=lambda name: Attribute(name).title,
        key=session.key("filmstrip"),
        persist_state="session",
        width=260,
    )
    try:
        faces = filmstrip(session.model, session.state, attribute, base=session.base)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    states = [session.state.with_edit(attribute, step) for step in FILMSTRIP_STEPS]
    _row(faces, [f"{signed(step)} σ" for step in FILMSTRIP_STEPS], states)


def show_grid(session: FaceSession) -> None:
    """Many faces with the same edits, and what the edits change on average."""
    st.caption(
        "Do the sliders do the same to everyone? The next faces, seed by seed, under your edits."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = st.segmented_control(
            "Faces",
            COUNTS,
            default=COUNTS[0],
            required=True,
            key=session.key("grid count"),
            persist_state="session",
        )
        edited = st.toggle(
            "With edits", value=True, key=session.key("grid edited"), persist_state="session"
        )
    state = session.state if edited else session.state.unedited()
    try:
        faces = _grid(state.to_json(), count, session.model)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    states = [state.with_seed(state.seed + i) for i in range(count)]
    _row(faces, [f"seed {one.seed}" for one in states], states)


@st.cache_data(max_entries=50, show_spinner=False)
def _grid(state: str, count: int, _model: FaceModel) -> np.ndarray:
    return grid(_model, FaceState.from_json(state), count)


def _row(faces: np.ndarray, captions: list[str], states: list[FaceState]) -> None:
    with st.grid(min_column_width=112, gap="small"):
        for face, caption, state in zip(faces, captions, states, strict=True):
            st.image(picture_url(face, SIDE), caption, width="stretch", alt=alt_text(state))
