"""The story, first part: a face as numbers, and what one can do with numbers."""

from __future__ import annotations

import random

import numpy as np
import streamlit as st

from ganssl.directions import edit_codes
from ganssl.face.render import face_code
from ganssl.face.state import FaceState
from ganssl.laboratory.crowd import TRUNCATION, good_faces
from ganssl.models.face_model import FaceModel
from ganssl.ui.face.session import NEW_SEEDS
from ganssl.ui.how_it_works.faces import (
    crowd,
    first_attribute,
    no_sliders,
    show_faces,
)
from ganssl.ui.shared.presentation import presenting

BETWEEN, AVERAGE, SUM = "Between two faces", "The average of many", "Subtract and add"
STEPS, STEPS_PRESENTED = 7, 4
"""Faces in a row from one face to another; fewer are larger on a projector."""

SHOWN = "story/face"
"""How often another face was asked for, and the seed of one that is of no gallery."""

PERSON, OTHER = 3, 8
"""Of the crowd: a face that does not smile, and the one that learns it from it."""


def show_code(model: FaceModel) -> None:
    """Encoder, code and generator on one face."""
    st.markdown(
        f"A **generator** is a network that turns {model.latent_size} numbers, the **code**, into "
        "a picture. An **encoder** goes the other way: from a picture to a code. Both have "
        "learned from many photos how faces vary. The face below is no one's: its code was drawn "
        "at random."
        + (" Of many such faces this is one that was chosen by eye." if _chosen(model) else "")
    )
    if not presenting():  # there the bar has it
        st.button(
            "Another face",
            icon=":material/casino:",
            on_click=another_face,
            key="story/another",
        )
    face = model.decode(face_code(model, shown_face(model))[None])
    found = model.encode(face)
    left, middle, right = st.columns(
        [4, 5, 4] if presenting() else [2, 3, 2], gap="medium", vertical_alignment="center"
    )
    with left:
        show_faces(face, ["a generated face"])
    with middle:
        st.markdown("**→ encoder →** the code it finds **→ generator →**")
        show_numbers(found[0])
    with right:
        show_faces(model.decode(found), ["made again from that code"])
    st.caption("What the second face lacks, the encoder could not put into the numbers.")


def shown_face(model: FaceModel) -> FaceState:
    """One after the other of the gallery; of a model without one its face, then of any seed."""
    count, seed = st.session_state.get(SHOWN, (0, 0))
    good = good_faces(model)
    if _chosen(model) or not count:
        return good[count % len(good)]
    return FaceState(seed, TRUNCATION, model=model.id)


def _chosen(model: FaceModel) -> bool:
    """Whether the faces of the first step were chosen by eye."""
    return len(good_faces(model)) > 1


def another_face() -> None:
    """Callback: the next face."""
    count, _ = st.session_state.get(SHOWN, (0, 0))
    st.session_state[SHOWN] = count + 1, random.randrange(NEW_SEEDS)


def show_numbers(code: np.ndarray) -> None:
    """A code `[d]` as a strip of coloured fields."""
    import plotly.graph_objects as go

    rows = max(1, len(code) // 16)
    chart = go.Figure(
        go.Heatmap(
            z=code[: 16 * rows].reshape(rows, -1),
            colorscale="RdBu",
            zmid=0,
            showscale=False,
            hovertemplate="%{z:.2f}<extra></extra>",
        )
    )
    chart.update_layout(height=170, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    chart.update_xaxes(visible=False)
    chart.update_yaxes(visible=False)
    alt = f"A code: {len(code)} numbers, red below zero, blue above"
    st.plotly_chart(chart, alt=alt, config={"displayModeBar": False}, key="story/numbers")


def show_arithmetic(model: FaceModel) -> None:
    """Interpolate, average, subtract and add."""
    st.markdown("One can calculate with codes, and the results are faces again.")
    chosen = st.segmented_control(
        "Calculate",
        (BETWEEN, AVERAGE, SUM),
        default=BETWEEN,
        required=True,
        key="story/arithmetic",
        persist_state="session",
    )
    codes = crowd(model).codes
    if chosen == BETWEEN:
        _show_between(model, codes[0], codes[1])
    elif chosen == AVERAGE:
        _show_average(model, codes)
    else:
        _show_sum(model, codes[PERSON], codes[OTHER])


def _show_between(model: FaceModel, first: np.ndarray, second: np.ndarray) -> None:
    steps = STEPS_PRESENTED if presenting() else STEPS
    shares = np.linspace(0, 1, steps, dtype=np.float32)[:, None]  # (steps, 1)
    faces = model.decode((1 - shares) * first + shares * second)
    show_faces(faces, [f"{share:.0%} of B" for share in shares[:, 0]])
    st.markdown(
        "From face A to face B: each picture decodes a mixture of the two codes. A mixture of "
        "the *pictures* would be a double exposure; a mixture of the *codes* is one face."
    )


def _show_average(model: FaceModel, codes: np.ndarray) -> None:
    count = st.slider("How many faces", 1, 64, 4, key="story/average", persist_state="session")
    left, right = st.columns([1, 3 if presenting() else 2], gap="large")
    with left:
        show_faces(model.decode(codes[:count].mean(axis=0, keepdims=True)), ["their average"])
    with right:
        show_faces(
            model.decode(codes[: min(count, 8)]), [f"face {i + 1}" for i in range(min(count, 8))], 4
        )
    st.markdown(
        "The more faces, the smoother and the more alike the averages become: what makes a face "
        "a person's cancels out. Remember this for step 8."
    )


def _show_sum(model: FaceModel, person: np.ndarray, other: np.ndarray) -> None:
    if no_sliders(model):
        return
    name = first_attribute(model.directions.sliders)
    word = name.replace("_", " ").lower()
    more = edit_codes(person[None], {name: 2.5}, model.directions, model.covariance)[0]
    codes = np.stack([more, person, other, more - person + other])
    captions = [f"A, {word}", "− A", "+ B", f"= B, {word}"]
    show_faces(model.decode(codes), captions)
    st.markdown(
        f"The difference of the first two codes is what makes A look {word}. Added to another "
        "face, it does the same there. Such a difference is called a **direction**."
    )
