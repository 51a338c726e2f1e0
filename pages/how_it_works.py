"""How it works: the whole story in steps that one can touch, for anyone."""

from __future__ import annotations

import streamlit as st

from ganssl.ui.how_it_works.article import show_article
from ganssl.ui.how_it_works.codes import another_face, show_arithmetic, show_code
from ganssl.ui.how_it_works.directions import show_direction, show_labels
from ganssl.ui.how_it_works.judging import show_accuracy, show_judging
from ganssl.ui.how_it_works.limits import show_biases, show_limits
from ganssl.ui.how_it_works.ready import prepare_in_background
from ganssl.ui.how_it_works.training import show_training
from ganssl.ui.shared.model import require_face_model
from ganssl.ui.shared.presentation import Steps, presenting
from ganssl.ui.shared.stage import show_stage_bar

model = require_face_model()
prepare_in_background(model)
FIRST = "A face is a list of numbers"
STORY = {
    FIRST: lambda: show_code(model),
    "Calculate with faces": lambda: show_arithmetic(model),
    "Watch three networks learn": lambda: show_training(model),
    "Find a direction": lambda: show_direction(model),
    "Labels for free": lambda: show_labels(model),
    "Judge a classifier": lambda: show_judging(model),
    "Why accuracy alone deceives": lambda: show_accuracy(model),
    "Eleven defects, mended": show_article,
    "What else the sliders move": lambda: show_biases(model),
    "What it must not be used for": show_limits,
}


@st.fragment
def story() -> None:
    """One step at a time; moving on reruns this and not the page."""
    steps = Steps("story", list(STORY))
    if presenting():
        present(steps)
        return
    contents, place = st.columns([1, 4], gap="large")
    with contents:
        steps.show_list()
    title = steps.titles[steps.index]
    with place:
        st.markdown(f"## {steps.index + 1}. {title}")
        steps.show_arrows()
        STORY[title]()


def present(steps: Steps) -> None:
    """The step alone.

    Each step has a place of its own, and the others are emptied before it is filled: nothing of
    the one before lingers. The bar is there first, so that one can go on while a step is made.
    """
    title = steps.titles[steps.index]
    places = [
        st.container(key=f"slide-{index}") if index == steps.index else st.empty()
        for index in range(len(steps.titles))
    ]
    show_stage_bar(steps, another_face if title == FIRST else None)
    with places[steps.index]:
        st.markdown(f"## {steps.index + 1}. {title}")
        STORY[title]()


if not presenting():
    st.title("How it works")
story()
