"""A photo that a visitor gives: asked for, kept in memory for the visit, and forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ganssl.errors import UserError
from ganssl.face.from_photo import (
    NO_FACE_ADVICE,
    EditablePhoto,
    editable_photo,
    faces_to_choose,
    load_photo,
)
from ganssl.models.face_model import FaceModel
from ganssl.photos.align import main_face
from ganssl.photos.frame import Face
from ganssl.photos.matching import ENDINGS
from ganssl.photos.preprocess import ALIGNED_SIZE
from ganssl.ui.shared.model import readout
from ganssl.ui.shared.pictures import photo_url, picture_url

MOST_FACES = 12
"""Of a crowd, the largest faces are offered."""

THUMBNAIL = 96
OVERVIEW = 640
MARGIN = 0.3
"""Around a face's box in its thumbnail, in sides of the box."""

CHOSEN, OTHER = "#4f46e5", "#ffffff"

PRIVACY = (
    "**Only your own photo, please, or one whose subject agrees.** It stays in the memory of this "
    "server for your visit, where no other visitor sees it. It is not written to disk or to a log "
    "and not sent to anyone; where it was taken and the like (EXIF) is dropped at once. It is "
    "forgotten when you remove it, and a few minutes after you close the page."
)

UPLOAD, CAMERA = "Upload a photo", "Take a photo"


@dataclass
class Given:
    """A photo as it was given, with its faces once they were sought.

    Attributes:
        id: a random name, which changes with the photo.
        accepted: whether the whole picture counts as a face where none was found.
        face: the chosen one, made editable with `model`.
        model: `FaceModel.id`.
    """

    photo: Image.Image
    id: str
    faces: list[Face] | None = None
    accepted: bool = False
    chosen: int | None = None
    face: EditablePhoto | None = None
    model: str = ""


