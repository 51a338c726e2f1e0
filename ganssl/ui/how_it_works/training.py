"""The story, second part: watch a tiny VAE-GAN learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ganssl.face.render import enlarge
from ganssl.models.face_model import FaceModel
from ganssl.ui.how_it_works.faces import crowd, show_faces

if TYPE_CHECKING:
    from ganssl.training.tiny import TinyTraining

SHOWN = 4
TERMS = {"pixel": "rebuilt face differs", "discriminator": "discriminator is fooled"}
KEY = "story/training"


def show_training(model: FaceModel) -> None:
    """One batch, ten batches, the losses, and what the networks make by then."""
    st.markdown(
        "Three networks learn together. The **encoder** and the **generator** are to rebuild each "
        "face; how far they miss is their **loss**. The **discriminator** looks at faces and is to "
        "tell the given ones from the generated; the generator is to fool it. After each "
        "**batch** of 16 faces all numbers in the networks move a little, to make the losses "
        "smaller. Here is a tiny one, at 64 × 64 pixels, whose photos are generated faces."
    )
    faces = small_faces(model)
    training = _training(faces)
    with st.container(horizontal=True, gap="small"):
        one = st.button("Train on one batch", key="story/train 1")
        ten = st.button("Train 10 steps", key="story/train 10", type="primary")
        st.button("Start again", on_click=_forget, key="story/forget")
    if one or ten:
        with st.spinner("Learning … (the first batch takes a few seconds longer)"):
            training.train(10 if ten else 1)
    left, right = st.columns(2, gap="large")
    with left:
        show_faces(faces[:SHOWN], [f"given {i + 1}" for i in range(SHOWN)])
        show_faces(training.rebuilt(faces[:SHOWN]), [f"rebuilt {i + 1}" for i in range(SHOWN)])
        mixed = [f"{i + 1} and {(i + 1) % SHOWN + 1} mixed" for i in range(SHOWN)]
        show_faces(training.mixed(faces[:SHOWN]), mixed)
    with right:
        _show_losses(training)
    st.caption(
        "The model of this app learned the same way, with larger networks, from photos, for "
        "thousands of batches."
    )


def _training(faces: np.ndarray) -> TinyTraining:
    """This visitor's networks."""
    from ganssl.training.tiny import TinyTraining

    if KEY not in st.session_state:
        with st.spinner("Building three small networks …"):
            st.session_state[KEY] = TinyTraining(faces)
    return st.session_state[KEY]


def _forget() -> None:
    del st.session_state[KEY]


def small_faces(model: FaceModel) -> np.ndarray:
    """The crowd at 64 pixels, uint8 `[n, 64, 64, 3]`."""
    return _small_faces(model.faces_key, model)


@st.cache_resource(max_entries=1, show_spinner=False)
def _small_faces(key: str, _model: FaceModel) -> np.ndarray:
    from ganssl.training.tiny import SIZE

    return np.stack([enlarge(face, SIZE) for face in crowd(_model).faces])


def _show_losses(training: TinyTraining) -> None:
    history = training.history
    if not history:
        st.info("Untrained networks make grey noise. Press a button.", icon=":material/touch_app:")
        return
    last = history[-1]
    with st.container(horizontal=True):
        st.metric("Batches seen", len(history))
        for term, label in TERMS.items():
            before = history[-2][term] if len(history) > 1 else last[term]
            st.metric(label, f"{last[term]:.3f}", f"{last[term] - before:+.3f}", "inverse")
    lines = {label: [step[term] for step in history] for term, label in TERMS.items()}
    st.line_chart(lines, x_label="batch", y_label="loss", height=260)
