"""Labels of another day, and photos that were kept with them: opened from the workspace."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ganssl.errors import UserError
from ganssl.labelling.session_file import restore
from ganssl.ui.label.work import Work, prepare_pictures
from ganssl.ui.shared.keeping import workspace
from ganssl.workspace import Run
from ganssl.workspace.contents import open_labels, open_photos
from ganssl.workspace.run import KINDS, LABELS, PHOTOS

Say = Callable[[str, str], None]


def show_earlier(work: Work, say: Say) -> bool:
    """Offer what the workspace keeps; whether something was opened just now.

    Args:
        say: takes `success`, `warning` or `error` and a sentence for the next drawing.
    """
    place = workspace()
    if place is None:
        return False
    kept = place.listing().of(LABELS, PHOTOS)
    runs = {run.id: run for run in kept if work.run is None or run.id != work.run.id}
    if not runs:
        return False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Go on with work from another day",
            list(runs),
            format_func=lambda id: _title(runs[id]),
            key="label/earlier",
            help="Answers are put to the photos that you have handed in; photos that you kept are "
            "opened with their labels.",
        )
        if not st.button("Open it", icon=":material/folder_open:", key="label/open earlier"):
            return False
    _open(work, runs[chosen], say)
    return True


def _title(run: Run) -> str:
    return f"{run.name} · {KINDS[run.kind]} of {run.made.astimezone():%d %b %H:%M}"


def _open(work: Work, run: Run, say: Say) -> None:
    try:
        if run.kind == PHOTOS:
            photos = open_photos(run)
            work.session.add_photos(photos)
            work.session.take_labels(photos)
            say("success", f"{len(photos):,} photos were opened.")
        elif not work.session.names:
            say("error", "Hand in the photos first, or open those that you kept; then the answers.")
        else:
            notes = restore(work.session, open_labels(run))
            for note in notes:
                say("warning", note)
            if not notes:  # else the run holds answers that are not here, and stays as it is
                work.run = work.run or run
            say("success", f"The answers of {run.name} were taken.")
    except UserError as error:
        say("error", str(error))
    prepare_pictures(work)
