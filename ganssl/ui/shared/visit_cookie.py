"""A random number by which a browser finds its visit again after a reload.

It is sent as a cookie that ends with the browser, that no script can read and no
other site can send. It opens a visit only while none of its tabs is connected,
says nothing of the visitor, and is worth nothing once the visit is over.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = "ganssl_visit"
NUMBER = re.compile(r"[A-Za-z0-9_-]{32}")


def visit_number(text: object) -> str:
    """The number as it was sent out; empty for anything else."""
    return text if isinstance(text, str) and NUMBER.fullmatch(text) else ""


class VisitCookie:
    """Gives a number to each browser that asks for a page and has none.

    Args:
        path: under which the app is served.
    """

    def __init__(self, app: ASGIApp, path: str = "") -> None:
        self.app, self.path = app, "/" + path.strip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        new = scope["type"] == "http" and _wants_a_page(scope)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", self._cookie(scope))
            await send(message)

        await self.app(scope, receive, send_with_cookie if new else send)

    def _cookie(self, scope: Scope) -> str:
        proto = Headers(scope=scope).get("x-forwarded-proto", scope.get("scheme", ""))
        secure = "; Secure" if proto.partition(",")[0].strip() == "https" else ""
        number = secrets.token_urlsafe(24)  # 32 characters
        return f"{NAME}={number}; Path={self.path}; HttpOnly; SameSite=Lax{secure}"


def _wants_a_page(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    if scope.get("method") != "GET" or "text/html" not in headers.get("accept", ""):
        return False
    return not visit_number(_sent(headers.get("cookie", "")))


def _sent(cookies: str) -> str:
    """The number among the cookies of a request; empty where it is not.

    Python's own reader of cookies takes seconds for some headers of 64 kB, in which nobody else
    is answered.
    """
    pairs = (pair.strip().partition("=") for pair in cookies.split(";"))
    return {name: value for name, _, value in pairs}.get(NAME, "")
