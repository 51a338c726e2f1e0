"""The models and the readout that every page shares, loaded once for all visitors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from ganssl.errors import UserError
from ganssl.features.readout import Readout
from ganssl.models.catalogue import find_models, load_model, model_with_id
from ganssl.models.face_model import FaceModel
from ganssl.ui.shared.opening import restore_sequence, restore_sliders
from ganssl.ui.shared.shelf import shelf

CHOICE = "face model"
"""Session entry of the name of the chosen model."""

FOLLOWED = "model of the link"
"""Session entry of the model id in the address as this visit left it."""

MOST_MODELS = 3
"""So many are kept in memory."""


def follow_linked_model() -> None:
    """Choose the model that a link's face belongs to, where it is at hand."""
    linked = st.query_params.get("model")
    if not linked or linked == st.session_state.get(FOLLOWED):
        return
    name = model_with_id(linked)
    if name is not None and name != st.session_state.get(CHOICE, next(iter(find_models()))):
        shelf().forget_model()
        st.session_state[CHOICE] = name


def keep_followed() -> None:
    """The address that the page wrote is no link; to be called when the page is drawn."""
    st.session_state[FOLLOWED] = st.query_params.get("model")


def show_model_choice() -> None:
    """A box that chooses among the models at hand; nothing where there is only one."""
    names = list(find_models())
    if len(names) > 1:
        st.selectbox(
            "Face model",
            names,
            key=CHOICE,
            persist_state="session",
            on_change=shelf().forget_model,
            help="Directions of your own belong to the model that you made them with; they are "
            "given up when you choose another.",
        )


def face_model() -> FaceModel:
    """The model that the visitor chose, at first the default one of `find_models`."""
    path = find_models().get(st.session_state.get(CHOICE))
    return default_model() if path is None else _load_model(path)


def default_model() -> FaceModel:
    """The model that a visit begins with."""
    return _load_model(next(iter(find_models().values()), None))


@st.cache_resource(max_entries=MOST_MODELS, show_spinner="Loading the face model …")
def _load_model(path: Path | None) -> FaceModel:
    """A model with its first, slow call done."""
    model = load_model(path)
    model.decode(model.mean[None])
    return model


def require_face_model() -> FaceModel:
    """The model with the visitor's own directions, or an error box and the end of the page."""
    try:
        model = face_model()
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()
    restore_sliders(model)
    restore_sequence(model)
    own = shelf().directions.values()
    return model.with_directions(model.directions.extended(own)) if own else model


@st.cache_resource(show_spinner=False)
def readout(size: int) -> Readout | None:
    """The attribute readout for faces of a size; None where the face network is not installed."""
    try:
        loaded = Readout.load()
    except UserError:
        return None
    loaded.probabilities(np.zeros((1, size, size, 3), np.uint8))
    return loaded
