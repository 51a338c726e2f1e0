"""A pad: one point that is dragged moves two attributes at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from ganssl.directions.own import own_title
from ganssl.errors import UserError
from ganssl.face.linear import slider_vectors
from ganssl.face.render import slider_ends
from ganssl.ui.face.live import PAD_TURN, css_class
from ganssl.ui.face.live_files import FOLDER
from ganssl.ui.face.session import FaceSession

USUAL = ("Smiling", "Young")
"""What the pad moves across and up until somebody chooses otherwise."""

HTML = """
<div class="frame">
  <span class="up" aria-hidden="true"></span>
  <div class="field">
    <div class="point" role="slider" tabindex="0" aria-roledescription="2D slider"></div>
  </div>
  <span class="across" aria-hidden="true"></span>
  <output aria-hidden="true"></output>
</div>
"""

CSS = """
.frame {
  display: grid; grid-template: auto auto auto / 1.4rem minmax(6rem, 18rem); gap: 0.2rem;
  justify-content: center; padding: 0.7rem 0.8rem 0.2rem 0;
  font: 0.8rem/1.4 var(--st-font, sans-serif); color: var(--st-text-color, inherit);
}
.up { writing-mode: vertical-rl; rotate: 180deg; text-align: center; }
.across, output { grid-column: 2; text-align: center; font-variant-numeric: tabular-nums; }
output { display: var(--ganssl-pad-words, block); }
.up::after, .across::after { content: " →"; opacity: 0.6; }
.field {
  position: relative; aspect-ratio: 1; touch-action: none; cursor: crosshair;
  border: 1px solid color-mix(in srgb, currentColor 35%, transparent); border-radius: 0.5rem;
}
.field::before, .field::after {
  content: ""; position: absolute; pointer-events: none;
  background: color-mix(in srgb, currentColor 25%, transparent);
}
.field::before { left: var(--across, 50%); width: 1px; inset-block: 0; }
.field::after { bottom: var(--up, 50%); height: 1px; inset-inline: 0; }
.point {
  position: absolute; z-index: 1; width: 1.3rem; height: 1.3rem; margin: -0.65rem;
  border: 3px solid #fff; border-radius: 50%; box-shadow: 0 0 3px rgb(0 0 0 / 60%);
  box-sizing: border-box; background: var(--st-primary-color, #4f46e5);
}
.point:focus-visible { outline: 2px solid var(--st-primary-color, #4f46e5); outline-offset: 2px; }
"""

_component = st.components.v2.component(
    "ganssl.pad", html=HTML, css=CSS, js=(FOLDER / "pad.js").read_text(encoding="utf-8")
)


def show_pad(session: FaceSession, step: float) -> None:
    """The pad, folded until somebody wants it; absent where two attributes cannot be moved.

    Args:
        step: of the sliders, in σ.
    """
    shown = (*session.first_sliders, *session.added_sliders)
    free = [name for name in shown if _free(session, name)]
    if len(free) < 2:
        return
    key = session.key("pad open")
    folded = st.expander("Two at once", icon=":material/drag_pan:", key=key, on_change="rerun")
    if not folded.open:
        return
    names = names_with_room(session, free)
    if len(names) < 2:
        folded.caption("What is held leaves no room for two of these sliders.")
        return
    with folded:
        place_pad(session, _chosen(session, names), step)


def names_with_room(session: FaceSession, attributes: Sequence[str]) -> list[str]:
    """Those whose sliders can be moved, which a pad may do, too."""
    free = [name for name in attributes if _free(session, name)]
    return list(slider_vectors(session.model, session.state, free))


def place_pad(session: FaceSession, attributes: tuple[str, str], step: float) -> None:
    """The pad of two attributes, across and up, whose sliders are on the page, too."""
    _component(
        key=session.key("pad"),
        data=pad_data(session, attributes, step),
        on_placed_change=lambda: _placed(session, attributes),
    )


def pad_data(session: FaceSession, attributes: tuple[str, str], step: float) -> dict[str, Any]:
    """What `browser/pad.js` says that it needs."""
    axes = []
    for attribute in attributes:
        low, high = slider_ends(session.model, session.state, attribute)
        axes.append(
            {
                "key": css_class(session.key(f"slider {attribute}")),
                "name": own_title(session.model.directions.get(attribute)),
                "low": low,
                "high": high,
                "amount": session.state.amount(attribute),
            }
        )
    turn = st.session_state.get(session.key(PAD_TURN), 0)
    return {"axes": axes, "step": step, "turn": turn}


def _free(session: FaceSession, attribute: str) -> bool:
    """Whether an attribute can be moved: it is not locked and its slider has a length."""
    low, high = slider_ends(session.model, session.state, attribute)
    return attribute not in session.state.locked and low < high


def _chosen(session: FaceSession, names: list[str]) -> tuple[str, str]:
    """The attributes across and up, which are two."""
    chosen: list[str] = []
    columns = st.columns(2, wrap=False)
    for label, usual, column in zip(("Across", "Up"), USUAL, columns, strict=True):
        offered = [name for name in names if name not in chosen]
        name = column.selectbox(
            label,
            offered,
            index=offered.index(usual) if usual in offered else 0,
            format_func=lambda name: own_title(session.model.directions.get(name)),
            key=session.key(f"pad {label}"),
            persist_state="session",
        )
        chosen.append(name)
    return chosen[0], chosen[1]


def _placed(session: FaceSession, attributes: tuple[str, str]) -> None:
    """Callback: both edits in one step, which one undo takes back."""
    placed = st.session_state[session.key("pad")].placed
    try:
        st.session_state[session.key(PAD_TURN)] = int(placed["turn"])
        state = session.state
        for attribute, amount in zip(attributes, placed["amounts"], strict=True):
            state = state.with_edit(attribute, amount)
    except UserError as error:
        session.complain(error)
    else:
        session.show(state)
