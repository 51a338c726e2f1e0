"""Explore: drag sliders and watch one generated face change."""

from __future__ import annotations

import streamlit as st

from ganssl.ui.face_controls import show_controls
from ganssl.ui.face_gallery import show_filmstrip, show_grid
from ganssl.ui.face_session import FaceSession
from ganssl.ui.face_share import show_share
from ganssl.ui.face_view import show_before_after, show_changes, show_timing
from ganssl.ui.legend import show_bias_note, show_legend
from ganssl.ui.model import require_face_model
from ganssl.ui.slider_quality import show_slider_quality

TABS = ("How it works", "Filmstrip", "Many faces", "Save and share", "Which sliders, and why")


@st.fragment
def editor(session: FaceSession) -> None:
    """All that a slider moves; a slider move reruns this and not the page."""
    faces, controls = st.columns([3, 2], gap="large")
    with faces:
        with st.container(key="faces"):
            show_before_after(session)
        with st.container(key="changes"):
            show_timing(session)
            show_changes(session)
    with controls:
        show_controls(session)
        show_bias_note()
    more(session)


@st.fragment
def more(session: FaceSession) -> None:
    """The tabs below; only the open one is computed, and changing tabs leaves the face alone."""
    legend, strip, many, share, quality = st.tabs(TABS, key=session.key("tab"), on_change="rerun")
    if legend.open:
        with legend:
            show_legend()
    if strip.open:
        with strip:
            show_filmstrip(session)
    if many.open:
        with many:
            show_grid(session)
    if share.open:
        with share:
            show_share(session)
    if quality.open:
        with quality:
            show_slider_quality(session.model.directions)


st.title("Explore")
st.markdown("This face does not exist. Drag a slider and watch what changes, and what else.")
session = FaceSession("explore", require_face_model(), linked=True)
session.follow_link()
editor(session)
