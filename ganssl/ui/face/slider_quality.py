"""Which attributes have a slider, which do not, and why."""

from __future__ import annotations

import streamlit as st

from ganssl.attributes import Attribute, withheld
from ganssl.base.numbers_text import number_text
from ganssl.directions import Direction, DirectionSet
from ganssl.directions.direction import USABLE_AUC, USABLE_COSINE, base_attribute
from ganssl.directions.reach import LEAST_IDENTITY, LEAST_OWN, MOST_OUTSIDE
from ganssl.face.render import signed


def show_slider_quality(directions: DirectionSet) -> None:
    """A table of all directions with their held-out figures."""
    st.caption(
        f"A slider is offered where its direction tells unseen photos apart (AUC of {USABLE_AUC} "
        "or more; 0.5 is chance) and two halves of the photos agree on it (cosine of "
        f"{USABLE_COSINE} or more), and where it moves what it is named after more than anything "
        "else. It ends where its effect stops growing or falls behind another attribute's, faces "
        "turn into other people, or codes leave what the model has learnt: an own effect of "
        f"{LEAST_OWN:g} spreads for each σ is the least, a cosine of {LEAST_IDENTITY:g} with the "
        f"unmoved face and {MOST_OUTSIDE:.0%} of unlikely codes are the ends. These bars stand "
        "beside what arbitrary directions and different faces reach (`python -m ganssl "
        "direction-report --bars`). Attributes that "
        "judge looks or build are withheld, however well they work."
    )
    rows = [
        {**slider_row(directions.get(name)), **reach_cells(directions.get(name))}
        for name in directions.attributes
    ]
    rows.sort(key=lambda row: (row["Slider"] != "yes", -row["AUC"]))
    rows += [
        {"Annotated as": Attribute(name).title, "Slider": "no", "Why not": why}
        for name, why in directions.skipped.items()
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "AUC": st.column_config.NumberColumn(format="%.3f"),
            "Own effect": st.column_config.NumberColumn(format="%+.2f"),
            "Skin at +2 σ": st.column_config.NumberColumn(format="%+.0f°"),
            "Same person at +2 σ": st.column_config.NumberColumn(format="%.2f"),
            "Split-half cosine": st.column_config.NumberColumn(format="%.3f"),
        },
        alt="Attributes with their slider, held-out AUC, split-half cosine and labels",
    )


def slider_row(direction: Direction) -> dict:
    return {
        "Annotated as": Attribute(direction.attribute).title,
        "Slider": "yes" if direction.usable else "no",
        "Range": slider_range(direction),
        "AUC": direction.auc,
        "Split-half cosine": direction.split_half_cosine,
        "Labels": direction.labels_used,
        "Method": direction.method,
        "Why not": "" if direction.usable else reason(direction),
    }


def reach_cells(direction: Direction) -> dict:
    """What the slider does, where that was measured."""
    reach = direction.reach
    if reach is None:
        return {}
    its_effect = number_text(reach.its_effect, "+.2f")
    besides = f"{Attribute(reach.besides).title} {its_effect}" if reach.besides else ""
    return {
        "Own effect": reach.own,
        "Moves most besides": besides,
        "Skin at +2 σ": reach.skin_tone,
        "Same person at +2 σ": reach.identity,
    }


def slider_range(direction: Direction) -> str:
    """`−2 to +3 σ`; empty where it has no slider or was not measured."""
    if not direction.usable or direction.reach is None:
        return ""
    low, high = direction.ends
    return f"{signed(low)} to {signed(high)} σ"


def reason(direction: Direction) -> str:
    """Why a direction has no slider."""
    if withheld(base_attribute(direction.attribute)):
        return "withheld: it judges looks or build"
    reasons = []
    if direction.auc < USABLE_AUC:
        reasons.append(f"tells unseen photos apart too poorly (AUC {direction.auc:.3f})")
    if direction.split_half_cosine < USABLE_COSINE:
        cosine = number_text(direction.split_half_cosine, ".3f")
        reasons.append(f"halves of the photos disagree on it (cosine {cosine})")
    if direction.fails:
        reasons.append(direction.fails)
    return " and ".join(reasons)
