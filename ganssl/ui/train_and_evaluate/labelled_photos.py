"""Hand-labelled photos: uploaded here or labelled on another page, in memory only."""

from __future__ import annotations

import streamlit as st

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos import PhotoSet
from ganssl.photos.uploads import Upload, read_uploads
from ganssl.ui.shared.keeping import keep_or_tell, workspace
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import choose
from ganssl.workspace import Workspace
from ganssl.workspace.contents import keep_photos
from ganssl.workspace.run import PHOTOS

PRIVACY = (
    "Your photos stay in this server's memory: they are not written to disk, not shown to others, "
    "and forgotten when you remove them or a few minutes after you close the page."
)
IN_WORKSPACE = (
    " The workspace of this installation keeps a judgement with the names of its photos, and no "
    "photo that you do not tell it to keep."
)
FORMS = (
    "A ZIP of photos with a `labels.csv` in it, or photos and a CSV beside them. The CSV has the "
    "header `file,Smiling` (one or more columns; 1, 0, or empty) or `file,label`."
)
FILES = "train/photo files"
UPLOADED = "uploaded on this page"


def choose_photos(attribute: Attribute | None) -> tuple[str, PhotoSet] | None:
    """Upload or choose labelled photos; None while there are none.

    Args:
        attribute: what a column `label` answers.
    """
    place = workspace()
    st.caption(f":material/lock: {PRIVACY}{IN_WORKSPACE if place else ''}")
    st.file_uploader(
        "Labelled photos",
        accept_multiple_files=True,
        key=FILES,
        help=FORMS,
        on_change=_handed_in,
    )
    st.caption(FORMS)
    st.page_link("pages/label.py", label="Photos without labels: Label", icon=":material/label:")
    if st.session_state.pop("train/unread", False):
        _read(attribute)
    if report := st.session_state.get("train/upload"):
        _show_report(report)
    chosen = choose("Judge on the photos", shelf().photos, "train/photos")
    if chosen:
        with st.container(horizontal=True):
            st.button(
                "Remove these photos",
                icon=":material/delete:",
                on_click=_forget,
                args=(chosen[0],),
                key="train/remove",
                help="From the server's memory; a copy that you kept in the workspace stays there.",
            )
            if place is not None and (PHOTOS, chosen[0]) not in shelf().runs:
                _keep_button(place, *chosen)
    return chosen


def _keep_button(place: Workspace, name: str, photos: PhotoSet) -> None:
    """Photos go to the disk by this button alone."""
    if st.button(
        "Keep them in the workspace",
        icon=":material/save:",
        key="train/keep photos",
        help="Writes photos and labels to the disk, without what cameras hide in photos, so that "
        "another day finds them under *Your runs*.",
    ):
        title = f"{len(photos):,} photos: {name}"
        run = keep_or_tell(shelf(), lambda: keep_photos(place, title, photos))
        if run is not None:
            shelf().runs[PHOTOS, name] = run
            st.rerun()


def choose_column(photos: PhotoSet, attribute: Attribute) -> str:
    """The column that answers the attribute; `UserError` for photos without labels."""
    if not photos.attributes:
        raise UserError(
            "These photos have no labels, so nothing can be judged on them. "
            "Hand in a CSV with the header file,label with them, or label them on the Label page."
        )
    columns = photos.attributes
    column = columns[0]
    if len(columns) > 1:
        if st.session_state.get("train/column") not in columns:
            st.session_state.pop("train/column", None)
        column = st.selectbox(
            f"Which column says whether a photo is {attribute.positive}?",
            columns,
            index=columns.index(attribute.name) if attribute.name in columns else 0,
            key="train/column",
        )
    known = photos.column(column)
    st.caption(
        f"{len(photos):,} photos; by *{column}* {int((known == 1).sum()):,} are "
        f"{attribute.positive}, {int((known == 0).sum()):,} {attribute.negative} and "
        f"{int((known < 0).sum()):,} without a label."
    )
    if column != attribute.name:
        st.warning(
            f"The classifier answers *{attribute.title}*; you take the column *{column}* for the "
            "right answers to it.",
            icon=":material/rule:",
        )
    return column


def _handed_in() -> None:
    """Callback of the upload: new files are read, none left means forget."""
    st.session_state["train/unread"] = bool(st.session_state[FILES])
    if not st.session_state[FILES]:
        _forget(UPLOADED)


def _read(attribute: Attribute | None) -> None:
    bar = st.progress(0.0, "Reading …")
    files = [(file.name, file.getvalue()) for file in st.session_state[FILES]]
    upload = read_uploads(
        files,
        attribute=attribute,
        progress=lambda done, total: bar.progress(done / total, f"Read {done:,} of {total:,}"),
    )
    bar.empty()
    _forget(UPLOADED)
    st.session_state["train/upload"] = upload
    if len(upload.photos):
        shelf().photos[UPLOADED] = upload.photos
        st.rerun()  # what stands above on the page offers them too


def _show_report(upload: Upload) -> None:
    """What was read, what is odd about it and what was left out."""
    if not len(upload.photos):
        st.error("No photo could be read.", icon=":material/error:")
    else:
        st.success(upload.summary().partition("\n")[0], icon=":material/check:")
    for note in upload.notes:
        st.warning(note, icon=":material/info:")
    if upload.refused:
        with st.expander(f"{len(upload.refused):,} files were left out", expanded=True):
            for refusal in upload.refused[:20]:
                st.error(f"{refusal.name}: {refusal.reason}", icon=":material/error:")
            if len(upload.refused) > 20:
                st.caption(f"and {len(upload.refused) - 20:,} more.")


def _forget(name: str) -> None:
    """Drop photos; what was made of them goes with them, see `desk`."""
    shelf().photos.pop(name, None)
    shelf().runs.pop((PHOTOS, name), None)
    if name == UPLOADED:
        st.session_state.pop("train/upload", None)
