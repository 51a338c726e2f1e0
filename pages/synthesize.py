"""Synthesize: make a labelled set of faces that show nobody, to train a classifier on."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.synthesis import STRATEGIES, Recipe
from ganssl.ui.shared.jobs import show_job, visitor_jobs
from ganssl.ui.shared.keeping import how_long
from ganssl.ui.shared.model import face_model, require_face_model
from ganssl.ui.shared.set_making import expected_bytes, start_set
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.synthesize.made_sets import show_preview, show_set
from ganssl.ui.synthesize.own_directions import show_directions_upload, show_labels_behind
from ganssl.ui.synthesize.recipe_form import STRATEGY_TITLES, layout_choice, recipe_form

TABS = ("Preview", "Natural or pushed?", "Which labels are behind it?")
INTRODUCTION = (
    "Make a set of generated faces, one half with an attribute and one half without, in place of "
    "photos that somebody would have to label. The page *Train & evaluate* trains a classifier on "
    "it. The attributes are what annotators perceived in photos, and the labels of a set are the "
    "model's: see *Which labels are behind it?*"
)
TWO_WAYS = """
**Pushed faces teach the push.** When every face is moved along one line, up for one class and down
for the other, the classes differ by whatever the generator does along that line: a shade of the
background, a softness of the skin. A classifier finds such traces easier to learn than a smile, and
photos do not have them. **Natural faces** are left as they came. They differ in everything in which
people differ, and on average the label is the only thing that separates the classes. That is why
they are the default; the pushed ones are there to try the difference on *Train & evaluate*.
"""


def start(recipe: Recipe, directions: DirectionSet, layout: str) -> None:
    """Callback of the button."""
    try:
        start_set(face_model(), recipe, directions, layout)
    except UserError as error:
        st.session_state["synthesize/message"] = str(error)


def show_tabs(recipe: Recipe, directions: DirectionSet) -> None:
    """What the recipe makes, the other strategy beside it, and where the labels come from."""
    preview, two_ways, labels = st.tabs(TABS, key="synthesize/tab", on_change="rerun")
    if preview.open:
        with preview:
            show_preview(face_model(), recipe, directions)
    if two_ways.open:
        with two_ways:
            st.markdown(TWO_WAYS)
            for strategy in STRATEGIES:
                st.markdown(f"##### {STRATEGY_TITLES[strategy][0]}")
                one = replace(recipe, strategy=strategy, also=())  # pushes move one attribute
                show_preview(face_model(), one, directions)
    if labels.open:
        with labels:
            show_labels_behind(model, recipe.attribute)
            show_directions_upload(model)


st.title("Synthesize")
st.markdown(INTRODUCTION)
model = require_face_model()
if not model.directions.sliders:
    st.info("This model has no direction that is good enough to label faces.")
    show_directions_upload(model)
    st.stop()

settings, faces = st.columns([2, 3], gap="large")
with settings:
    try:
        recipe, directions = recipe_form(model)
        layout = layout_choice()
        megabytes = expected_bytes(face_model(), recipe, directions) / 2e6
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        recipe = None
    else:
        st.button(
            f"Make {recipe.count:,} faces",
            icon=":material/burst_mode:",
            type="primary",
            on_click=start,
            args=(recipe, directions, layout),
            key="synthesize/start",
        )
        st.caption(f"About {megabytes:,.0f} MB. You can go on using the other pages meanwhile.")
    if message := st.session_state.pop("synthesize/message", None):
        st.error(message, icon=":material/error:")
with faces:
    for job in visitor_jobs().jobs():
        show_job(job)
    if recipe:
        show_tabs(recipe, directions)

made = list(shelf().sets.items())  # a job may add one at any moment
if made:
    st.subheader("Your sets", divider="gray")
    st.caption(how_long())
for name, one in reversed(made):
    with st.container(border=True):
        show_set(name, one)
