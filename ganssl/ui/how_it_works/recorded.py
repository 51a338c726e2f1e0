"""The recording of a large training that ships: the same codes, drawn after more and more batches.

`training_strip.webp` has a row for each code and a column for each number of batches in
`training_strip.json`; all of it is generated, and no photo is in it.
"""

from __future__ import annotations

import base64

import streamlit as st

from ganssl.base.assets import ASSETS
from ganssl.base.json_text import parse_json
from ganssl.ui.shared.presentation import presenting

STRIP = ASSETS / "experiments" / "training_strip.json"


def show_recorded() -> None:
    """The strip, its numbers of batches, and what it is."""
    picture = STRIP.with_suffix(".webp")
    if not (STRIP.is_file() and picture.is_file()):
        return
    said = parse_json(STRIP.read_bytes(), STRIP.name)
    url = "data:image/webp;base64," + base64.b64encode(picture.read_bytes()).decode()
    numbers = ", ".join(f"{step:,}" for step in said["batches"])
    st.markdown("**Recorded: a large one**")
    st.image(url, width="stretch", alt=f"Generated faces after {numbers} batches")
    heads = "".join(f"<span>{step:,}</span>" for step in said["batches"])
    st.html(f'<div class="strip-heads">{heads}</div>')
    st.caption(said["short"] if presenting() else said["words"])
