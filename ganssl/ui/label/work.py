"""The labelling work of a visitor: photos, answers, the photo in view, and what is made of them."""

from __future__ import annotations

import base64
import contextlib
import io
import secrets
import time
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st
from PIL import Image

from ganssl.attributes import Attribute
from ganssl.base.job import DONE, Job
from ganssl.base.progress import Progress
from ganssl.directions import Direction
from ganssl.errors import UserError
from ganssl.labelling.analysis import PhotoAnalysis, analyse_photos
from ganssl.labelling.order import Order, RandomOrder
from ganssl.labelling.session import LabellingSession, unlabelled
from ganssl.models.face_model import FaceModel
from ganssl.photos.images import read_image
from ganssl.ui.label.keep import WorkKeeper
from ganssl.ui.shared.desk import desk
from ganssl.ui.shared.jobs import this_visit, visitor_jobs
from ganssl.ui.shared.keeping import keep_or_tell, workspace
from ganssl.ui.shared.model import readout
from ganssl.ui.shared.presentation import link_parameter
from ganssl.ui.shared.shelf import shelf
from ganssl.workspace import Run
from ganssl.workspace.contents import keep_labels

KEY = "label/work"
PARAMETER = "work"
RANDOM, INFORMATIVE = "random", "most informative first"
ALL_ASKED = 20
"""So few photos are all asked anyway, and no network need look for an order."""

SIDE = 640
"""Pixels of the longer side of a photo on the page."""


@dataclass
class Work:
    """What a visitor labels.

    Attributes:
        secret: the work can be found again by it.
        question: the name of the one that is being answered.
        photo: what is shown; None when nothing waits for an answer.
        shown: when it came into view, on the monotonic clock.
        again: whether `photo` belongs to the second pass.
        order: `RANDOM` or `INFORMATIVE`.
        pictures: each photo as a data URL, without metadata.
        analysis: what the networks see, once somebody asked for it.
        job: the analysis that runs.
        handed_over: the name of these photos on the shelf.
        sliders: directions made of these labels, by question.
        run: where the workspace keeps the answers, without the photos.
        kept: how the answers were when they were kept last.
    """

    session: LabellingSession = field(default_factory=lambda: LabellingSession(unlabelled({})))
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    question: str = ""
    photo: str | None = None
    shown: float = 0.0
    again: bool = False
    order: str = INFORMATIVE
    pictures: dict[str, str] = field(default_factory=dict)
    analysis: PhotoAnalysis | None = None
    job: Job | None = None
    handed_over: str | None = None
    sliders: dict[str, Direction] = field(default_factory=dict)
    run: Run | None = None
    kept: tuple = ()
    _orders: dict[tuple[str, str], Order] = field(default_factory=dict)

    @property
    def attribute(self) -> Attribute:
        return self.session.question(self.question)

    # The photo in view.

    def turn_to(self, question: str, again: bool = False) -> None:
        """Ask this question, of the photo whose turn it is."""
        self.question, self.again = question, again
        self.photo, self.shown = self._next(), time.monotonic()

    def look(self, again: bool) -> None:
        """Make sure that a photo is in view that waits for an answer in this pass."""
        waiting = self.session.open(self.question, again)
        open_names = {self.session.names[i] for i in np.flatnonzero(waiting)}
        if again != self.again or self.photo not in open_names:
            self.turn_to(self.question, again)

    def answer(self, value: str) -> None:
        """Answer for the photo in view and go on; after the last photo, to the next question."""
        if self.photo is None:
            return
        seconds = time.monotonic() - self.shown
        self.session.answer(self.photo, self.question, value, seconds, self.again)
        self.turn_to(self.question, self.again)
        if self.photo is None and not self.again:
            for question in self.session.questions:
                if self.session.open(question.name).any():
                    self.turn_to(question.name)
                    break

    def undo(self) -> None:
        """Take the last answer back and show its photo again."""
        last = self.session.undo()
        if last:
            self.question, self.again = last.question, last.again
            self.photo, self.shown = last.photo, time.monotonic()

    def _next(self) -> str | None:
        waiting = self.session.open(self.question, self.again)
        if not waiting.any():
            return None
        names = self.session.names
        if self.again:
            open_names = {names[i] for i in np.flatnonzero(waiting)}
            return next(n for n in self.session.second[self.question] if n in open_names)
        return names[self._order().next(self.session.labels(self.question), waiting)]

    def _order(self) -> Order:
        key = self.order, self.question
        if key not in self._orders:
            seed = self.session.seed
            informed = self.analysis if self.order == INFORMATIVE else None
            self._orders[key] = (
                RandomOrder(len(self.session.names), seed)
                if informed is None
                else informed.order(self.question, seed)
            )
        return self._orders[key]

    # Photos come and go.

    def photos_changed(self) -> None:
        """Drop what belongs to other photos, and bring the hand-over up to date."""
        names = self.session.names
        self.pictures = {name: self.pictures[name] for name in names if name in self.pictures}
        if self.analysis and set(names) <= set(self.analysis.names):
            self.analysis = self.analysis.of(names)
        else:
            self.analysis = None
        self._orders.clear()
        if self.session.questions:
            self.turn_to(self.question or self.session.questions[0].name)
        if self.handed_over:
            self.hand_over(self.handed_over)

    def hand_over(self, name: str) -> None:
        """Put photos and labels on the shelf, in place of what was handed over before."""
        self.take_back()
        shelf().photos[name] = self.session.to_photo_set()
        self.handed_over = name

    def take_back(self) -> None:
        """Take them from the shelf, and with them what was made of them for judging."""
        if self.handed_over is not None:
            shelf().photos.pop(self.handed_over, None)
        self.handed_over = None
        desk()  # lets go of photos that have left the shelf

    def keep_answers(self) -> None:
        """Write answers that have come since into the workspace, where there is one."""
        place, session = workspace(), self.session
        now = len(session.log), session.log[-1:], len(session.names), session.questions
        if place is None or not session.log or now == self.kept:
            return
        titles = ", ".join(question.title for question in session.questions)
        name = f"{len(session.names):,} photos: {titles}"
        run = keep_or_tell(shelf(), lambda: keep_labels(place, name, session, self.run))
        self.run, self.kept = run or self.run, now

    # What the networks see.

    def start_analysis(self, model: FaceModel) -> None:
        work = partial(_analyse, model, self.session.photos, readout(model.size))
        self.job = visitor_jobs().submit(work, "Looking at the photos")

    @property
    def choosing(self) -> bool:
        """Whether there are enough photos for their order to matter."""
        return self.order == INFORMATIVE and len(self.session.names) > ALL_ASKED

    def begin_choosing(self, model: FaceModel) -> None:
        """Let the networks look, once, where the order needs it; a full server is no fault here."""
        if self.choosing and self.analysis is None and self.job is None:
            with contextlib.suppress(UserError):  # there is a button to try again
                self.start_analysis(model)

    def collect_analysis(self, model: FaceModel) -> None:
        """Take the result of the job, and drop one of another model or of other photos."""
        if self.job and self.job.state == DONE:
            self.analysis, self.job = self.job.result, None
            self._orders.clear()
        names = set(self.session.names)
        if self.analysis and not (
            self.analysis.model_id == model.id and names <= set(self.analysis.names)
        ):
            self.analysis = None
        elif self.analysis and self.analysis.names != self.session.names:
            self.analysis = self.analysis.of(self.session.names)


