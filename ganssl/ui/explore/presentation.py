"""Explore on a projector: one large face, the slider that moved it, and what else changed."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ganssl.attributes import Attribute
from ganssl.directions.holding import base_attribute
from ganssl.face.render import slider_ends
from ganssl.features.readout import Change
from ganssl.ui.explore.sequence import shown_sequence
from ganssl.ui.face.controls import STEP
from ganssl.ui.face.pad import names_with_room, place_pad
from ganssl.ui.face.session import FaceSession
from ganssl.ui.face.view import OTHERS, change_table, show_after, show_before, shown_rows
from ganssl.ui.shared.presentation import Steps
from ganssl.ui.shared.stage import show_stage_bar

MOST_SLIDERS = 6
"""So many fit beside the face, in two columns."""

MOST_ASKED = 4
"""Rows of what was asked for; `OTHERS` side effects stand below them."""

PAD = "stage/pad"
"""Key of whether the pad stands in the place of the face before."""


def present_face(session: FaceSession) -> None:
    """What is said, the face, what moved it, what else changed, and the bar."""
    scenes = shown_sequence(session.model).scenes

    def show_step(index: int) -> None:
        state = scenes[index].state
        if session.of_photo:  # the face stays, and takes the edits
            state = replace(session.state.unedited(), edits=state.edits)
        session.show(state)

    steps = Steps("explore", [scene.title for scene in scenes], show_step)
    st.markdown(f"## {steps.titles[steps.index]}")
    message = session.pop_message()
    if message:
        st.error(message, icon=":material/error:")
    face, beside = st.columns([28, 30], gap="medium")
    with face, st.container(key="stage-face"):
        show_after(session)
    with beside, st.container(gap="small"):
        shown = _shown_sliders(session, list(scenes[steps.index].state.edits))
        _show_sliders(session, shown)
        before, changes = st.columns([9, 20], gap="small", wrap=False)
        with before:
            _before_or_pad(session, shown)
        with changes:
            _show_changes(session, shown)
    show_stage_bar(steps, session.new_face, session.reset_all)


def _shown_sliders(session: FaceSession, moved: list[str]) -> list[str]:
    """Those that the scene moves; where it moves none, the first ones, for the audience.

    A pad needs a second one beside a single one.
    """
    offered, first = session.model.directions.sliders, list(session.first_sliders)
    shown = [name for name in moved if name in offered] or first
    if st.session_state.get(PAD) and len(shown) == 1:
        shown += [name for name in first if name not in shown][:1]
    return shown[:MOST_SLIDERS]


def _show_sliders(session: FaceSession, shown: list[str]) -> None:
    columns = st.columns(2, gap="medium", wrap=False) if len(shown) > 1 else [st.container()]
    for i, attribute in enumerate(shown):
        with columns[i % len(columns)]:
            _slider(session, attribute)


def _before_or_pad(session: FaceSession, shown: list[str]) -> None:
    """The face before its edits, or in its place the pad, and the button that changes them."""
    wanted = st.session_state.get(PAD, False)
    names = names_with_room(session, shown)
    if wanted and len(names) > 1:
        with st.container(key="stage-pad"):
            place_pad(session, (names[0], names[1]), STEP)
    else:
        show_before(session)
    if len(session.first_sliders) > 1:
        st.button(
            "Face before" if wanted else "Two at once",
            icon=":material/image:" if wanted else ":material/drag_pan:",
            type="tertiary",
            on_click=lambda: st.session_state.update({PAD: not wanted}),
            key="stage-pad-button",
            width="stretch",
        )


def _slider(session: FaceSession, attribute: str) -> None:
    low, high = slider_ends(session.model, session.state, attribute)
    st.slider(
        Attribute(attribute).title,
        min_value=low,
        max_value=high,
        step=STEP,
        format="%+.1f σ",
        **session.widget(
            f"slider {attribute}",
            session.state.amount(attribute),
            lambda value: session.state.with_edit(attribute, value),
        ),
    )


def _show_changes(session: FaceSession, shown: list[str]) -> None:
    """What was asked for and the three largest changes besides.

    Of a plain face: how it is perceived in what the sliders beside it can change.
    """
    state = session.state
    before, after = session.picture(state.unedited()), session.picture(state)
    if session.readout is None or before.probabilities is None or after.probabilities is None:
        return
    edits = tuple(dict.fromkeys(base_attribute(name) for name in state.edits))
    changes = session.readout.changes(before.probabilities, after.probabilities, edits)
    tones = before.skin_tone, after.skin_tone
    if not edits:
        st.html(change_table(asked_of(shown, changes), plain=True))
        return
    rows, shown_tones, _ = shown_rows(changes, tones, True, everything=False)
    asked = [change for change in rows if change.edited][:MOST_ASKED]
    rows = asked + [change for change in rows if not change.edited][:OTHERS]
    st.html(change_table(rows, shown_tones, len(asked)))


def asked_of(shown: list[str], changes: list[Change]) -> list[Change]:
    """The readings of the sliders that are shown, in their order; the strongest where none has."""
    read = {change.attribute: change for change in changes}
    names = dict.fromkeys(base_attribute(name) for name in shown)
    found = [read[name] for name in names if name in read]
    return found or sorted(changes, key=lambda change: -change.after)[:OTHERS]
