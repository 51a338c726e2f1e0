"""A page that is left says so, and the next one of the same browser finds its visit at once.

A browser may keep a page that was left for its button *Back*, with the connection
open. The visit would then seem to go on in a tab of its own, and the page that
follows would begin another one.
"""

from __future__ import annotations

import secrets
import threading
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ganssl.ui.shared.headers import OF_FILES
from ganssl.ui.shared.jobs import all_visits, on_server
from ganssl.ui.shared.visits import Visits

KEY = "leaving"
"""Of the container of the script, which the style sheet hides."""

MOST = 10_000
"""Connections whose pages can say that they are left; the oldest are forgotten first."""

_component = st.components.v2.component(
    "ganssl.leaving", js=Path(__file__).with_name("leaving.js").read_text(encoding="utf-8")
)


class Leaving:
    """Addresses under which pages say that they are left, each known to its page alone."""

    def __init__(self) -> None:
        self.served = False
        self._keys: dict[str, str] = {}
        self._sessions: dict[str, tuple[Visits, str]] = {}
        self._lock = threading.Lock()

    def route(self, base: str = "") -> Route:
        """For the server; `base` is the path under which the app is served, such as `/studio`."""
        self.served = True
        return Route(f"{base}/left/{{key}}", self.hear, methods=["POST"])

    def address(self, visits: Visits, session: str) -> str:
        """Where the page of a session says that it is left; relative to any page."""
        with self._lock:
            if session not in self._keys:
                key = self._keys[session] = secrets.token_urlsafe(24)
                self._sessions[key] = visits, session
                for old in list(self._keys)[:-MOST]:
                    del self._sessions[self._keys.pop(old)]
            return f"left/{self._keys[session]}"

    async def hear(self, request: Request) -> Response:
        found = self._sessions.get(request.path_params["key"])
        if found is not None:
            visits, session = found
            visits.leave(session)
        return Response(status_code=204, headers=OF_FILES)


leaving = Leaving()


def watch_leaving() -> None:
    """The script that tells when this page is left; a test without a server has none."""
    if not (leaving.served and on_server()):
        return
    address = leaving.address(all_visits(), get_script_run_ctx().session_id)
    with st.container(key=KEY):
        _component(key="leaving-script", data={"address": address})
