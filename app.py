"""GANSSL Studio: `streamlit run app.py`."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import streamlit as st

from ganssl.ui.model import require_face_model

UI = Path(__file__).parent / "ganssl" / "ui"

st.set_page_config("GANSSL Studio", UI / "icon.svg", layout="wide")
st.html(UI / "style.css")
page = st.navigation(
    [
        st.Page("pages/explore.py", title="Explore", icon=":material/tune:", default=True),
        st.Page("pages/model_card.py", title="About the model", icon=":material/info:"),
    ]
)
page.run()
model = require_face_model()
with st.sidebar:
    st.caption(f"Model **{model.name}**  \n`{model.id}`")
    st.caption(f":material/memory: {model.device}")
