"""The experiment that ships: how far few labels go by themselves, and by way of generated faces."""

from __future__ import annotations

import json

import streamlit as st

from ganssl.base import assets
from ganssl.experiments.figure import label_efficiency_figure
from ganssl.judgement.figures import PLAIN

FIGURES = {"accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "auc": "AUC"}


def show_label_efficiency() -> None:
    """The curve of `python -m ganssl experiment`; nothing where no result ships."""
    path = assets.ASSETS / "experiments" / "label_efficiency.json"
    if not path.is_file():
        return
    values = json.loads(path.read_text(encoding="utf-8"))
    st.subheader("How far do few labels go?", divider="gray")
    st.markdown(
        "Few labelled photos define a direction, the direction labels generated faces, and these "
        "train a classifier. Is that better than learning from the few labels directly? Each point "
        f"is the mean of {values['plan']['seeds']} draws of the labels, with its 95 % interval."
    )
    tests, figures = st.columns(2)
    test = tests.segmented_control(
        "Judged on",
        list(values["tests"]),
        default=next(iter(values["tests"])),
        required=True,
        format_func=lambda name: f"{name}: {values['tests'][name]:,} photos",
        key="train/experiment test",
    )
    figure = figures.segmented_control(
        "Figure",
        list(FIGURES),
        default="accuracy",
        required=True,
        format_func=FIGURES.get,
        key="train/experiment figure",
    )
    with st.container(key="few-labels"):  # whose style lets it scroll on a phone
        st.plotly_chart(
            label_efficiency_figure(values["summary"], test, figure),
            key="train/experiment",
            config=PLAIN,
            alt=f"{FIGURES[figure]} of each method over the number of labels per class",
        )
    if values.get("ablation"):
        _show_ablation(values["ablation"], test, figure)
    st.caption(
        f"Features {values['features']}; {values['train_photos']:,} photos to draw labels from; "
        f"model {values['model']}. Made by `python -m ganssl experiment`."
    )


def _show_ablation(rows: list[dict], test: str, figure: str) -> None:
    """What each part of the way is worth: one thing changed at a time."""
    rows = [row for row in rows if row["test"] == test]
    if not rows:
        return
    count = rows[0]["labels_per_class"]
    with st.expander(f"What helps? One thing changed at a time, {count} + {count} labels"):
        table: dict[str, dict[str, float]] = {}
        for row in rows:
            table.setdefault(row["method"], {})[row["attribute"]] = row[figure]
        st.dataframe(
            [{"variant": method, **found} for method, found in table.items()],
            hide_index=True,
            column_config={
                row["attribute"]: st.column_config.NumberColumn(format="%.3f") for row in rows
            },
        )
        st.caption(
            f"{FIGURES[figure]}, mean of {rows[0]['seeds']} draws. *As it is*: natural codes are "
            "labelled by position with a margin, contradicted faces are left out, and the few "
            "labelled photos place the threshold."
        )
