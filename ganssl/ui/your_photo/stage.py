"""Try it on me: a presenter's own face, found, rebuilt, made to smile, and what classifiers say."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.classifier import Classifier
from ganssl.face.from_photo import EditablePhoto
from ganssl.face.state import FaceState
from ganssl.features.readout import Readout
from ganssl.models.face_model import FaceModel
from ganssl.ui.face.session import FaceSession
from ganssl.ui.shared.model import readout
from ganssl.ui.shared.pictures import SIDE, photo_url, picture_url
from ganssl.ui.shared.presentation import Steps
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.stage import show_stage_bar
from ganssl.ui.your_photo.slot import PhotoSlot

SMILE = 2.5
"""σ; the slider of Smiling ends at 3."""

MOST_ANSWERS = 3

SHORT_PRIVACY = (
    ":material/lock: The photo stays in the memory of this server for this visit and is sent to no "
    "one. R forgets it."
)


def present_photo(slot: PhotoSlot, model: FaceModel) -> None:
    """The camera; once there is a photo, all that becomes of it on one slide."""
    given = slot.given is not None
    title = "What the model makes of me" if given else "Try it on me"
    st.markdown(f"## {title}")
    if given:
        show_me(slot, model)
    else:
        with st.container(key="stage-camera"):
            slot.ask_camera()
        st.caption(SHORT_PRIVACY)
    show_stage_bar(Steps("try it on me", [title]), reset=slot.forget if given else None)


def show_me(slot: PhotoSlot, model: FaceModel) -> None:
    """Found, rebuilt, made to smile; below, what classifiers answer before and after."""
    face = slot.face()
    name = smile_of(model)
    with st.container(key="stage-me"):
        found, rebuilt, edited = st.columns(3, gap="medium")
    with found:
        overview = slot.overview()
        st.image(photo_url(overview), "**Found**", alt="Your photo, the face in a box")
    with rebuilt:
        words = f"**Rebuilt** from {len(face.code)} numbers"
        st.image(picture_url(face.reconstruction, SIDE), words, alt="Your face, rebuilt")
    for warning in face.warnings:
        st.caption(f":material/warning: {warning}")
    if name is None:
        return
    after = smiling(slot, face, model, name)
    with edited:
        words = f"**{Attribute(name).title} +{SMILE:g} σ**"
        st.image(picture_url(after, SIDE), words, alt="AI-edited face from your photo")
    lines = [a.sentence for a in answers(face.pixels, after, name, readout(model.size))]
    if lines:
        st.markdown("  \n".join(lines))


def smile_of(model: FaceModel) -> str | None:
    """The attribute that is moved: Smiling, or the first slider that there is."""
    sliders = model.directions.sliders
    return "Smiling" if "Smiling" in sliders else next(iter(sliders), None)


def smiling(slot: PhotoSlot, face: EditablePhoto, model: FaceModel, name: str) -> np.ndarray:
    """The face with the edit and the photo's detail, uint8 `[s, s, 3]`."""
    session = FaceSession(slot.name, model, base=face.code, base_id=slot.face_id)
    session.detail = face.detail()
    state = replace(FaceState(model=model.id), edits={name: SMILE})
    return session.picture(state).rendered.pixels


@dataclass(frozen=True)
class Answer:
    """What a classifier finds in the photo and in the edited face: probabilities, 0 to 1."""

    who: str
    question: str
    before: float
    after: float

    @property
    def sentence(self) -> str:
        return (
            f"**{self.who}** reads *{self.question}*: **{self.before:.0%}** in the photo, "
            f"**{self.after:.0%}** in the edited face."
        )


def answers(
    before: np.ndarray, after: np.ndarray, name: str, probes: Readout | None
) -> list[Answer]:
    """The readout's answer, then those of the visitor's own classifiers on the same features.

    Args:
        before, after: faces, uint8 `[s, s, 3]`.
        name: the attribute that the readout is asked for.
    """
    if probes is None:
        return []
    faces = np.stack([before, after])
    found = []
    if name in probes.attributes:
        first, second = probes.probabilities(faces)[:, probes.attributes.index(name)]
        who = "The app's classifier"
        found.append(Answer(who, Attribute(name).title, float(first), float(second)))
    features = probes.network.features(faces)
    for classifier in own_classifiers(probes)[:MOST_ANSWERS]:
        first, second = classifier.scores(features)
        who = "Your own classifier"
        found.append(Answer(who, classifier.attribute.title, float(first), float(second)))
    return found


def own_classifiers(probes: Readout) -> list[Classifier]:
    """Those on the shelf that read the face network's features, the newest first."""
    if not shelf().classifiers:
        return []
    wanted = ("face-network", probes.network.id)
    made = reversed(shelf().classifiers.values())
    return [c for c in made if (c.source.features, c.source.features_id) == wanted]
