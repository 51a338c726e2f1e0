"""One direction on one card: can it be trusted, and what does it do besides?"""

from __future__ import annotations

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.directions import DEFAULT_RULE, METHODS, RAW, Direction
from ganssl.directions.readings import ALL_ELSE
from ganssl.errors import UserError
from ganssl.face.render import signed
from ganssl.judgement.figures import PLAIN
from ganssl.laboratory.card import FEWEST_PER_CLASS, DirectionCard, direction_card
from ganssl.laboratory.figures import distance_figure, effects_figure, response_figure
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.population import Population
from ganssl.models.face_model import FaceModel
from ganssl.ui.face.holding import held_words
from ganssl.ui.latent_space.keep import keep_form
from ganssl.ui.shared.pictures import picture_url

STRIP = (-3, -2, -1, 0, 1, 2, 3)
"""Steps in σ."""

SHOWN = 8
METHOD_TITLES = {
    "mean": "mean difference",
    "balanced": "balanced mean difference",
    "logistic": "logistic regression",
    "svm": "linear SVM",
    "joint": "joint regression over all attributes",
}


TERMS = {
    "AUC on held-out faces": "Area under the ROC curve: how often a face with the attribute lies "
    "further along the direction than one without.",
    "Halves agree (cosine)": "The cosine of the angle between directions that random halves of the "
    "labels give: 1 is the same direction, 0 is no relation.",
    "Own effect of one step (1 σ)": "The change of the attribute's probe on the face network for a "
    "step of one standard deviation of the codes (σ), in *spreads*: standard deviations of that "
    "probe between natural faces.",
    "Side effects": "Root mean square of the changes of all other probes, each in *spreads*: "
    "standard deviations of that probe between natural faces.",
    "Same person at +2 σ": "Cosine between the face network's descriptions of the face before and "
    "after.",
    "Unlikely codes at +2 σ": "The share of moved faces whose code is less likely than that of 99 "
    "in 100 natural faces.",
    "Skin tone at +2 σ": "Individual typology angle (ITA) of the face's skin.",
}
"""What the figures are called elsewhere, in tooltips."""


def show_card(laboratory: Laboratory, model: FaceModel, population: Population | None) -> None:
    """Choose a direction and what to hold, and read its card."""
    chosen = _choose(model, population)
    if chosen is None:
        return
    direction, target = chosen
    others = [name for name in model.directions.attributes if name != direction.attribute]
    held = st.multiselect(
        "Hold fixed (makes the direction conditional)",
        others,
        format_func=lambda name: Attribute(name).title,
        key="lab/held",
        persist_state="session",
    )
    words = held_words(model)
    rule = RAW
    if words and st.toggle(
        f"As its slider moves: {words} held", key="lab/rule", persist_state="session"
    ):
        rule = DEFAULT_RULE
    try:
        fixed = [model.directions.get(name) for name in held]
        holdout = _holdout(model, direction, population) if fixed or rule != RAW else None
        card = direction_card(laboratory, direction, fixed, holdout, target, rule)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    show_trust(card)
    _strip(laboratory, card.direction)
    left, right = st.columns(2)
    left.plotly_chart(effects_figure(card), key="lab/effects", config=PLAIN)
    right.plotly_chart(response_figure(card), key="lab/response", config=PLAIN)
    right.plotly_chart(distance_figure(card), key="lab/distance", config=PLAIN)
    suggested = " ".join([direction.attribute, *(f"without {name}" for name in held)])
    keep_form(direction, suggested, "card", fixed, model.covariance)
    if population is not None and not card.direction.conditioned_on:
        _confused(laboratory, direction, population)


def _choose(model: FaceModel, population: Population | None) -> tuple[Direction, str] | None:
    """The direction, and the attribute that it is meant to change."""
    columns = st.columns(3)
    attribute = columns[0].selectbox(
        "Attribute",
        attributes_in_order(model),
        format_func=lambda name: Attribute(name).title,
        key="lab/attribute",
        persist_state="session",
    )
    if attribute is None:
        st.info("This model has no directions yet; fit some with `fit-directions`.")
        return None
    ready = model.directions.methods(attribute)
    fitted = METHODS if population and attribute in population.attributes else ()
    method = columns[1].selectbox(
        "Method",
        list(dict.fromkeys((*ready, *fitted))),
        format_func=lambda name: METHOD_TITLES.get(name, name),
        key="lab/method",
        help="Methods that the model does not bring are fitted to the faces loaded above.",
    )
    rest = [name for name in (population.attributes if population else ()) if name != attribute]
    instead = columns[2].selectbox(
        "Instead of (a direction between two classes)",
        [None, *rest],
        format_func=lambda name: "—" if name is None else Attribute(name).title,
        key="lab/instead",
        disabled=not rest,
        help="From faces with this attribute to faces with the first one. Needs loaded faces.",
    )
    try:
        if instead is not None and population is not None:
            return population.between(model.id, instead, attribute), attribute
        if method in ready or population is None:
            return model.directions.get(attribute, method), attribute
        return fitted_direction(model, attribute, method, population), attribute
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return None


