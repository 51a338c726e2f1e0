"""A judgement on the page: verdict, figures, other methods beside it, mistakes, downloads."""

from __future__ import annotations

import streamlit as st

from ganssl.judgement.comparison import Comparison
from ganssl.judgement.figures import (
    PLAIN,
    calibration_figure,
    comparison_figure,
    confusion_figure,
    roc_figure,
)
from ganssl.judgement.judge import Judgement
from ganssl.judgement.placing import threshold_sentence
from ganssl.judgement.report import (
    COMPARISON_HEADS,
    GROUP_HEADS,
    classifier_lines,
    comparison_cells,
    figure,
    group_cells,
    interval,
    photo_lines,
    report_html,
)
from ganssl.metrics.classification import worst_mistakes
from ganssl.ui.shared.pictures import picture_url
from ganssl.ui.train_and_evaluate.classifiers import download_classifier

MISTAKES = 24
FACE_SIDE = 160


def show_comparison(found: Comparison, name: str) -> None:
    """All of it; `name` is the classifier's."""
    judgement = found.result.judgement
    st.markdown(f"#### {name}, judged on {judgement.n:,} photos")
    if judgement.better:
        st.success(judgement.verdict, icon=":material/check_circle:")
    else:
        st.warning(judgement.verdict, icon=":material/warning:")
    _show_figures(judgement)
    st.markdown(f":material/vertical_align_center: {threshold_sentence(found.threshold)}")
    _show_charts(found)
    st.markdown("##### Beside other methods, on the same features and photos")
    _show_table(found)
    if judgement.slices:
        st.markdown("##### Groups of photos")
        rows = [dict(zip(GROUP_HEADS, cells, strict=True)) for cells in group_cells(judgement)]
        st.dataframe(rows, hide_index=True, alt="Figures of each group of photos")
    st.markdown("##### The worst mistakes")
    _show_mistakes(found)
    with st.expander("The photos and the classifier in words", icon=":material/description:"):
        lines = [*photo_lines(found), *classifier_lines(found), *found.prepared.warnings[:50]]
        st.markdown("\n".join(f"- {line}" for line in lines))
    _show_downloads(found)


def _show_figures(judgement: Judgement) -> None:
    with st.container(horizontal=True):
        st.metric(
            "Accuracy",
            f"{judgement.accuracy:.3f}",
            help="The share of photos that are answered rightly, with Wilson's 95 % interval.",
        )
        st.metric("95 % interval", interval(judgement.ci95))
        st.metric(
            "Majority class",
            f"{judgement.majority_baseline:.3f}",
            help="What always giving the commoner answer reaches.",
        )
        st.metric(
            "Balanced accuracy",
            figure(judgement.balanced_accuracy),
            help="The mean of the shares answered rightly in the two classes; 0.5 is chance.",
        )
        st.metric(
            "AUC",
            figure(judgement.auc),
            help="How often a photo with the attribute scores above one without; 0.5 is chance.",
        )
        st.metric("95 % interval of the AUC", interval(judgement.auc_ci95))


def _show_charts(found: Comparison) -> None:
    result, judgement = found.result, found.result.judgement
    confusion, roc, reliability = st.columns(3, gap="medium")
    with confusion:
        st.markdown("###### Labels and answers")
        (right_no, false_yes), (false_no, right_yes) = judgement.confusion_matrix
        st.plotly_chart(
            confusion_figure(judgement),
            height=320,
            key="train/confusion",
            config=PLAIN,
            alt=f"Right: {right_no} {judgement.classes[0]}, {right_yes} {judgement.classes[1]}. "
            f"Wrong: {false_yes} called {judgement.classes[1]}, {false_no} {judgement.classes[0]}.",
        )
    with reliability:
        st.markdown("###### Does a score mean what it says?")
        st.plotly_chart(
            calibration_figure(result.labels, result.scores),
            height=320,
            key="train/calibration",
            config=PLAIN,
            alt="Mean score beside the share that is present, in tenths of the scores",
        )
    with roc:
        st.markdown("###### ROC curve")
        if judgement.auc is None:
            st.caption("A ROC curve needs photos of both classes.")
        else:
            st.plotly_chart(
                roc_figure(result.labels, result.scores, judgement.threshold),
                height=320,
                key="train/roc",
                config=PLAIN,
                alt=f"ROC curve, area {judgement.auc:.3f}",
            )


def _show_table(found: Comparison) -> None:
    rows = [dict(zip(COMPARISON_HEADS, comparison_cells(row), strict=True)) for row in found.table]
    st.dataframe(rows, hide_index=True, width="stretch", alt="Every method with its figures")
    st.plotly_chart(
        comparison_figure(found.table),
        key="train/comparison",
        config=PLAIN,
        alt="Accuracy of every method with its interval; a line at the majority class",
    )
    st.markdown("\n".join(f"- {note}" for note in found.notes))
    st.caption(
        "McNemar's p: how often chance alone would part two equally good methods so far as this "
        "one and the classifier above differ."
    )


def _show_mistakes(found: Comparison) -> None:
    """The photos that it was surest about and wrong; sent with the page and kept nowhere."""
    result, classes = found.result, found.classifier.attribute.classes
    wrong = worst_mistakes(result.labels, result.scores, found.classifier.threshold, MISTAKES)
    if not len(wrong):
        st.caption("It made none.")
        return
    prepared = result.prepared
    faces = prepared.pixels if prepared.model_pixels is None else prepared.model_pixels
    with st.grid(8, min_column_width=100, gap="small"):
        for i in wrong:
            label, answer = classes[result.labels[i]], classes[result.answers[i]]
            st.image(
                picture_url(faces[i], FACE_SIDE),
                f"labelled **{label}**, score {result.scores[i]:.2f}",
                width="stretch",
                alt=f"{result.names[i]}: labelled {label}, answered {answer}",
            )


def _show_downloads(found: Comparison) -> None:
    name = found.classifier.attribute.name
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Report (HTML)",
            lambda: report_html(found).encode(),
            f"report-{name}.html",
            "text/html",
            icon=":material/description:",
            on_click="ignore",
            help="One page that holds all of the above but the photos; it loads nothing.",
            key="train/report",
        )
        st.download_button(
            "Answers (CSV)",
            found.csv,
            f"answers-{name}.csv",
            "text/csv",
            icon=":material/table:",
            on_click="ignore",
            key="train/csv",
        )
        download_classifier(found.classifier, "train/judged classifier")
