"""What the first visit needs, loaded while nobody is there yet."""

from __future__ import annotations

import inspect
import threading
from contextlib import suppress
from importlib import import_module

import streamlit as st

from ganssl.errors import UserError
from ganssl.face.gallery import load_gallery
from ganssl.face.linear import slider_vectors, truncation_vector
from ganssl.face.render import render
from ganssl.photos.skin_tone import skin_tone
from ganssl.ui.explore.gallery import thumbnail
from ganssl.ui.face.live_files import live_files
from ganssl.ui.face.session import first_sliders
from ganssl.ui.shared.model import default_model, readout

ROOMS = (
    "explore.presentation",
    "face.gallery",
    "face.share",
    "face.slider_quality",
    "shared.legend",
)
"""Of the page, with what they import."""


def prepare_first_visit() -> threading.Thread:
    """Begin to prepare it, in a thread of its own, for which a server that is stopped waits.

    To be called once by a server; who comes before it is done waits for no second loading.
    """
    thread = threading.Thread(target=prepare, name="first visit")
    thread.start()
    return thread


def prepare() -> None:
    """What cannot be loaded is left to the page, which says why."""
    with suppress(UserError):
        _first_face()


@st.cache_resource(show_spinner=False)
def _first_face() -> None:
    """Default model, readout, the first face and what the page shows around it, made once.

    Cached, since a cached function shows no spinner of those that it calls: nobody looks.
    """
    import_module("pandas")  # which Streamlit loads with the first component of a page
    for room in ROOMS:
        import_module(f"ganssl.ui.{room}")
    model = default_model()
    readout(model.size)
    offered = load_gallery(model)
    rendered = render(model, offered.first)
    skin_tone(rendered.pixels[None], model.preprocess)
    slider_vectors(model, offered.first, first_sliders(model.directions))
    truncation_vector(model, offered.first)
    if live_files.served:
        with suppress(UserError):
            live_files.offer(model)
    for _, face in offered.faces:
        thumbnail(model, face)
    inspect.stack()  # which Streamlit asks for in the first visit; what it looks up is kept