def attributes_in_order(model: FaceModel) -> list[str]:
    """All attributes with a direction, those with a slider first."""
    directions = model.directions
    return list(dict.fromkeys((*directions.sliders, *directions.attributes)))


def fitted_direction(
    model: FaceModel, attribute: str, method: str, population: Population
) -> Direction:
    """The direction that a method fits to the loaded faces; `UserError` for too few labels."""
    with st.spinner("Fitting …"):
        directions = population.once(
            ("fit", attribute, method), lambda: population.fit(model.id, attribute, [method])
        )
    return directions.get(attribute, method)


def _holdout(
    model: FaceModel, direction: Direction, population: Population | None
) -> tuple[np.ndarray, np.ndarray] | None:
    """Faces that surely did not define a direction: generated ones, for the model's own."""
    attribute = direction.attribute
    if population is None or not population.seeded or attribute not in population.attributes:
        return None
    labels = population.column(attribute)
    of_model = not direction.own and direction.method in model.directions.methods(attribute)
    enough = min((labels == 0).sum(), (labels == 1).sum()) >= FEWEST_PER_CLASS
    return (population.codes, labels) if of_model and enough else None


def show_trust(card: DirectionCard) -> None:
    """The numbers that say whether to trust it, with what they mean."""
    two = card.at(2)
    figures = (
        ("AUC on held-out faces", card.auc, ".3f", "0.5 is chance, 1 is perfect"),
        ("Accuracy", card.accuracy, ".1%", f"always the commoner answer: {card.majority:.1%}"),
        (
            "Halves agree (cosine)",
            card.split_half_cosine,
            ".2f",
            "directions from random halves",
        ),
        ("Faces that follow steadily", card.steady, ".0%", "probe rises at every step −3 … +3 σ"),
        (
            "Own effect of one step (1 σ)",
            card.own.spreads if card.own else np.nan,
            "+.2f",
            "1 is as far as faces usually lie from the average",
        ),
        ("Side effects", card.side_effect, ".2f", "the same, of all other attributes together"),
        ("Same person at +2 σ", two.identity, ".2f", f"two strangers: {card.strangers:.2f}"),
        ("Unlikely codes at +2 σ", two.outside, ".0%", "1 % of natural codes are so unlikely"),
        ("Skin tone at +2 σ", two.skin_tone, "+.0f", "degrees (ITA), lighter above 0"),
        (
            "Own effect before holding",
            card.free_own.spreads if card.free_own else np.nan,
            "+.2f",
            "the difference is what holding costs",
        ),
    )
    cells = st.grid(4, min_column_width=150)
    for title, value, style, note in figures:
        shown = format(value, style) if np.isfinite(value) else "not known"
        with cells.cell():
            st.metric(title, shown, help=TERMS.get(title))
            st.caption(note)
    notes = [f"{card.direction.labels_used:,} labels", f"{card.faces} faces moved"]
    if card.direction.conditioned_on:
        what = "effect" if ALL_ELSE in card.direction.conditioned_on else "length"
        notes.append(f"{card.direction.remaining:.0%} of its {what} left by what is held")
    st.caption(f"{' · '.join(notes)} · measured in {card.milliseconds:.0f} ms")


def _strip(laboratory: Laboratory, direction: Direction) -> None:
    """One face moved along the direction."""
    steps = np.array(STRIP)[:, None] * direction.sigma * direction.vector
    faces = laboratory.model.decode((laboratory.codes[0] + steps).astype(np.float32))
    name = Attribute(direction.attribute).title
    with st.grid(len(STRIP), min_column_width=80):
        for step, face in zip(STRIP, faces, strict=True):
            shown = f"{signed(step)} σ"
            st.image(picture_url(face, 160), shown, alt=f"{name} {shown}")


def _confused(laboratory: Laboratory, direction: Direction, population: Population) -> None:
    if direction.attribute not in population.attributes:
        return
    box = st.expander(
        "Which faces does it get wrong?",
        icon=":material/rule:",
        key="lab/wrong",
        on_change="rerun",
    )
    if not box.open:
        return
    with box, st.spinner("Grouping its errors …"):
        groups = population.confusions(direction)
        if not groups:
            st.caption("Too few of them to form groups.")
            return
        rows = np.concatenate([group.rows[:SHOWN] for group in groups])
        faces = iter(laboratory.decode(population.codes[rows]))
        for group in groups:
            telling = ", ".join(
                f"{Attribute(name).title} {share:.0%} (of all: {rest:.0%})"
                for name, share, rest in group.telling
                if name != direction.attribute
            )
            st.markdown(f"**{len(group.rows):,} {group.title}** · {telling}")
            with st.container(horizontal=True):
                for _, face in zip(group.rows[:SHOWN], faces, strict=False):
                    st.image(picture_url(face, 96), width=96, alt=f"A face, {group.title}")
