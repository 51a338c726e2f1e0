"""Labelled sets of a visitor: a few faces before the long run, the run, what came of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.base.jobs import Job, JobContext
from ganssl.directions import DirectionSet
from ganssl.models.face_model import FaceModel
from ganssl.photos.images import png_bytes, tile
from ganssl.synthesis import (
    Recipe,
    Summary,
    SyntheticSet,
    preview_faces,
    read_set,
    synthesize,
    zip_set,
)
from ganssl.synthesis.layout import DATASHEET
from ganssl.ui.shared.downloads import download_file
from ganssl.ui.shared.jobs import this_visit, visitor_jobs
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import free_name
from ganssl.ui.shared.visits import Visit

SHOWN = 24
"""Faces on the two sheets together."""

COLUMNS = 6
NAMES = {"position": "natural", "push": "pushed"}


def show_preview(model: FaceModel, recipe: Recipe, directions: DirectionSet) -> None:
    """The first faces of the set, class by class; `UserError` where it cannot be made."""
    faces, labels = _first_faces(model, recipe, directions)
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


def _first_faces(
    model: FaceModel, recipe: Recipe, directions: DirectionSet
) -> tuple[np.ndarray, np.ndarray]:
    return _preview(recipe.to_json(), model.id, directions.own_id, model, directions)


@st.cache_data(max_entries=30, show_spinner="Drawing a few faces …")
def _preview(
    recipe: str, model_id: str, own_id: str, _model: FaceModel, _directions: DirectionSet
) -> tuple[np.ndarray, np.ndarray]:
    return preview_faces(_model, Recipe.from_json(recipe), SHOWN, directions=_directions)


def expected_bytes(model: FaceModel, recipe: Recipe, directions: DirectionSet) -> int:
    """What the set and its ZIP will take, judged by the faces of the preview."""
    faces, _ = _first_faces(model, recipe, directions)
    one = len(png_bytes(tile(faces, COLUMNS), quick=True)) / len(faces)
    return int(2 * recipe.count * (one + 1000))  # text in the PNG, rows of the tables, ZIP entry


def start_set(model: FaceModel, recipe: Recipe, directions: DirectionSet, layout: str) -> None:
    """Queue the making of a set and its ZIP; once made it lies on the shelf.

    Raises `UserError` where the visitor has no more disk or too many jobs.
    """
    visit, jobs, sets = this_visit(), visitor_jobs(), shelf().sets
    expected = expected_bytes(model, recipe, directions)
    visit.check_room(expected)
    taken = {*sets, *(job.title for job in jobs.jobs() if job.active)}
    name = free_name(set_name(recipe), taken)

    def work(context: JobContext) -> Summary:
        folder = visit.new_folder(expected)
        try:
            summary = synthesize(
                model,
                recipe,
                folder / "set",
                progress=context.stage("Making faces"),
                layout=layout,
                directions=directions,
            )
            zip_set(summary.folder, zip_path(summary.folder), context.stage("Packing the ZIP"))
            sets[name] = read_set(summary.folder)
        except BaseException:
            visit.delete(folder)
            raise
        return summary

    jobs.submit(work, name)


def set_name(recipe: Recipe) -> str:
    """`Smiling, 40,000 natural faces`."""
    return f"{recipe.label_type.title}, {recipe.count:,} {NAMES[recipe.strategy]} faces"


def zip_path(folder: Path) -> Path:
    """Where the ZIP of the set in `folder` lies."""
    return folder.with_suffix(".zip")


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
        st.button(
            "Delete",
            icon=":material/delete:",
            on_click=delete_set,
            args=(name, this_visit()),
            key=f"synthesize/delete {name}",
        )
    with st.expander("Datasheet", icon=":material/description:"):
        st.markdown((made.folder / DATASHEET).read_text())


def delete_set(name: str, visit: Visit) -> None:
    """Take a set off the shelf and its files off the disk."""
    visit.delete(shelf().sets.pop(name).folder.parent)


def summary_text(made: SyntheticSet, jobs: list[Job]) -> str:
    """How many faces of which kind and, while the job is remembered, how fast they came."""
    text = (
        f"{len(made):,} faces of {made.recipe.size}×{made.recipe.size} pixels, "
        f"{int(made.labels.sum()):,} with and {int((1 - made.labels).sum()):,} without; "
        f"set `{made.id}`"
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
