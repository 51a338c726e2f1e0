"""A visitor's photo on its way through the model: aligned, rebuilt, and what was lost."""

from __future__ import annotations

import streamlit as st

from ganssl.face.from_photo import EditablePhoto
from ganssl.ui.face.session import FaceSession
from ganssl.ui.shared.pictures import SIDE, picture_url
from ganssl.ui.your_photo.slot import PhotoSlot

HELP_DETAIL = (
    "The model rebuilds a face from few numbers and loses what is special about it. This adds the "
    "difference between photo and rebuilt face to every picture, less so where an edit changes the "
    "picture much. 0 % shows the model alone; at 100 %, a face without edits is the photo itself."
)


def show_way(slot: PhotoSlot, face: EditablePhoto) -> None:
    """The photo, its aligned part and the rebuilt face side by side, with figures."""
    photo, aligned, rebuilt = st.columns([2, 1, 1], gap="medium")
    with photo:
        slot.show_photo()
    with aligned:
        alt = f"The part of your photo that the model sees, {face.prepared.how}."
        st.image(picture_url(face.pixels, SIDE), "**Aligned** · what the model sees", alt=alt)
    with rebuilt:
        alt = "The face that the model rebuilds from the photo's code."
        words = f"**Rebuilt** · from {len(face.code)} numbers"
        st.image(picture_url(face.reconstruction, SIDE), words, alt=alt)
    st.markdown("**What was lost on the way**")
    st.markdown("\n".join(f"* {sentence}" for sentence in face.loss.sentences()))


def show_detail(session: FaceSession, face: EditablePhoto) -> None:
    """The slider of the photo's detail; sets that of the session."""
    percent = st.slider(
        "Keep the detail of the photo",
        min_value=0,
        max_value=100,
        value=100,
        step=10,
        format="%d %%",
        help=HELP_DETAIL,
        key=session.key("detail"),
        persist_state="session",
    )
    session.detail = face.detail(percent / 100)
