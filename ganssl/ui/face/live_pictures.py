"""Further pictures that follow the hand while a slider moves: a filmstrip, a grid of nine."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ganssl.errors import UserError
from ganssl.face.linear import slider_vectors
from ganssl.ui.face.live import TAIL, base64_text, base_codes, css_class
from ganssl.ui.face.live_files import FOLDER, live_files
from ganssl.ui.face.session import FaceSession

MOST = 9
"""More pictures than these do not follow: they would come too late."""

FRAME = "live-pictures"
"""Begins the key of the container that holds pictures which follow."""

CSS = """
.over { position: relative; }
canvas { position: absolute; border-radius: 0.5rem; }
canvas[hidden] { display: none; }
"""

SCRIPTS = ("codes.js", "pictures.js")

_component = st.components.v2.component(
    "ganssl.live_pictures",
    html='<div class="over"></div>',
    css=CSS,
    js="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
)


def strip_offsets(
    session: FaceSession, attribute: str, steps: tuple[float, ...]
) -> np.ndarray | None:
    """What the faces of a filmstrip add to the face's code, float32 `[n, d]`.

    None where they do not follow: the attribute's slider cannot be moved.
    """
    state = session.state
    vectors = slider_vectors(session.model, state, [attribute])
    if attribute not in vectors or attribute in state.locked:
        return None
    amounts = np.array(steps, np.float32) - state.amount(attribute)  # (n,)
    return amounts[:, None].astype(np.float32) * vectors[attribute]


def seed_offsets(session: FaceSession, count: int) -> np.ndarray | None:
    """What the faces of the next `count` seeds add to the face's code, its own among them.

    Float32 `[count, d]`; None where they are too many to follow.
    """
    if count > MOST:
        return None
    state, model = session.state, session.model
    faces = tuple((state.seed + i, state.truncation, state.draw) for i in range(count))
    codes = base_codes(model.faces_key, faces, model)
    return codes - codes[:1]


def follow_pictures(
    session: FaceSession, offsets: np.ndarray, first: str, still: str | None = None
) -> None:
    """Let the pictures of the container around follow; nothing where the face does not.

    Args:
        offsets: float32 `[n, d]`.
        first: address of the first picture.
        still: part of the key of a slider that they do not follow.
    """
    if not live_files.served:
        return
    try:
        live_files.offer(session.model)
    except UserError:
        return
    _component(
        key=session.key("live pictures"),
        data={
            "of": session.picture(session.state).url[-TAIL:],
            "first": first[-TAIL:],
            "size": session.model.latent_size,
            "offsets": base64_text(offsets),
            "still": css_class(session.key(still)) if still else None,
        },
    )
