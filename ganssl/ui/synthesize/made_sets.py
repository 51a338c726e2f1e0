"""Labelled sets on the page: a few faces before the long run, and what came of it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.base.job import Job
from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.models.face_model import FaceModel
from ganssl.photos.images import tile
from ganssl.synthesis import Recipe, Summary, SyntheticSet
from ganssl.synthesis.archive import zip_path
from ganssl.synthesis.layout import DATASHEET
from ganssl.ui.shared.dialogs import delete_or_keep
from ganssl.ui.shared.downloads import download_file
from ganssl.ui.shared.jobs import this_visit, visitor_jobs
from ganssl.ui.shared.keeping import take_off
from ganssl.ui.shared.set_making import COLUMNS, SHOWN, first_faces
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import turn_to
from ganssl.ui.shared.undo import UNTIL
from ganssl.ui.shared.visits import Visit
from ganssl.workspace.run import SET


def show_preview(model: FaceModel, recipe: Recipe, directions: DirectionSet) -> None:
    """The first faces of the set, class by class; `UserError` where it cannot be made."""
    faces, labels = first_faces(model, recipe, directions)
    show_sheets(recipe.label_type, faces, labels)


def show_sheets(attribute: Attribute, faces: np.ndarray, labels: np.ndarray) -> None:
    """Faces uint8 `[n, s, s, 3]` with labels `[n]`: one sheet for each class, side by side."""
    words = (f"Without {attribute.title}", f"With {attribute.title}")
    for label, column in enumerate(st.columns(2, gap="medium")):
        mine = faces[labels == label]
        column.image(
            tile(mine, COLUMNS),
            f"**{words[label]}**",
            width="stretch",
            alt=f"{words[label]}: {len(mine)} AI-generated faces",
        )


def show_set(name: str, made: SyntheticSet) -> None:
    """What was made, a sheet of it, its datasheet, and buttons to take it away or delete it."""
    st.markdown(f"#### {name}")
    st.caption(summary_text(made, visitor_jobs().jobs()))
    show_sheets(made.attribute, *_sample(made.id, made))
    path = zip_path(made.folder)
    with st.container(horizontal=True, gap="small"):
        download_file(
            f"Download ZIP ({path.stat().st_size / 1e6:,.1f} MB)",
            path,
            f"{made.recipe.attribute}-{len(made)}-{made.id}.zip",
            "application/zip",
            key=f"synthesize/zip {name}",
        )
        if st.button("Delete", icon=":material/delete:", key=f"synthesize/delete {name}"):
            ask_before_deleting(name, len(made))
        if st.button(
            "Train on this",
            icon=":material/arrow_forward:",
            type="primary",
            key=f"synthesize/train on {name}",
        ):
            turn_to("train/set", name)
            st.switch_page("pages/train_and_evaluate.py")
    with st.expander("Datasheet", icon=":material/description:"):
        st.markdown((made.folder / DATASHEET).read_text(encoding="utf-8"))


def delete_set(name: str, visit: Visit) -> None:
    """Take a set off the shelf; of a run it can be undone, else its files are off the disk."""
    if (SET, name) in shelf().runs:
        try:
            take_off(SET, name, name)
        except UserError as error:
            shelf().troubles.append(str(error))
        return
    made = shelf().sets.pop(name, None)
    if made is not None:  # a second click comes too late
        visit.delete(made.folder.parent)


@st.dialog("Delete this set?")
def ask_before_deleting(name: str, count: int) -> None:
    """The files of a visit cannot be taken back, so the question comes first."""
    words = f"**{name}**: {count:,} faces and their ZIP are deleted"
    kept = (SET, name) in shelf().runs
    st.markdown(f"{words}. {UNTIL}" if kept else f"{words} from the disk for good.")
    delete_or_keep("synthesize", delete_set, name, this_visit())


def summary_text(made: SyntheticSet, jobs: list[Job]) -> str:
    """How many faces of which kind and, while the job is remembered, how fast they came."""
    text = (
        f"{len(made):,} faces of {made.recipe.size}×{made.recipe.size} pixels, "
        f"{int(made.labels.sum()):,} with and {int((1 - made.labels).sum()):,} without; "
        f"set `{made.id}`"
    )
    if made.recipe.also:
        others = made.table[:, 1:].sum(axis=0)
        names = (attribute.title for attribute in made.attributes[1:])
        text += "; also with " + ", ".join(
            f"{name} {count:,}" for name, count in zip(names, others, strict=True)
        )
    for job in jobs:
        if isinstance(job.result, Summary) and job.result.folder == made.folder:
            text += f". Made in {job.result.seconds:,.1f} s, {job.result.rate:,.0f} faces a second"
    return text + "."


@st.cache_data(max_entries=30, show_spinner=False)
def _sample(id: str, _made: SyntheticSet) -> tuple[np.ndarray, np.ndarray]:
    """Faces from all over the set, of both classes alike."""
    half = min(SHOWN, len(_made)) // 2
    indices = np.concatenate(
        [
            rows[np.linspace(0, len(rows) - 1, half).astype(int)]
            for rows in (np.flatnonzero(_made.labels == label) for label in (0, 1))
        ]
    )
    return _made.faces(indices), _made.labels[indices]
