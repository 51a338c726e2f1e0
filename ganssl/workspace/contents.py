"""What runs are about, written and read back: each kind by its own reader and writer.

set         set/ (as `synthesize` writes it), set.zip, features/ of extractors
classifier  classifier/ (as `save_classifier` writes it)
judgement   judgement.json, answers.csv, report.html, classifier/; no photo
slider      slider.npz (as the laboratory saves it)
labels      labels.json (as the page Label saves it): names of photos, no pixel
photos      photos.zip with labels.csv in it, without camera data; only where somebody asks for it
sequence    sequence.json, see `ganssl.workspace.sequences`
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganssl.base.atomic import write_file
from ganssl.errors import UserError
from ganssl.workspace.run import CLASSIFIER, JUDGEMENT, LABELS, PHOTOS, SET, SLIDER, Run
from ganssl.workspace.workspace import Workspace

if TYPE_CHECKING:
    from ganssl.classifier import Classifier
    from ganssl.directions import Direction
    from ganssl.judgement.comparison import Comparison
    from ganssl.labelling.session import LabellingSession
    from ganssl.labelling.session_file import SavedSession
    from ganssl.models.face_model import FaceModel
    from ganssl.photos import PhotoSet
    from ganssl.synthesis import Recipe, SyntheticSet

SET_FOLDER, CLASSIFIER_FOLDER = "set", "classifier"
SLIDER_FILE, LABELS_FILE, PHOTOS_FILE = "slider.npz", "labels.json", "photos.zip"
JUDGEMENT_FILE, ANSWERS_FILE, REPORT_FILE = "judgement.json", "answers.csv", "report.html"
JUDGED = ("n", "accuracy", "ci95", "balanced_accuracy", "auc", "auc_ci95", "majority_baseline")
RENAMED = {"ci95": "accuracy_ci95"}
STRATEGY_WORDS = {"position": "natural", "push": "pushed"}
LARGEST_PHOTOS = 2_000_000_000
"""Bytes of a ZIP of photos that is read again."""


def set_name(recipe: Recipe) -> str:
    """`Smiling, 40,000 natural faces`."""
    return f"{recipe.title}, {recipe.count:,} {STRATEGY_WORDS[recipe.strategy]} faces"


def begin_set(
    workspace: Workspace, name: str, recipe: Recipe, model: FaceModel, layout: str = "folder"
) -> Run:
    """An unfinished run for a set, which is made in `run.folder / SET_FOLDER`."""
    return workspace.begin(SET, name, _set_settings(recipe, model, layout))


def stopped_set(
    workspace: Workspace, recipe: Recipe, model: FaceModel, layout: str, directions: str
) -> Run | None:
    """The newest unfinished run of this very set, to go on with; None without one.

    Args:
        directions: the id of those that label it.
    """
    from ganssl.synthesis.layout import read_info

    wanted = json.loads(json.dumps(_set_settings(recipe, model, layout)))
    for run in workspace.listing().runs:
        if run.kind != SET or run.finished or run.settings != wanted:
            continue
        try:
            if read_info(run.folder / SET_FOLDER).directions == directions:
                return run
        except UserError:  # not begun: nothing is lost by another
            continue
    return None


def _set_settings(recipe: Recipe, model: FaceModel, layout: str) -> dict[str, Any]:
    of_model = {"model": model.id, "model_name": model.name}
    return {**recipe.to_dict(), "layout": layout, **of_model}


def finish_set(workspace: Workspace, run: Run, made: SyntheticSet) -> Run:
    """The set is complete."""
    return workspace.finish(run, {"faces": len(made), "present": int(made.labels.sum())})


def open_set(run: Run) -> SyntheticSet:
    """`UserError` where it is damaged or unfinished."""
    from ganssl.synthesis import read_set

    return read_set(set_place(run))


def set_place(run: Run) -> Path:
    """The folder of a set's run that `read_set` reads; `UserError` for a run of another kind."""
    return folder_of(run, SET) / SET_FOLDER


def keep_classifier(workspace: Workspace, name: str, classifier: Classifier) -> Run:
    """Keep a trained classifier with what training measured."""
    from ganssl.classifier import save_classifier

    return workspace.keep(
        CLASSIFIER,
        name,
        lambda folder: save_classifier(classifier, folder / CLASSIFIER_FOLDER),
        classifier_settings(classifier),
        {n: v for n, v in classifier.metrics.items() if n.startswith(("trained_on", "held_out"))},
    )


def open_classifier(run: Run) -> Classifier:
    """Of a classifier's run, or the one that a judgement's run judged."""
    from ganssl.classifier import load_classifier

    return load_classifier(classifier_place(run))


def classifier_place(run: Run) -> Path:
    """Where its folder lies; `UserError` for a run of another kind."""
    return folder_of(run, CLASSIFIER, JUDGEMENT) / CLASSIFIER_FOLDER


def classifier_settings(classifier: Classifier) -> dict[str, Any]:
    """What a classifier was made with, as a run's card holds it."""
    source, metrics = classifier.source, classifier.metrics
    settings: dict[str, Any] = {
        "attribute": classifier.attribute.name,
        "features": source.features,
        "head": classifier.head.kind,
        "threshold": round(float(classifier.threshold), 4),
        "threshold_from": classifier.threshold_from,
        "training_seed": metrics.get("seed"),
        "checked_by_photos": len(metrics.get("anchor_photos") or ()),
    }
    of_set = {n: v for n, v in source.recipe.items() if n != "attribute"}
    return settings | {"training_faces": of_set}


