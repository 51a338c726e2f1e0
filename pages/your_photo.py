"""Your photo: give a photo, see what the model makes of it, and drag sliders on your own face."""

from __future__ import annotations

import streamlit as st

from ganssl.face.from_photo import EditablePhoto
from ganssl.ui.face.controls import show_controls
from ganssl.ui.face.gallery import show_filmstrip
from ganssl.ui.face.session import FaceSession
from ganssl.ui.face.share import show_share
from ganssl.ui.face.slider_quality import show_slider_quality
from ganssl.ui.face.view import show_faces
from ganssl.ui.shared.keeping import holding_fragment
from ganssl.ui.shared.legend import show_bias_note
from ganssl.ui.shared.model import require_face_model
from ganssl.ui.shared.presentation import presenting
from ganssl.ui.your_photo.answers import show_answers
from ganssl.ui.your_photo.morph import show_morph
from ganssl.ui.your_photo.slot import PRIVACY, PhotoSlot
from ganssl.ui.your_photo.stage import present_photo
from ganssl.ui.your_photo.view import show_detail, show_way

TABS = ("Filmstrip", "Two faces", "Your classifier", "Save", "Which sliders, and why")


@holding_fragment
def editor(session: FaceSession, face: EditablePhoto) -> None:
    """All that a slider moves; a slider move reruns this and not the page."""
    faces, controls = st.columns([3, 2], gap="large")
    with controls:
        show_detail(session, face)
        show_controls(session, seeded=False)
        show_bias_note()
        if st.button(
            "Remove the photo",
            icon=":material/delete:",
            key="remove the photo",
            help="Forgets the photo, its code and all pictures made of it.",
        ):
            PhotoSlot(session.name, session.model).forget()
            st.rerun()
    with faces:
        show_faces(session)
    more(session, face)


@holding_fragment
def more(session: FaceSession, face: EditablePhoto) -> None:
    """The tabs below; only the open one is computed, and changing tabs leaves the face alone."""
    if session.outdated:  # a click here has changed the face above
        st.rerun()
    strip, morph, answers, share, quality = st.tabs(TABS, key=session.key("tab"), on_change="rerun")
    if strip.open:
        with strip:
            show_filmstrip(session)
    if morph.open:
        with morph:
            show_morph(session, face)
    if answers.open:
        with answers:
            show_answers(PhotoSlot(session.name, session.model))
    if share.open:
        with share:
            show_share(session)
    if quality.open:
        with quality:
            show_slider_quality(session.model.directions)


model = require_face_model()
slot = PhotoSlot("photo", model)
if not presenting():
    st.title("Your photo")
    if slot.given is None:
        st.markdown("Drag sliders on your own face, and see what a model keeps of it and loses.")
if presenting():
    present_photo(slot, model)
elif slot.given is None:
    slot.ask()
    st.info(PRIVACY, icon=":material/lock:")
elif not slot.ask_without_a_face():
    face = slot.face()
    slot.show_choice()
    for warning in face.warnings:
        st.warning(warning, icon=":material/warning:")
    editor(FaceSession(slot.name, model, base=face.code, base_id=slot.face_id), face)
    with st.expander("From your photo to the rebuilt face", icon=":material/compare:"):
        show_way(slot, face)
