"""Which labelled photos define a direction, and directions that a visitor brings along."""

from __future__ import annotations

import streamlit as st

from ganssl.attributes import Attribute
from ganssl.directions import Direction
from ganssl.directions.own import figures_words
from ganssl.errors import UserError
from ganssl.laboratory.store import directions_for_sliders
from ganssl.models.face_model import FaceModel
from ganssl.ui.face.slider_quality import slider_row
from ganssl.ui.shared.own_directions import give_up, keep_own, research_switch
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.words import literal

FEW_LABELS = """
The label of a generated face comes from the *direction* of the attribute in latent space, and that
was measured on photos that people had labelled. The table says on how many, and how well each
direction tells photos apart that it has not seen. A set can be no better than the direction that
labels it.

Most directions that come with a model used the labels of all its training photos. To see what *few*
labels can do, choose a direction of few labels where the model brings one, or bring your own:

- fit one to a few photos with `python -m ganssl fit-directions --data DIR --labels-per-class 50
  --out FILE`, and upload the file here,
- or label photos on the page *Label*, where it is offered.
"""


def show_labels_behind(model: FaceModel, attribute: str) -> None:
    """The directions of an attribute, with the labels that define them."""
    st.markdown(FEW_LABELS)
    rows = [
        slider_row(directions.get(attribute, method))
        for directions in (model.directions, model.few_directions)
        for method in directions.methods(attribute)
    ]
    st.dataframe(rows, hide_index=True, alt=f"Directions of {Attribute(attribute).title}")


def show_directions_upload(model: FaceModel) -> None:
    """Take directions from a file of `fit-directions`, and give up those that were taken."""
    file = st.file_uploader(
        "Your directions (.npz of fit-directions, made with this model)",
        type=["npz"],
        max_upload_size=10,
        key="directions/file",
    )
    if file is not None:
        try:
            _offer(directions_for_sliders(file.getvalue(), model, file.name), model)
        except UserError as error:
            st.error(str(error), icon=":material/error:")
    for attribute in list(shelf().directions):
        st.button(
            f"Give up your direction of {literal(Attribute(attribute).title)}",
            icon=":material/delete:",
            on_click=give_up,
            args=(attribute,),
            key=f"directions/drop {attribute}",
        )


def _offer(found: list[Direction], model: FaceModel) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Direction to use",
            found,
            format_func=lambda d: f"{Attribute(d.attribute).title}, {d.method}: {figures_words(d)}",
            key="directions/chosen",
        )
        poor = research_switch("directions/poor")
        st.button("Use it", on_click=_take, args=(chosen, model, poor), key="directions/take")
    if message := st.session_state.pop("directions/refused", None):
        st.error(message, icon=":material/error:")


def _take(direction: Direction, model: FaceModel, poor: bool) -> None:
    try:
        keep_own(direction, model, poor=poor)
    except UserError as error:
        st.session_state["directions/refused"] = str(error)
