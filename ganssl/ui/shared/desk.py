"""Where a visitor's photos lie while a classifier is judged on them."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ganssl.base.job import Job
from ganssl.judgement.comparison import Comparison
from ganssl.photos import PhotoSet
from ganssl.photos.prepared import LEAVE_OUT, PreparedPhotos
from ganssl.photos.preprocess import Preprocess
from ganssl.ui.shared.jobs import visitor_jobs
from ganssl.ui.shared.shelf import shelf


@dataclass
class Desk:
    """Where photos lie while they are judged; they are forgotten with it.

    Attributes:
        photos: what is judged on.
        crops: how their faces are cropped for the features and for the face model.
        no_face: what becomes of photos without a face, see `prepare_photos`.
        prepared: the photos, aligned, once a job has done so.
        comparison: the latest result.
        classifier: the name of the classifier in it.
    """

    photos: PhotoSet | None = None
    crops: tuple[Preprocess, Preprocess] | None = None
    prepared: PreparedPhotos | None = None
    comparison: Comparison | None = None
    classifier: str = ""
    no_face: str = LEAVE_OUT
    job: Job | None = None


def desk() -> Desk:
    """The visitor's desk; a new one, and no job any more, once its photos have left the shelf."""
    mine = st.session_state.setdefault("train/desk", Desk())
    if mine.photos is None or any(photos is mine.photos for photos in shelf().photos.values()):
        return mine
    cancel(mine.job)
    st.session_state["train/desk"] = Desk()
    return st.session_state["train/desk"]


def cancel(job: Job | None) -> None:
    if job and job.active:
        visitor_jobs().cancel(job)
