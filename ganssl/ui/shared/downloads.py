"""Large files to take home, sent from the disk piece by piece.

Streamlit's download button holds a whole file in memory. The server that
`app.py` sets up has a route of its own beside it, whose addresses nobody can
guess; where the pages run without that server, in a test say, the button does.
"""

from __future__ import annotations

import secrets
import threading
from functools import partial
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from ganssl.ui.shared.headers import OF_FILES

GONE = "This file is no longer there: it was deleted, or the visit that made it is over.\n"


class Downloads:
    """Files on offer, each under a key that only its visitor gets to see."""

    def __init__(self) -> None:
        self.served = False
        self._files: dict[str, Path] = {}
        self._lock = threading.Lock()

    def route(self, base: str = "") -> Route:
        """For the server; `base` is the path under which the app is served, such as `/studio`."""
        self.served = True
        return Route(f"{base}/download/{{key}}/{{name}}", self.send)

    def address(self, path: Path, name: str) -> str:
        """Where the server sends a file from; relative to any page."""
        with self._lock:
            self._files = {key: file for key, file in self._files.items() if file.is_file()}
            known = next((key for key, file in self._files.items() if file == path), None)
            key = known or secrets.token_urlsafe(24)
            self._files[key] = path
        return f"download/{key}/{name}"

    async def send(self, request: Request) -> Response:
        path = self._files.get(request.path_params["key"])
        if path is None or not path.is_file():
            return PlainTextResponse(GONE, 404, headers=OF_FILES)
        return FileResponse(path, filename=request.path_params["name"], headers=OF_FILES)


downloads = Downloads()


def download_file(label: str, path: Path, name: str, mime: str, key: str) -> None:
    """A button that downloads a file from the disk as `name`."""
    icon = ":material/download:"
    if downloads.served:
        st.link_button(label, downloads.address(path, name), icon=icon)
    else:
        st.download_button(
            label, partial(path.open, "rb"), name, mime, icon=icon, on_click="ignore", key=key
        )
