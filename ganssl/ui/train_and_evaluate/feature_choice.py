"""Which network describes the faces for a classifier."""

from __future__ import annotations

import streamlit as st

from ganssl.features.extractor import FeatureExtractor
from ganssl.ui.shared.extractors import installed_extractors

NOT_HERE = {
    "faceres": "The larger network from which this app's own has learnt",
    "vgg-face": "The network of the 2017 article (VGG-Face)",
}


def choose_extractor() -> FeatureExtractor:
    """Radio buttons; what is not installed stands below with the way to get it."""
    found, missing = installed_extractors()
    name = st.radio(
        "What describes a face",
        list(found),
        format_func=lambda name: f"{found[name].title} ({found[name].size} numbers a face)",
        help="In technical terms the *features*: a network that was trained before and no longer "
        "changes turns each face into a row of numbers. Only what is on top of it learns.",
        key="train/features",
        persist_state="session",
    )
    for other, how in missing.items():
        st.caption(
            f"{NOT_HERE.get(other, other)} could describe faces too, but its file is not on this "
            "server; who runs the server can add it.",
            help=how,
        )
    return found[name]
