"""What the data ties together, and what the model does: three tables of colours."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.judgement.figures import PLAIN
from ganssl.laboratory.figures import matrix_figure
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.matrices import cosine_matrix, label_correlation, rescore
from ganssl.laboratory.population import Population
from ganssl.models.face_model import FaceModel
from ganssl.photos.skin_tone import NAME
from ganssl.ui.latent_space.faces import say_that_faces_are_missing

MOST = 12


def show_ties(laboratory: Laboratory, model: FaceModel, population: Population | None) -> None:
    """Correlation of labels beside cosine of directions, and the re-scoring matrix."""
    sliders = model.directions.sliders
    chosen = st.multiselect(
        "Attributes",
        model.directions.attributes,
        default=sliders[:6],
        max_selections=MOST,
        format_func=lambda name: Attribute(name).title,
        key="lab/ties",
        persist_state="session",
    )
    if len(chosen) < 2:
        st.info("Choose two attributes or more.")
        return
    directions = [model.directions.get(name) for name in chosen]
    left, right = st.columns(2)
    with left:
        st.markdown("##### What the data ties together")
        if population is None:
            say_that_faces_are_missing("to see how their labels go together")
        else:
            labels = [
                population.column(name)
                if name in population.attributes
                else np.full(len(population), -1, np.int8)
                for name in chosen
            ]
            correlation = label_correlation(np.stack(labels, axis=1))
            figure = matrix_figure(correlation, chosen, chosen, "Correlation of labels", 1.0)
            with st.container(key="lab-ties-labels"):
                st.plotly_chart(figure, key="lab/correlation", config=PLAIN)
    with right:
        st.markdown("##### What the directions share")
        figure = matrix_figure(
            cosine_matrix(directions), chosen, chosen, "Cosine between directions", 1.0
        )
        with st.container(key="lab-ties-directions"):
            st.plotly_chart(figure, key="lab/cosine", config=PLAIN)
    st.markdown("##### What the model does")
    with st.spinner("Moving faces …"):
        moved = rescore(laboratory, directions)
    figure = matrix_figure(
        moved.of([*chosen, NAME]),
        chosen,
        [*chosen, NAME],
        "What one step (+1 σ) changes; 1 is as far as faces usually lie from the average",
        row_title="moved along",
        column_title="read",
    )
    with st.container(key="lab-ties-model"):
        st.plotly_chart(figure, key="lab/rescoring", config=PLAIN)
    st.caption(
        "A row is an edit, a column is what the probes then read. Off the diagonal are side "
        "effects: blue goes up with the edit, red goes down. Skin tone is measured on the pixels; "
        "blue is lighter."
    )