class PhotoSlot:
    """A place for one photo.

    Args:
        name: prefixes the keys of widgets and session entries; `forget` drops them all.
    """

    def __init__(self, name: str, model: FaceModel) -> None:
        self.name, self.model = name, model

    def key(self, part: str) -> str:
        return f"{self.name}/{part}"

    @property
    def given(self) -> Given | None:
        return st.session_state.get(self.key("given"))

    @property
    def _held(self) -> Given:
        """The given photo, for what is done only once there is one."""
        return st.session_state[self.key("given")]

    @property
    def face_id(self) -> str:
        """Changes with the photo and the chosen face."""
        return f"{self._held.id}/{self._held.chosen}"

    def ask(self) -> None:
        """Draw the uploader or the camera, as the visitor chooses."""
        how = st.segmented_control(
            "Where from", (UPLOAD, CAMERA), default=UPLOAD, required=True, key=self.key("how")
        )
        if how == CAMERA:
            self.ask_camera()
            return
        key = self.key("file")
        st.file_uploader(
            "A photo of any usual format",
            type=list(ENDINGS),
            max_upload_size=25,
            help="JPEG, PNG, WebP, AVIF, HEIC, TIFF, GIF or BMP, from a phone too.",
            key=key,
            on_change=self._take,
            args=(key,),
        )
        self._show_message()

    def ask_camera(self) -> None:
        """Draw the camera, open."""
        key = self.key("camera")
        words = "Look into the camera, in good light"
        st.camera_input(words, key=key, on_change=self._take, args=(key,))
        self._show_message()

    def _show_message(self) -> None:
        """What was wrong with the last photo."""
        message = st.session_state.pop(self.key("message"), None)
        if message:
            st.error(message, icon=":material/error:")

    def _take(self, key: str) -> None:
        """Callback: keep the photo, and let Streamlit's copy of the file go."""
        file = st.session_state[key]
        if file is None:
            return
        try:
            photo = load_photo(file.getvalue(), "The photo")
        except UserError as error:
            st.session_state[self.key("message")] = str(error)
        else:
            st.session_state[self.key("given")] = Given(photo, uuid.uuid4().hex)
        context = get_script_run_ctx()
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)

    def forget(self) -> None:
        """Drop the photo and all that was made of it."""
        for key in [k for k in st.session_state if str(k).startswith(f"{self.name}/")]:
            del st.session_state[key]

    def ask_without_a_face(self) -> bool:
        """Where no face was found, ask what to do; True as long as that is open."""
        given = self._held
        self._seek()
        if given.faces or given.accepted or given.photo.size == ALIGNED_SIZE:
            return False
        overview = given.photo.copy()
        overview.thumbnail((OVERVIEW, OVERVIEW), Image.Resampling.BICUBIC)
        picture, question = st.columns([2, 3], gap="large")
        picture.image(photo_url(overview), width="stretch", alt="Your photo")
        with question:
            why = "No face was found in this photo: it may be too dark, too blurred or turned away."
            st.warning(f"{why} {NO_FACE_ADVICE}", icon=":material/face_retouching_off:")
            st.markdown("If the picture is nothing but a face, it can be taken as it is.")
            with st.container(horizontal=True):
                st.button(
                    "Give another photo",
                    icon=":material/undo:",
                    type="primary",
                    on_click=self.forget,
                    key=self.key("another"),
                )
                st.button(
                    "Take the whole picture as a face",
                    on_click=self._accept,
                    key=self.key("accept"),
                )
        return True

    def _accept(self) -> None:
        self._held.accepted = True

    def _seek(self) -> None:
        given = self._held
        if given.faces is None:
            with st.spinner("Looking for faces …"):
                given.faces = faces_to_choose(given.photo)[:MOST_FACES]
            if given.faces:
                given.chosen = main_face(given.photo, given.faces)

    def face(self) -> EditablePhoto:
        """The chosen face of the given photo, found and encoded when first asked for."""
        given = self._held
        self._seek()
        if given.face is None or given.model != self.model.faces_key:
            probes = readout(self.model.size)
            network = probes.network if probes else None
            with st.spinner("Aligning and encoding …"):
                given.face = editable_photo(
                    self.model, given.photo, given.chosen, given.faces, network
                )
            given.model = self.model.faces_key
        return given.face

    def choose(self, index: int) -> None:
        self._held.chosen, self._held.face = index, None

    def overview(self) -> Image.Image:
        """The photo with a box around each face."""
        given = self._held
        return boxed(given.photo, given.faces or [], given.chosen)

    def show_photo(self) -> None:
        """The photo with a box around each face."""
        faces = self._held.faces or []
        overview = self.overview()
        words = f"{len(faces)} faces found" if len(faces) > 1 else ""
        st.image(photo_url(overview), width="stretch", alt=f"Your photo. {words}".strip())

    def show_choice(self) -> None:
        """Of several faces a thumbnail each, to choose by."""
        given = self._held
        faces = given.faces or []
        if len(faces) < 2:
            return
        st.caption(f"{len(faces)} faces found. Which one?")
        with st.container(horizontal=True, gap="small"):
            for i, face in enumerate(faces):
                with st.container(width=THUMBNAIL, gap=None):
                    thumbnail = np.asarray(around(given.photo, face))
                    st.image(picture_url(thumbnail, THUMBNAIL), alt=f"Face {i + 1}")
                    st.button(
                        f"Face {i + 1}",
                        type="primary" if i == given.chosen else "secondary",
                        key=self.key(f"face {i}"),
                        on_click=self.choose,
                        args=(i,),
                        width="stretch",
                    )


def boxed(photo: Image.Image, faces: Iterable[Face], chosen: int | None) -> Image.Image:
    """The photo, no larger than a page needs, with a numbered box around each face."""
    small = photo.copy()
    small.thumbnail((OVERVIEW, OVERVIEW), Image.Resampling.BICUBIC)
    scale = small.width / photo.width
    draw = ImageDraw.Draw(small)
    for i, face in enumerate(faces):
        left, top, width, height = (scale * edge for edge in face.box)
        colour = CHOSEN if i == chosen else OTHER
        draw.rectangle((left, top, left + width, top + height), outline=colour, width=3)
        draw.text((left + 5, top + 3), str(i + 1), fill=colour, font_size=18, stroke_width=1)
    return small


def around(photo: Image.Image, face: Face) -> Image.Image:
    """The square around a face's box, black beyond the photo."""
    left, top, width, height = face.box
    half = max(width, height) * (0.5 + MARGIN)
    x, y = left + width / 2, top + height / 2
    edges = round(x - half), round(y - half), round(x + half), round(y + half)
    square = photo.crop(edges)
    return square.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BICUBIC)
