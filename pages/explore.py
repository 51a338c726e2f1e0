"""Explore: drag sliders and watch one generated face change."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st

from ganssl.models.face_model import FaceModel
from ganssl.ui.explore.gallery import gallery, show_gallery
from ganssl.ui.explore.presentation import present_face
from ganssl.ui.explore.sequence import show_sequence
from ganssl.ui.face.controls import show_controls
from ganssl.ui.face.gallery import show_filmstrip, show_grid
from ganssl.ui.face.session import FaceSession
from ganssl.ui.face.share import show_share
from ganssl.ui.face.slider_quality import show_slider_quality
from ganssl.ui.face.view import show_faces
from ganssl.ui.shared.keeping import holding_fragment
from ganssl.ui.shared.legend import show_bias_note, show_legend
from ganssl.ui.shared.model import require_face_model
from ganssl.ui.shared.presentation import SEQUENCE_TITLE, presenting
from ganssl.ui.shared.shelf import shelf

GRID, GALLERY, PICKED = "Many faces", "Gallery", "explore-picked"
SHARE = "Save and share"
TABS = {
    GALLERY: show_gallery,
    "How it works": lambda session: show_legend(),
    "Filmstrip": show_filmstrip,
    GRID: show_grid,
    SHARE: show_share,
    SEQUENCE_TITLE: show_sequence,
    "Which sliders, and why": lambda session: show_slider_quality(session.model.directions),
}
# Tabs that show the face or what was made of it; the others stay as a slider moves.
FOLLOWING = ("Filmstrip", GRID, SHARE)


@holding_fragment
def editor(session: FaceSession) -> None:
    """All that a slider moves; a slider move reruns this and not the page.

    Where the open tab below shows the face as well, the page is drawn anew.
    """
    if presenting():
        present_face(session)
        return
    stale = session.drawn is not None and session.drawn != session.state
    if stale and st.session_state.get(session.key("tab")) in FOLLOWING:
        st.rerun()
    faces, controls = st.columns([3, 2], gap="large")
    with faces:
        show_faces(session)
    with controls:
        show_controls(session, seeded=not session.of_photo)
        show_bias_note()


@holding_fragment
def more(session: FaceSession) -> None:
    """The tabs below; only the open one is computed, and changing tabs leaves the face alone."""
    if session.outdated:  # a click here has changed the face above
        st.rerun()
    left_out = {GRID, GALLERY, SEQUENCE_TITLE} if session.of_photo else set()
    if len(gallery(session.model).faces) < 2:
        left_out.add(GALLERY)
    titles = [title for title in TABS if title not in left_out]
    tabs = st.tabs(titles, key=session.key("tab"), on_change="rerun")
    for title, tab in zip(titles, tabs, strict=True):
        if tab.open:
            with tab:
                TABS[title](session)


def seeded_session(model: FaceModel) -> FaceSession:
    """The generated face of a seed, in step with the page's address."""
    session = FaceSession("explore", model, linked=True, first=gallery(model).first)
    session.others = tuple(state for _, state in gallery(model).faces)
    session.follow_link()
    return session


def picked_session(model: FaceModel, name: str, code: np.ndarray) -> FaceSession:
    """The face that was picked on the map of *Latent space*, and the way back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"This face is {name}: a photo's code, drawn by the model.")
        st.button(
            "Back to generated faces",
            icon=":material/undo:",
            key="explore/back",
            on_click=forget_picked,
        )
    base_id = hashlib.sha256(code.tobytes()).hexdigest()
    return FaceSession(PICKED, model, base=code, base_id=base_id)


def forget_picked() -> None:
    """Callback: give up the picked face and all that was made of it."""
    shelf().face = None
    for key in [key for key in st.session_state if str(key).startswith(f"{PICKED}/")]:
        del st.session_state[key]


model, picked = require_face_model(), shelf().face
if not presenting():
    st.title("Explore")
if picked is not None:
    session = picked_session(model, *picked)
else:
    if not presenting():
        st.markdown(
            "This face does not exist. Drag a slider and watch what changes, and what else."
        )
    session = seeded_session(model)
editor(session)
if not presenting():
    more(session)
