"""Explore on a projector: two large faces, the first sliders, and a prepared sequence of edits."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ganssl.attributes import Attribute
from ganssl.face.render import slider_ends
from ganssl.ui.face.session import FaceSession
from ganssl.ui.face.view import show_before_after, show_change_table
from ganssl.ui.shared.presentation import Steps

SEQUENCE: tuple[tuple[str, dict[str, float]], ...] = (
    ("No one has this face: a network made it from a list of numbers.", {}),
    ("Move the numbers along one direction, and it smiles.", {"Smiling": 2}),
    ("Go the other way.", {"Smiling": -2}),
    ("Another direction. Watch what else changes.", {"Male": 2}),
    ("And its other end.", {"Male": -2}),
    ("Glasses were rare in the photos: harder to draw.", {"Eyeglasses": 3}),
    ("Older, in the annotators' eyes.", {"Young": -2}),
    ("Directions add up.", {"Young": -2, "Smiling": 2}),
    ("Your turn: which slider shall we move?", {}),
)
"""What is said, and the edits in σ; a step whose sliders are missing is left out."""


def present_face(session: FaceSession) -> None:
    """The faces, what to say about them, the arrows and the sliders."""
    sliders = session.model.directions.sliders
    sequence = [(text, edits) for text, edits in SEQUENCE if set(edits) <= set(sliders)]

    def show_step(index: int) -> None:
        session.show(replace(session.state.unedited(), edits=sequence[index][1]))

    steps = Steps("explore", [text for text, _ in sequence], show_step)
    st.markdown(f"## {steps.titles[steps.index]}")
    faces, controls = st.columns([5, 2], gap="large")
    with faces:
        show_before_after(session)
        if session.readout and session.state.edits:
            before, after = (
                session.picture(session.state.unedited()),
                session.picture(session.state),
            )
            tones = before.skin_tone, after.skin_tone
            show_change_table(session, before.probabilities, after.probabilities, tones)
    with controls:
        steps.show_arrows()
        for attribute in session.first_sliders:
            _slider(session, attribute)


def _slider(session: FaceSession, attribute: str) -> None:
    low, high = slider_ends(session.model, session.state, attribute)
    st.slider(
        Attribute(attribute).title,
        min_value=low,
        max_value=high,
        step=0.1,
        format="%+.1f σ",
        **session.widget(
            f"slider {attribute}",
            session.state.amount(attribute),
            lambda value: session.state.with_edit(attribute, value),
        ),
    )
