"""Good faces to begin with, and prepared edits, one click each."""

from __future__ import annotations

import streamlit as st

from ganssl.errors import UserError
from ganssl.face.gallery import Gallery, load_gallery, plain_gallery
from ganssl.face.render import render
from ganssl.face.state import FaceState
from ganssl.models.face_model import FaceModel
from ganssl.ui.face.session import FaceSession
from ganssl.ui.shared.pictures import picture_url

COLUMNS, SIDE = 6, 128
SMALLEST = 100
"""Pixels on the screen; on a phone three stand in a row."""


def gallery(model: FaceModel) -> Gallery:
    """The model's gallery; a damaged file costs the gallery, not the page."""
    try:
        return _gallery(model.key, model)
    except UserError as error:
        st.warning(str(error), icon=":material/warning:")
        return plain_gallery(model)


@st.cache_resource(max_entries=10, show_spinner=False)
def _gallery(key: str, _model: FaceModel) -> Gallery:
    """Read once, not at every move of a slider; which looks it has hangs on the sliders."""
    return load_gallery(_model)


def show_gallery(session: FaceSession) -> None:
    """Faces that were chosen by eye, and edits that show what sliders can do."""
    offered = gallery(session.model)
    if offered.looks:
        st.caption("A prepared edit of the face above:")
        with st.container(horizontal=True):
            for i, (title, _) in enumerate(offered.looks):
                st.button(
                    title,
                    key=session.key(f"look {i}"),
                    on_click=lambda i=i: session.show(offered.dressed(session.state, i)),
                )
    st.caption("Faces to begin with. None of these people exists; they were chosen by eye.")
    faces = st.grid(COLUMNS, min_column_width=SMALLEST)
    for title, state in offered.faces:
        with faces.cell():
            st.image(
                thumbnail(session.model, state),
                alt=f"AI-generated face of seed {state.seed}: {title}",
                width="stretch",
            )
            st.button(
                title,
                key=session.key(f"gallery {state.seed} {state.truncation}"),
                on_click=session.show,
                args=(state,),
                width="stretch",
            )


def thumbnail(model: FaceModel, state: FaceState) -> str:
    """A small picture; unedited faces hang on no direction, so all visitors share them."""
    key = model.key if state.edits else model.faces_key
    return _kept_thumbnail((key, state.to_json()), model)


@st.cache_data(max_entries=100, show_spinner=False)
def _kept_thumbnail(key: tuple[str, str], _model: FaceModel) -> str:
    return picture_url(render(_model, FaceState.from_json(key[-1])).pixels, SIDE)
