"""The shelf of classifiers: one is chosen, its figures are said, it is taken home or brought."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ganssl.classifier import Classifier
from ganssl.classifier.archive import classifier_zip, read_classifier_zip
from ganssl.classifier.card import classifier_card, expected_sentence
from ganssl.errors import UserError
from ganssl.photos.report import listed
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import choose, free_name

JUDGE = "judge"
"""The anchor of the photos to judge on."""


def choose_classifier() -> tuple[str, Classifier] | None:
    """A classifier from the shelf, with its figures and downloads; None while there is none."""
    chosen = choose("Classifier", shelf().classifiers, "train/classifier")
    if chosen:
        _, classifier = chosen
        st.caption(_summary(classifier))
        if said := expected_sentence(classifier):
            st.info(said, icon=":material/query_stats:")
        with st.container(horizontal=True, gap="small"):
            download_classifier(classifier, "train/download")
            with st.popover("Model card", icon=":material/description:"):
                st.markdown(classifier_card(classifier))
            _next_steps()
    _upload()
    return chosen


def _next_steps() -> None:
    """What a classifier is for: photos with labels, or one face."""
    st.markdown(f"[Judge it on photos ↓](#{JUDGE})")
    if st.button("Try it on a face", icon=":material/add_a_photo:", key="train/try it"):
        st.switch_page("pages/your_photo.py")


def download_classifier(classifier: Classifier, key: str) -> None:
    st.download_button(
        "Download classifier (ZIP)",
        partial(classifier_zip, classifier),
        f"classifier-{classifier.attribute.name}.zip",
        "application/zip",
        icon=":material/download:",
        on_click="ignore",
        help="Plain arrays, JSON and the model card; no code.",
        key=key,
    )


def _summary(classifier: Classifier) -> str:
    metrics = classifier.metrics
    text = f"Trained on {metrics['trained_on']:,} faces."
    if photos := metrics.get("anchor_photos"):
        text += (
            f" {len(photos):,} labelled photos contradict {metrics['dropped_as_contradicted']:,} "
            "more, which were left out, and placed the threshold."
        )
        if left_out := metrics.get("anchor_photos_left_out"):
            text += (
                f" {len(left_out):,} more could not be read or show no face: {listed(left_out)}."
            )
    elif count := metrics.get("taught_by"):
        text += (
            f" What {count:,} labelled photos taught contradicts "
            f"{metrics['dropped_as_contradicted']:,} more, which were left out, and placed the "
            f"threshold at {classifier.threshold:.2f}."
        )
    if metrics.get("held_out_accuracy") is not None:
        text += (
            f" On {metrics['held_out']:,} held-out generated faces: accuracy "
            f"{metrics['held_out_accuracy']:.3f}, AUC {metrics['held_out_auc']:.3f}. "
            "Photos are another matter: judge it below."
        )
    return text


def _upload() -> None:
    with st.expander("Bring a saved classifier", icon=":material/upload:"):
        st.file_uploader(
            "The ZIP of a classifier that was downloaded here",
            type="zip",
            key="train/classifier file",
            on_change=_read,
        )
    if message := st.session_state.pop("train/classifier message", None):
        st.error(message, icon=":material/error:")


def _read() -> None:
    """Callback of the upload."""
    file = st.session_state["train/classifier file"]
    if file is None:
        return
    try:
        classifier = read_classifier_zip(file.getvalue(), file.name)
    except UserError as error:
        st.session_state["train/classifier message"] = str(error)
    else:
        classifiers = shelf().classifiers
        classifiers[free_name(f"{classifier.attribute.title}: {file.name}", classifiers)] = (
            classifier
        )
