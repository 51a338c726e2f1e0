"""What a visit holds where there is no workspace."""

from __future__ import annotations

import streamlit as st

from ganssl.directions.own import own_title
from ganssl.ui.shared.desk import desk
from ganssl.ui.shared.keeping import PROMISE
from ganssl.ui.shared.shelf import shelf

PRIVATE = """
On a computer of your own the app can keep all of it for good: start it with
`python -m ganssl app --workspace FOLDER`, or name the folder in the environment variable
`GANSSL_WORKSPACE`. Runs can then be named, compared and opened again on this page, and by
`python -m ganssl runs`. Photos are written there only where you say so.
"""


def show_visit() -> None:
    """The things on the shelf, and how long they stay."""
    st.markdown(f"This is what your visit has made so far. {PROMISE} Take home what you need.")
    mine = shelf()
    rows = [
        *({"what": "set of generated faces", "name": name} for name in mine.sets),
        *({"what": "classifier", "name": name} for name in mine.classifiers),
        *({"what": "labelled photos, in memory", "name": name} for name in mine.photos),
        *({"what": "slider", "name": own_title(d)} for d in mine.directions.values()),
    ]
    for sequence in mine.sequences.values():
        if sequence.scenes:
            name = f"{len(sequence.scenes)} scenes, the first: {sequence.scenes[0].title}"
            rows.append({"what": "sequence to present", "name": name})
    if desk().comparison:
        rows.append({"what": "judgement", "name": desk().classifier})
    if rows:
        st.dataframe(rows, hide_index=True, width="stretch", alt="What this visit has made")
    else:
        st.info("Nothing yet. Make a set on Synthesize, or label photos on Label.")
    with st.container(horizontal=True):
        for page, label in (
            ("synthesize", "Synthesize"),
            ("label", "Label"),
            ("train_and_evaluate", "Train & evaluate"),
        ):
            st.page_link(f"pages/{page}.py", label=label, icon=":material/arrow_forward:")
    with st.expander("How to keep it for good", icon=":material/folder:"):
        st.markdown(PRIVATE)
