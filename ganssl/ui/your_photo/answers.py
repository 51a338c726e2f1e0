"""What a visitor's own classifier answers on the face of a photo."""

from __future__ import annotations

import streamlit as st

from ganssl.classifier import Classifier
from ganssl.errors import UserError
from ganssl.photos.align import prepare_face
from ganssl.ui.shared.extractors import extractor_for
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import choose
from ganssl.ui.your_photo.slot import PhotoSlot


def show_answers(slot: PhotoSlot) -> None:
    """Choose a classifier from the shelf; its answer and score on the face as it was given."""
    chosen = choose("Classifier", shelf().classifiers, "photo classifier")
    if chosen is None:
        st.info("You have no classifier yet. Train one, or bring a saved one, then come back.")
    else:
        _, classifier = chosen
        try:
            score = face_score(slot, classifier)
        except UserError as error:
            st.error(str(error), icon=":material/error:")
        else:
            _show(classifier, score)
    st.page_link(
        "pages/train_and_evaluate.py", label="Train & evaluate", icon=":material/arrow_back:"
    )


def face_score(slot: PhotoSlot, classifier: Classifier) -> float:
    """The score of the chosen face, brought the way of the classifier's training faces.

    Raises `UserError` where its features are not installed or have other weights.
    """
    extractor, given = extractor_for(classifier), slot.given
    if given is None:
        raise UserError("There is no photo: give one first.")
    crop = prepare_face(given.photo, classifier.source.preprocess, given.chosen, given.faces)
    return float(classifier.scores(extractor.features(crop.pixels[None]))[0])


def _show(classifier: Classifier, score: float) -> None:
    attribute, threshold = classifier.attribute, classifier.threshold
    answer = attribute.classes[int(score >= threshold)]
    left, right = st.columns([1, 2], vertical_alignment="center")
    left.metric(attribute.title, answer)
    right.progress(
        score, f"score {score:.2f}; from {threshold:.2f} on the answer is {attribute.positive}"
    )
    st.caption(
        "The classifier says how it thinks that people would perceive this picture; that is no "
        "fact about you. One face tells nothing about how good it is: judge it on labelled photos."
    )
