"""The story, last part: what else the sliders move, and what the model must not be used for."""

from __future__ import annotations

import streamlit as st

from ganssl.attributes import FIRST_SLIDERS, Attribute
from ganssl.features.readout import Readout
from ganssl.laboratory.side_effects import SideEffects, measure_side_effects
from ganssl.models.face_model import FaceModel
from ganssl.photos.skin_tone import NOTICEABLE as NOTICEABLE_TONE
from ganssl.ui.how_it_works.faces import no_sliders
from ganssl.ui.shared.legend import BIAS_NOTE
from ganssl.ui.shared.model import readout

NOTICEABLE = 0.05
"""Smaller changes of a probability are left out of the sentences."""

MOST_NAMED = 4

FORBIDDEN = """
- **Not for telling who or what someone is.** The labels say how a few annotators perceived a
  photo. They are no facts about a person's gender, age, health or mood.
- **Not for decisions about people**: no hiring, policing, advertising, ranking.
- **Not for deceiving.** Faces and pictures from here say that they are generated; leave that in.
- **Not for identifying anyone**, nor for photos of people who have not agreed.
- **Not for selling.** The training photos are for non-commercial research, and what the model
  makes inherits these terms.
"""


def show_biases(model: FaceModel) -> None:
    """The side effects of every first slider, in words and as a table."""
    probes = readout(model.size)
    if probes is None:
        st.caption("The face network is not installed, so side effects cannot be read.")
        return
    if no_sliders(model):
        return
    effects = _effects(model.key, model, probes)
    st.markdown(
        f"Each line moves one slider by +{effects.amount:g} σ on {effects.count} generated faces. "
        "A second network reads the pictures before and after. What moves along is what went "
        "together in the photos: stereotypes of the data, learned by the model."
    )
    for attribute in effects.moved:
        st.markdown(f"- {sentence(effects, attribute)}")
    st.caption(BIAS_NOTE)


@st.cache_resource(max_entries=2, show_spinner="Measuring what else the sliders move …")
def _effects(key: str, _model: FaceModel, _readout: Readout) -> SideEffects:
    sliders = _model.directions.sliders
    moved = [name for name in FIRST_SLIDERS if name in sliders] or list(sliders[:5])
    return measure_side_effects(_model, _readout, moved)


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
    return f"{100 * change:+.0f} points".replace("-", "−")


def degrees(change: float) -> str:
    """`+4° (lighter)` or `−3° (darker)`."""
    shown = f"{change:+.0f}°".replace("-", "−")
    return f"{shown} ({'lighter' if change > 0 else 'darker'})"


def show_limits() -> None:
    """What the model must not be used for; the card and the terms one click away."""
    st.markdown(FORBIDDEN)
    st.page_link("pages/model_card.py", label="Model card, data and terms", icon=":material/info:")
    st.page_link("pages/explore.py", label="Try the sliders", icon=":material/tune:")
