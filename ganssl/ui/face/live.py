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

from ganssl.errors import UserError
from ganssl.face.detail import FADE, SPREAD
from ganssl.face.linear import slider_vectors, truncation_vector
from ganssl.face.render import base_code
from ganssl.face.state import FaceState
from ganssl.models.face_model import FaceModel
from ganssl.ui.face.live_files import FOLDER, live_files
from ganssl.ui.face.session import FaceSession

FRAME = "after-face"
"""Key of the container that holds the picture and the component over it."""

TAIL = 80
"""Characters at the end of a picture's address that tell it from another one."""

PAD_TURN = "pad turn"
"""Part of the session's key of the number of a pad's last release, see `ganssl.ui.face.pad`."""

WALK = 8
"""So many faces a walk visits at most; their codes travel with every face, 0.7 kB each."""

HTML = """
<div class="over">
<canvas width="512" height="512" aria-hidden="true" hidden></canvas>
<button type="button" name="play" title="Runs the slider that you moved last to and fro" hidden
  ><span aria-hidden="true">▶</span> Play</button>
<button type="button" name="walk" title="Goes from face to face, with your edits" hidden
  ><span aria-hidden="true">▶</span> Walk</button>
<small hidden></small>
</div>
"""

CSS = """
.over { position: relative; aspect-ratio: 1; padding: 0.4rem; pointer-events: none; }
canvas:not([hidden]) {
  display: block; position: absolute; inset: 0; width: 100%; border-radius: 0.5rem;
}
small { position: absolute; right: 0.4rem; bottom: 0.4rem; padding: 0.05rem 0.4rem; }
small, button {
  font: 0.7rem/1.4 var(--st-font, sans-serif); color: #fff; background: rgb(0 0 0 / 55%);
  border-radius: 0.4rem;
}
button {
  position: relative; padding: 0.15rem 0.6rem; border: 0; cursor: pointer; pointer-events: auto;
}
button:focus-visible { outline: 2px solid var(--st-primary-color, #4f46e5); outline-offset: 2px; }
"""

SCRIPTS = ("codes.js", "painter.js", "roam.js", "hand.js", "component.js")

_component = st.components.v2.component(
    "ganssl.live_face",
    html=HTML,
    css=CSS,
    js="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
)


def show_live(session: FaceSession) -> None:
    """Let the picture above follow the sliders; where that cannot be, its tooltip says why."""
    if not live_files.served:
        return
    try:
        model = live_files.offer(session.model)
    except UserError as error:
        data = {"why": str(error)}
    else:
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
        "code": base64_text(picture.rendered.code),
        "sliders": [
            {"key": key, "amount": amount, "vector": base64_text(vector)}
            for key, (_, amount, vector) in zip(classes, sliders, strict=True)
            if classes.count(key) == 1  # two names may look alike to a style sheet
        ],
        "faces": base64_text(walk_codes(session)),
        "turn": st.session_state.get(session.key(PAD_TURN), 0),
        "tail": picture.url[-TAIL:],
        "detail": _detail(session),
    }


def walk_codes(session: FaceSession) -> np.ndarray:
    """Codes of the other faces of a session under its edits, float32 `[n, d]`."""
    model, state = session.model, session.state
    here = state.seed, state.truncation, state.draw
    others = [(one.seed, one.truncation, one.draw) for one in session.others]
    others = [one for one in dict.fromkeys(others) if one != here][:WALK]
    if not others:
        return np.zeros((0, model.latent_size), np.float32)
    edits = session.picture(state).rendered.code - base_code(model, state)
    return base_codes(model.faces_key, tuple(others), model) + edits


@st.cache_data(max_entries=20, show_spinner=False)
def base_codes(
    key: str, faces: tuple[tuple[int, float, str], ...], _model: FaceModel
) -> np.ndarray:
    """Unedited codes of seeds, truncations and draws, float32 `[n, d]`."""
    states = (FaceState(seed, truncation, draw=draw) for seed, truncation, draw in faces)
    return np.stack([base_code(_model, state) for state in states])


def css_class(key: str) -> str:
    """The class that Streamlit gives to the container of a widget with a key."""
    return "st-key-" + re.sub("[^a-zA-Z0-9_-]", "-", key.strip())


def _detail(session: FaceSession) -> dict[str, Any] | None:
    detail = session.detail
    if detail is None or not detail.strength:
        return None
    return {
        "id": f"{session.base_id}/{detail.strength}",
        "photo": base64_text(detail.photo),
        "reconstruction": base64_text(detail.reconstruction),
        "strength": detail.strength,
        "fade": FADE,
        "sigma": SPREAD * session.model.size,
    }


def base64_text(array: np.ndarray) -> str:
    """The bytes of an array, for `data` of a component."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
