"""Training a classifier while its learning curve grows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from ganssl.base.job import Job, JobContext
from ganssl.classifier import HEADS, CurvePoint, Watch, train_heads
from ganssl.classifier.anchor import photo_anchor
from ganssl.classifier.from_faces import set_check
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor
from ganssl.judgement.figures import PLAIN, learning_curve
from ganssl.photos import PhotoSet
from ganssl.photos.preprocess import Preprocess
from ganssl.synthesis import SyntheticSet
from ganssl.ui.shared.jobs import PERIOD, show_job, visitor_jobs
from ganssl.ui.shared.keeping import keep_or_tell, workspace
from ganssl.ui.shared.shelf import shelf
from ganssl.ui.shared.shelf_choice import free_name
from ganssl.ui.train_and_evaluate.feature_choice import choose_extractor
from ganssl.workspace.contents import keep_classifier
from ganssl.workspace.run import CLASSIFIER

HEAD_TITLES = {
    "linear": "a weighted sum, learnt step by step (linear)",
    "dense": "a small neural net, as in the article (dense)",
    "logistic": "a weighted sum, worked out at once (logistic)",
    "forest": "200 decision trees that vote (forest)",
}
HEAD_HELP = (
    "In technical terms the *head*: the part on top of the fixed features that learns from the "
    "faces. *linear* and *logistic* are logistic regression, *dense* has one hidden layer, "
    "*forest* is a random forest."
)


@dataclass
class Training:
    """The visitor's latest training; the job adds to the curve while the page looks on."""

    job: Job
    curve: list[CurvePoint] = field(default_factory=list)


def train_form(made: SyntheticSet) -> None:
    """The settings, the button, and the training as it goes."""
    extractor = choose_extractor()
    head = st.selectbox(
        "What learns to answer",
        HEADS,
        format_func=HEAD_TITLES.get,
        help=HEAD_HELP,
        key="train/head",
        persist_state="session",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        copies = st.toggle(
            "Learn from degraded copies too",
            help="Each face comes once more, blurred, noisy, darker or compressed, as photos are. "
            "Takes about twice as long.",
            key="train/copies",
            persist_state="session",
        )
        seed = st.number_input(
            "Seed",
            min_value=0,
            max_value=2**31 - 1,
            key="train/seed",
            persist_state="session",
            required=True,
            width=120,
        )
    anchor = _choose_anchor(made)
    checked = anchor is None and _choose_check(made, extractor)
    if st.button("Train", icon=":material/model_training:", type="primary", key="train/start"):
        try:
            st.session_state["train/training"] = start_training(
                made, extractor, head, int(copies), int(seed), anchor, checked
            )
        except UserError as error:
            st.error(str(error), icon=":material/error:")


def _choose_anchor(made: SyntheticSet) -> PhotoSet | None:
    """Labelled photos from the shelf that check the faces; None without."""
    usable = {title: photos for title, photos in shelf().photos.items() if _anchored(made, photos)}
    if not usable:
        return None
    title = st.selectbox(
        "Check the faces by labelled photos",
        list(usable),
        index=None,
        placeholder="No, learn from the generated faces alone",
        help="The few photos that people labelled know how the classes differ. Faces whose "
        "features contradict their label are left out, and the photos place the threshold. "
        "They are not judged on afterwards.",
        key=f"train/anchor {list(usable)}",
    )
    return usable.get(title)


def _choose_check(made: SyntheticSet, extractor: FeatureExtractor) -> bool:
    """Whether what the photos behind the labels taught checks the faces; the default."""
    check = set_check(made)
    if check is None:
        return False
    if not check.fits(extractor.name, extractor.id, made.recipe.size):
        st.caption(
            "What the photos behind the labels taught is about "
            f"*{check.features}* on faces of {check.size} pixels, and is not used here."
        )
        return False
    return st.toggle(
        "Let what the photos behind the labels taught check the faces",
        value=True,
        help=f"{check.labels:,} labelled and {check.photos:,} other photos define the labels of "
        "these faces. What they showed of face features came along, in a few numbers over all of "
        "them: faces that contradict it are left out, and it places the threshold.",
        key=f"train/check {made.id}",
    )


def _anchored(made: SyntheticSet, photos: PhotoSet) -> list[str]:
    """The attributes of the set for which photos have labels of both classes."""
    return [
        name
        for name in made.recipe.attributes
        if name in photos.attributes and set(photos.column(name)) >= {0, 1}
    ]


def show_training() -> None:
    """The latest training: progress, cancel, and its curve, which grows while it runs."""
    training: Training | None = st.session_state.get("train/training")
    if training is None:
        return
    show_job(training.job)
    if training.job.active:
        _growing_curve(training)
    else:
        _curve(training)


def own_jobs() -> list[Job]:
    """The trainings and judgements of this visit; the other jobs make faces."""
    return st.session_state.setdefault("train/jobs", [])


def start_training(
    made: SyntheticSet,
    extractor: FeatureExtractor,
    head: str,
    copies: int,
    seed: int,
    anchor: PhotoSet | None = None,
    checked: bool = True,
) -> Training:
    """Queue a training; the classifier lies on the shelf once it is trained.

    A set of several attributes gives one for each.

    Args:
        anchor: labelled photos that check the faces and place the threshold.
        checked: let what the photos behind the set's labels taught do so.

    Raises `UserError` where the visitor has too many jobs.
    """
    mine, place = shelf(), workspace()
    curve: list[CurvePoint] = []
    kind = f"{head} on {extractor.name}, {len(made):,} faces"

    def work(context: JobContext) -> None:
        def point(latest: CurvePoint) -> None:
            if curve and latest.step <= curve[-1].step:
                curve.clear()  # the next head begins
            curve.append(latest)
            context.progress(latest.step, latest.steps, "Training")

        anchors = {}
        if anchor is not None:
            crop = Preprocess(made.recipe.size)
            anchors = {
                name: photo_anchor(
                    anchor, name, extractor, crop, watch=Watch(progress=context.stage)
                )
                for name in _anchored(made, anchor)
            }
        trained = train_heads(
            made,
            extractor,
            head,
            copies=copies,
            anchors=anchors,
            checked=checked,
            watch=Watch(
                progress=context.stage,
                curve=point,
                cancelled=lambda: context.cancelled,
                cache=made.folder.parent / "features",
            ),
            seed=seed,
        )
        for classifier in reversed(trained):  # the first attribute's is the newest
            title = free_name(f"{classifier.attribute.title}: {kind}", mine.classifiers)
            if place is not None:
                run = keep_or_tell(mine, partial(keep_classifier, place, title, classifier))
                if run is not None:
                    mine.runs[CLASSIFIER, title] = run
            mine.classifiers[title] = classifier

    job = visitor_jobs().submit(work, f"Training {made.recipe.title}: {kind}")
    own_jobs().append(job)
    return Training(job, curve)


@st.fragment(run_every=PERIOD)
def _growing_curve(training: Training) -> None:
    _curve(training)


def _curve(training: Training) -> None:
    points = list(training.curve)
    if len(points) > 1:
        last = points[-1]
        st.plotly_chart(
            learning_curve(points),
            height=280,
            key="train/curve",
            config=PLAIN,
            alt=f"Learning curve after {last.step} passes: loss {last.loss:.3f}",
        )
