"""The faces of the laboratory: generated ones, or a visitor's photos as codes."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from ganssl.errors import UserError
from ganssl.fitting.few_labels import encode_any_photos
from ganssl.fitting.from_photos import EncodedPhotos, encode_photos
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.population import Population, photo_population
from ganssl.laboratory.population_file import kept_population, ready_population
from ganssl.laboratory.readings_file import MOVED_FACES
from ganssl.laboratory.scales_file import ready_laboratory
from ganssl.models.face_model import FaceModel
from ganssl.photos.prepared import CROP
from ganssl.ui.shared.jobs import show_job, visitor_jobs
from ganssl.ui.shared.model import MOST_MODELS, face_model, readout
from ganssl.ui.shared.shelf import shelf

GENERATED = "generated faces, labelled by the probes"
SERVER_FOLDERS = {
    "photos of GANSSL_DATA": "GANSSL_DATA",
    "photos of GANSSL_PHOTOS": "GANSSL_PHOTOS",
}
"""What the one who runs the server offers, and the environment variable that names it."""

LABELS = "labels.csv"
FEWEST_PHOTOS = 20
COUNTS = (1000, 4000, 10_000)
"""So many generated faces can be loaded; the first number is what the page opens with."""

POPULATION, LOADING, BEGUN = "lab/population", "lab/loading", "lab/begun"
NOT_YET = "The faces are being prepared above; this appears by itself."


@st.cache_resource(max_entries=MOST_MODELS, show_spinner="Preparing the laboratory …")
def _laboratory(key: str, _model: FaceModel) -> Laboratory | None:
    probes = readout(_model.size)
    if probes is None:
        return None
    return ready_laboratory(_model, probes, _code_cache(), MOVED_FACES)


@st.cache_resource(max_entries=MOST_MODELS, show_spinner=False)
def _generated(key: str) -> dict[int, Population]:
    """Generated faces by their count: the same for all visitors, so made once."""
    return {}


def require_laboratory() -> Laboratory:
    """The chosen model's laboratory, one for all visitors; no page without a face network."""
    bare = face_model()  # what all visitors share holds nobody's own directions
    found = _laboratory(bare.key, bare)
    if found is None:
        st.error("The face network is not installed, and without it nothing can be measured.")
        st.stop()
    return found


def current_population(laboratory: Laboratory) -> Population | None:
    """The faces that this visit has loaded for this model."""
    key, population = st.session_state.get(POPULATION, ("", None))
    return population if key == laboratory.model.faces_key else None


def choose_population(laboratory: Laboratory) -> Population | None:
    """Draw the choice of faces and the job that loads them; what is loaded so far."""
    sources = [GENERATED, *shelf().photos, *server_folders()]
    left, middle, right = st.columns([4, 2, 1], vertical_alignment="bottom")
    source = left.selectbox(
        "Faces to work on",
        sources,
        key="lab/source",
        persist_state="session",
        help="Labelled photos that you upload on *Train & evaluate* or label on *Label* appear "
        "here. They are turned into codes and shown as the model rebuilds them.",
    )
    middle.selectbox(
        "How many",
        COUNTS,
        format_func=lambda count: f"{count:,}",
        key="lab/count",
        persist_state="session",
        disabled=source != GENERATED,
        help="Of generated faces; of photos all are taken.",
    )
    _begin(laboratory)
    job = st.session_state.get(LOADING)
    right.button(
        "Load",
        icon=":material/download:",
        key="lab/load",
        disabled=job is not None and job.active,
        on_click=_load,
        args=(laboratory,),
    )
    if message := st.session_state.pop("lab/message", None):
        st.error(message, icon=":material/error:")
    if job is not None:
        show_job(job)
        if job.result is not None:
            st.session_state[POPULATION] = job.result
            del st.session_state[LOADING]
    population = current_population(laboratory)
    if population is not None:
        st.caption(
            f"Loaded: **{population.name}**, {len(population):,} codes, "
            f"{len(population.attributes)} attributes labelled by {population.labelled_by}."
        )
    return population


def _begin(laboratory: Laboratory) -> None:
    """Load the faces with which the page opens, once for each model: at once or by a job."""
    key = laboratory.model.faces_key
    if st.session_state.get(BEGUN) == key:
        return
    st.session_state[BEGUN] = key
    if preparing() or current_population(laboratory) is not None:
        return  # from before a reload of the page
    made, count = _generated(key), COUNTS[0]
    if count not in made:
        kept = kept_population(laboratory, count, _code_cache())
        if kept is not None:
            made[count] = kept
    if count in made:
        st.session_state[POPULATION] = key, made[count]
        return

    def work(context):
        if count not in made:
            report = context.stage("generating faces")
            made[count] = ready_population(laboratory, count, _code_cache(), report)
        return key, made[count]

    try:
        st.session_state[LOADING] = visitor_jobs().submit(work, "Preparing the faces, once")
    except UserError as error:
        st.session_state["lab/message"] = str(error)


def preparing() -> bool:
    """Whether faces are on their way."""
    job = st.session_state.get(LOADING)
    return job is not None and job.active


def say_that_faces_are_missing(purpose: str) -> None:
    """A box in place of what needs faces."""
    st.info(NOT_YET if preparing() else f"Load faces above {purpose}.")


def _load(laboratory: Laboratory) -> None:
    """Callback: load the faces as a job, whose result is `(key of the faces, population)`."""
    source, count = st.session_state["lab/source"], st.session_state["lab/count"]
    photos = shelf().photos.get(source)
    if photos is not None and len(photos) < FEWEST_PHOTOS:
        st.session_state["lab/message"] = (
            f"{source} holds {len(photos)} photos; a map needs {FEWEST_PHOTOS} or more."
        )
        return

    made = _generated(laboratory.model.faces_key)

    def work(context):
        if source == GENERATED:
            if count not in made:
                report = context.stage("generating faces")
                made[count] = ready_population(laboratory, count, _code_cache(), report)
            population = made[count]
        else:
            encoded = _encoded(laboratory.model, source, photos, context.stage)
            population = photo_population(
                laboratory, encoded, source, progress=context.stage("rebuilding faces")
            )
        return laboratory.model.faces_key, population

    try:
        st.session_state[LOADING] = visitor_jobs().submit(work, f"Loading {source}")
    except UserError as error:
        st.session_state["lab/message"] = str(error)


def _encoded(model: FaceModel, source: str, photos, stage) -> EncodedPhotos:
    if photos is not None:
        return encode_any_photos(model, photos, stage, CROP).encoded
    from ganssl.photos import read_photos

    folder = server_folders()[source]
    labels = folder / LABELS
    found = read_photos(folder, labels if labels.is_file() else None)
    return EncodedPhotos(found, encode_photos(model, found, _code_cache(), stage))


def server_folders() -> dict[str, Path]:
    """Folders of photos on the server's disk, by the name that a visitor reads.

    `GANSSL_DATA` holds CelebA in `celeba/`; `GANSSL_PHOTOS` is any folder of
    photos in the aligned crop, with a `labels.csv` where there are labels.
    """
    folders = {}
    for title, variable in SERVER_FOLDERS.items():
        root = os.environ.get(variable)
        folder = Path(root, "celeba" if variable == "GANSSL_DATA" else "") if root else None
        if folder is not None and folder.is_dir():
            folders[title] = folder
    return folders


def _code_cache() -> Path:
    """Keeps what is told of generated faces and their scales, and codes of the server's own photos.

    Those of visitors' photos are kept nowhere.
    """
    return Path.home() / ".cache" / "ganssl"
