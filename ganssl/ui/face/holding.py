"""The switch between sliders that hold skin tone, sex and age, and raw directions."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ganssl.attributes import Attribute
from ganssl.directions.names import DEFAULT_RULE, HELD, RAW
from ganssl.face.state import FaceState
from ganssl.models.face_model import FaceModel
from ganssl.ui.face.session import FaceSession


def show_hold_switch(session: FaceSession) -> None:
    """On: what was not asked for stays, as far as the model can; off: the raw directions."""
    state, words = session.state, held_words(session.model)
    if not words:
        return

    def switched(on: bool) -> FaceState:
        return replace(session.state, hold=DEFAULT_RULE if on else RAW)

    on = (
        "what they have in common is taken out of every slider but their own, which costs some of "
        "its effect"
        if session.model.directions.readings is None
        else "every slider takes the way on which generated faces change most in what it is named "
        "after and least in all else that is read off them"
    )
    st.toggle(
        f"Hold {words}",
        help="In the photos that taught the model, hair, make-up and glasses come with sex, age "
        f"and skin tone. With the switch on, {on}; off, you get the directions as they were "
        "fitted to the photos.",
        **session.widget("hold", state.hold != RAW, switched),
    )


def held_words(model: FaceModel) -> str:
    """What the model's sliders can hold, such as `skin tone, perceived male and young`."""
    directions = model.directions
    if directions.readings is not None:
        return "skin tone and all other readings"
    words = ["skin tone"] if directions.skin_tone is not None else []
    names = [name for name in HELD if name in directions.attributes]
    if names:
        words.append("perceived " + " and ".join(Attribute(name).title.lower() for name in names))
    return ", ".join(words)
