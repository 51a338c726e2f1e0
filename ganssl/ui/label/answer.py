"""One photo at a time, answered by a click or a key."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ganssl.base.progress import clock_text
from ganssl.labelling.session import NO, UNSURE, YES, Progress
from ganssl.ui.label.work import Work, current_work
from ganssl.ui.shared.words import literal

KEYS = {NO: "Left", UNSURE: "Up", YES: "Right"}


@st.fragment
def show_one_by_one() -> None:
    """The photo in view with its buttons; an answer reruns this and not the page."""
    work = current_work()
    work.look(again=False)
    _choose_question(work)
    _show(work)


@st.fragment
def show_second_look() -> None:
    """The second pass: a random fifth once more, without the earlier answers."""
    work = current_work()
    session, question = work.session, work.question
    _choose_question(work)
    if question not in session.second:
        st.markdown(
            "How sure are you of your own answers? Look at a random fifth of the photos once more, "
            "best after a pause. You do not see what you answered before."
        )
        enough = (session.labels(question) >= 0).sum() >= 5
        st.button(
            "Begin the second look",
            type="primary",
            on_click=_begin_again,
            args=(work,),
            disabled=not enough,
            key="label/again",
        )
        if not enough:
            st.caption("It takes five answers or more.")
        return
    work.look(again=True)
    _show(work)


def _begin_again(work: Work) -> None:
    work.session.start_second_pass(work.question)
    work.turn_to(work.question, again=True)


def _choose_question(work: Work) -> None:
    questions = work.session.questions
    if len(questions) < 2:
        return
    titles = {question.name: question.title for question in questions}
    if st.session_state.get("label/question") != work.question:
        st.session_state["label/question"] = work.question
    st.segmented_control(
        "Question",
        list(titles),
        format_func=titles.get,
        required=True,
        key="label/question",
        on_change=lambda: work.turn_to(st.session_state["label/question"], work.again),
    )


def _show(work: Work) -> None:
    picture, controls = st.columns([3, 2], gap="large")
    if work.photo is None:
        with picture:
            st.success("Every photo has an answer.", icon=":material/check:")
    else:
        with picture, st.container(key="label-photo"):
            st.image(work.pictures[work.photo], width="stretch", alt=f"The photo {work.photo}")
    with controls:
        _buttons(work)
        _show_progress(work.session.progress(work.question, work.again))
        if work.photo is not None:
            st.caption(f"Photo: {work.photo}")
            st.button(
                "Remove this photo",
                icon=":material/delete:",
                type="tertiary",
                on_click=_remove,
                args=(work, work.photo),
                key="label/remove",
            )


def _buttons(work: Work) -> None:
    """Each photo has buttons of its own, so that a key pressed twice cannot answer for the next."""
    question, turn = work.attribute, len(work.session.log)
    words = {NO: question.negative, UNSURE: "unsure", YES: question.positive}
    st.markdown(f"#### {literal(question.title)}?")
    with st.container(horizontal=True, gap="small", key="label-answers"):
        for value, key in KEYS.items():
            st.button(
                words[value],
                type="secondary" if value == UNSURE else "primary",
                shortcut=key,
                disabled=work.photo is None,
                on_click=partial(work.answer, value),
                key=f"label/{value} {turn}",
            )
    log = work.session.log
    st.button(
        "Undo",
        icon=":material/undo:",
        shortcut="Backspace",
        disabled=not log or log[-1].again != work.again,
        on_click=work.undo,
        key=f"label/undo {turn}",
    )


def _show_progress(progress: Progress) -> None:
    text = f"{progress.done:,} of {progress.total:,}"
    if progress.seconds_left:
        text += f" · {progress.seconds_each:.1f} s each · {clock_text(progress.seconds_left)} left"
    st.progress(progress.done / max(progress.total, 1), text)
    st.caption(f"{progress.yes:,} yes · {progress.no:,} no · {progress.unsure:,} unsure")


def _remove(work: Work, photo: str) -> None:
    work.session.remove([photo])
    work.photos_changed()
