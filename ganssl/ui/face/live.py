"""The face that follows the hand: drawn in the visitor's browser while a slider moves.

A component lies over the picture *After*. It watches the sliders that are on
the page, and while one of them moves it draws the face with the model's own
generator (`browser/`, `ganssl.models.browser_program`); the server hears of it
when the slider is let go, as it always did. Where a browser or a model cannot
do that, the page is what it is without.
"""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np
import streamlit as st

from ganssl.face.detail import FADE, SPREAD
from ganssl.face.linear import slider_vectors, truncation_vector
from ganssl.ui.face.live_files import FOLDER, live_files
from ganssl.ui.face.session import FaceSession

FRAME = "after-face"
"""Key of the container that holds the picture and the component over it."""

TAIL = 80
"""Characters at the end of a picture's address that tell it from another one."""

HTML = """
<canvas width="512" height="512" aria-hidden="true" hidden></canvas>
<small hidden></small>
<button type="button" title="Runs the slider that you moved last to and fro" hidden></button>
"""

PLAY, STOP = "▶ Play", "■ Stop"

CSS = """
canvas, small { position: absolute; pointer-events: none; }
canvas:not([hidden]) { display: block; inset: 0; width: 100%; border-radius: 0.5rem; }
small {
  top: 0.4rem; right: 0.4rem; padding: 0.05rem 0.4rem; border-radius: 0.4rem;
}
small, button {
  font: 0.7rem/1.4 var(--st-font, sans-serif); color: #fff; background: rgb(0 0 0 / 55%);
}
button {
  position: absolute; top: 0.4rem; left: 0.4rem; padding: 0.15rem 0.6rem; border: 0;
  border-radius: 0.4rem; cursor: pointer; pointer-events: auto;
}
button:focus-visible { outline: 2px solid var(--st-primary-color, #4f46e5); outline-offset: 2px; }
"""

_component = st.components.v2.component(
    "ganssl.live_face",
    html=HTML,
    css=CSS,
    js="\n".join(
        (FOLDER / name).read_text(encoding="utf-8") for name in ("painter.js", "component.js")
    ),
)


def show_live(session: FaceSession) -> None:
    """Let the picture above follow the sliders; nothing where that cannot be."""
    model = live_files.offer(session.model)
    if model:
        data = live_data(session)
        data |= {"files": live_files.files, "model": model, "base": live_files.base}
        _component(key=session.key("live"), data=data)


def live_data(session: FaceSession) -> dict[str, Any]:
    """What `browser/component.js` says that it needs of a face."""
    model, state = session.model, session.state
    picture = session.picture(state)
    attributes = (*session.first_sliders, *session.added_sliders)
    vectors = slider_vectors(model, state, attributes)
    sliders = [
        (f"slider {attribute}", state.amount(attribute), vector)
        for attribute, vector in vectors.items()
    ]
    if not session.of_photo:
        sliders.append(("truncation", state.truncation, truncation_vector(model, state)))
    classes = [css_class(session.key(part)) for part, *_ in sliders]
    return {
        "code": _base64(picture.rendered.code),
        "sliders": [
            {"key": key, "amount": amount, "vector": _base64(vector)}
            for key, (_, amount, vector) in zip(classes, sliders, strict=True)
            if classes.count(key) == 1  # two names may look alike to a style sheet
        ],
        "play": [PLAY, STOP],
        "tail": picture.url[-TAIL:],
        "detail": _detail(session),
    }


def css_class(key: str) -> str:
    """The class that Streamlit gives to the container of a widget with a key."""
    return "st-key-" + re.sub("[^a-zA-Z0-9_-]", "-", key.strip())


def _detail(session: FaceSession) -> dict[str, Any] | None:
    detail = session.detail
    if detail is None or not detail.strength:
        return None
    return {
        "id": f"{session.base_id}/{detail.strength}",
        "photo": _base64(detail.photo),
        "reconstruction": _base64(detail.reconstruction),
        "strength": detail.strength,
        "fade": FADE,
        "sigma": SPREAD * session.model.size,
    }


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
