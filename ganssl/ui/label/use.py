"""What becomes of the labels: files, another page, a slider."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from ganssl.attributes import why_withheld, withheld
from ganssl.directions import Direction
from ganssl.directions.own import own_title, why_not
from ganssl.errors import UserError
from ganssl.fitting import EncodedPhotos
from ganssl.fitting.few_labels import few_label_warnings, fit_spread_slider
from ganssl.labelling.contact_sheet import contact_sheet, sheet_jpeg
from ganssl.labelling.export import photo_zip, session_csv
from ganssl.labelling.session_file import save_session
from ganssl.models.face_model import FaceModel
from ganssl.photos import PhotoSet
from ganssl.ui.label.check import require_analysis
from ganssl.ui.label.work import Work, photo_url
from ganssl.ui.shared.keeping import keep_or_tell, workspace
from ganssl.ui.shared.own_directions import keep_own, research_switch, same_on_shelf
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import free_name, turn_to
from ganssl.ui.shared.words import literal
from ganssl.workspace.contents import keep_photos


def show_use(work: Work, model: FaceModel) -> None:
    photos = work.session.to_photo_set()
    hand_over, slider = st.columns(2, gap="large")
    with hand_over:
        st.markdown("##### Train & evaluate")
        _hand_over(work)
    with slider:
        st.markdown("##### A slider")
        _slider(work, model)
    st.markdown("##### Files")
    _files(work, photos)
    st.markdown("##### Contact sheet")
    _sheet(work, photos)


def _hand_over(work: Work) -> None:
    st.markdown("Judge classifiers on these photos with your labels.")
    if st.button(
        "Use these labels",
        icon=":material/forward:",
        type="primary",
        disabled=not work.session.log,
        help="Opens Train & evaluate with them.",
        key="label/hand over",
    ):
        _put_on_shelf(work)
        if work.handed_over:
            turn_to("train/photos", work.handed_over)
        st.switch_page("pages/train_and_evaluate.py")
    if work.handed_over:
        st.success(
            f"*{work.handed_over}* waits in *Train & evaluate*. Press the button again after "
            f"changing labels.",
            icon=":material/check:",
        )
        st.page_link("pages/train_and_evaluate.py", label="Go to Train & evaluate")


def _put_on_shelf(work: Work) -> None:
    titles = ", ".join(question.title for question in work.session.questions)
    name = f"{len(work.session.names):,} photos labelled: {titles}"
    others = [taken for taken in shelf().photos if taken != work.handed_over]
    work.hand_over(free_name(name, others))


def _slider(work: Work, model: FaceModel) -> None:
    question = work.attribute
    if withheld(question.name):
        st.warning(why_withheld(question))
        return
    no, yes = map(literal, question.classes)
    st.markdown(
        f"Find the direction in which your *{yes}* and *{no}* photos differ, and move faces along "
        f"it on *Explore*."
    )
    analysis = require_analysis(work, model, "to turn them into latent codes")
    if analysis is None:
        return
    poor = research_switch("label/poor")
    if st.button(
        "Make a slider of it", icon=":material/tune:", type="primary", key="label/make slider"
    ):
        encoded = EncodedPhotos(_one_column(work), analysis.codes)
        before = made_slider(work)
        try:
            direction = fit_spread_slider(model, encoded, analysis.features)
            kept = keep_own(direction, model, before.attribute if before else None, poor)
        except UserError as error:
            st.error(str(error), icon=":material/error:")
            return
        work.sliders[question.name] = kept
    if made := made_slider(work):
        _show_slider(work, made)


def made_slider(work: Work) -> Direction | None:
    """What was made of the question's answers, as it is called now; None once it is given up."""
    made = work.sliders.get(work.question)
    return None if made is None else same_on_shelf(made)


def _one_column(work: Work) -> PhotoSet:
    photos = work.session.to_photo_set()
    column = photos.attributes.index(work.question)
    labels = photos.labels[:, column : column + 1]
    return replace(photos, attributes=(work.question,), labels=labels)


def _show_slider(work: Work, direction: Direction) -> None:
    st.success(
        f"*{literal(own_title(direction))}* is now among the sliders of *Explore*, beside those of "
        f"the model, and can label generated faces on *Synthesize*.",
        icon=":material/check:",
    )
    for warning in few_label_warnings(work.attribute, work.session.labels(work.question)):
        st.warning(warning, icon=":material/warning:")
    if reason := why_not(direction):
        st.warning(reason, icon=":material/science:")
    auc, cosine = st.columns(2)
    auc.metric(
        "AUC (cross-validated)",
        f"{direction.auc:.2f}",
        help="How well it tells your photos apart, each judged by a direction of the others. "
        "1 is perfect, 0.5 is chance.",
    )
    if direction.auc_interval:
        low, high = direction.auc_interval
        auc.caption(f"95 % interval {low:.2f} to {high:.2f}")
    cosine.metric(
        "Agreement of two halves",
        f"{direction.split_half_cosine:.2f}",
        help="Cosine between directions of random halves of your labels. 1: the labels fix the "
        "direction; near 0: other photos would have given another one.",
    )
    st.caption(
        f"From {direction.labels_used:,} labels. One step of the slider is one standard deviation "
        f"of the photos that the model was trained on, or up to two where all else is held."
    )
    st.page_link("pages/explore.py", label="Go to Explore")


def _files(work: Work, photos: PhotoSet) -> None:
    with st.container(horizontal=True, gap="small"):
        for label, data, file, mime in (
            ("Labels (CSV)", session_csv(work.session), "labels.csv", "text/csv"),
            (
                "Photos and labels (ZIP)",
                partial(photo_zip, photos),
                "photos.zip",
                "application/zip",
            ),
            ("My work (JSON)", save_session(work.session), "labels.json", "application/json"),
        ):
            st.download_button(
                label,
                data,
                file,
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"label/download {file}",
            )
    _keep_photos(photos)
    st.caption(
        "In the CSV 1 is yes, 0 is no and an empty cell is unsure. The ZIP holds the photos "
        "without camera data and can be handed in on every page. *My work* holds your answers "
        "with the names of the photos, not the photos: hand it in with them to go on later."
    )


def _keep_photos(photos: PhotoSet) -> None:
    """The one way of a visitor's photos to the disk, and only by this button."""
    place = workspace()
    if place is None:
        return
    if st.button(
        "Keep the photos as well",
        icon=":material/save:",
        help="Writes photos and labels into the workspace of this installation, without what "
        "cameras hide in photos. *Your runs* deletes them again.",
        key="label/keep photos",
    ):
        name = f"{len(photos):,} photos: {', '.join(photos.attributes)}"
        if keep_or_tell(shelf(), lambda: keep_photos(place, name, photos)):
            st.success(f"*{name}* lies in the workspace.", icon=":material/check:")


def _sheet(work: Work, photos: PhotoSet) -> None:
    question = work.attribute
    column = photos.attributes.index(question.name)
    words = (question.negative, question.positive, "no label")
    make = partial(contact_sheet, photos, column, words)
    if st.toggle("Show it here", key="label/sheet", persist_state="session"):
        counts = [int((photos.labels[:, column] == value).sum()) for value in (1, 0, -1)]
        st.image(
            photo_url(make(), None),
            alt=f"All {len(photos)} photos: {counts[0]} {question.positive}, "
            f"{counts[1]} {question.negative}, {counts[2]} without a label",
        )
    st.download_button(
        "Contact sheet (JPEG)",
        lambda: sheet_jpeg(make()),
        "contact-sheet.jpg",
        "image/jpeg",
        icon=":material/download:",
        on_click="ignore",
        key="label/download sheet",
    )
