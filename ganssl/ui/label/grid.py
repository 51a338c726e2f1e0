"""Many photos with their labels; a click on one changes its label."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ganssl.labelling.session import NO, NONE, UNSURE, YES
from ganssl.ui.label.work import Work, current_work

PAGE = 40
NEXT = {NONE: YES, YES: NO, NO: UNSURE, UNSURE: YES}
"""What a click makes of an answer."""

ALL = "all"
ICONS = {YES: "check_circle", NO: "cancel", UNSURE: "help", NONE: "radio_button_unchecked"}


def words(work: Work) -> dict[str, str]:
    """What each answer to the present question is called."""
    question = work.attribute
    return {YES: question.positive, NO: question.negative, UNSURE: "unsure", NONE: "no label yet"}


@st.fragment
def show_grid() -> None:
    """All photos of one answer, page by page."""
    work = current_work()
    answers = work.session.answers(work.question)
    groups = {ALL: list(work.session.names)}
    for value in words(work):
        groups[value] = [n for n in work.session.names if answers.get(n, NONE) == value]
    titles = {ALL: ALL, **words(work)}
    st.caption("Click a photo to change its label: yes, no, unsure, and yes again.")
    group = st.segmented_control(
        "Show",
        list(groups),
        format_func=lambda value: f"{titles[value]} ({len(groups[value]):,})",
        default=ALL,
        required=True,
        key="label/group",
        persist_state="session",
    )
    pages, page = -(-len(groups[group]) // PAGE), 1
    if pages > 1:
        key = f"label/page {group}"
        st.session_state[key] = min(st.session_state.get(key, 1), pages)
        page = st.pagination(pages, key=key)
    show_cards(work, groups[group][(page - 1) * PAGE : page * PAGE])


def show_cards(
    work: Work, names: Sequence[str], remarks: Sequence[str] = (), place: str = ""
) -> None:
    """Photos in a grid, each with its label and perhaps a remark.

    Args:
        place: where on the page, in a word; a photo may be shown at several.
    """
    with st.grid(8, min_column_width=120, gap="small"):
        for i, name in enumerate(names):
            _card(work, name, remarks[i] if remarks else "", f"{place} {name}".lstrip())


@st.fragment
def _card(work: Work, name: str, remark: str, key: str) -> None:
    """A fragment of its own, so that a click redraws this photo alone."""
    value = work.session.answers(work.question).get(name, NONE)
    word = words(work)[value]
    with st.container(key=f"label-tile-{key}", gap="xsmall"):
        st.image(work.pictures[name], width="stretch", alt=f"The photo {name}, labelled {word}")
        st.button(
            word,
            icon=f":material/{ICONS[value]}:",
            type="primary" if value == YES else "secondary",
            width="stretch",
            on_click=work.session.answer,
            args=(name, work.question, NEXT[value]),
            key=f"label/card {key}",
        )
        st.caption(f"{name}  \n{remark}" if remark else name)
