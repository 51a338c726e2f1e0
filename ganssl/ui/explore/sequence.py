"""An own sequence for presentation mode: faces, edits and titles, kept as a small file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from ganssl.errors import UserError
from ganssl.face.carried import with_carried
from ganssl.face.sequence import (
    LONGEST_TITLE,
    FaceSequence,
    Scene,
    prepared_sequence,
)
from ganssl.models.face_model import FaceModel
from ganssl.ui.explore.gallery import gallery, thumbnail
from ganssl.ui.face.session import FaceSession
from ganssl.ui.shared.keeping import PROMISE, forget_run, workspace
from ganssl.ui.shared.presentation import KEY, Steps
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.undo import Offer, offer_undo, show_undo
from ganssl.ui.shared.words import literal
from ganssl.workspace import Run
from ganssl.workspace.run import SEQUENCE
from ganssl.workspace.sequences import keep_sequence

Change = Callable[[FaceSequence], FaceSequence]

FILE = "sequence.json"
NAME = "To present"
"""Of a sequence in the workspace, until somebody gives it another."""


def own_sequence(model: FaceModel) -> FaceSequence:
    """What this visitor has put together for a model; at first nothing."""
    return shelf().sequences.get(model.id, FaceSequence())


def shown_sequence(model: FaceModel) -> FaceSequence:
    """What presentation mode shows: the visitor's own sequence, or the prepared one."""
    own = own_sequence(model)
    return own if own.scenes else prepared_sequence(gallery(model), model.directions.sliders)


def show_sequence(session: FaceSession) -> None:
    """Put scenes together, save and load them, and show them."""
    model, own = session.model, own_sequence(session.model)
    st.caption(
        "What presentation mode shows, step by step. Make a face above, write what you will say "
        "of it, and add it. Without scenes of your own the prepared sequence is shown."
    )
    _show_adding(session)
    show_undo(_key(model))
    for index, scene in enumerate(own.scenes):
        _show_scene(session, index, scene)
    _show_keeping(session, own)
    _show_place(session, own)
    message = st.session_state.pop(session.key("sequence message"), None)
    if message:
        st.error(message, icon=":material/error:")
    if own.scenes and st.button(
        "Show it",
        icon=":material/present_to_all:",
        type="primary",
        key=session.key("sequence show"),
        on_click=_begin,
        args=(session,),
    ):
        st.rerun()
    if not own.scenes:
        st.button(
            "Begin with the prepared sequence",
            icon=":material/playlist_add:",
            key=session.key("sequence prepared"),
            on_click=_change,
            args=(session, lambda own: shown_sequence(model)),
        )


def _show_adding(session: FaceSession) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "What you will say",
            max_chars=LONGEST_TITLE,
            key=session.key("sequence title"),
            placeholder="Move the numbers along one direction, and it smiles.",
        )
        st.button(
            "Add this face",
            icon=":material/add:",
            key=session.key("sequence add"),
            on_click=_add,
            args=(session,),
        )


def _show_scene(session: FaceSession, index: int, scene: Scene) -> None:
    row = st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center")
    words = f"Scene {index + 1}: AI-generated face of seed {scene.state.seed}"
    model, state = with_carried(session.model, scene.state)
    row.image(thumbnail(model, state), alt=words, width=64)
    key = session.key(f"sequence title {index}")
    st.session_state[key] = scene.title
    row.text_input(
        f"Scene {index + 1}",
        max_chars=LONGEST_TITLE,
        label_visibility="collapsed",
        key=key,
        on_change=lambda: _change(
            session, lambda own: own.retitled(index, st.session_state[key] or scene.title)
        ),
    )
    last = len(own_sequence(session.model).scenes) - 1
    for icon, words, off, change in (
        ("arrow_upward", "Earlier", index == 0, lambda own: own.moved(index, -1)),
        ("arrow_downward", "Later", index == last, lambda own: own.moved(index, 1)),
        ("delete", "Remove", False, lambda own: _removed(session.model, own, index)),
    ):
        row.button(
            "",
            icon=f":material/{icon}:",
            type="tertiary",
            help=f"{words} (scene {index + 1})",
            disabled=off,
            key=session.key(f"sequence {words} {index}"),
            on_click=_change,
            args=(session, change),
        )


