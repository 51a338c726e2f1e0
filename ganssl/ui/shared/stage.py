"""What a presenter's hands have to do with: one bar below a slide, keys, a remote, a finger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ganssl.ui.shared.jobs import on_server
from ganssl.ui.shared.presentation import KEY, Steps

BAR = "stage-bar"
"""Key of the container below the slides; the style sheet keeps it at the foot of the screen."""

TOUCH = "Swipe to step"

PAGES: dict[str, tuple[str, str, str]] = {
    "explore": ("pages/explore.py", "Faces", "face"),
    "story": ("pages/how_it_works.py", "Story", "school"),
    "try it on me": ("pages/your_photo.py", "Try it on me", "photo_camera"),
}
"""What can be presented, by the name of its steps: page, label and icon."""

HTML = """
<small class="keys"></small>
<small class="touch"></small>
<button type="button" title="Full screen" aria-label="Full screen">
  <svg viewBox="0 0 16 16"><path d="M1 6V1h5M10 1h5v5M15 10v5h-5M6 15H1v-5"/></svg>
</button>
"""

CSS = """
:host { display: block; }
div:has(> small) {
  display: flex; align-items: center; gap: min(0.75rem, 2vw); justify-content: flex-end;
}
small { font: 0.7rem/1.2 var(--st-font, sans-serif); color: var(--st-text-color); opacity: 0.75; }
button {
  font: 1rem/1 var(--st-font, sans-serif); color: inherit; background: none; border: 0;
  padding: 0.3rem; cursor: pointer;
}
svg { display: block; width: 1.1rem; fill: none; stroke: currentColor; stroke-width: 2; }
.touch { display: none; }
@media (pointer: coarse), (max-width: 640px) {
  .keys { display: none; }
  .touch { display: inline; text-align: end; }
}
"""

_component = st.components.v2.component(
    "ganssl.stage",
    html=HTML,
    css=CSS,
    js=Path(__file__).with_name("stage.js").read_text(encoding="utf-8"),
)


def show_stage_bar(
    steps: Steps, new: Callable[[], None] | None = None, reset: Callable[[], None] | None = None
) -> None:
    """Back, next, what else a step can do, and the keys for all of it.

    Args:
        new: callback that shows another face; None where there is none to show.
        reset: callback that takes the edits back.
    """
    with st.container(key=BAR, horizontal=True, vertical_alignment="center", gap="xsmall"):
        steps.show_arrows()
        if new is not None:
            st.button("New face", icon=":material/casino:", on_click=new, key="stage-new")
        if reset is not None:
            st.button("Reset", icon=":material/restart_alt:", on_click=reset, key="stage-reset")
        for name, (page, label, icon) in PAGES.items():
            if name != steps.name:
                st.page_link(page, label=label, icon=f":material/{icon}:")
        if st.button("Leave", icon=":material/close_fullscreen:", key="stage-leave"):
            st.session_state[KEY] = False
            st.rerun()
        others = {"N new face": new, "R reset": reset}
        _show_keys(steps, [words for words, callback in others.items() if callback])


def _show_keys(steps: Steps, others: list[str]) -> None:
    """The component that hears keys and fingers; a test without a server has none."""
    if not on_server():
        return
    key, heard = f"{steps.name}/keys", f"{steps.name}/keys heard"

    def gone() -> None:
        step = st.session_state[key]["go"]
        st.session_state[heard] = int(step["sent"])
        steps.go(int(step["to"]))

    line = ["← → page keys, space: step", *others, "F full screen", "Esc leave"]
    data = {
        "index": steps.index,
        "last": len(steps.titles) - 1,
        "sent": st.session_state.get(heard, 0),
        "keys": {
            "n": [".st-key-stage-new button"],
            "r": [".st-key-stage-reset button"],
            "Escape": [".st-key-stage-leave button"],
        },
        "line": " · ".join(line),
        "touch": TOUCH,
    }
    _component(key=key, data=data, on_go_change=gone)
