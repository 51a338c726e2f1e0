"""Two faces: blend the edited photo into another face, or give that face some of its attributes."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.face.animation import animation_bytes, kinds
from ganssl.face.from_photo import EditablePhoto
from ganssl.face.morph import (
    STRIP,
    MorphEnd,
    generated_end,
    morph_frames,
    morph_positions,
    photo_end,
    with_taken,
)
from ganssl.face.provenance import morph_provenance
from ganssl.face.state import MAX_SEED, FaceState
from ganssl.models.face_model import FaceModel
from ganssl.ui.face.session import FaceSession
from ganssl.ui.shared.pictures import picture_url
from ganssl.ui.your_photo.slot import PhotoSlot

GENERATED, PHOTO = "A generated face", "A second photo"
PATH_WORDS = {"sphere": "Arc (sphere)", "line": "Straight line"}
MIME = {"gif": "image/gif", "webp": "image/webp", "mp4": "video/mp4"}
KIND_WORDS = {
    "mp4": "MP4 (video)",
    "webp": "Animated WebP (all colours)",
    "gif": "GIF (256 colours)",
}
SIDES = (128, 256, 512)
PLAYED, PLAYED_SECONDS, PLAYED_SIDE = 40, 4.0, 320
"""Frames, seconds and pixels a side of what plays on the page."""

SMALL = 192
"""Side of the pictures in the strip."""


def show_morph(session: FaceSession, face: EditablePhoto) -> None:
    """Choose a second face, see the way to it, and take it along as an animation."""
    st.caption("From your face, as the sliders have it, to another one, through the latent space.")
    settings, pictures = st.columns([2, 5], gap="large")
    a = photo_end(session.model, face, session.state, session.strength)
    with settings:
        b = _second_face(session)
        if b is None:
            return
        taken = st.multiselect(
            "The second face takes from the first",
            session.model.directions.sliders,
            format_func=lambda name: Attribute(name).title,
            placeholder="Smiling, for example",
            help="Moves the second face along these directions to where the first one lies.",
            key=session.key("taken"),
            persist_state="session",
        )
        path = st.segmented_control(
            "Way",
            list(PATH_WORDS),
            default="sphere",
            required=True,
            format_func=PATH_WORDS.get,
            help="Codes lie near a sphere: the arc stays on it, while the straight line cuts "
            "through the inside, where faces look more average.",
            key=session.key("path"),
            persist_state="session",
        )
    b = with_taken(a, b, taken, session.model.directions)
    way = _Way(session.model, a, b, path)
    with pictures:
        _show_strip(way)
        _play(session, way)
        _show_download(session, way)


def _second_face(session: FaceSession) -> MorphEnd | None:
    """The second face; None as long as the visitor has not given one."""
    kind = st.segmented_control(
        "Second face",
        (GENERATED, PHOTO),
        default=GENERATED,
        required=True,
        key=session.key("second"),
        persist_state="session",
    )
    if kind == GENERATED:
        seed = st.number_input(
            "Seed",
            min_value=0,
            max_value=MAX_SEED,
            step=1,
            key=session.key("second seed"),
            persist_state="session",
        )
        return generated_end(session.model, FaceState(seed))
    slot = PhotoSlot(f"{session.name}/second photo", session.model)
    if slot.given is None:
        slot.ask()
        return None
    if slot.ask_without_a_face():
        return None
    face = slot.face()
    slot.show_photo()
    slot.show_choice()
    for warning in face.warnings:
        st.warning(warning, icon=":material/warning:")
    st.button(
        "Remove the second photo",
        icon=":material/delete:",
        on_click=slot.forget,
        key=session.key("remove second"),
    )
    return photo_end(session.model, face, FaceState(), session.strength)


@dataclass(frozen=True, eq=False)
class _Way:
    """From one face to another through the latent space of a model."""

    model: FaceModel
    a: MorphEnd
    b: MorphEnd
    path: str

    def faces(self, positions: np.ndarray) -> np.ndarray:
        return morph_frames(self.model, self.a, self.b, positions, self.path)

    def animation(self, kind: str, count: int, seconds: float, px: int, loop: bool) -> bytes:
        """See `animation_bytes`; of `count` frames."""
        said = morph_provenance(self.model, self.a.source, self.b.source, self.path)
        frames = self.faces(morph_positions(count, loop))
        return animation_bytes(frames, kind, seconds, said, px, loop)


def _show_strip(way: _Way) -> None:
    positions = morph_positions(STRIP)
    faces = way.faces(positions)
    with st.grid(STRIP, min_column_width=80, gap="small"):
        for face, position in zip(faces, positions, strict=True):
            alt = f"AI-edited face, {position:.0%} of the way from the first to the second face."
            st.image(picture_url(face, SMALL), f"{position:.0%}", width="stretch", alt=alt)


def _play(session: FaceSession, way: _Way) -> None:
    """The way there and back as a moving picture, on the page alone, while the switch is on."""
    if not st.toggle(
        "Play it here",
        key=session.key("play morph"),
        help="Off by default, for eyes that do not like what moves.",
    ):
        return
    with st.spinner("Drawing the frames …"):
        data = way.animation("webp", PLAYED, PLAYED_SECONDS, PLAYED_SIDE, loop=True)
    url = "data:image/webp;base64," + base64.b64encode(data).decode()
    st.image(
        url, width=PLAYED_SIDE, alt="AI-edited: the first face turns into the second and back."
    )


def _show_download(session: FaceSession, way: _Way) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kind = st.selectbox(
            "File",
            kinds(),
            format_func=KIND_WORDS.get,
            key=session.key("kind"),
            persist_state="session",
            width=160,
        )
        side = st.selectbox(
            "Size",
            SIDES,
            index=1,
            format_func=lambda px: f"{px} pixels",
            key=session.key("morph size"),
            persist_state="session",
            width=130,
        )
        seconds = st.slider(
            "Length",
            min_value=1.0,
            max_value=10.0,
            value=4.0,
            step=0.5,
            format="%.1f s",
            key=session.key("seconds"),
            persist_state="session",
            width=200,
        )
        rate = st.selectbox(
            "Frames a second",
            (10, 16, 24),
            index=1,
            key=session.key("rate"),
            persist_state="session",
            width=130,
        )
        loop = st.toggle(
            "There and back", value=True, key=session.key("loop"), persist_state="session"
        )
    make = partial(way.animation, kind, round(seconds * rate), seconds, side, loop)
    st.download_button(
        f"Download {KIND_WORDS[kind]}",
        make,
        f"morph.{kind}",
        MIME[kind],
        icon=":material/movie:",
        on_click="ignore",
        key=session.key("animation"),
    )
    st.caption("The file says in its metadata that it is AI-edited, and how; it holds no code.")
