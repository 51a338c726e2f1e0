"""All methods for one attribute, side by side."""

from __future__ import annotations

import streamlit as st

from ganssl.attributes import Attribute
from ganssl.directions import METHODS, Direction
from ganssl.errors import UserError
from ganssl.laboratory.card import direction_card
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.population import Population
from ganssl.models.face_model import FaceModel
from ganssl.ui.latent_space.card import METHOD_TITLES, attributes_in_order, fitted_direction

FIGURES = {
    "labels": ("Labels", ",.0f"),
    "auc": ("AUC on held-out faces", ".3f"),
    "accuracy": ("Accuracy", ".1%"),
    "majority": ("… of always the commoner answer", ".1%"),
    "split_half_cosine": ("Halves agree (cosine)", ".2f"),
    "own_effect": ("Own effect", "+.2f"),
    "side_effect": ("Side effects", ".2f"),
    "selectivity": ("Selectivity", ".2f"),
    "moves_most_besides": ("Moves most besides", ""),
    "its_effect": ("… by", "+.2f"),
    "steady": ("Faces that follow steadily", ".0%"),
    "identity_at_2": ("Same person at +2 σ (cosine)", ".2f"),
    "outside_at_2": ("Unlikely codes at +2 σ", ".0%"),
}
"""Entries of `DirectionCard.row` with their title and format."""


def show_comparison(
    laboratory: Laboratory, model: FaceModel, population: Population | None
) -> None:
    """One table: a column for each method, a line for each figure."""
    names = attributes_in_order(model)
    if not names:
        st.info("This model has no directions yet.")
        return
    attribute = st.selectbox(
        "Attribute",
        names,
        format_func=lambda name: Attribute(name).title,
        key="lab/compare",
        persist_state="session",
    )
    directions = _directions(model, attribute, population)
    with st.spinner("Moving faces …"):
        columns = {
            title: _texts(direction_card(laboratory, direction, target=attribute).row())
            for title, direction in directions.items()
        }
    titles = [title for title, _ in FIGURES.values()]
    st.table({"": titles, **columns}, hide_index=True)  # whose heads wrap: every column in view
    st.caption(
        "Effects are what one step (1 σ) changes in the probes' readings; 1 is as far as faces "
        "usually lie from the average (a standard deviation). What tells faces apart best (AUC) "
        "need not edit them best (selectivity: own effect over side effects)."
    )


def _directions(
    model: FaceModel, attribute: str, population: Population | None
) -> dict[str, Direction]:
    """The model's directions and the visitor's, and those fitted to the loaded faces."""
    found = {}
    for method in model.directions.methods(attribute):
        direction = model.directions.get(attribute, method)
        title = METHOD_TITLES.get(method, method)
        found[f"{title}, yours" if direction.own else title] = direction
    if attribute in model.few_directions.attributes:
        direction = model.few_directions.get(attribute)
        title = METHOD_TITLES[direction.method]
        found[f"{title}, few labels"] = direction
    if population is None or attribute not in population.attributes:
        st.caption("Loaded faces add the methods that the model does not bring.")
        return found
    for method in METHODS:
        if method not in model.directions.methods(attribute):
            try:
                direction = fitted_direction(model, attribute, method, population)
            except UserError as error:
                st.warning(str(error))
                break
            found[f"{METHOD_TITLES[method]}, fitted here"] = direction
    return found


def _texts(row: dict) -> list[str]:
    row = row | {"moves_most_besides": Attribute(row["moves_most_besides"]).title}
    return [
        "not known" if row[name] is None else format(row[name], style)
        for name, (_, style) in FIGURES.items()
    ]
