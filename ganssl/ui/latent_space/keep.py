"""A direction gets a name and a slider; the laboratory is saved and loaded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ganssl.attributes import LONGEST_NAME
from ganssl.directions import Direction
from ganssl.directions.own import why_not
from ganssl.errors import UserError
from ganssl.laboratory.store import (
    directions_for_sliders,
    laboratory_bytes,
    named_direction,
)
from ganssl.models.face_model import FaceModel
from ganssl.ui.shared.model import face_model
from ganssl.ui.shared.own_directions import keep_own, research_switch, show_own_directions
from ganssl.ui.shared.shelf import shelf


def keep_form(
    direction: Direction,
    suggested: str,
    part: str,
    held: Sequence[Direction] = (),
    covariance: np.ndarray | None = None,
) -> None:
    """A name and the button that takes the direction to the sliders.

    Args:
        part: of the page, with `suggested` the form's key: another direction
            has another form.
        held, covariance: see `named_direction`.
    """
    key = f"{part} {suggested}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name", suggested[:LONGEST_NAME], key=f"lab/name {key}", max_chars=LONGEST_NAME
        )
        st.button(
            "Keep as a slider",
            icon=":material/tune:",
            key=f"lab/keep {key}",
            on_click=_keep,
            args=(key, direction, held, covariance),
        )
        if st.session_state.get(f"lab/kept {key}") in shelf().directions:
            st.page_link("pages/explore.py", label="Try it on Explore", icon=":material/tune:")
    if message := st.session_state.pop(f"lab/refused {key}", None):
        st.error(message, icon=":material/error:")
        if why_not(direction):
            st.button(
                "Keep it all the same (for research)",
                icon=":material/science:",
                key=f"lab/keep poor {key}",
                on_click=_keep,
                args=(key, direction, held, covariance, True),
            )


def _keep(key: str, direction: Direction, held, covariance, poor: bool = False) -> None:
    name = st.session_state[f"lab/name {key}"]
    try:
        kept = named_direction(direction, name, held, covariance)
        kept = keep_own(kept, face_model(), poor=poor)
    except UserError as error:
        st.session_state[f"lab/refused {key}"] = str(error)
    else:
        st.session_state[f"lab/kept {key}"] = kept.attribute


def show_kept(model: FaceModel) -> None:
    """The visitor's directions: what they are, save, load, give up."""
    own = shelf().directions
    if own:
        show_own_directions(model, "lab/own")
        st.download_button(
            "Save the laboratory",
            laboratory_bytes(model.id, own.values()),
            "laboratory.npz",
            icon=":material/save:",
            key="lab/save",
            help="One small file for this page, Synthesize, and --directions on the command "
            "line. It belongs to this model.",
        )
        st.page_link("pages/explore.py", label="Try them on Explore", icon=":material/tune:")
    else:
        st.info("Nothing is kept yet. Keep a direction from its card, from Discover or the map.")
    file = st.file_uploader("Load a saved laboratory", type=["npz"], key="lab/file")
    poor = research_switch("lab/poor") if file is not None else False
    if file is not None and st.button("Take its directions", key="lab/take"):
        try:
            for direction in directions_for_sliders(file.getvalue(), model, file.name):
                keep_own(direction, model, poor=poor)
        except UserError as error:
            st.error(str(error), icon=":material/error:")
        else:
            st.rerun()
