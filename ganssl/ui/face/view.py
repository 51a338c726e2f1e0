"""The face before and after its edits, and what changed."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.face.render import describe
from ganssl.face.state import FaceState
from ganssl.features.readout import Change
from ganssl.ui.face.session import FaceSession
from ganssl.ui.shared.pictures import alt_text

OTHERS = 6
"""How many side effects the short list shows."""


def show_before_after(session: FaceSession) -> None:
    """Two pictures side by side."""
    state = session.state
    before, after = st.columns(2, gap="small", wrap=False)
    with after:
        _face(session, state, "After", describe(state) if state.edits else "no edits yet")
    with before:
        before = "the photo" if session.of_photo else f"seed {state.seed}"
        _face(session, state.unedited(), "Before", before)


def show_timing(session: FaceSession) -> None:
    """How long the edited face took, and on which device."""
    rendered = session.picture(session.state).rendered
    note = "The face is AI-edited." if session.of_photo else "No real person is shown."
    st.caption(
        f":material/speed: Rendered in {rendered.milliseconds:.0f} ms on {rendered.device}, "
        f"{session.model.size}×{session.model.size} pixels. {note}"
    )


def _face(session: FaceSession, state: FaceState, title: str, caption: str) -> None:
    picture, readout = session.picture(state), session.readout
    attributes = readout.attributes if readout else ()
    alt = alt_text(session.subject(state), state, attributes, picture.probabilities)
    st.image(picture.url, f"**{title}** · {caption}", width="stretch", alt=f"{title}: {alt}")


def show_changes(session: FaceSession) -> None:
    """The readout: how the probes see the face before and after, most changed first."""
    st.markdown("##### What changed, and what else?")
    readout, state = session.readout, session.state
    if readout is None:
        st.caption("The face network is not installed, so there is no readout.")
        return
    before, after = session.picture(state.unedited()), session.picture(state)
    show_change_table(session, before.probabilities, after.probabilities)
    st.caption(
        "How likely a separate classifier finds that annotators would give the face each label. "
        "It sees the picture only, not the sliders. **Bold**: your edits; below them, side effects."
    )
    st.toggle("Show all attributes", key=session.key("all"), persist_state="session")


def show_change_table(session: FaceSession, before: np.ndarray, after: np.ndarray) -> None:
    """Probabilities `[a]` side by side: the edited attributes, then the most changed others."""
    edits = tuple(session.state.edits)
    changes = session.readout.changes(before, after, edits)
    everything = st.session_state.get(session.key("all"), False)
    st.html(change_table(changes if everything else changes[: len(edits) + OTHERS]))


def change_table(changes: list[Change]) -> str:
    """An HTML table; each row has a bar from the ring (before) to the dot (after)."""
    heads = ("Annotated as", "", "before → after", "points")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    rows = "".join(_change_row(change) for change in changes)
    return f'<table class="changes"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _change_row(change: Change) -> str:
    before, after = 100 * change.before, 100 * change.after
    points = round(after) - round(before)
    sign = "+" if points > 0 else "−" if points < 0 else "±"
    bar = (
        f'<span class="change" style="left:{min(before, after):.1f}%;'
        f'width:{abs(after - before):.1f}%"></span>'
        f'<span class="start" style="left:{before:.1f}%"></span>'
        f'<span class="end" style="left:{after:.1f}%"></span>'
    )
    return (
        f'<tr class="{"edited" if change.edited else "other"}">'
        f'<th scope="row">{escape(Attribute(change.attribute).title)}</th>'
        f'<td class="bar" aria-hidden="true"><div class="track">{bar}</div></td>'
        f"<td>{before:.0f} → {after:.0f} %</td>"
        f'<td class="points">{sign}{abs(points)}</td></tr>'
    )
