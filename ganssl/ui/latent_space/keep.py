"""A direction gets a name and a slider; the laboratory is saved and loaded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ganssl.attributes import WITHHELD, Attribute
from ganssl.directions import Direction
from ganssl.errors import UserError
from ganssl.laboratory.store import (
    LONGEST_NAME,
    directions_for_sliders,
    laboratory_bytes,
    named_direction,
)
from ganssl.models.face_model import FaceModel
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
        name = st.text_input(
            "Name", suggested[:LONGEST_NAME], key=f"lab/name {key}", max_chars=LONGEST_NAME
        )
        st.button(
            "Keep as a slider",
            icon=":material/tune:",
            key=f"lab/keep {key}",
            on_click=_keep,
            args=(key, direction, held, covariance),
        )
        if " ".join(name.split()) in shelf().directions:
            st.page_link("pages/explore.py", label="Try it on Explore", icon=":material/tune:")
    if message := st.session_state.pop(f"lab/refused {key}", None):
        st.error(message, icon=":material/error:")


def _keep(key: str, direction: Direction, held, covariance) -> None:
    name = st.session_state[f"lab/name {key}"]
    try:
        kept = named_direction(direction, name, held, covariance)
        if kept.attribute in WITHHELD:
            raise UserError(
                f"{Attribute(kept.attribute).title} judges looks or build; this app gives no "
                "slider to such judgements. Choose another name."
            )
    except UserError as error:
        st.session_state[f"lab/refused {key}"] = str(error)
    else:
        shelf().directions[kept.attribute] = kept


def show_kept(model: FaceModel) -> None:
    """The visitor's directions: what they are, save, load, give up."""
    own = shelf().directions
    if own:
        st.dataframe(
            [
                {
                    "name": d.attribute,
                    "method": d.method,
                    "held": ", ".join(d.conditioned_on),
                    "AUC": d.auc if np.isfinite(d.auc) else None,
                    "labels": d.labels_used,
                }
                for d in own.values()
            ],
            hide_index=True,
            alt="Your directions",
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.download_button(
                "Save the laboratory",
                laboratory_bytes(model.id, own.values()),
                "laboratory.npz",
                icon=":material/save:",
                key="lab/save",
                help="One small file for this page, Synthesize, and --directions on the command "
                "line. It belongs to this model.",
            )
            dropped = st.selectbox("Direction", list(own), key="lab/drop name")
            st.button(
                "Give it up",
                icon=":material/delete:",
                key="lab/drop",
                on_click=own.pop,
                args=(dropped, None),
            )
        st.page_link("pages/explore.py", label="Try them on Explore", icon=":material/tune:")
    else:
        st.info("Nothing is kept yet. Keep a direction from its card, from Discover or the map.")
    file = st.file_uploader("Load a saved laboratory", type=["npz"], key="lab/file")
    if file is not None and st.button("Take its directions", key="lab/take"):
        try:
            found = directions_for_sliders(file.getvalue(), model, file.name)
        except UserError as error:
            st.error(str(error), icon=":material/error:")
        else:
            own.update({direction.attribute: direction for direction in found})
            st.rerun()
