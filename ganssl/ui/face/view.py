"""The face before and after its edits, and what changed."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.base.numbers_text import number_text
from ganssl.directions.holding import base_attribute
from ganssl.face.render import describe
from ganssl.face.state import FaceState
from ganssl.features.readout import Change
from ganssl.photos.skin_tone import NOTICEABLE, group_of
from ganssl.ui.face.live import FRAME, show_live
from ganssl.ui.face.session import FaceSession
from ganssl.ui.shared.pictures import alt_text
from ganssl.ui.shared.words import literal

OTHERS = 3
"""How many side effects the short list shows, skin tone among them when it moved."""

STRONGEST = 6
"""How many attributes it shows before any edit."""

TONES = (-60.0, 80.0)
"""The ends of the bar of skin tone, in degrees."""


def show_faces(session: FaceSession) -> None:
    """The face before and after, what changed, and how long it took."""
    with st.container(key="faces"):
        show_before_after(session)
    with st.container(key="changes"):
        show_changes(session)
        show_timing(session)


def show_before_after(session: FaceSession) -> None:
    """Two pictures side by side."""
    before, after = st.columns(2, gap="small", wrap=False)
    with after:
        show_after(session)
    with before:
        show_before(session)


def show_after(session: FaceSession) -> None:
    """The edited face, which follows the hand."""
    state = session.state
    with st.container(key=FRAME, gap=None):
        edits = literal(describe(state)) if state.edits else "no edits yet"
        _face(session, state, "After", edits)
        show_live(session)
    session.drawn = state


def show_before(session: FaceSession) -> None:
    """The face before all edits."""
    before = "the photo" if session.of_photo else f"seed {session.state.seed}"
    _face(session, session.state.unedited(), "Before", before)


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
    edited = session.state.edits
    st.markdown(f"##### {'What changed, and what else?' if edited else 'How it is perceived'}")
    state = session.state
    before, after = session.picture(state.unedited()), session.picture(state)
    if before.probabilities is None or after.probabilities is None:
        st.caption("The face network is not installed, so there is no readout.")
        return
    tones = before.skin_tone, after.skin_tone
    show_change_table(session, before.probabilities, after.probabilities, tones)
    st.caption(
        "How likely a separate classifier finds that annotators would give the face each label. "
        "It sees the picture only, not the sliders. "
        + ("**Bold**: your edits; below them, side effects. " if state.edits else "")
        + "Skin tone is measured on the pixels of cheeks and forehead (ITA, in degrees)."
    )
    st.toggle("Show all attributes", key=session.key("all"), persist_state="session")


def show_change_table(
    session: FaceSession, before: np.ndarray, after: np.ndarray, tones: tuple[float, float]
) -> None:
    """Probabilities `[a]` and skin tones side by side; see `shown_rows`."""
    if session.readout is None:
        return
    edits = tuple(dict.fromkeys(base_attribute(name) for name in session.state.edits))
    changes = session.readout.changes(before, after, edits)
    everything = st.session_state.get(session.key("all"), False)
    rows = shown_rows(changes, tones, bool(edits), everything)
    st.html(change_table(*rows, plain=not edits))


def shown_rows(
    changes: list[Change], tones: tuple[float, float], edited: bool, everything: bool
) -> tuple[list[Change], tuple[float, float] | None, int]:
    """What the table shows: its rows, the skin tones or None, and before which row they stand.

    Without an edit that is what the face is perceived as, the strongest first.
    After one it is what was asked for, then the `OTHERS` largest side effects
    that can be seen in whole points; skin tone takes the first place among them
    where it moved noticeably.
    """
    moved = abs(tones[1] - tones[0]) >= NOTICEABLE
    known = np.isfinite(tones).all()
    if not edited:
        rows = sorted(changes, key=lambda change: -change.after)
        rows = rows if everything else rows[:STRONGEST]
        return rows, tones if known else None, len(rows)
    asked = sum(change.edited for change in changes)
    if everything:
        return changes, tones if known else None, asked if moved else len(changes)
    shown = [change for change in changes if change.edited or whole_points(change)]
    if known and moved:
        return shown[: asked + OTHERS - 1], tones, asked
    return shown[: asked + OTHERS], None, 0


def whole_points(change: Change) -> int:
    """By how many points the shown percentages differ."""
    return round(100 * change.after) - round(100 * change.before)


def change_table(
    changes: list[Change],
    tones: tuple[float, float] | None = None,
    place: int = 0,
    plain: bool = False,
) -> str:
    """An HTML table; each row has a bar from the ring (before) to the dot (after).

    Args:
        tones: skin tone before and after, in degrees; it stands before row `place`.
        plain: of a face without an edit, of which there is one figure and no change.
    """
    heads = ("Annotated as", "", "how likely" if plain else "before → after", "points")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads[: 3 if plain else 4])
    rows = [_change_row(change, plain) for change in changes]
    if tones is not None:
        rows.insert(place, _tone_row(*tones, plain))
    body = "".join(rows)
    return f'<table class="changes"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _change_row(change: Change, plain: bool) -> str:
    before, after = 100 * change.before, 100 * change.after
    title = Attribute(change.attribute).title
    if plain:
        return _row("other", title, (after, after), f"{after:.0f} %", None)
    points = whole_points(change)
    return _row(
        "edited" if change.edited else "other",
        title,
        (before, after),
        f"{before:.0f} → {after:.0f} %",
        f"{_sign(points)}{abs(points)}",
    )


def _tone_row(before: float, after: float, plain: bool) -> str:
    """Skin tone in degrees, with the names of its groups."""
    low, high = TONES
    start, end = (100 * min(max((tone - low) / (high - low), 0), 1) for tone in (before, after))
    change = round(after) - round(before)
    groups = " → ".join(dict.fromkeys((group_of(before), group_of(after))))
    if plain:
        words = f"{number_text(after, '.0f')}°"
        return _row("other", f"Skin tone: {group_of(after)}", (end, end), words, None)
    return _row(
        "other",
        f"Skin tone: {groups}",
        (start, end),
        f"{number_text(before, '.0f')}° → {number_text(after, '.0f')}°",
        f"{_sign(change)}{abs(change)}°",
    )


def _row(
    kind: str, title: str, ends: tuple[float, float], words: str, difference: str | None
) -> str:
    """One row of the table; `ends` of the bar in percent of its length, which has its ring only
    where there is a difference to tell."""
    before, after = ends
    bar = f'<span class="end" style="left:{after:.1f}%"></span>'
    points = ""
    if difference is not None:
        bar = (
            f'<span class="change" style="left:{min(before, after):.1f}%;'
            f'width:{abs(after - before):.1f}%"></span>'
            f'<span class="start" style="left:{before:.1f}%"></span>{bar}'
        )
        points = f'<td class="points">{difference}</td>'
    return (
        f'<tr class="{kind}">'
        f'<th scope="row">{escape(title)}</th>'
        f'<td class="bar" aria-hidden="true"><div class="track">{bar}</div></td>'
        f"<td>{words}</td>{points}</tr>"
    )


def _sign(number: int) -> str:
    return "+" if number > 0 else "−" if number < 0 else "±"
