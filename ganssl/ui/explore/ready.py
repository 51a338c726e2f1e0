"""What the first visit needs, loaded while nobody is there yet."""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib import import_module

import streamlit as st

from ganssl.errors import UserError
from ganssl.face.gallery import load_gallery
from ganssl.face.render import render
from ganssl.ui.shared.model import default_model, readout


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
    """Default model, readout and the first face, drawn once.

    Cached, since a cached function shows no spinner of those that it calls: nobody looks.
    """
    import_module("pandas")  # which Streamlit loads with the first component of a page
    model = default_model()
    readout(model.size)
    render(model, load_gallery(model).first)
