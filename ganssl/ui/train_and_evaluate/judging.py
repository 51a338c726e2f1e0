"""Judging a classifier on photos: the settings, and the job that does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from ganssl.base.job import JobContext
from ganssl.classifier import Classifier
from ganssl.classifier.from_faces import set_features
from ganssl.errors import UserError
from ganssl.features.averaged import EVERY_VIEW, averaged
from ganssl.judgement.compare import FEWEST_PER_CLASS, compare_methods
from ganssl.judgement.methods import Judging
from ganssl.judgement.placing import AUTO, OWN
from ganssl.models.face_model import FaceModel
from ganssl.photos import PhotoSet
from ganssl.photos.prepared import CROP, LEAVE_OUT, prepare_photos
from ganssl.synthesis import SyntheticSet
from ganssl.ui.shared.desk import Desk, cancel, desk
from ganssl.ui.shared.extractors import extractor_for
from ganssl.ui.shared.jobs import show_job, visitor_jobs
from ganssl.ui.shared.keeping import keep_or_tell, workspace
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.train_and_evaluate.training import own_jobs
from ganssl.workspace.contents import keep_judgement

ASKED = "train/asked"
"""The classifier and the settings of the latest judgement."""

THRESHOLDS = {
    AUTO: "moved by the share that these photos' scores tell",
    OWN: "where it is",
    "mixture": "between the two groups into which these photos' scores fall",
    "em": "by the share that explains these photos' scores best",
    "prior": "by a share that I know",
}


@dataclass(frozen=True)
class Settings(Judging):
    """What the visitor chose for one judgement, and what becomes of photos without a face."""

    no_face: str = LEAVE_OUT


def judging_form(photos: PhotoSet, column: str, classifier: Classifier) -> Settings:
    """Few labelled photos, groups, threshold."""
    labels = photos.column(column)
    smaller = min(int((labels == answer).sum()) for answer in (0, 1))
    few, groups = st.columns(2, gap="medium")
    with few, st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        few_per_class = st.number_input(
            "Few labelled photos of each class",
            min_value=0,
            max_value=max(0, smaller - 1),
            value=_few_by_default(smaller),
            key=f"train/few {smaller}",
            required=True,
            help="So many are drawn at random and not judged. Methods that learn from few labels "
            f"learn from them, for comparison. 0 leaves these methods out; at least "
            f"{FEWEST_PER_CLASS} otherwise.",
        )
        seed = st.number_input(
            "Drawn by seed",
            min_value=0,
            max_value=2**31 - 1,
            key="train/few seed",
            persist_state="session",
            required=True,
            width=140,
        )
    others = [name for name in photos.attributes if name != column]
    slices = groups.multiselect(
        "Also judge groups by",
        others,
        default=others[:3],
        key=f"train/slices {column} {others}",
        disabled=not others,
        placeholder="The upload has no other columns" if not others else "Columns",
    )
    threshold, share = _threshold(classifier)
    crops = st.toggle(
        "Take photos in which no face is found as crops of a face",
        key="train/no face",
        persist_state="session",
        help="Such photos are left out and named otherwise. Take them only where they are faces "
        "cut out so closely that none is found; a picture of anything else would be judged as a "
        "face.",
    )
    no_face = CROP if crops else LEAVE_OUT
    return Settings(column, tuple(slices), int(few_per_class), int(seed), threshold, share, no_face)


def _few_by_default(smaller: int) -> int:
    few = min(10, smaller // 5)
    return few if few >= FEWEST_PER_CLASS else 0


def _threshold(classifier: Classifier) -> tuple[str, float | None]:
    method = st.selectbox(
        "Threshold",
        list(THRESHOLDS),
        format_func=lambda name: (
            THRESHOLDS[name] + (f" ({classifier.threshold:.2f})" if name == OWN else "")
        ),
        key="train/threshold",
        persist_state="session",
        help="From this score on a face counts as "
        f"{classifier.attribute.positive}. Generated faces and photos differ, and the best place "
        "for it may too. It is placed without looking at any label, and by default stays where it "
        "is unless the classifier knows what its scores mean among photos. The judgement says what "
        "0.5 would have given.",
    )
    if method != "prior":
        return method, None
    share = st.number_input(
        f"Share of photos that are {classifier.attribute.positive}",
        min_value=0.01,
        max_value=0.99,
        value=0.5,
        key="train/share",
        persist_state="session",
        required=True,
        width=320,
    )
    return method, float(share)


def judge_button(
    classifier: tuple[str, Classifier], photos: PhotoSet, settings: Settings, model: FaceModel
) -> None:
    """The button, and the judging as it goes."""
    if st.button(
        "Judge it on these photos", icon=":material/gavel:", type="primary", key="train/judge"
    ):
        try:
            start_judging(classifier, photos, settings, model, shelf().sets)
        except UserError as error:
            st.error(str(error), icon=":material/error:")
    job = desk().job
    if job:
        show_job(job)


def exchange_button(model: FaceModel) -> None:
    """Where the labels look exchanged: one click exchanges them and judges again."""
    found = desk().comparison
    if found is None or not found.result.judgement.exchanged or ASKED not in st.session_state:
        return
    st.button(
        "Exchange the labels and judge again",
        icon=":material/swap_horiz:",
        type="primary",
        on_click=_exchange,
        args=(model,),
        key="train/exchange",
    )
    if message := st.session_state.pop("train/not exchanged", None):
        st.error(message, icon=":material/error:")


def _exchange(model: FaceModel) -> None:
    """Callback: the photos with their labels exchanged take the place of those on the shelf."""
    mine = desk()
    classifier, settings = st.session_state[ASKED]
    if mine.photos is None or mine.prepared is None:
        return
    photos = mine.photos.exchanged(settings.column)
    shelf().exchange(mine.photos, photos)
    prepared = replace(
        mine.prepared, photos=mine.prepared.photos.exchanged(settings.column)
    )  # with the faces that were found
    st.session_state["train/desk"] = Desk(photos, mine.crops, prepared, no_face=mine.no_face)
    try:
        start_judging(classifier, photos, settings, model, shelf().sets)
    except UserError as error:
        st.session_state["train/not exchanged"] = str(error)


def start_judging(
    classifier: tuple[str, Classifier],
    photos: PhotoSet,
    settings: Settings,
    model: FaceModel,
    sets: Mapping[str, SyntheticSet],
) -> None:
    """Queue a judgement; it lies on the desk once it is done, and photos stay there aligned.

    Raises `UserError` where the features are not installed or there are too many jobs.
    """
    name, judged = classifier
    on_shelf, place = shelf(), workspace()
    extractor, crops = extractor_for(judged), (judged.source.preprocess, model.preprocess)
    faces = next((s for s in sets.values() if s.id == judged.source.recipe.get("set")), None)
    mine = desk()
    cancel(mine.job)
    if mine.photos is not photos:
        mine = Desk(photos, crops)
    elif mine.crops != crops or mine.no_face != settings.no_face or mine.prepared is None:
        mine = Desk(photos, crops, None, mine.comparison, mine.classifier)
    mine.no_face = settings.no_face
    st.session_state["train/desk"], st.session_state[ASKED] = mine, (classifier, settings)

    def work(context: JobContext) -> None:
        if mine.prepared is None:
            features_crop, model_crop = crops
            mine.prepared = prepare_photos(
                photos,
                features_crop,
                context.stage("Finding faces"),
                model_crop,
                settings.no_face,
            )
        synthetic: tuple[np.ndarray, np.ndarray] | None = None
        if faces is not None and settings.few_per_class:
            synthetic = set_features(
                faces,
                extractor,
                faces.folder.parent / "features",
                context.stage("Features of the training faces"),
                judged.attribute.name,
            )
        comparison = compare_methods(
            judged,
            averaged(extractor, EVERY_VIEW),
            mine.prepared,
            settings,
            model,
            synthetic,
            context.stage,
        )
        mine.comparison, mine.classifier = comparison, name
        if place is not None:
            title = f"{name}, on {comparison.result.judgement.n:,} photos"
            keep_or_tell(on_shelf, lambda: keep_judgement(place, title, comparison))

    mine.job = visitor_jobs().submit(work, "Judging")
    own_jobs().append(mine.job)
