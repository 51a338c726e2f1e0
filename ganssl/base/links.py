"""The parameters of links as they were meant, whatever mail programs made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")

ESCAPES = ("amp;", "#38;", "#038;")
"""What is left before a name where `&` between parameters was written as HTML."""


def unescaped(query: Mapping[str, Value]) -> dict[str, Value]:
    """The parameters by names without what `&amp;` leaves; a plain name goes before such a one."""
    plain: dict[str, Value] = {}
    for key, value in query.items():
        name = key
        while name.startswith(ESCAPES):
            name = name.partition(";")[2]
        if name == key or name not in query:
            plain[name] = value
    return plain
