"""Latent space: which directions there are, how good each is, and what it drags along."""

from __future__ import annotations

import streamlit as st

from ganssl.ui.latent_space.card import show_card
from ganssl.ui.latent_space.comparison import show_comparison
from ganssl.ui.latent_space.faces import choose_population, require_laboratory
from ganssl.ui.latent_space.found import show_found
from ganssl.ui.latent_space.keep import show_kept
from ganssl.ui.latent_space.map import show_map
from ganssl.ui.latent_space.ties import show_ties
from ganssl.ui.shared.model import require_face_model

TABS = {
    "Direction card": show_card,
    "Methods compared": show_comparison,
    "What hangs together": show_ties,
    "Discover": show_found,
    "Map": show_map,
}
KEPT = "Keep, save, load"

st.title("Latent space")
st.markdown(
    "Every face here is a point in a space of numbers, its latent code. Which directions lead to "
    "a smile, can they be trusted, and what do they change besides?"
)
model = require_face_model()
laboratory = require_laboratory()
population = choose_population(laboratory)
tabs = st.tabs([*TABS, KEPT], key="lab/tab", on_change="rerun")
for tab, show in zip(tabs, TABS.values(), strict=False):
    if tab.open:
        with tab:
            show(laboratory, model, population)
if tabs[-1].open:
    with tabs[-1]:
        show_kept(model)
