"""The generated faces to train on: a set from the Synthesize page, or a quick one."""

from __future__ import annotations

import streamlit as st

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.models.face_model import FaceModel
from ganssl.synthesis import Recipe, SyntheticSet, fast_arithmetic
from ganssl.ui.shared.model import face_model
from ganssl.ui.shared.set_making import start_set
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import choose

QUICK, FEWEST, MOST = 10_000, 100, 40_000


def choose_faces(model: FaceModel) -> SyntheticSet | None:
    """The set to train on; None while there is none."""
    sets = shelf().sets
    chosen = choose("Training faces", sets, "train/set")
    with st.expander("Make faces here", expanded=not sets, icon=":material/burst_mode:"):
        _quick_set(model)
    if chosen is None:
        st.caption("There are no generated faces yet: make some here, or on the Synthesize page.")
        return None
    _, made = chosen
    present = int(made.labels.sum())
    st.caption(
        f"{len(made):,} generated faces of {made.recipe.size}×{made.recipe.size} pixels, "
        f"{present:,} {made.attribute.positive} and {len(made) - present:,} "
        f"{made.attribute.negative}. They show nobody."
        + (f" They carry {len(made.attributes)} labels each." if made.recipe.also else "")
    )
    return made


def _quick_set(model: FaceModel) -> None:
    sliders = model.directions.sliders
    if not sliders:
        st.caption("This model has no direction that is good enough to label faces.")
        return
    what, how_many, button = st.columns([3, 2, 2], vertical_alignment="bottom")
    attribute = what.selectbox(
        "Attribute",
        sliders,
        index=sliders.index("Smiling") if "Smiling" in sliders else 0,
        format_func=lambda name: Attribute(name).title,
        key="train/attribute",
        persist_state="session",
    )
    count = how_many.number_input(
        "Faces",
        min_value=FEWEST,
        max_value=MOST,
        value=QUICK,
        step=1000,
        key="train/count",
        persist_state="session",
        required=True,
    )
    st.caption("Natural faces, half with the attribute; the Synthesize page has all settings.")
    if button.button("Make faces", key="train/make"):
        try:
            precision, engine = fast_arithmetic(model.engines)
            recipe = Recipe(attribute, int(count), precision=precision, engine=engine)
            start_set(face_model(), recipe, model.directions, "folder")
        except UserError as error:
            st.error(str(error), icon=":material/error:")