def _show_keeping(session: FaceSession, own: FaceSequence) -> None:
    saving, loading = st.columns(2, gap="large", vertical_alignment="bottom")
    if own.scenes:
        saving.download_button(
            "Save the sequence",
            own.to_json(),
            FILE,
            "application/json",
            icon=":material/save:",
            on_click="ignore",
            key=session.key("sequence save"),
        )
    key = session.key("sequence file")
    loading.file_uploader(
        "A saved sequence: JSON",
        type=["json"],
        max_upload_size=5,
        key=key,
        on_change=_load,
        args=(session, key),
    )


def _show_place(session: FaceSession, own: FaceSequence) -> None:
    """Where the sequence is kept, and the way to others."""
    run = _run_of(session.model)
    if workspace() is None:
        if own.scenes:
            st.caption(f":material/timer: {PROMISE} Save it to have it for good.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if run is not None:
            words = f"Kept in the workspace as **{literal(run.name)}**."
            st.caption(f":material/folder: {words}", width="content")
            st.button(
                "Begin another",
                icon=":material/add:",
                type="tertiary",
                key=session.key("sequence another"),
                on_click=_put,
                args=(session.model, FaceSequence(), None),
            )
        st.page_link("pages/your_runs.py", label="All that are kept", icon=":material/inventory_2:")


# Callbacks.


def _begin(session: FaceSession) -> None:
    st.session_state[KEY] = True
    scenes = own_sequence(session.model).scenes
    Steps(session.name, [s.title for s in scenes], lambda i: session.show(scenes[i].state)).go(0)


def _add(session: FaceSession) -> None:
    key = session.key("sequence title")
    state = session.carried(session.state)
    _change(session, lambda own: own.with_scene(Scene(st.session_state[key], state)))


def _load(session: FaceSession, key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    with _telling(session):
        loaded = FaceSequence.from_json(file.getvalue(), file.name).check(session.model)
        _replace(session.model, loaded, Path(file.name).stem)


def _change(session: FaceSession, change: Change) -> None:
    """Keep what a change makes of the sequence; one that cannot be leaves it, and a message."""
    with _telling(session):
        _keep(session.model, change(own_sequence(session.model)))


@contextmanager
def _telling(session: FaceSession) -> Iterator[None]:
    """What goes wrong is a message in the tab."""
    try:
        yield
    except UserError as error:
        st.session_state[session.key("sequence message")] = str(error)


def _removed(model: FaceModel, own: FaceSequence, index: int) -> FaceSequence:
    """The sequence without a scene, and the offer to take that back."""
    words = f"The scene **{literal(own.scenes[index].title)}** was removed."
    run = _run_of(model)
    name = run.name if run else NAME
    offer_undo(Offer(words, lambda: _keep(model, own, name), place=_key(model)))
    return own.without(index)


def _replace(model: FaceModel, sequence: FaceSequence, name: str) -> None:
    """Take up another sequence, and offer the one before again, whose run stays as it is."""
    own, run = own_sequence(model), _run_of(model)

    def undo() -> None:
        _put(model, own, run)

    if own.scenes:
        words = f"**{literal(name)}** was opened in place of another sequence."
        offer_undo(Offer(words, undo, place=_key(model)))
    _put(model, FaceSequence(), None)
    _keep(model, sequence, "".join(filter(str.isprintable, name)).strip() or NAME)


def _put(model: FaceModel, sequence: FaceSequence, run: Run | None) -> None:
    """Show a sequence, and let a run of the workspace be its own from now on."""
    mine = shelf()
    mine.sequences[model.id] = sequence
    mine.runs.pop((SEQUENCE, model.id), None)
    if run is not None:
        mine.runs[SEQUENCE, model.id] = run


def _keep(model: FaceModel, sequence: FaceSequence, name: str = NAME) -> None:
    """Show a sequence from now on, in the place of the one before, in the workspace as well.

    Raises `UserError` where that refuses; it is shown all the same.
    """
    place, run, before = workspace(), _run_of(model), own_sequence(model)
    shelf().sequences[model.id] = sequence
    if place is None:
        return
    if not sequence.scenes:
        forget_run(SEQUENCE, model.id)
        return
    try:
        kept = keep_sequence(place, name, sequence, model.id, (run, before) if run else None)
    except UserError as error:
        raise UserError(f"The sequence is not kept in the workspace: {error}") from error
    shelf().runs[SEQUENCE, model.id] = kept


def _run_of(model: FaceModel) -> Run | None:
    """Where the workspace keeps the sequence."""
    return shelf().runs.get((SEQUENCE, model.id))


def _key(model: FaceModel) -> str:
    return f"explore/sequence/{model.id}"
