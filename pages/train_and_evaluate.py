"""Train & evaluate: a classifier from generated faces, judged on photos that people labelled."""

from __future__ import annotations

import streamlit as st

from ganssl.classifier import Classifier
from ganssl.errors import UserError
from ganssl.photos import PhotoSet
from ganssl.ui.shared.desk import desk
from ganssl.ui.shared.jobs import show_job, visitor_jobs
from ganssl.ui.shared.keeping import workspace
from ganssl.ui.shared.model import require_face_model
from ganssl.ui.train_and_evaluate.class_names import name_classes
from ganssl.ui.train_and_evaluate.classifiers import JUDGE, choose_classifier
from ganssl.ui.train_and_evaluate.judgement_view import show_comparison
from ganssl.ui.train_and_evaluate.judging import exchange_button, judge_button, judging_form
from ganssl.ui.train_and_evaluate.label_efficiency import show_label_efficiency
from ganssl.ui.train_and_evaluate.labelled_photos import choose_column, choose_photos
from ganssl.ui.train_and_evaluate.training import own_jobs, show_training, train_form
from ganssl.ui.train_and_evaluate.training_faces import choose_faces

INTRODUCTION = (
    "A classifier learns from faces that show nobody and whose labels cost nothing. Does it answer "
    "rightly on photos of people? Only photos that people have labelled can tell, so judge it on "
    "them, with other methods beside it. The labels say how somebody perceived a photo; they are "
    "no facts about a person."
)


def show_judging(chosen: tuple[str, Classifier] | None, photos: PhotoSet) -> None:
    """Settings and button, once there are photos."""
    if chosen is None:
        st.info("Train a classifier, or bring a saved one, to judge it on these photos.")
        return
    name_classes(photos, chosen[1].attribute)
    try:
        column = choose_column(photos, chosen[1].attribute)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    settings = judging_form(photos, column, chosen[1])
    judge_button(chosen, photos, settings, model)


st.title("Train & evaluate")
st.markdown(INTRODUCTION)
model = require_face_model()

faces, classifier = st.columns(2, gap="large")
with faces:
    st.subheader("1 · Generated faces", divider="gray")
    st.page_link("pages/synthesize.py", label="Synthesize", icon=":material/arrow_back:")
    made = choose_faces(model)
    for job in visitor_jobs().jobs():
        if job not in own_jobs():
            show_job(job)
with classifier:
    st.subheader("2 · Classifier", divider="gray")
    if made:
        train_form(made)
    show_training()
    chosen = choose_classifier()

st.subheader("3 · Labelled photos", divider="gray", anchor=JUDGE)
photos = choose_photos(chosen[1].attribute if chosen else None)
if photos:
    show_judging(chosen, photos[1])

st.subheader("4 · Judgement", divider="gray")
if desk().comparison:
    exchange_button(model)
    show_comparison(desk().comparison, desk().classifier)
else:
    st.caption("Once a classifier has been judged on labelled photos, the result stands here.")
    if workspace():
        st.page_link(
            "pages/your_runs.py",
            label="Earlier ones: Your runs",
            icon=":material/inventory_2:",
        )

show_label_efficiency()