def _analyse(model, photos, probes, context) -> PhotoAnalysis:
    return analyse_photos(model, photos, probes, context.stage)


@st.cache_resource(show_spinner=False, on_release=WorkKeeper.close)
def keeper() -> WorkKeeper:
    """One for the server."""
    return WorkKeeper()


def current_work() -> Work:
    """The work of this visit: begun, found by the page's address after a reload, or new.

    The address that one browser got opens nothing in another.
    """
    if KEY not in st.session_state:
        work = keeper().find(link_parameter(PARAMETER) or "", this_visit().browser) or Work()
        if work.job and work.job.owner != this_visit().id:
            work.job = None  # it went with the visit that it belonged to
        if work.handed_over not in shelf().photos:
            work.handed_over = None
        st.session_state[KEY] = work
    work = st.session_state[KEY]
    if work.session.names:
        photos = work.session.photos
        size = sum(map(len, photos.files.photos.values())) + sum(map(len, work.pictures.values()))
        keeper().keep(work.secret, work, size, this_visit().browser)
        work.keep_answers()
    return work


def show_secret(work: Work) -> None:
    """Write the secret into the page's address while there is something to find by it."""
    if work.session.names:
        st.query_params[PARAMETER] = work.secret
    elif PARAMETER in st.query_params:
        del st.query_params[PARAMETER]


def forget_work() -> None:
    """Let photos and answers go, here and wherever they were handed to."""
    work = st.session_state.pop(KEY, None)
    if work:
        if work.job and work.job.active:
            visitor_jobs().cancel(work.job)
        work.take_back()
        keeper().forget(work.secret)
        place = workspace()
        if place is not None and work.run is not None:
            place.delete(work.run)


def photo_url(photo: Image.Image, side: int | None = SIDE) -> str:
    """A photo as a JPEG in a data URL, its longer side `side` or less; None: as large as it is."""
    small = photo.copy()
    if side:
        small.thumbnail((side, side))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def prepare_pictures(work: Work, progress: Progress | None = None) -> None:
    """Make the page's pictures of new photos, and turn to the next one."""
    names = work.session.names
    for done, name in enumerate(names, start=1):
        if name not in work.pictures:
            photo = read_image(work.session.photos.photo_bytes(done - 1), name)
            work.pictures[name] = photo_url(photo)
        if progress:
            progress(done, len(names))
    work.photos_changed()
