"""Label: say yes or no to photos, check the answers, and hand them on."""

from __future__ import annotations

import streamlit as st

from ganssl.labelling.order import STARTS
from ganssl.ui.label.answer import show_one_by_one, show_second_look
from ganssl.ui.label.check import require_analysis, show_checks
from ganssl.ui.label.grid import show_grid
from ganssl.ui.label.start import show_start
from ganssl.ui.label.use import show_use
from ganssl.ui.label.work import (
    ALL_ASKED,
    INFORMATIVE,
    RANDOM,
    Work,
    current_work,
    show_secret,
)
from ganssl.ui.shared.model import require_face_model

ONE, GRID, SECOND, CHECK, USE = "One by one", "All photos", "Second look", "Check", "Use and save"
INTRODUCTION = (
    "Answer one question about each photo: **←** no, **→** yes, **↑** unsure, **Backspace** takes "
    "the last answer back. The labels say how *you* see a photo; they are no facts about a person."
)


WHY = (
    f"So a few answers teach most: the first {STARTS} photos are typical ones, each of a group of "
    "faces that look alike; if all get one answer, faces unlike them come next; then those about "
    "which a classifier that learns from your answers is in doubt."
)
FEW = f"Of {ALL_ASKED} photos or fewer you are asked about each anyway, in random order."


def choose_order(work: Work) -> None:
    """Random, or the photos first that would teach a classifier the most."""
    st.segmented_control(
        "Order",
        (RANDOM, INFORMATIVE),
        default=work.order,
        required=True,
        key="label/order",
        on_change=change_order,
        args=(work,),
        help="The informative order chooses by what the networks see in the photos and by your "
        "answers, and by no other label. The photos answered first are then no fair sample: "
        "shares among them mislead.",
    )
    if work.choosing:
        st.caption(WHY)
        work.begin_choosing(model)
        if require_analysis(work, model, "to find the most informative photos") is None:
            st.caption("Until then the order is random; you can begin.")
    elif work.order == INFORMATIVE:
        st.caption(FEW)


def change_order(work: Work) -> None:
    work.order = st.session_state["label/order"]
    work.turn_to(work.question)


st.title("Label")
st.markdown(INTRODUCTION)
model = require_face_model()
work = current_work()
work.collect_analysis(model)
show_start(work)
show_secret(work)
if work.session.names:
    view = st.segmented_control(
        "View",
        (ONE, GRID, SECOND, CHECK, USE),
        default=ONE,
        required=True,
        key="label/view",
        label_visibility="collapsed",
        persist_state="session",
    )
    if view == ONE:
        choose_order(work)
        show_one_by_one()
    elif view == GRID:
        show_grid()
    elif view == SECOND:
        show_second_look()
    elif view == CHECK:
        show_checks(work, model)
    else:
        show_use(work, model)
