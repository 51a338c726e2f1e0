"""Undo of what was deleted: offered until the next deletion, or until it is put away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from ganssl.errors import UserError

OFFER, MESSAGE = "undo/offer", "undo/message"
UNTIL = "Undo brings it back, until you delete something else or close the page."


@dataclass(frozen=True)
class Offer:
    """What can be undone.

    Attributes:
        words: what was done, a sentence.
        undo: does the opposite; `UserError` where it no longer can.
        forget: frees what was kept for it.
        place: where it is shown; the pages' own is empty.
    """

    words: str
    undo: Callable[[], None]
    forget: Callable[[], None] | None = None
    place: str = ""


def offer_undo(offer: Offer) -> None:
    """Offer to undo this, in place of what was offered before."""
    forget_offer()
    st.session_state[OFFER] = offer


def forget_offer() -> None:
    """Callback: what was offered can no longer be undone."""
    offer = st.session_state.pop(OFFER, None)
    if offer is not None and offer.forget is not None:
        offer.forget()


def show_undo(place: str = "") -> None:
    """The line that says what was done, with its two buttons; nothing where nothing was."""
    if message := st.session_state.pop(f"{MESSAGE} {place}", None):
        st.error(message, icon=":material/error:")
    offer = st.session_state.get(OFFER)
    if offer is None or offer.place != place:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="undo"):
        st.markdown(offer.words, width="content")
        st.button("Undo", icon=":material/undo:", on_click=_undo, key="undo/undo")
        st.button(
            "",
            icon=":material/close:",
            type="tertiary",
            help="Leave it deleted",
            on_click=forget_offer,
            key="undo/leave",
        )


def _undo() -> None:
    offer = st.session_state.pop(OFFER, None)
    if offer is None:  # a second click comes too late
        return
    try:
        offer.undo()
    except UserError as error:
        st.session_state[f"{MESSAGE} {offer.place}"] = str(error)
