"""The story, fifth part: the article's eleven defects, mended one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import streamlit as st

from ganssl.base.assets import ASSETS
from ganssl.reproduce_2017.figures import waterfall
from ganssl.ui.shared.presentation import presenting

if TYPE_CHECKING:
    import plotly.graph_objects as go

RESULT = ASSETS / "experiments" / "reproduce_2017.json"


def show_article() -> None:
    """The waterfall of the shipped study, with its command."""
    if not RESULT.is_file():
        st.caption("The study is not installed; make it with `python -m ganssl reproduce-2017`.")
        return
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    st.markdown(
        "The article's code had eleven defects. Here its pipeline is rebuilt with all of them on "
        "this app's model, and they are mended one after another. " + _start(result)
    )
    order, measure = next(iter(result["orders"])), "fresh balanced accuracy"
    if not presenting():
        left, right = st.columns(2)
        order = left.selectbox(
            "In which order they are put right", list(result["orders"]), key="story/order"
        )
        measure = right.selectbox(
            "Measure",
            list(result["measures"]),
            format_func=result["measures"].get,
            key="story/measure",
        )
    st.caption(
        "From left to right: how much each repair adds. Point at a bar to read what was wrong."
    )
    chart = waterfall(result, order, measure)
    if presenting():
        _for_any_screen(chart)
    words = "; ".join(
        f"{step['mended'] or 'all defects'} {step['figures'][measure]['mean']:.2f}"
        for step in result["orders"][order]
    )
    alt = f"Waterfall of {result['measures'][measure]}: {words}"
    with st.container(key="story-waterfall"):
        height = "stretch" if presenting() else "content"
        bare = {"displayModeBar": False}
        st.plotly_chart(chart, alt=alt, height=height, config=bare, key="story/waterfall")
    (st.caption if presenting() else st.markdown)(conclusion(result))
    if presenting():
        return
    st.caption(
        f"{result['seeds']} repetitions, each with {result['faces']:,} generated faces of its own; "
        f"lines are 95 % intervals over the repetitions. Fresh photos: "
        f"{result['photos']['fresh']:,} validation photos of CelebA. The class means and "
        "directions rest on the labels of train photos, as in the article. The article's network "
        "knew 2,622 people; here the likeness to "
        f"{result['people']:,} people of the train photos stands for its scores."
    )
    st.code(result["command"], language="bash")
    with st.expander("The eleven defects"):
        for defect in result["defects"]:
            st.markdown(
                f"{defect['number']}. **{defect['title']}**: {defect['wrong']} *Today:* "
                f"{defect['mended']}"
            )


def _for_any_screen(chart: go.Figure) -> None:
    """Leave shares of the screen for the words, whose size the style sheet gives."""
    chart.update_layout(height=None, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    chart.update_xaxes(domain=[0.22, 1])
    chart.update_yaxes(dtick=1, domain=[0.17, 1], automargin=False)


def _start(result: dict) -> str:
    """What the pipeline does with all defects in."""
    figures = next(iter(result["orders"].values()))[0]["figures"]
    if min(figures["reported constant"]["values"]) < 1:
        return ""
    share = result["commoner"]["published"]
    return (
        "With all of them every photo gets the same answer: right for "
        f"{share:.0%} of the article's photos or for {1 - share:.0%}, by which answer it is."
    )


def conclusion(result: dict) -> str:
    """Which mends matter, in words, from the figures."""
    titles = {d["name"]: f"{d['title']} ({d['number']})" for d in result["defects"]}
    everywhere = len(result["orders"]) + 1
    groups = {
        "Matter in either order and alone": lambda n: n == everywhere,
        "Matter in some company": lambda n: 0 < n < everywhere,
        "Do not matter here": lambda n: n == 0,
    }
    lines = []
    for words, belongs in groups.items():
        names = [titles[m["defect"]] for m in result["mends"] if belongs(len(m["matters"]))]
        if names:
            lines.append(f"- **{words}:** {'; '.join(names)}")
    return "\n".join(lines)
