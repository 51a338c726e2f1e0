"""What dialogs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


def delete_or_keep(page: str, delete: Callable[..., None], *args: Any) -> None:
    """The two buttons that end a dialog about something that is to be deleted.

    Args:
        page: prefixes the buttons' keys.
        delete: called with `args` before the page is drawn again.
    """
    with st.container(horizontal=True):
        if st.button(
            "Delete it",
            type="primary",
            on_click=delete,
            args=args,
            key=f"{page}/delete for good",
        ):
            st.rerun()
        if st.button("Keep it", key=f"{page}/do not delete"):
            st.rerun()
