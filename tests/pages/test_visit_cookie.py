"""The number by which a browser finds its visit again: sent once, unguessable, out of reach."""

from __future__ import annotations

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ganssl.ui.shared.visit_cookie import NAME, VisitCookie, visit_number

PAGE = {"accept": "text/html,*/*;q=0.8"}


def cookie(headers: dict[str, str], base: str = "", method: str = "GET") -> str | None:
    """What a server sets on a request with these headers."""
    app = Starlette(
        routes=[Route("/", lambda _: PlainTextResponse("x"), methods=["GET", "POST"])],
        middleware=[Middleware(VisitCookie, path=base)],
    )
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": raw}
    sent = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return Headers(raw=sent[0]["headers"]).get("set-cookie")


def test_each_browser_that_asks_for_a_page_gets_a_number_of_its_own():
    first, second = cookie(PAGE), cookie(PAGE)
    number = first.partition("=")[2].partition(";")[0]
    assert first.startswith(f"{NAME}=") and visit_number(number) == number
    assert first != second
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(first.split("; "))
    assert "Max-Age" not in first and "Expires" not in first  # it ends with the browser


def test_a_browser_that_has_one_keeps_it():
    number = cookie(PAGE).partition("=")[2].partition(";")[0]
    assert cookie({**PAGE, "cookie": f"other=1; {NAME}={number}"}) is None
    for bad in ("short", "x" * 31, "<script>" * 4, ""):
        assert cookie({**PAGE, "cookie": f"{NAME}={bad}"}) is not None


@pytest.mark.parametrize("other", ['a="', "two words=1", "=", "é=ü", 'b="\\', ";;"])
def test_cookies_of_others_that_are_damaged_do_not_hide_it(other):
    """Python's own reader stops at the first of them, or takes seconds for long ones."""
    number = cookie(PAGE).partition("=")[2].partition(";")[0]
    assert cookie({**PAGE, "cookie": f"{other}; {NAME}={number}"}) is None
    assert cookie({**PAGE, "cookie": f"{NAME}={number}; {other}"}) is None


def test_only_pages_set_it():
    assert cookie({"accept": "application/json"}) is None and cookie({}) is None
    assert cookie(PAGE, method="POST") is None


def test_it_stays_within_the_app_and_on_safe_lines():
    assert "Path=/studio" in cookie(PAGE, "studio").split("; ")
    assert "Secure" in cookie({**PAGE, "x-forwarded-proto": "https"}).split("; ")
    assert "Secure" not in cookie(PAGE)


@pytest.mark.parametrize("text", [None, "", "a" * 33, "a" * 31 + ";", "ä" * 32])
def test_nothing_else_is_a_number(text):
    assert visit_number(text) == ""
