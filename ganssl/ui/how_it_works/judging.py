"""The story, fourth part: how a classifier is judged, and why accuracy alone deceives."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.base.once import OnceMade
from ganssl.classifier import train_classifier
from ganssl.classifier.train import LabelledRows
from ganssl.judgement.judge import Judgement, judge
from ganssl.laboratory.crowd import Crowd
from ganssl.models.face_model import FaceModel
from ganssl.synthesis.axes import best_judge
from ganssl.ui.how_it_works.faces import crowd, first_attribute, no_sliders, show_faces
from ganssl.ui.shared.presentation import presenting

CONSTANT, WEAK, STRONG = "Always “woman”", "A weak one", "A good one"
SEPARATION = {WEAK: 1.0, STRONG: 3.5}
PERSON = Attribute("Man", "woman", "man")
TEST_FACES, UNSURE = 100, 8
_SCORES = OnceMade(4)
ARTICLE_SHARE = 42
"""Men among the 100 photos of the article, by its labels."""


def show_judging(model: FaceModel) -> None:
    """Train on half of the crowd, judge on the other, move the threshold."""
    st.markdown(
        "A **classifier** gives each face a score; from a **threshold** on it answers yes. It is "
        "judged on faces that it has not seen, whose answer is known. Move the threshold: each "
        "mistake avoided on one side is paid for on the other."
    )
    people = crowd(model)
    if people.features is None:
        st.caption("The face network is not installed, so nothing can be classified here.")
        return
    if no_sliders(model):
        return
    name = first_attribute(model.directions.sliders)
    labels = _labels(model, people, name)
    half = len(labels) // 2
    if _one_sided(labels):
        st.info(f"All of these faces lie on one side of {Attribute(name).title}: nothing to learn.")
        return
    threshold = st.slider(
        "Threshold", 0.0, 1.0, 0.5, step=0.05, key="story/threshold", persist_state="session"
    )
    scores = _scores(model, people, name)
    found = judge(labels[half:], scores, threshold, Attribute(name))
    left, right = st.columns(2, gap="large")
    with left:
        show_answers(found)
    with right:
        show_figures(found)
    no, yes = found.classes
    st.caption(
        f"Trained just now on {half} generated faces, judged on {half} others. Photos are harder, "
        f"and only they count. Nearest to the threshold, from “{no}” to “{yes}”:"
    )
    shown = nearest(scores, threshold)
    answers = [found.classes[int(scores[i] >= threshold)] for i in shown]
    words = [f"“{answer}”, {scores[i]:.3f}" for i, answer in zip(shown, answers, strict=True)]
    show_faces(people.faces(half + shown), words, labelled=not presenting())


def nearest(scores: np.ndarray, threshold: float) -> np.ndarray:
    """Which of some faces `[n]` are answered least surely, int64 `[8]` or fewer, no before yes."""
    unsure = np.argsort(np.abs(scores - threshold), kind="stable")[:UNSURE]
    return unsure[np.argsort(scores[unsure], kind="stable")]


def _labels(model: FaceModel, people: Crowd, name: str) -> np.ndarray:
    """The crowd's side of the boundary, int8 `[n]`."""
    return (best_judge(model.directions, name).score(people.codes) > 0).astype(np.int8)


def _one_sided(labels: np.ndarray) -> bool:
    """Whether one half of the crowd is all of one kind."""
    half = len(labels) // 2
    return min(len(np.unique(part)) for part in (labels[:half], labels[half:])) < 2


def _scores(model: FaceModel, people: Crowd, name: str) -> np.ndarray:
    """Of the second half, by a classifier that learned from the first; made once."""

    def make() -> np.ndarray:
        labels = _labels(model, people, name)
        half = len(labels) // 2
        features = people.features
        if features is None:
            raise ValueError("a classifier needs the features of the face network")
        classifier = train_classifier(
            LabelledRows(features[:half], labels[:half]),
            Attribute(name),
            "logistic",
            holdout_share=0.0,
        )
        return classifier.scores(features[half:])

    return _SCORES.get((model.key, people, name), make)


def prepare_judging(model: FaceModel) -> None:
    """Train the step's classifier before anyone comes to it."""
    people = crowd(model)
    if people.features is None or not model.directions.sliders:
        return
    name = first_attribute(model.directions.sliders)
    if not _one_sided(_labels(model, people, name)):
        _scores(model, people, name)


def show_accuracy(model: FaceModel) -> None:
    """A constant predictor on an unbalanced test set."""
    st.markdown(
        "In 2017 an article trained a classifier on generated faces. It was right on **58 of 100** "
        "photos, and was called better than chance. But 58 of the 100 were labelled as women, and "
        "every photo had got the answer that counts as “woman”. Build your own such success:"
    )
    chosen = st.segmented_control(
        "Classifier",
        (CONSTANT, WEAK, STRONG),
        default=CONSTANT,
        required=True,
        key="story/classifier",
        persist_state="session",
    )
    share = st.slider(
        "Photos labelled as men",
        1,
        99,
        ARTICLE_SHARE,
        format="%d of 100",
        key="story/share",
        persist_state="session",
    )
    found = invented_judgement(chosen, share)
    left, right = st.columns(2, gap="large")
    with left:
        show_answers(found)
    with right:
        show_figures(found)
    st.markdown(f"> {found.verdict}")
    if presenting():
        return
    st.caption(
        "**Accuracy**: how many answers are right. **Balanced accuracy**: the same for each class "
        "by itself, then the mean; a constant answer gets one half. **AUC**: how often the score "
        "of one labelled “man” lies above that of one labelled “woman”; one half is chance. The "
        "photos and scores here are invented."
    )


def invented_judgement(classifier: str, share: int) -> Judgement:
    """A classifier of known quality on 100 invented photos, `share` of them present."""
    labels = (np.arange(TEST_FACES) < share).astype(np.int8)
    if classifier == CONSTANT:
        return judge(labels, np.zeros(TEST_FACES), 0.5, PERSON)
    noise = np.random.default_rng(0).normal(size=TEST_FACES)
    scores = noise + SEPARATION[classifier] * (labels - 0.5)
    return judge(labels, scores, 0.0, PERSON)


def show_answers(found: Judgement) -> None:
    """The confusion matrix in words."""
    (true_no, false_yes), (false_no, true_yes) = found.confusion_matrix
    no, yes = found.classes
    st.table(
        {
            "": [f"**answers “{no}”**", f"**answers “{yes}”**"],
            f"labelled “{no}”": [f"{true_no} right", f"{false_yes} wrong"],
            f"labelled “{yes}”": [f"{false_no} wrong", f"{true_yes} right"],
        }
    )


def show_figures(found: Judgement) -> None:
    """Accuracy beside the figures that are harder to fool."""
    low, high = found.ci95
    with st.container(horizontal=True):
        st.metric("Accuracy", f"{found.accuracy:.0%}")
        st.metric("Balanced accuracy", f"{found.balanced_accuracy:.0%}")
        st.metric("AUC", f"{found.auc:.2f}")
    st.markdown(
        f"Always giving the commoner answer: **{found.majority_baseline:.0%}**. With {found.n} "
        f"faces the accuracy could as well be {low:.0%} to {high:.0%}."
    )
