"""About the model: its card, the terms of its data, its limits, and the face network's card."""

from __future__ import annotations

import streamlit as st

from ganssl.base.assets import ASSETS
from ganssl.ui.shared.legend import BIAS_NOTE
from ganssl.ui.shared.model import require_face_model

TERMS = """
- The model has learned from **CelebA** (Liu et al. 2015): photos of celebrities, gathered from the
  web without asking them. The data set is for non-commercial research; what a model trained on it
  generates inherits these terms.
- The attribute labels say how a few annotators perceived a photo, not what a person is.
- The faces are generated. They are no evidence of anything, and must not be used to identify,
  profile or deceive people.
"""

st.title("About the model")
model = require_face_model()
st.info(BIAS_NOTE, icon=":material/info:")
card, network, terms = st.tabs(["Face model", "Face network", "Data and terms"])
with card:
    st.markdown(model.card)
with network:
    path = ASSETS / "face_network" / "card.md"
    st.markdown(
        path.read_text(encoding="utf-8") if path.is_file() else "The face network is not installed."
    )
with terms:
    st.markdown(TERMS)
