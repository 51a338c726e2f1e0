"""The story, third part: how a direction is found, and how it labels faces for free."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute, withheld
from ganssl.directions import Direction
from ganssl.directions.estimators import mean_difference
from ganssl.features.readout import Readout
from ganssl.laboratory.crowd import Crowd
from ganssl.models.face_model import FaceModel
from ganssl.synthesis.axes import best_judge
from ganssl.ui.how_it_works.faces import (
    crowd,
    first_attribute,
    no_sliders,
    show_faces,
)
from ganssl.ui.shared.model import readout
from ganssl.ui.shared.presentation import presenting

SHOWN = 6
PUSHED = 3
"""Of the crowd, and in none of the groups: a face that does not smile."""

PUSH = 2.0


def story_attribute(model: FaceModel, names: Sequence[str]) -> str:
    """Which of the attributes a step is about; a choice, but not on a projector.

    Steps that offer all sliders share the choice.
    """
    first = first_attribute(names)
    key = "story/attribute" if names == list(model.directions.sliders) else "story/sorted by"
    if presenting():
        chosen = st.session_state.get(key, first)
        return chosen if chosen in names else first
    return st.selectbox(
        "Attribute",
        names,
        index=names.index(first),
        format_func=lambda name: Attribute(name).title,
        key=key,
        persist_state="session",
        width=260,
    )


def sorted_by(model: FaceModel, probes: Readout) -> list[str]:
    """What faces can be sorted by: attributes that the probes read, those with a slider first."""
    offered = [name for name in probes.attributes if not withheld(name)]
    sliders = [name for name in model.directions.sliders if name in offered]
    return sliders or offered


def show_direction(model: FaceModel) -> None:
    """Two groups of generated faces, their averages, the difference."""
    st.markdown(
        "Take faces that look the part and faces that do not, average the codes of each group, "
        "and subtract. All that both groups share cancels; what is left is the **direction**."
    )
    people, probes = crowd(model), readout(model.size)
    if people.probabilities is None or probes is None:
        st.caption("The face network is not installed, so faces cannot be sorted here.")
        return
    attribute = story_attribute(model, sorted_by(model, probes))
    count = st.slider("Faces in each group", 1, 60, 24, key="story/group", persist_state="session")
    others = np.delete(np.arange(len(people.codes)), PUSHED)
    column = probes.attributes.index(attribute)
    without, with_ = (others[rows] for rows in groups(people.probabilities[others], column, count))
    title = Attribute(attribute).title
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**Not {title.lower()}**")
        _show_group(people, without)
    with right:
        st.markdown(f"**{title}**")
        _show_group(people, with_)
    labels = np.repeat((0, 1), count)
    difference = mean_difference(people.codes[np.concatenate([without, with_])], labels)
    means = np.stack([people.codes[rows].mean(axis=0) for rows in (without, with_)])
    fresh = people.codes[PUSHED]
    push = pushed(fresh, difference, people.codes)
    faces = model.decode(np.concatenate([means, np.stack([fresh, push])]))
    with st.container(key="story-result"):
        show_faces(
            faces, ["average without", "average with", "a new face", "new face + difference"]
        )
    if presenting():
        return
    st.caption(
        "A second network, which only sees pictures, sorted the faces. With one face in each "
        "group the difference is all that sets these two persons apart; with more, the rest "
        "averages out. The app's own directions come from labelled photos."
    )


def _show_group(people: Crowd, rows: np.ndarray) -> None:
    """Some of a group, small: those that were chosen by eye, then the others."""
    shown = people.faces(np.sort(rows)[:SHOWN])
    show_faces(shown, [f"{i + 1}" for i in range(len(shown))], SHOWN, labelled=not presenting())


def groups(probabilities: np.ndarray, column: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the `count` faces that are read as least and as most of an attribute."""
    order = np.argsort(probabilities[:, column], kind="stable")
    return order[:count], order[::-1][:count]


def pushed(code: np.ndarray, difference: np.ndarray, population: np.ndarray) -> np.ndarray:
    """A code `[d]` moved by 2 σ of the population along a difference `[d]`."""
    unit = difference / np.linalg.norm(difference)
    return (code + PUSH * (population @ unit).std() * unit).astype(np.float32)


def show_labels(model: FaceModel) -> None:
    """Natural codes, labelled by their side of the boundary."""
    st.markdown(
        "A direction cuts the space of codes in two: beyond a **boundary** faces have the "
        "attribute, before it they have not. So every random face comes with a **label**, and "
        "no one has to look at it. Faces near the boundary are left out: their label is a guess."
    )
    if no_sliders(model):
        return
    attribute = story_attribute(model, list(model.directions.sliders))
    judge: Direction = best_judge(model.directions, attribute)
    people = crowd(model)
    scores = judge.score(people.codes)  # (n,), σ beyond the boundary
    margin = st.slider(
        "Leave out faces nearer to the boundary than",
        0.0,
        1.5,
        0.3,
        step=0.1,
        format="%.1f σ",
        key="story/margin",
        persist_state="session",
    )
    title = Attribute(attribute).title
    sides = {
        f"Labelled “not {title}”": np.flatnonzero(scores <= -margin),
        f"Labelled “{title}”": np.flatnonzero(scores >= margin),
    }
    columns, most = (5, 10) if presenting() else (3, 9)
    for column, (side, found) in zip(st.columns(2, gap="large"), sides.items(), strict=True):
        rows = found[:most]
        with column:
            st.markdown(f"**{side}**: {len(found)} of {len(scores)} faces")
            show_faces(people.faces(rows), [f"{scores[i]:+.1f} σ" for i in rows], columns)
    if presenting():
        return
    out = len(scores) - sum(map(len, sides.values()))
    st.caption(
        f"{out} faces left out. The faces are as they came: none was moved. Some labels are "
        "wrong all the same; see whether you find one. Forty thousand such faces are a training "
        "set for a classifier."
    )
