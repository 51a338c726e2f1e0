"""Habits of Streamlit that the app needs changed, as they are in version 1.67; each says why."""

from __future__ import annotations

from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner


def ignore_pages_folder() -> None:
    """Stop Streamlit from taking `pages/` for its older kind of app.

    It does so until the router in `app.py` has run once: a visitor who is the
    first on a fresh server and comes by a link to a page would get that page
    without navigation and style. The server reads `app.py`, and so the
    package `ganssl.ui`, before anyone comes.
    """
    PagesManager.uses_pages_directory = False


def keep_keras_session() -> None:
    """Stop Streamlit from clearing the Keras session after every run of a page.

    Streamlit calls `keras.backend.clear_session` for pages that build models at
    each run. Ours are loaded once and shared: clearing makes TensorFlow prepare
    their compiled functions anew for the next face, which takes longer than
    the face itself, and resets the state of a training in another thread. (The
    other thing that Streamlit tidies there is Matplotlib, which is not used.)
    """
    script_runner._clean_problem_modules = lambda: None
