"""Presentation mode: for a projector. Large faces and text, no options, arrow keys that step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ganssl.base.links import unescaped

PARAMETER = "present"
"""`?present=1` opens any page in presentation mode, so that it can be bookmarked."""

KEY = "presenting"

SEQUENCE_TAB, SEQUENCE_TITLE = "explore/tab", "To present"
"""Session entry of the tab that is open on Explore, and the one that puts a sequence together."""

SHEET = Path(__file__).parents[1] / "presenting.css"
"""What the mode looks like; a page has it in that mode alone."""


def presenting() -> bool:
    """Whether presentation mode is on; to be asked from the first line of a run on."""
    return st.session_state.setdefault(KEY, link_parameter(PARAMETER) == "1")


def link_parameter(name: str) -> str | None:
    """A parameter of the page's address, also where its `&` came as `&amp;`."""
    return unescaped({key: st.query_params[key] for key in st.query_params}).get(name)


def kept_parameters() -> dict[str, str]:
    """What a page that writes its own address has to keep of it."""
    return {PARAMETER: "1"} if presenting() else {}


def show_presentation_toggle() -> None:
    """The switch, and what follows from it for style sheet and address.

    A button, since a checkbox would keep the focus, and the arrow keys with it.
    """
    on = presenting()
    st.button(
        "Leave presentation mode" if on else "Presentation mode",
        icon=":material/close_fullscreen:" if on else ":material/present_to_all:",
        on_click=lambda: st.session_state.update({KEY: not on}),
        key="presentation",
        help="For a projector: large faces and text, no options. The arrow keys ← and →, the keys "
        "of a remote, space and swipes step; Esc leaves.",
    )
    st.html(SHEET if on else "<style></style>")  # in its place, or it would stay to the run's end
    if on:
        st.query_params[PARAMETER] = "1"
    elif PARAMETER in st.query_params:
        del st.query_params[PARAMETER]


@dataclass(frozen=True)
class Steps:
    """Steps that a presenter goes through; the place is kept for the visit.

    Attributes:
        name: of the page; prefixes keys.
        titles: one for each step.
        on_step: called with the number of the step that was gone to, from 0.
    """

    name: str
    titles: Sequence[str]
    on_step: Callable[[int], None] | None = None

    @property
    def key(self) -> str:
        return f"{self.name}/step"

    @property
    def index(self) -> int:
        return min(st.session_state.get(self.key, 0), len(self.titles) - 1)

    def go(self, index: int) -> None:
        st.session_state[self.key] = max(0, min(index, len(self.titles) - 1))
        if self.on_step:
            self.on_step(self.index)

    def step(self, by: int) -> None:
        """Callback: so many steps on from where we are by then."""
        self.go(self.index + by)

    def show_arrows(self) -> None:
        """Back and next, also by the arrow keys, and where we are.

        In presentation mode the bar of `ganssl.ui.shared.stage` takes the keys.
        """
        index, last = self.index, len(self.titles) - 1
        keys = (None, None) if presenting() else ("Left", "Right")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Back",
                icon=":material/arrow_back:",
                shortcut=keys[0],
                disabled=index == 0,
                on_click=self.step,
                args=(-1,),
                key=f"{self.name}/back",
            )
            st.button(
                "Next",
                icon=":material/arrow_forward:",
                shortcut=keys[1],
                type="primary",
                disabled=index == last,
                on_click=self.step,
                args=(1,),
                key=f"{self.name}/next",
            )
            st.caption(f"{index + 1} of {last + 1}")

    def show_list(self) -> None:
        """All steps, to jump to one."""
        key = f"{self.name}/list"
        st.session_state[key] = self.index
        st.radio(
            "Steps",
            range(len(self.titles)),
            format_func=lambda i: f"{i + 1}. {self.titles[i]}",
            key=key,
            on_change=lambda: self.go(st.session_state[key]),
        )
