"""An own sequence for presentation mode: faces, edits and titles, kept as a small file."""

from __future__ import annotations

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
from ganssl.ui.shared.presentation import KEY, Steps
from ganssl.ui.shared.undo import Offer, offer_undo, show_undo
from ganssl.ui.shared.words import literal

FILE = "sequence.json"


def own_sequence(model: FaceModel) -> FaceSequence:
    """What this visitor has put together for a model; at first nothing."""
    return st.session_state.get(_key(model), FaceSequence())


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
            on_click=_keep,
            args=(model, shown_sequence(model)),
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
    picture, title, *buttons = st.columns([1, 8, 1, 1, 1], vertical_alignment="center", wrap=False)
    with picture:
        words = f"Scene {index + 1}: AI-generated face of seed {scene.state.seed}"
        model, state = with_carried(session.model, scene.state)
        st.image(thumbnail(model, state), alt=words, width=64)
    key = session.key(f"sequence title {index}")
    st.session_state[key] = scene.title
    title.text_input(
        f"Scene {index + 1}",
        max_chars=LONGEST_TITLE,
        label_visibility="collapsed",
        key=key,
        on_change=lambda: _change(
            session, lambda own: own.retitled(index, st.session_state[key] or scene.title)
        ),
    )
    last = len(own_sequence(session.model).scenes) - 1
    for column, (icon, words, off, change) in zip(
        buttons,
        (
            ("arrow_upward", "Earlier", index == 0, lambda own: own.moved(index, -1)),
            ("arrow_downward", "Later", index == last, lambda own: own.moved(index, 1)),
            ("delete", "Remove", False, lambda own: _removed(session.model, own, index)),
        ),
        strict=True,
    ):
        column.button(
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
    if file is not None:
        _change(
            session,
            lambda own: FaceSequence.from_json(file.getvalue(), file.name).check(session.model),
        )


def _change(session: FaceSession, change) -> None:
    """Keep what a change makes of the sequence; one that cannot be leaves it, and a message."""
    try:
        _keep(session.model, change(own_sequence(session.model)))
    except UserError as error:
        st.session_state[session.key("sequence message")] = str(error)


def _removed(model: FaceModel, own: FaceSequence, index: int) -> FaceSequence:
    """The sequence without a scene, and the offer to take that back."""
    words = f"The scene **{literal(own.scenes[index].title)}** was removed."
    offer_undo(Offer(words, lambda: _keep(model, own), place=_key(model)))
    return own.without(index)


def _keep(model: FaceModel, sequence: FaceSequence) -> None:
    st.session_state[_key(model)] = sequence


def _key(model: FaceModel) -> str:
    return f"explore/sequence/{model.id}"
