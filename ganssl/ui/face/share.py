"""Take a face away and bring it back: picture, file and link."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from ganssl.errors import UserError
from ganssl.face.carried import LONGEST_LINK
from ganssl.face.render import read_face
from ganssl.face.state import FaceState
from ganssl.ui.face.session import FaceSession

SIDES = (128, 256, 512, 1024)


def show_share(session: FaceSession) -> None:
    """PNG and JSON downloads, the link, and a box that takes either file back."""
    state = session.state
    stem = "edited-photo" if session.of_photo else f"face-{state.seed}"
    picture, file, back = st.columns(3, gap="large")
    with picture:
        st.markdown("##### Picture")
        side = st.selectbox(
            "Size",
            SIDES,
            index=SIDES.index(512),
            format_func=lambda px: f"{px} × {px} pixels",
            key=session.key("png size"),
            persist_state="session",
        )
        st.download_button(
            "Download PNG",
            partial(session.png, state, side),
            f"{stem}.png",
            "image/png",
            icon=":material/image:",
            on_click="ignore",
            key=session.key("png"),
        )
        made = "AI-edited, from a photo" if session.of_photo else "AI-generated, from which seed"
        st.caption(
            f"Made at {session.model.size} pixels and enlarged smoothly. The file says in its "
            f"metadata that it is {made}, by which model and with which edits."
        )
    with file:
        st.markdown("##### Link and file" if session.linked else "##### File")
        if session.linked:
            _show_link(session)
        st.download_button(
            "Save sliders as JSON" if session.of_photo else "Save face as JSON",
            session.carried(state).to_json(),
            f"{stem}.json",
            "application/json",
            icon=":material/save:",
            on_click="ignore",
            key=session.key("json"),
        )
        if session.of_photo:
            st.caption(
                "Sliders and locks, nothing of your face: the file cannot bring it back without "
                "the photo. Give the photo again and load the file to see the same picture."
            )
    with back:
        st.markdown("##### Load sliders" if session.of_photo else "##### Load a face")
        key = session.key("upload")
        st.file_uploader(
            "Saved sliders or a saved face: JSON"
            if session.of_photo
            else "A saved face: JSON, or a PNG downloaded here",
            type=["json"] if session.of_photo else ["json", "png"],
            max_upload_size=25,
            key=key,
            on_change=load_face,
            args=(session, key),
        )


def _show_link(session: FaceSession) -> None:
    whole = session.carried(session.state)
    address = link(whole)
    if len(address) > LONGEST_LINK:
        st.warning(
            "This face needs more directions of your own than a link can carry. Save it as JSON: "
            "the file opens exactly this face, elsewhere, too.",
            icon=":material/link_off:",
        )
        return
    mine = ", with the directions of your own that it needs" if whole.own else ""
    st.caption(f"This link opens exactly this face{mine}:")
    st.code(address, language=None, wrap_lines=True)


def link(state: FaceState) -> str:
    """The address of the page with a face's query parameters."""
    address = (st.context.url or "").partition("?")[0]
    return f"{address}?{urlencode(state.to_query(), doseq=True)}"


def load_face(session: FaceSession, key: str) -> None:
    """Callback of the upload: runs once for each file, not at every rerun."""
    file = st.session_state[key]
    if file is None:
        return
    try:
        session.show(read_face(file.getvalue(), file.name))
    except UserError as error:
        session.complain(error)
