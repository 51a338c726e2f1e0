"""Slower views of the same edit: a filmstrip of one attribute and a grid of many faces."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.face.render import filmstrip, filmstrip_steps, grid, signed
from ganssl.face.state import FaceState
from ganssl.models.face_model import FaceModel
from ganssl.photos.skin_tone import skin_tone
from ganssl.ui.face.live_pictures import (
    FRAME,
    MOST,
    follow_pictures,
    seed_offsets,
    strip_offsets,
)
from ganssl.ui.face.session import FaceSession
from ganssl.ui.face.view import show_change_table
from ganssl.ui.shared.pictures import alt_text, picture_url

SIDE = 256
COUNTS = (MOST, 12, 24, 48)


def show_filmstrip(session: FaceSession) -> None:
    """One attribute from one end of its slider to the other, all other edits as they are."""
    st.caption("The same face from one end of a slider to the other; your other edits stay.")
    sliders = session.model.directions.sliders
    if not sliders:
        st.caption("This model has no sliders.")
        return
    attribute = st.selectbox(
        "Attribute",
        sliders,
        index=sliders.index("Smiling") if "Smiling" in sliders else 0,
        format_func=lambda name: Attribute(name).title,
        key=session.key("filmstrip"),
        persist_state="session",
        width=260,
    )
    steps = filmstrip_steps(session.model, attribute)
    try:
        faces = filmstrip(
            session.model, session.state, attribute, steps, session.base, session.detail
        )
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    states = [session.state.with_edit(attribute, step) for step in steps]
    followed = strip_offsets(session, attribute, steps), f"slider {attribute}"
    _pictures(session, faces, [f"{signed(step)} σ" for step in steps], states, followed)


def show_grid(session: FaceSession) -> None:
    """Many faces with the same edits, and what the edits change on average."""
    st.caption("Do your edits do the same to everyone? Here are the next faces, seed by seed.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
        count = st.segmented_control(
            "Faces",
            COUNTS,
            default=COUNTS[1],
            required=True,
            key=session.key("grid count"),
            persist_state="session",
        )
        edited = st.toggle(
            "With edits", value=True, key=session.key("grid edited"), persist_state="session"
        )
    state = session.state if edited else session.state.unedited()
    try:
        faces = _grid(session.model, state, count)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    states = [state.with_seed(state.seed + i) for i in range(count)]
    captions = [f"seed {one.seed}" for one in states]
    followed = seed_offsets(session, count) if edited else None, "truncation"
    _pictures(session, faces, captions, states, followed)
    if session.state.edits and session.readout:
        st.markdown(f"##### Average over these {count} faces")
        both = [_grid(session.model, s, count) for s in (session.state.unedited(), session.state)]
        before, after = (session.readout.probabilities(faces).mean(axis=0) for faces in both)
        show_change_table(session, before, after, _mean_tones(session, *both))


def _mean_tones(session: FaceSession, before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """Mean skin tones of the faces that have one before and after; NaN where none has."""
    tones = np.stack([skin_tone(faces, session.model.preprocess) for faces in (before, after)])
    known = np.isfinite(tones).all(axis=0)
    if not known.any():
        return float("nan"), float("nan")
    first, second = tones[:, known].mean(axis=1)
    return float(first), float(second)


def _grid(model: FaceModel, state: FaceState, count: int) -> np.ndarray:
    return _kept_grid((model.key, state.to_json()), count, model)


@st.cache_data(max_entries=50, show_spinner=False)
def _kept_grid(key: tuple[str, str], count: int, _model: FaceModel) -> np.ndarray:
    return grid(_model, FaceState.from_json(key[-1]), count)


def _pictures(
    session: FaceSession,
    faces: np.ndarray,
    captions: list[str],
    states: list[FaceState],
    followed: tuple[np.ndarray | None, str],
) -> None:
    """Pictures side by side; `followed` are `follow_pictures`' offsets, or None, and `still`."""
    columns = len(faces) if len(faces) <= MOST else 6
    urls = [picture_url(face, SIDE) for face in faces]
    with st.container(key=f"{FRAME}-{session.name}", gap=None):
        with st.grid(columns, min_column_width=100, gap="small"):
            for url, caption, state in zip(urls, captions, states, strict=True):
                alt = alt_text(session.subject(state), state)
                st.image(url, caption, width="stretch", alt=alt)
        offsets, still = followed
        if offsets is not None:
            follow_pictures(session, offsets, urls[0], still)
