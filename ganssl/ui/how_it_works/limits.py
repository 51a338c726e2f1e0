"""The story, last part: what else the sliders move, and what the model must not be used for."""

from __future__ import annotations

from typing import Literal

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.base.numbers_text import number_text
from ganssl.base.once import OnceMade
from ganssl.face.render import render
from ganssl.features.readout import Readout
from ganssl.laboratory.crowd import good_faces
from ganssl.laboratory.side_effects import SideEffects
from ganssl.laboratory.side_effects_file import ready_side_effects
from ganssl.models.face_model import FaceModel
from ganssl.photos.skin_tone import NOTICEABLE as NOTICEABLE_TONE
from ganssl.ui.how_it_works.drawings import drawing_url
from ganssl.ui.how_it_works.faces import no_sliders, show_faces
from ganssl.ui.how_it_works.uses import FORBIDDEN
from ganssl.ui.shared.legend import BIAS_NOTE
from ganssl.ui.shared.model import readout
from ganssl.ui.shared.presentation import presenting

NOTICEABLE = 0.05
"""Smaller changes of a probability are left out of the sentences."""

MOST_NAMED, OTHERS = 4, 3
"""So many side effects of a slider stand in its sentence, and below its pictures."""

MOST_SHOWN, MOST_PRESENTED = 5, 4
"""Fewer are larger on a projector."""

_EFFECTS, _FACES = OnceMade(2), OnceMade(20)


def show_biases(model: FaceModel) -> None:
    """The side effects of every first slider: a face before and after, in words and as pictures."""
    probes = readout(model.size)
    if probes is None:
        st.caption("The face network is not installed, so side effects cannot be read.")
        return
    if no_sliders(model):
        return
    effects = side_effects(model, probes)
    st.markdown(
        f"Each slider is moved by +{effects.amount:g} σ on {effects.count} generated faces, of "
        "which one is shown. A second network reads the pictures before and after. What moves "
        "along is what went together in the photos: stereotypes of the data, learned by the model."
    )
    shown = effects.moved[: MOST_PRESENTED if presenting() else MOST_SHOWN]
    gap: Literal["small", "medium"] = "small" if presenting() else "medium"
    before, *columns = st.columns(1 + len(shown), gap=gap)
    with before:
        _show_face("Before", _face(model), "One of them, as it came.")
    for column, attribute in zip(columns, shown, strict=True):
        with column:
            face = _face(model, attribute, effects.amount)
            _show_face(
                f"{Attribute(attribute).title} +{effects.amount:g} σ",
                face,
                others(effects, attribute),
            )
    if not presenting():
        for attribute in effects.moved:
            st.markdown(f"- {sentence(effects, attribute)}")
        st.caption(BIAS_NOTE)


def _show_face(title: str, face: np.ndarray, words: str) -> None:
    show_faces(face[None], [title])
    st.markdown(words)


def others(effects: SideEffects, attribute: str) -> str:
    """What moves most besides, on the average of all faces, a line for each."""
    lines = [
        f"{Attribute(name).title} **{points(change).removesuffix(' points')}**"
        for name, change in effects.of(attribute)
        if name != attribute and abs(change) >= NOTICEABLE
    ]
    tone = float(effects.skin_tone[effects.moved.index(attribute)])
    if abs(tone) >= NOTICEABLE_TONE:
        lines.insert(0, f"Skin tone **{degrees(tone).split()[0]}**")
    return "  \n".join(lines[:OTHERS]) or "Nothing else by 5 points or more"


def _face(model: FaceModel, attribute: str = "", amount: float = 0.0) -> np.ndarray:
    """The first face of the gallery, plain or with an edit, uint8 `[s, s, 3]`."""

    def make() -> np.ndarray:
        state = good_faces(model)[0]
        return render(model, state.with_edit(attribute, amount) if attribute else state).pixels

    return _FACES.get((model.key, attribute, amount), make)


def side_effects(model: FaceModel, probes: Readout) -> SideEffects:
    """What the first sliders of a model move; measured once for all visitors."""
    return _EFFECTS.get((model.key, probes), lambda: ready_side_effects(model, probes))


def prepare_biases(model: FaceModel) -> None:
    """Measure the side effects and make the pictures before anyone comes to the step."""
    probes = readout(model.size)
    if probes is None or not model.directions.sliders:
        return
    effects = side_effects(model, probes)
    _face(model)
    for attribute in effects.moved[:MOST_SHOWN]:
        _face(model, attribute, effects.amount)


def sentence(effects: SideEffects, attribute: str) -> str:
    """Moving Smiling (+55 points) also moves High cheekbones +40 points, …"""
    changes = effects.of(attribute)
    own = dict(changes).get(attribute)
    others = [
        f"{Attribute(name).title} {points(change)}"
        for name, change in changes
        if name != attribute and abs(change) >= NOTICEABLE
    ][:MOST_NAMED]
    tone = float(effects.skin_tone[effects.moved.index(attribute)])
    if abs(tone) >= NOTICEABLE_TONE:
        others.append(f"skin tone {degrees(tone)}")
    start = f"Moving **{Attribute(attribute).title}**" + (f" ({points(own)})" if own else "")
    if not others:
        return (
            f"{start} moves nothing else by {100 * NOTICEABLE:.0f} points or more, and skin tone "
            f"by less than {NOTICEABLE_TONE:g}°."
        )
    return f"{start} also moves {', '.join(others)}."


def points(change: float) -> str:
    """`+40 points` or `−3 points`."""
    return f"{number_text(100 * change, '+.0f')} points"


def degrees(change: float) -> str:
    """`+4° (lighter)` or `−3° (darker)`."""
    shown = f"{number_text(change, '+.0f')}°"
    return f"{shown} ({'lighter' if change > 0 else 'darker'})"


def show_limits() -> None:
    """What the model must not be used for; the card and the terms one click away."""
    with st.container(key="story-uses"):
        columns = st.columns(len(FORBIDDEN), gap="small" if presenting() else "medium")
    for column, use in zip(columns, FORBIDDEN, strict=True):
        with column:
            st.image(drawing_url(use.shapes), alt=f"A drawing, struck out: {use.drawn}")
            st.markdown(f"**{use.title}.** {use.words}")
    with st.container(horizontal=True, gap="large"):
        st.page_link(
            "pages/model_card.py", label="Model card, data and terms", icon=":material/info:"
        )
        st.page_link("pages/explore.py", label="Try the sliders", icon=":material/tune:")
