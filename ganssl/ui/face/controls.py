"""The controls of a face: seed, undo, sliders with lock and reset, typical to varied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.directions.own import own_title
from ganssl.face.render import SliderScale, signed, slider_ends, slider_scale
from ganssl.face.state import LIMIT, MAX_SEED, FaceState
from ganssl.models.draws import NATURAL, PLAIN
from ganssl.models.face_model import FaceModel
from ganssl.ui.face.companion import companion_note
from ganssl.ui.face.holding import show_hold_switch
from ganssl.ui.face.pad import show_pad
from ganssl.ui.face.session import FaceSession
from ganssl.ui.shared.words import literal

STEP = 0.1
LITTLE_ROOM = 0.5
"""A slider says so when what is held leaves less than this share of its direction."""


def show_controls(session: FaceSession, seeded: bool = True) -> None:
    """All controls; `seeded` adds those that choose another generated face."""
    show_toolbar(session, seeded)
    message = session.pop_message()
    if message:
        st.error(message, icon=":material/error:")
    if seeded:
        _seed_and_truncation(session)
    with st.container(horizontal=True, gap="small"):  # in a narrow column they stand in two lines
        if seeded:
            _draw_switch(session)
        show_hold_switch(session)
    code = session.picture(session.state).rendered.code
    for attribute in (*session.first_sliders, *session.added_sliders):
        _attribute_slider(session, attribute, code)
    _add_sliders(session)
    show_pad(session, STEP)
    if not session.first_sliders:
        show_why_no_sliders(session.model)


def show_toolbar(session: FaceSession, seeded: bool) -> None:
    history, state = session.history, session.state
    with st.container(horizontal=True, gap="xsmall"):
        if seeded:
            st.button(
                "New face",
                icon=":material/casino:",
                type="primary",
                on_click=session.new_face,
                key=session.key("new"),
                help="Another random face; your edits stay.",
            )
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=session.undo,
            disabled=not history.past,
            key=session.key("undo"),
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            on_click=session.redo,
            disabled=not history.future,
            key=session.key("redo"),
        )
        st.button(
            "Reset all",
            icon=":material/restart_alt:",
            on_click=session.reset_all,
            disabled=state == state.unedited(),
            key=session.key("reset all"),
            help="All sliders to 0, all locks open; the face stays.",
        )


def _seed_and_truncation(session: FaceSession) -> None:
    state = session.state
    left, right = st.columns([2, 3], gap="medium", wrap=False)
    left.number_input(
        "Seed",
        min_value=0,
        max_value=MAX_SEED,
        step=1,
        help="The number of the face: the same seed always gives the same face.",
        **session.widget("seed", state.seed, lambda seed: replace(session.state, seed=seed or 0)),
    )
    right.slider(
        "Typical ↔ varied",
        min_value=0.0,
        max_value=1.0,
        step=0.05,
        format="percent",
        help="0 % is the average face of the training photos, 100 % is as varied as they are. "
        "The generator has learnt to draw faces as varied as the photos: nearer to the average "
        "faces are more alike, and their skin and hair get harsh.",
        **session.widget(
            "truncation",
            state.truncation,
            lambda truncation: replace(session.state, truncation=truncation),
        ),
    )


def _draw_switch(session: FaceSession) -> None:
    """Whether a seed's face is chosen among several; nothing where the model cannot tell."""
    naturalness = session.model.naturalness
    if naturalness is None:
        return

    def switched(on: bool) -> FaceState:
        return replace(session.state, draw=NATURAL if on else PLAIN)

    st.toggle(
        "Natural faces",
        help=f"On: of up to {naturalness.tries} faces that a seed gives, alike in perceived sex, "
        "age and skin tone, you see the one that is least likely to have a flaw. Off: every face "
        "as it comes, more varied, more of them flawed.",
        **session.widget("draw", session.state.draw == NATURAL, switched),
    )


def _attribute_slider(session: FaceSession, attribute: str, code: np.ndarray) -> None:
    state, title = session.state, literal(own_title(session.model.directions.get(attribute)))
    locked = attribute in state.locked
    scale = slider_scale(session.model, state, attribute, code)
    low, high = slider_ends(session.model, state, attribute)
    row = st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center")
    with row.container(gap=None):
        st.slider(
            title + _remark(locked, scale.remaining),
            min_value=low,
            max_value=high,
            step=STEP,
            format="%+.1f σ",
            disabled=locked or not scale.remaining,
            **session.widget(
                f"slider {attribute}",
                state.amount(attribute),
                lambda amount: session.state.with_edit(attribute, amount),
            ),
        )
        st.html(class_marks(scale, low, high))
    row.button(
        "",
        icon=":material/lock:" if locked else ":material/lock_open_right:",
        type="tertiary",
        key=session.key(f"lock {attribute}"),
        on_click=session.toggle_lock,
        args=(attribute,),
        help=f"Release {title}" if locked else f"Hold {title} fixed while other sliders move",
    )
    row.button(
        "",
        icon=":material/restart_alt:",
        type="tertiary",
        key=session.key(f"reset {attribute}"),
        on_click=session.reset,
        args=(attribute,),
        disabled=state.amount(attribute) == 0,
        help=f"{title} back to 0",
    )
    if note := companion_note(session, attribute):
        st.caption(note)


def _remark(locked: bool, remaining: float) -> str:
    """What locks and held attributes do to a slider, for its label."""
    if locked:
        return " · held fixed"
    if not remaining:
        return " · no room beside what is held"
    return f" · what is held leaves {remaining:.0%} of it" if remaining < LITTLE_ROOM else ""


def class_marks(scale: SliderScale, low: float = -LIMIT, high: float = LIMIT) -> str:
    """Marks under a slider where this face would resemble the average of each class.

    Args:
        low, high: the ends of the slider, in σ.
    """
    marks = [
        (answer, value)
        for answer, value in (("no", scale.absent), ("yes", scale.present))
        if low <= value <= high
    ]
    words = ", ".join(f"average of photos annotated {a} at {signed(v)} σ" for a, v in marks)
    spans = "".join(
        f'<span class="{answer}" style="left:{100 * (value - low) / (high - low):.1f}%">'
        f"{answer}</span>"
        for answer, value in marks
    )
    return f'<div class="class-scale" role="img" aria-label="{words}">{spans}</div>'


def _add_sliders(session: FaceSession) -> None:
    first = session.first_sliders
    titles = {n: _title(n) for n in session.model.directions.sliders if n not in first}
    others = sorted(titles, key=titles.__getitem__)
    if not others:
        return
    st.multiselect(
        "More sliders",
        others,
        format_func=titles.__getitem__,
        placeholder="Add an attribute",
        **session.widget("more", session.added_sliders, session.set_added_sliders),
    )


def show_why_no_sliders(model: FaceModel) -> None:
    """For a model without directions: how to get them."""
    if len(model.directions):
        st.info("No direction of this model is good enough for a slider; see *Which sliders*.")
        return
    st.info(
        "This model has no attribute directions yet, so there are no sliders. Fit them to "
        "photos with labels, then start the app again:"
    )
    name = model.path.name if model.path else model.name
    st.code(f"python -m ganssl fit-directions --model {name} --data PHOTOS", language="bash")


def _title(attribute: str) -> str:
    return Attribute(attribute).title
