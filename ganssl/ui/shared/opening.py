"""What the workspace keeps lies on the shelf again: all at the beginning of a visit, or one run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from ganssl.directions.own import names_by_owner, own_name
from ganssl.errors import UserError
from ganssl.ui.shared.jobs import this_visit
from ganssl.ui.shared.keeping import workspace
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import free_name
from ganssl.workspace import Run, contents
from ganssl.workspace.run import CLASSIFIER, JUDGEMENT, PHOTOS, SEQUENCE, SET, SLIDER
from ganssl.workspace.sequences import last_changed, open_sequence

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel
    from ganssl.synthesis import SyntheticSet

CAME_BACK = "visit/came back"
RESTORED = {SET: 10, CLASSIFIER: 50}
"""So many of each kind, the newest, lie on the shelf when a visit begins."""


def come_back() -> None:
    """At the beginning of a page: what this visit held, or what the workspace keeps."""
    if CAME_BACK in st.session_state:
        return
    st.session_state[CAME_BACK] = True
    visit = this_visit()
    came_back = len(visit.sessions) > 1
    for key, value in visit.held.items() if came_back else ():
        if key not in st.session_state:
            st.session_state[key] = value
    if "shelf" not in st.session_state:
        _fill_shelf()


def open_run(run: Run, model: FaceModel | None = None) -> str:
    """Put what a run keeps on the shelf, and return its name there; of a judgement its classifier.

    Args:
        model: whose slider or sequence it is; only for one.

    Raises `UserError` where it is damaged, or a slider or sequence of another model.
    """
    mine = shelf()
    for (kind, name), other in mine.runs.items():
        if other.id == run.id and name in mine.things(kind):
            return name
    if run.kind == SLIDER:
        if model is None:
            raise ValueError("a slider is opened for a model")
        direction = contents.open_slider(run, model)
        of_model, _ = names_by_owner(model.directions)
        name = own_name(direction.attribute, of_model, mine.directions)
        direction = replace(direction, attribute=name, own=True)
        mine.directions[direction.attribute] = direction
        mine.runs[SLIDER, direction.attribute] = run
        return direction.attribute
    if run.kind == SEQUENCE:
        if model is None:
            raise ValueError("a sequence is opened for a model")
        mine.sequences[model.id] = open_sequence(run, model)
        mine.runs[SEQUENCE, model.id] = run
        return model.id
    read = {SET: _read_set, CLASSIFIER: contents.open_classifier, PHOTOS: contents.open_photos}
    kind = CLASSIFIER if run.kind == JUDGEMENT else run.kind
    things = mine.things(kind)
    name = free_name(run.name, things)
    things[name] = read[kind](run)
    mine.runs[kind, name] = run
    return name


def restore_sliders(model: FaceModel) -> None:
    """Put the sliders that the workspace keeps for a model on the shelf, once for each choice."""
    key = "workspace/sliders of"
    if st.session_state.get(key) == model.id:
        return
    st.session_state[key] = model.id
    for run in reversed(_kept_for(model, SLIDER)):
        _try_to_open(run, model)


def restore_sequence(model: FaceModel) -> None:
    """Take up the sequence of a model that was last changed in the workspace, once in a visit."""
    mine = shelf()
    if model.id in mine.looked_for:
        return
    mine.looked_for.add(model.id)
    if model.id not in mine.sequences:
        kept = _kept_for(model, SEQUENCE)
        if kept:
            _try_to_open(max(kept, key=last_changed), model)


def _kept_for(model: FaceModel, kind: str) -> list[Run]:
    """The runs of a kind that belong to a model, the newest first."""
    place = workspace()
    try:
        kept = place.listing().of(kind) if place is not None else []
    except UserError as error:
        shelf().troubles.append(str(error))
        return []
    return [run for run in kept if run.settings.get("model") == model.id]


def _fill_shelf() -> None:
    place = workspace()
    if place is None:
        return
    try:
        place.sweep()
        listing = place.listing()
    except UserError as error:
        shelf().troubles.append(str(error))
        return
    shelf().troubles += listing.problems
    for kind, most in RESTORED.items():
        for run in reversed(listing.of(kind)[:most]):
            _try_to_open(run)


def _try_to_open(run: Run, model: FaceModel | None = None) -> None:
    try:
        open_run(run, model)
    except UserError as error:
        shelf().troubles.append(f"{run.name} cannot be opened. {error}")


def _read_set(run: Run) -> SyntheticSet:
    return _set_of(str(run.folder), run)


@st.cache_resource(max_entries=50, show_spinner="Opening a set …")
def _set_of(key: str, _run: Run) -> SyntheticSet:
    return contents.open_set(_run)
