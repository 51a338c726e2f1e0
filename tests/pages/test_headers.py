"""What answers say about their use: files are for the disk, pages are for their own server."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ganssl.ui.shared.downloads import Downloads
from ganssl.ui.shared.headers import OF_ALL, OF_FILES, SafeHeaders


def answer_of(path: str, *routes: Route) -> tuple[int, Headers]:
    """Status and headers that a server with these routes gives."""
    app = Starlette(routes=list(routes), middleware=[Middleware(SafeHeaders)])
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [],
        "extensions": {},
    }
    sent, asked = [], []

    async def receive():
        asked.append(True)
        return {"type": "http.request" if len(asked) == 1 else "http.disconnect", "body": b""}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], Headers(raw=sent[0]["headers"])


def test_every_answer_forbids_guessing_and_foreign_frames():
    own = {"Referrer-Policy": "unsafe-url"}
    route = Route("/", lambda _: PlainTextResponse("x", headers=own))
    for path, status in (("/", 200), ("/nowhere", 404)):
        found, headers = answer_of(path, route)
        assert found == status and headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert answer_of("/", route)[1]["Referrer-Policy"] == "unsafe-url"
    assert answer_of("/nowhere", route)[1]["Referrer-Policy"] == OF_ALL["Referrer-Policy"]


def test_a_download_is_never_shown_in_a_page(tmp_path: Path):
    file = tmp_path / "set.zip"
    file.write_bytes(b"<script>alert(1)</script>")
    downloads = Downloads()
    address = "/" + downloads.address(file, "page.html")
    for path, status in ((address, 200), ("/download/guessed/set.zip", 404)):
        found, headers = answer_of(path, downloads.route())
        assert found == status
        assert {name: headers[name] for name in OF_FILES} == OF_FILES
    assert answer_of(f"/studio{address}", downloads.route("/studio"))[0] == 200
    assert answer_of(address, downloads.route("/studio"))[0] == 404
    headers = answer_of(address, downloads.route())[1]
    assert headers["Content-Disposition"].startswith("attachment")
