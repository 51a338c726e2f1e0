"""The runs of a workspace: a list, one in full, several side by side."""

from __future__ import annotations

import base64
from functools import partial

import streamlit as st

from ganssl.errors import UserError
from ganssl.models.face_model import FaceModel
from ganssl.ui.shared.dialogs import delete_or_keep
from ganssl.ui.shared.keeping import delete_run
from ganssl.ui.shared.opening import open_run
from ganssl.ui.shared.presentation import SEQUENCE_TAB, SEQUENCE_TITLE
from ganssl.ui.shared.set_making import go_on_with_set
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import turn_to
from ganssl.ui.shared.undo import UNTIL
from ganssl.workspace import Run, Workspace, compare_runs, contents
from ganssl.workspace.compare import FIGURES, INTERVAL, figure_text, flat, headline, setting_text
from ganssl.workspace.run import CLASSIFIER, JUDGEMENT, KINDS, LABELS, PHOTOS, SEQUENCE, SET, SLIDER

CHOSEN, MESSAGE = "runs/chosen", "runs/message"
PAGES = {
    SET: ("pages/train_and_evaluate.py", "Train on this", "train/set"),
    CLASSIFIER: ("pages/train_and_evaluate.py", "Judge it, try it", "train/classifier"),
    PHOTOS: ("pages/train_and_evaluate.py", "Judge on these", "train/photos"),
    SLIDER: ("pages/explore.py", "Move faces by it", None),
    SEQUENCE: ("pages/explore.py", "Present it, change it", None),
}
"""Where a run goes on, in which words, and the box there that turns to it."""


def show_kept(place: Workspace, model: FaceModel) -> None:
    """List and choice; `UserError` where the folder cannot be read."""
    st.markdown(
        f"What took time is kept in `{place.folder}`, on this server, for everybody who opens "
        "these pages. On the command line: `python -m ganssl runs list`."
    )
    listing = place.listing()
    for problem in listing.problems:
        st.warning(problem, icon=":material/broken_image:")
    if message := st.session_state.pop(MESSAGE, None):
        st.error(message, icon=":material/error:")
    if not listing.runs:
        things = "Sets, classifiers, judgements, sliders, labels and sequences to present"
        st.info(f"Nothing yet. {things} appear here.")
        return
    st.dataframe(
        [
            {
                "name": run.name,
                "what": KINDS[run.kind],
                "made": run.made.astimezone(),
                "figures": headline(run) if run.finished else "not finished",
            }
            for run in listing.runs
        ],
        hide_index=True,
        width="stretch",
        column_config={
            "name": st.column_config.TextColumn(width="medium"),
            "made": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
            "figures": st.column_config.TextColumn(width="large"),
        },
        alt=f"{len(listing.runs)} runs",
    )
    runs = {run.id: run for run in listing.runs}
    st.session_state[CHOSEN] = [i for i in st.session_state.get(CHOSEN, []) if i in runs]
    chosen = st.multiselect(
        "Look at one, or compare several",
        list(runs),
        format_func=lambda id: f"{runs[id].name} · {runs[id].made.astimezone():%d %b %H:%M}",
        key=CHOSEN,
        placeholder="Choose runs",
    )
    if len(chosen) == 1:
        _show_one(place, runs[chosen[0]], model)
    elif chosen:
        _show_comparison([runs[id] for id in chosen])


def _show_one(place: Workspace, run: Run, model: FaceModel) -> None:
    st.subheader(run.name, divider="gray")
    made = f"{KINDS[run.kind]}, made {run.made.astimezone():%Y-%m-%d %H:%M}"
    st.caption(f"{made} · `{run.id}`")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _next_step(run, model)
        st.text_input(
            "Name",
            run.name,
            max_chars=120,
            key=f"runs/name {run.id}",
            on_change=partial(_rename, place, run),
            width=420,
        )
        if st.button("Delete", icon=":material/delete:", key="runs/delete"):
            _ask_before_deleting(run)
    figures = [name for name in run.figures if INTERVAL not in name]
    left, right = st.columns(2, gap="large")
    if figures:
        left.table({FIGURES.get(name, name): figure_text(run, name) for name in figures})
    with right.expander("Settings", icon=":material/tune:", expanded=not figures):
        st.table({name: setting_text(value) for name, value in flat(run.settings).items()})
    if run.kind == JUDGEMENT:
        report = contents.judgement_report(run)
        st.download_button(
            "Report (HTML)",
            report,
            "report.html",
            "text/html",
            icon=":material/description:",
            on_click="ignore",
            key="runs/report",
        )
        page = base64.b64encode(report.encode()).decode()
        st.iframe(f"data:text/html;charset=utf-8;base64,{page}", height=700)  # of no origin


def _next_step(run: Run, model: FaceModel) -> None:
    """The button that goes on with a run where its kind is used."""
    if not run.finished:
        words, act = "Go on", partial(_go_on, run, model)
        if run.kind == SET and st.button(words, type="primary", key="runs/go on"):
            act()
    elif run.kind == LABELS:
        st.page_link("pages/label.py", label="Go on labelling", icon=":material/label:")
    elif run.kind == JUDGEMENT:
        if st.button("Use its classifier", type="primary", key="runs/open"):
            _open(run, model)
    elif st.button(PAGES[run.kind][1], type="primary", key="runs/open"):
        _open(run, model)


def _open(run: Run, model: FaceModel) -> None:
    page, _, box = PAGES[CLASSIFIER if run.kind == JUDGEMENT else run.kind]
    try:
        name = open_run(run, model)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    if box:
        turn_to(box, name)
    if run.kind == SEQUENCE:
        shelf().face = None  # a photo's face is not presented in steps
        st.session_state[SEQUENCE_TAB] = SEQUENCE_TITLE
    st.switch_page(page)


def _go_on(run: Run, model: FaceModel) -> None:
    try:
        go_on_with_set(model, run)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
    else:
        st.switch_page("pages/synthesize.py")


def _rename(place: Workspace, run: Run) -> None:
    try:
        renamed = place.rename(run, st.session_state[f"runs/name {run.id}"])
    except UserError as error:
        st.session_state[MESSAGE] = str(error)
        return
    kept = shelf().runs
    kept.update({entry: renamed for entry, other in kept.items() if other.id == run.id})


@st.dialog("Delete this run?")
def _ask_before_deleting(run: Run) -> None:
    """Photos cannot be taken back, and a run may be that of others, so the question comes first."""
    words = f"**{run.name}** ({KINDS[run.kind]}) is deleted"
    st.markdown(f"{words} from the disk for good." if run.kind == PHOTOS else f"{words}. {UNTIL}")
    delete_or_keep("runs", _delete, run)


def _delete(run: Run) -> None:
    """Out of the list, and off the shelf of this visit."""
    try:
        delete_run(run)
    except UserError as error:
        st.session_state[MESSAGE] = str(error)


def _show_comparison(runs: list[Run]) -> None:
    """Figures and the settings that differ, a column for each run."""
    found = compare_runs(runs)
    names = [f"{number} · {run.name}" for number, run in enumerate(found.runs, start=1)]

    def table(rows: list[tuple[str, list[str]]]) -> None:
        st.table(
            [{"": title, **dict(zip(names, cells, strict=True))} for title, cells in rows],
            hide_index=True,
        )

    st.subheader("Side by side", divider="gray")
    if found.figures:
        table(found.figures)
        st.caption("In brackets: the 95 % interval. Where two overlap widely, chance may be all.")
    if found.differing:
        st.markdown("##### The settings in which they differ")
        table(found.differing)
    else:
        st.caption("They were made with the same settings.")
