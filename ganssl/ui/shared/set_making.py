"""A labelled set of a visitor: its first faces, what it will take, and the job that makes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from ganssl.base.jobs import JobContext
from ganssl.directions import DirectionSet
from ganssl.models.face_model import FaceModel
from ganssl.photos.images import png_bytes, tile
from ganssl.synthesis import Recipe, Summary, preview_faces, read_set, synthesize, zip_set
from ganssl.ui.shared.jobs import this_visit, visitor_jobs
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import free_name

SHOWN = 24
"""Faces on the two sheets together."""

COLUMNS = 6
NAMES = {"position": "natural", "push": "pushed"}


def first_faces(
    model: FaceModel, recipe: Recipe, directions: DirectionSet
) -> tuple[np.ndarray, np.ndarray]:
    return _preview((model.key, directions.id, recipe.to_json()), model, directions, recipe)


@st.cache_data(max_entries=30, show_spinner="Drawing a few faces …")
def _preview(
    key: tuple[str, ...], _model: FaceModel, _directions: DirectionSet, _recipe: Recipe
) -> tuple[np.ndarray, np.ndarray]:
    return preview_faces(_model, _recipe, SHOWN, directions=_directions)


def expected_bytes(model: FaceModel, recipe: Recipe, directions: DirectionSet) -> int:
    """What the set and its ZIP will take, judged by the faces of the preview."""
    faces, _ = first_faces(model, recipe, directions)
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
    return f"{recipe.title}, {recipe.count:,} {NAMES[recipe.strategy]} faces"


def zip_path(folder: Path) -> Path:
    """Where the ZIP of the set in `folder` lies."""
    return folder.with_suffix(".zip")
