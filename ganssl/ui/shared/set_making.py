"""A labelled set of a visitor: its first faces, what it will take, and the job that makes it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ganssl.base.job import Cancelled, JobContext
from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.models.face_model import FaceModel
from ganssl.photos.images import png_bytes, tile
from ganssl.synthesis import (
    Recipe,
    Summary,
    Writing,
    preview_faces,
    read_set,
    synthesize,
    zip_set,
)
from ganssl.synthesis.archive import zip_path
from ganssl.synthesis.layout import DIRECTIONS
from ganssl.ui.shared.jobs import this_visit, visitor_jobs
from ganssl.ui.shared.keeping import workspace
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import free_name
from ganssl.workspace import Run
from ganssl.workspace.contents import SET_FOLDER, begin_set, finish_set, set_name
from ganssl.workspace.run import SET

SHOWN = 24
"""Faces on the two sheets together."""

COLUMNS = 6


def first_faces(
    model: FaceModel, recipe: Recipe, directions: DirectionSet
) -> tuple[np.ndarray, np.ndarray]:
    return _preview((model.key, directions.id, recipe.to_json()), model, directions, recipe)


@st.cache_data(max_entries=30, show_spinner="Drawing a few faces …")
def _preview(
    key: tuple[str, ...], _model: FaceModel, _directions: DirectionSet, _recipe: Recipe
) -> tuple[np.ndarray, np.ndarray]:
    return preview_faces(_model.with_directions(_directions), _recipe, SHOWN)


def expected_bytes(model: FaceModel, recipe: Recipe, directions: DirectionSet) -> int:
    """What the set and its ZIP will take, judged by the faces of the preview."""
    faces, _ = first_faces(model, recipe, directions)
    one = len(png_bytes(tile(faces, COLUMNS), quick=True)) / len(faces)
    return int(2 * recipe.count * (one + 1000))  # text in the PNG, rows of the tables, ZIP entry


def start_set(
    model: FaceModel,
    recipe: Recipe,
    directions: DirectionSet,
    layout: str,
    begun: Run | None = None,
) -> None:
    """Queue the making of a set and its ZIP; once made it lies on the shelf.

    Args:
        begun: an unfinished run of this very set in the workspace, to go on with.

    Raises `UserError` where the visitor has no more disk or too many jobs.
    """
    visit, jobs, mine, place = this_visit(), visitor_jobs(), shelf(), workspace()
    expected = expected_bytes(model, recipe, directions)
    if place is None:
        visit.check_room(expected)
    taken = {*mine.sets, *(job.title for job in jobs.jobs() if job.active)}
    name = free_name(begun.name if begun else set_name(recipe), taken)

    def work(context: JobContext) -> Summary:
        run, folder = begun, None
        try:
            if place is not None:
                run = begun or begin_set(place, name, recipe, model, layout)
                target = run.folder
            else:
                target = folder = visit.new_folder(expected)
            summary = synthesize(
                model.with_directions(directions),
                recipe,
                target / SET_FOLDER,
                Writing(layout),
                context.stage("Making faces"),
            )
            zip_set(summary.folder, zip_path(summary.folder), context.stage("Packing the ZIP"))
            made = read_set(summary.folder)
            if run is not None and place is not None:
                mine.runs[SET, name] = finish_set(place, run, made)
            mine.sets[name] = made
        except BaseException as error:
            if folder is not None:
                visit.delete(folder)
            elif run is not None and place is not None:
                given_up = isinstance(error, Cancelled) and not jobs.server_stops
                if given_up or not (run.folder / SET_FOLDER).is_dir():
                    place.delete(run)  # else it can go on later
            raise
        return summary

    jobs.submit(work, name)


def go_on_with_set(model: FaceModel, run: Run) -> None:
    """Go on with a set that was stopped; finished faces are not made again.

    Raises `UserError` for a set of another model or a damaged one, and as `start_set`.
    """
    settings = dict(run.settings)
    of_model = settings.pop("model", ""), settings.pop("model_name", "another")
    layout = settings.pop("layout", "folder")
    if of_model[0] != model.id:
        raise UserError(
            f"{run.name!r} was begun with the model {of_model[1]}; choose it, then go on."
        )
    used = run.folder / SET_FOLDER / DIRECTIONS
    directions = DirectionSet.load(used) if used.is_file() else model.directions
    start_set(model, Recipe.from_dict(settings), directions, layout, run)
