"""Directions that no label names: a strip of faces for each, suggested names, and a keep button."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from ganssl.directions import Direction
from ganssl.errors import UserError
from ganssl.face.render import signed
from ganssl.judgement.figures import PLAIN
from ganssl.laboratory.discovery import (
    Found,
    independent_directions,
    name_of,
    shows_first_layer,
    suggested_names,
    unnamed_directions,
)
from ganssl.laboratory.figures import strength_figure
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.population import Population
from ganssl.models.face_model import FaceModel
from ganssl.ui.latent_space.faces import say_that_faces_are_missing
from ganssl.ui.latent_space.keep import keep_form
from ganssl.ui.shared.pictures import picture_url

COUNT = 6
STRIP = (-3, -1.5, 0, 1.5, 3)
METHODS = {
    "sefa": (
        "What moves the generator most",
        "principal directions of its first features (SeFa, GANSpace)",
        "share of the response",
    ),
    "pca": ("Principal components", "where codes vary most", "share of the variance"),
    "ica": ("Independent components", "what is least like a Gaussian", "excess kurtosis"),
}


def show_found(laboratory: Laboratory, model: FaceModel, population: Population | None) -> None:
    """Choose a method; see what it finds."""
    methods = [name for name in METHODS if name != ("pca" if shows_first_layer(model) else "sefa")]
    method = st.radio(
        "Method",
        methods,
        format_func=lambda name: METHODS[name][0],
        captions=[METHODS[name][1] for name in methods],
        horizontal=True,
        key="lab/discover",
        persist_state="session",
    )
    if method == "ica" and population is None:
        say_that_faces_are_missing("to find their independent components")
        return
    if method == "ica" and population is not None and population.seeded:
        st.caption(
            "Codes of generated faces are nearly Gaussian, where independent components mean "
            "little. Load photos for better ones."
        )
    try:
        with st.spinner("Looking for directions …"):
            found = _found(method, model, population)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.plotly_chart(strength_figure(found, METHODS[method][2]), key="lab/strength", config=PLAIN)
    vectors = np.stack([one.direction.sigma * one.direction.vector for one in found])
    codes = laboratory.codes[0] + np.array(STRIP)[:, None] * vectors[:, None]  # (found, steps, d)
    faces = model.decode(codes.reshape(-1, codes.shape[2]).astype(np.float32))
    for one, strip in zip(found, np.split(faces, len(found)), strict=True):
        _show(laboratory, one.direction, strip)


def _found(method: str, model: FaceModel, population: Population | None) -> list[Found]:
    if method == "ica" and population is not None:
        return population.once("ica", partial(independent_directions, population.codes, COUNT))
    return unnamed_directions(model, COUNT)


def _show(laboratory: Laboratory, direction: Direction, faces: np.ndarray) -> None:
    """A strip of faces along a direction, what it might be called, and the button to keep it."""
    names = name_of(suggested_names(laboratory, direction))
    with st.container(border=True):
        left, right = st.columns([3, 2])
        with left, st.grid(len(STRIP), min_column_width=50):
            for step, face in zip(STRIP, faces, strict=True):
                shown = f"{signed(step)} σ"
                alt = f"{direction.attribute} at {shown}"
                st.image(picture_url(face, 128), shown, alt=alt)
        with right:
            st.markdown(f"**{direction.attribute}** · {names or 'moves no attribute by much'}")
            keep_form(direction, direction.attribute, "found")
