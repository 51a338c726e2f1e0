"""The beginning of the Label page: what is asked, and the photos."""

from __future__ import annotations

import streamlit as st

from ganssl.attributes import CELEBA_ATTRIBUTES, Attribute, withheld
from ganssl.errors import UserError
from ganssl.labelling.session_file import read_session, restore
from ganssl.photos.safe_zip import Limits
from ganssl.photos.uploads import read_uploads
from ganssl.ui.label.earlier import show_earlier
from ganssl.ui.label.keep import MINUTES
from ganssl.ui.label.work import Work, forget_work, prepare_pictures
from ganssl.ui.shared.keeping import workspace
from ganssl.ui.shared.words import literal

LIMITS = Limits(files=2_000)
OFFERED = [name for name in CELEBA_ATTRIBUTES if not withheld(name)]
REPORT = "label/report"
UNREAD = "label/unread"

IN_WORKSPACE = (
    " The workspace of this installation keeps your answers with the names of the photos, so that "
    "you can go on another day; photos go there only where you press *Keep the photos as well*."
)
PRIVACY = (
    f"Use only photos of yourself, or photos that you may use. They stay in this server's memory: "
    f"nothing is written to disk or logged, and nothing that leaves this page carries the data "
    f"that cameras hide in photos (place, time, device). So that a reload does not lose your work, "
    f"photos and labels are kept for {MINUTES} minutes after you last used them. The address of "
    f"this page then holds a secret by which this browser finds them, and no other does (one that "
    f"takes no cookies is not told apart, so do not pass the address on). *Forget everything* "
    f"deletes them at once."
)


def show_start(work: Work) -> None:
    """Question, upload and privacy; folded once there are photos."""
    begun = bool(work.session.names)
    count = f" · {len(work.session.names):,} photos" if begun else ""
    with st.expander(f"Question and photos{count}", expanded=not begun):
        asked, photos = st.columns(2, gap="large")
        with asked:
            _questions(work)
        with photos:
            _upload(work)
        if show_earlier(work, _say):
            st.rerun()
        st.caption(f":material/lock: {_privacy()}")
        if begun and st.button(
            "Forget everything",
            icon=":material/delete_forever:",
            key="label/forget",
            help="Photos, labels and what was handed to other pages are deleted now.",
        ):
            _ask_before_forgetting(work)
    _report()


def _privacy() -> str:
    if workspace() is None:
        return PRIVACY
    photos_alone = PRIVACY.replace("nothing is written to disk", "no photo is written to disk")
    return photos_alone + IN_WORKSPACE


@st.dialog("Forget everything?")
def _ask_before_forgetting(work: Work) -> None:
    """Answers cannot be taken back once they are gone, so the question comes first."""
    st.markdown(
        f"{len(work.session.names):,} photos and {len(work.session.log):,} answers are deleted, "
        "here and wherever they were handed to. *Use and save* has files to take home before."
    )
    with st.container(horizontal=True):
        if st.button(
            "Forget them", type="primary", on_click=forget_work, key="label/forget for good"
        ):
            st.rerun()
        if st.button("Keep them", key="label/do not forget"):
            st.rerun()


def _questions(work: Work) -> None:
    st.markdown("**What do you ask of each photo?**")
    if not work.session.questions:
        work.session.ask(Attribute("Smiling"))
        work.question = "Smiling"
    names = [question.name for question in work.session.questions]
    st.session_state["label/questions"] = names
    st.multiselect(
        "Questions",
        list(dict.fromkeys([*OFFERED, *names])),
        accept_new_options=True,
        format_func=lambda name: Attribute(name).title,
        key="label/questions",
        on_change=_change_questions,
        args=(work,),
        help="Choose one or type your own. Of several, each is answered for all photos "
        "before the next.",
    )
    for question in work.session.questions:
        no, yes = st.columns(2, gap="small")
        for column, word, value in (
            (no, "no", question.negative),
            (yes, "yes", question.positive),
        ):
            key = f"label/{word} of {question.name}"
            if st.session_state.get(key) != value:
                st.session_state[key] = value
            column.text_input(
                f"{literal(question.title)}: the answer {word} is called",
                key=key,
                max_chars=40,
                on_change=_rename,
                args=(work, question),
            )


def _change_questions(work: Work) -> None:
    chosen = st.session_state["label/questions"]
    session = work.session
    for question in session.questions:
        if question.name not in chosen and len(session.questions) > 1:
            session.drop(question.name)
    for name in chosen:
        if name not in [question.name for question in session.questions]:
            try:
                session.ask(Attribute(name.strip()))
            except UserError as error:
                _complain(str(error))
    names = [question.name for question in session.questions]
    work.turn_to(work.question if work.question in names else names[0])


def _rename(work: Work, question: Attribute) -> None:
    words = [st.session_state[f"label/{word} of {question.name}"].strip() for word in ("no", "yes")]
    try:
        work.session.ask(Attribute(question.name, *words))
    except UserError as error:
        _complain(str(error))


def _upload(work: Work) -> None:
    st.markdown("**Photos**")
    count = st.session_state.setdefault("label/uploads", 0)
    files = st.file_uploader(
        "Photos, ZIPs of photos, a CSV of labels, or labels saved here (JSON)",
        accept_multiple_files=True,
        key=f"label/files {count}",
        on_change=_handed_in,
        help="Photos of any usual format. Give those of a saved file together with it, or before.",
    )
    if st.session_state.pop(UNREAD, False) and files:
        _read(work, [(file.name, file.getvalue()) for file in files])
        st.session_state["label/uploads"] += 1  # an empty uploader keeps no second copy
        st.rerun()


def _handed_in() -> None:
    st.session_state[UNREAD] = True


def _read(work: Work, files: list[tuple[str, bytes]]) -> None:
    """Take what was handed in, and leave a report for the next drawing."""
    bar = st.progress(0.0, "Reading …")
    session = work.session
    saved = [file for file in files if file[0].lower().endswith(".json")]
    others = [file for file in files if file not in saved]
    if others:
        upload = read_uploads(
            others,
            LIMITS,
            work.attribute,
            lambda done, total: bar.progress(done / total, f"Read {done:,} of {total:,}"),
        )
        session.add_photos(upload.photos)
        try:
            session.take_labels(upload.photos)
        except UserError as error:
            _complain(str(error))
        _say("success" if len(upload.photos) else "error", upload.summary().partition("\n")[0])
        for note in upload.notes:
            _say("warning", note)
        for refusal in upload.refused[:20]:
            _say("error", f"{refusal.name}: {refusal.reason}")
        if len(upload.refused) > 20:
            _say("error", f"and {len(upload.refused) - 20:,} more files were left out.")
    for name, data in saved:
        try:
            notes = restore(session, read_session(data, name))
        except UserError as error:
            _complain(str(error))
        else:
            _say("success", f"Labels of {name} were taken.")
            for note in notes:
                _say("warning", note)
    prepare_pictures(
        work, lambda done, total: bar.progress(done / total, f"Preparing {done:,} of {total:,}")
    )


def _complain(text: str) -> None:
    _say("error", text)


def _say(kind: str, text: str) -> None:
    """Keep a message for the next drawing."""
    st.session_state.setdefault(REPORT, []).append((kind, text))


def _report() -> None:
    icons = {"success": "check", "warning": "info", "error": "error"}
    for kind, text in st.session_state.pop(REPORT, []):
        getattr(st, kind)(text, icon=f":material/{icons[kind]}:")
