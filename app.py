"""GANSSL Studio: `streamlit run app.py`."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

import ganssl.ui
from ganssl.base.device import unused_gpu
from ganssl.base.quiet import quiet_tensorflow
from ganssl.ui.explore.ready import prepare_first_visit
from ganssl.ui.face.live_files import live_files
from ganssl.ui.how_it_works.ready import prepare_in_background
from ganssl.ui.shared.downloads import downloads
from ganssl.ui.shared.headers import SafeHeaders
from ganssl.ui.shared.keeping import hold, show_troubles, show_where_things_are_kept
from ganssl.ui.shared.leaving import leaving, watch_leaving
from ganssl.ui.shared.model import (
    follow_linked_model,
    keep_followed,
    require_face_model,
    show_model_choice,
)
from ganssl.ui.shared.opening import come_back
from ganssl.ui.shared.presentation import presenting, show_presentation_toggle
from ganssl.ui.shared.undo import show_undo
from ganssl.ui.shared.visit_cookie import VisitCookie
from ganssl.ui.shared.visits import close_all, sweep_left

quiet_tensorflow()

UI = Path(ganssl.ui.__file__).parent


def show_app() -> None:
    """Everything that a visitor sees, page and sidebar."""
    sidebar = "collapsed" if presenting() else "auto"
    st.set_page_config("GANSSL Studio", UI / "icon.svg", "wide", sidebar)
    st.html(UI / "style.css")
    page = st.navigation(
        [
            st.Page("pages/explore.py", title="Explore", icon=":material/tune:", default=True),
            st.Page("pages/your_photo.py", title="Your photo", icon=":material/add_a_photo:"),
            st.Page("pages/latent_space.py", title="Latent space", icon=":material/science:"),
            st.Page("pages/synthesize.py", title="Synthesize", icon=":material/burst_mode:"),
            st.Page("pages/label.py", title="Label", icon=":material/label:"),
            st.Page(
                "pages/train_and_evaluate.py",
                title="Train & evaluate",
                icon=":material/model_training:",
            ),
            st.Page("pages/your_runs.py", title="Your runs", icon=":material/inventory_2:"),
            st.Page("pages/how_it_works.py", title="How it works", icon=":material/school:"),
            st.Page("pages/model_card.py", title="About the model", icon=":material/info:"),
        ]
    )
    come_back()
    watch_leaving()
    with st.sidebar:
        show_presentation_toggle()
        follow_linked_model()
        show_model_choice()
    troubles = st.container()
    show_undo()
    try:
        page.run()
        keep_followed()
    finally:
        hold()
    with troubles:  # those of this page, too
        show_troubles()
    model = require_face_model()
    with st.sidebar:
        show_where_things_are_kept()
        st.caption(f"Model **{model.name}**  \n`{model.id}`")
        st.caption(f":material/memory: {model.device}")
        if advice := unused_gpu():
            st.caption(f":material/developer_board_off: {advice}")
    if presenting():
        prepare_in_background(model)  # the story is one click away


@asynccontextmanager
async def tidy(app: st.App):
    """Get ready for the first visit; what visitors left is deleted when the server stops and,
    after a kill, when it starts.
    """
    sweep_left()
    prepare_first_visit()
    yield
    await asyncio.to_thread(close_all)


if get_script_run_ctx(suppress_warning=True):  # a visit runs this file
    show_app()
else:  # the server reads it once
    live = live_files.routes(st.get_option("server.baseUrlPath"))
    app = st.App(
        __file__,
        lifespan=tidy,
        routes=[downloads.route(live_files.base), leaving.route(live_files.base), *live],
        middleware=[
            Middleware(SafeHeaders),
            Middleware(VisitCookie, path=live_files.base),
        ],
    )
