"""Choosing among the things on the shelf."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

import streamlit as st

Thing = TypeVar("Thing")


def choose(
    label: str, things: Mapping[str, Thing], key: str, help: str | None = None
) -> tuple[str, Thing] | None:
    """A select box with the newest first, which turns to a thing that has just come.

    Returns name and thing, or None where there is nothing to choose.
    """
    if not things:
        return None
    names = list(things)[::-1]
    newest, wanted = f"{key} newest", st.session_state.pop(f"{key} wanted", None)
    if wanted in things:
        st.session_state[newest], st.session_state[key] = names[0], wanted
    if st.session_state.get(newest) != names[0] or st.session_state.get(key) not in names:
        st.session_state[newest] = st.session_state[key] = names[0]
    name = st.selectbox(label, names, key=key, help=help, persist_state="session")
    return name, things[name]


def turn_to(key: str, name: str) -> None:
    """Let the box of `choose` with this key stand on `name` when it is drawn next."""
    st.session_state[f"{key} wanted"] = name


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number where it is taken."""
    number, numbered = 1, name
    while numbered in taken:
        number += 1
        numbered = f"{name} ({number})"
    return numbered
