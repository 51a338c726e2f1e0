"""A direction from photos that somebody has just labelled: any photos, and few of them.

Two hundred photos cannot tell how far faces vary, so the slider's unit and
center come from the codes that the model was trained on. They are also too few
to keep some back: all define the direction, and cross-validation measures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ganssl.attributes import Attribute, why_withheld, withheld
from ganssl.base.progress import Stages
from ganssl.directions.direction import Direction
from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.fit import fit_directions
from ganssl.directions.holdout import measure_projection
from ganssl.directions.options import FitOptions
from ganssl.fitting.from_photos import EncodedPhotos
from ganssl.fitting.spread_labels import spread_labels
from ganssl.metrics.intervals import auc_interval_of_counts
from ganssl.photos.prepared import LEAVE_OUT, prepare_photos

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel
    from ganssl.photos import PhotoSet
    from ganssl.photos.uploads import Refusal

FOLDS = 5
FEW_METHODS = ("mean",)
"""With few labels the plain difference of means comes nearest to what many labels give."""

ENOUGH_PER_CLASS = 50
"""Fewer labels of a class get a warning.

Against the direction of 3,000 labelled photos, one from 10, 25, 50 and 100 of
each class had a cosine of 0.46, 0.62, 0.74 and 0.85 for Smiling and of 0.42,
0.65, 0.78 and 0.90 for Eyeglasses (difference of means, three draws each).
"""


@dataclass(frozen=True)
class AlignedCodes:
    """Photos of any kind as codes.

    Attributes:
        encoded: the photos that could be read.
        warnings: sentences about single photos, with their names.
        refused: what could not be read, or shows no face.
    """

    encoded: EncodedPhotos
    warnings: list[str]
    refused: list[Refusal]


def encode_any_photos(
    model: FaceModel,
    photos: PhotoSet,
    progress: Stages | None = None,
    no_face: str = LEAVE_OUT,
) -> AlignedCodes:
    """Find and align the face of each photo and encode it, as it is done with every upload.

    Args:
        no_face: what becomes of photos without a face, see `prepare_photos`.

    Raises `UserError` when no photo can be used.
    """
    report = progress and progress("finding faces")
    prepared = prepare_photos(photos, model.preprocess, report, no_face=no_face)
    codes = model.encode(prepared.pixels, progress and progress("encoding faces"))
    return AlignedCodes(EncodedPhotos(prepared.photos, codes), prepared.warnings, prepared.refused)


def fit_few_labels(
    model: FaceModel,
    encoded: EncodedPhotos,
    methods: Sequence[str] = FEW_METHODS,
    labels_per_class: int | None = None,
    seed: int = 0,
) -> DirectionSet:
    """Fit a direction to each label column of a few encoded photos.

    σ is √(v'Σv) and the center v·μ, with mean μ and covariance Σ of the model's
    training codes; the figures are those of a cross-validation in `FOLDS`
    parts.

    Args:
        methods: as in `fit_directions`.
        labels_per_class, seed: as in `FitOptions`.

    Raises `UserError` for photos without labels, or with fewer than four of
    each class in every column.
    """
    photos = encoded.photos
    photos.require_labels()
    directions = fit_directions(
        encoded.codes,
        photos.labels,
        photos.attributes,
        methods,
        FitOptions(
            labels_per_class=labels_per_class,
            folds=FOLDS,
            population=(model.mean, model.covariance),
            seed=seed,
        ),
        model.id,
    )
    return DirectionSet(
        directions.model_id,
        [_with_interval(direction, photos.column(direction.attribute)) for direction in directions],
        directions.skipped,
    )


def fit_spread_slider(
    model: FaceModel, encoded: EncodedPhotos, features: np.ndarray, seed: int = 0
) -> Direction:
    """A direction from a few labels and all photos beside them that have none.

    The labels are spread over the others by what the face network sees in them
    (`spread_labels`), which tells far more than the few codes alone. σ and center are
    as in `fit_few_labels`; each label is judged by a direction of the other labels.

    Args:
        encoded: with one column of labels, -1 for photos without one.
        features: float32 `[n, f]` of the same photos.

    Raises `UserError` for fewer than four labels of each class.
    """
    photos, codes = encoded.photos, encoded.codes
    (name,) = photos.attributes
    labels = photos.column(name)
    plain = fit_few_labels(model, encoded, seed=seed).get(name)  # refuses too few
    spread = spread_labels(features, codes, labels)
    scores = _judged_by_others(features, codes, labels, seed)
    sigma = float(np.sqrt(spread.vector @ model.covariance.astype(np.float64) @ spread.vector))
    center = float(model.mean @ spread.vector)
    known = labels >= 0
    figures = measure_projection(scores[known], labels[known])
    halves = []
    for first in (0, 1):
        half = np.full(len(labels), -1, np.int8)
        for answer in (0, 1):
            half[np.flatnonzero(labels == answer)[first::2]] = answer
        halves.append(spread_labels(features, codes, half).vector)
    absent, present = (
        float(((codes[labels == answer] @ spread.vector).mean() - center) / sigma)
        for answer in (0, 1)
    )
    direction = replace(
        plain,
        method="logistic",
        vector=spread.vector,
        sigma=sigma,
        center=center,
        boundary=spread.boundary,
        class_means=(absent, present),
        auc=figures.auc,
        accuracy=figures.accuracy,
        majority=figures.majority,
        split_half_cosine=float(halves[0] @ halves[1]),
    )
    return _with_interval(direction, labels)


def _judged_by_others(
    features: np.ndarray, codes: np.ndarray, labels: np.ndarray, seed: int
) -> np.ndarray:
    """Where each labelled code lies along a direction of the other labels; NaN for the rest."""
    from sklearn.model_selection import StratifiedKFold

    known = np.flatnonzero(labels >= 0)
    count = min(FOLDS, int(np.bincount(labels[known], minlength=2).min()))
    found = np.full(len(labels), np.nan)
    folds = StratifiedKFold(count, shuffle=True, random_state=seed)
    for _, held in folds.split(codes[known], labels[known]):
        others = labels.copy()
        others[known[held]] = -1
        found[known[held]] = spread_labels(features, codes, others).code_scores(codes[known[held]])
    return found


def _with_interval(direction: Direction, labels: np.ndarray) -> Direction:
    """The 95 % interval of the cross-validated AUC, from the labels int8 `[n]` behind it."""
    absent, present = (int((labels == answer).sum()) for answer in (0, 1))
    return replace(direction, auc_interval=auc_interval_of_counts(direction.auc, present, absent))


def few_label_warnings(question: Attribute, labels: np.ndarray) -> list[str]:
    """What to say of a direction that these labels define, int8 `[n]` of 1, 0 and -1."""
    warnings = []
    if withheld(question.name):
        warnings.append(why_withheld(question))
    absent, present = (int((labels == answer).sum()) for answer in (0, 1))
    if min(absent, present) < ENOUGH_PER_CLASS:
        warnings.append(
            f"These are few labels: {present} {question.positive!r} and {absent} "
            f"{question.negative!r}. With fewer than {ENOUGH_PER_CLASS} of each the direction "
            f"mostly follows what these few faces happen to share, and the slider will move "
            f"other things as well."
        )
    return warnings