def keep_judgement(workspace: Workspace, name: str, found: Comparison) -> Run:
    """Keep figures, answers and report; of the photos their names, and no pixel."""
    from ganssl.classifier import save_classifier
    from ganssl.judgement.report import report_html

    values = found.to_dict()

    def fill(folder: Path) -> None:
        text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
        write_file(folder / JUDGEMENT_FILE, text + "\n")
        write_file(folder / ANSWERS_FILE, found.csv())
        write_file(folder / REPORT_FILE, report_html(found))
        save_classifier(found.classifier, folder / CLASSIFIER_FOLDER)

    settings = classifier_settings(found.classifier)
    settings |= {"few_labelled_photos": int(found.few.sum()), "drawn_by_seed": found.seed}
    figures = {RENAMED.get(n, n): _plain(values[n]) for n in JUDGED if values[n] is not None}
    return workspace.keep(JUDGEMENT, name, fill, settings, figures)


def judgement_report(run: Run) -> str:
    """The report of a judgement, HTML; `UserError` where it is gone."""
    return text_of(folder_of(run, JUDGEMENT) / REPORT_FILE)


def keep_slider(workspace: Workspace, direction: Direction, model_id: str) -> Run:
    """Keep a direction of somebody's own; it belongs to the model of this id."""
    from ganssl.directions.own import own_title
    from ganssl.laboratory.store import laboratory_bytes

    data = laboratory_bytes(model_id, [direction])
    figures = {"auc": direction.auc, "split_half_cosine": direction.split_half_cosine}
    return workspace.keep(
        SLIDER,
        own_title(direction),
        lambda folder: write_file(folder / SLIDER_FILE, data),
        {
            "attribute": direction.attribute,
            "method": direction.method,
            "held": list(direction.conditioned_on),
            "model": model_id,
        },
        {"labels": direction.labels_used}
        | {name: float(value) for name, value in figures.items() if np.isfinite(value)},
    )


def open_slider(run: Run, model: FaceModel) -> Direction:
    """`UserError` for a slider of another model, or a damaged one."""
    from ganssl.laboratory.store import read_laboratory

    directions = list(read_laboratory(folder_of(run, SLIDER) / SLIDER_FILE, model))
    if len(directions) != 1:
        raise UserError(f"{run.folder / SLIDER_FILE} holds {len(directions)} directions, not one.")
    return directions[0]


def keep_labels(
    workspace: Workspace, name: str, session: LabellingSession, before: Run | None = None
) -> Run:
    """Keep questions and answers; no pixel.

    Args:
        before: a run of the same labelling, whose place this takes.
    """
    from ganssl.labelling.session_file import save_session

    text = save_session(session)
    questions = [question.name for question in session.questions]
    settings = {"questions": questions, "second_look": bool(session.second)}
    answered = {(a.photo, a.question) for a in session.log if not a.again}
    figures = {"photos": len(session.names), "labels": len(answered)}
    if before is not None and before.folder.is_dir():
        write_file(before.folder / LABELS_FILE, text)
        return workspace.update(before, settings, figures)
    return workspace.keep(
        LABELS, name, lambda folder: write_file(folder / LABELS_FILE, text), settings, figures
    )


def open_labels(run: Run) -> SavedSession:
    """Questions and answers, to be put to photos by `session_file.restore`."""
    from ganssl.labelling.session_file import read_session

    path = folder_of(run, LABELS) / LABELS_FILE
    return read_session(text_of(path), str(path))


def keep_photos(workspace: Workspace, name: str, photos: PhotoSet) -> Run:
    """Write photos to the disk, without what cameras hide in them, and their labels."""
    from ganssl.labelling.export import photo_zip

    data = photo_zip(photos)
    return workspace.keep(
        PHOTOS,
        name,
        lambda folder: write_file(folder / PHOTOS_FILE, data),
        {"columns": list(photos.attributes)},
        {"photos": len(photos)},
    )


def open_photos(run: Run) -> PhotoSet:
    """Into memory, with their labels; `UserError` where none can be read."""
    from ganssl.photos.uploads import read_uploads

    path = folder_of(run, PHOTOS) / PHOTOS_FILE
    try:
        if path.stat().st_size > LARGEST_PHOTOS:
            raise UserError(f"{path} is larger than {LARGEST_PHOTOS / 1e9:.0f} GB.")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    upload = read_uploads([(PHOTOS_FILE, data)])
    if not len(upload.photos):
        raise UserError(f"{path} is damaged: {upload.summary()}")
    return upload.photos


def folder_of(run: Run, *kinds: str) -> Path:
    """Where the files of a run lie; `UserError` for one of another kind."""
    if run.kind not in kinds:
        raise UserError(f"{run.name!r} is a {run.kind}, no {' or '.join(kinds)}.")
    return run.folder


def text_of(path: Path) -> str:
    """What a file says; `UserError` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}.") from error


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
