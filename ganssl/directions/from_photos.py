"""From labelled photos to the directions of a model: encode, fit, measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.directions.direction import METHODS
from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.fit import fit_directions
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.data import PhotoSet
    from ganssl.models.face_model import FaceModel

Progress = Callable[[str], Callable[[int, int], None]]
"""Takes the name of a stage and gives its callback `(done, total)`, as `ganssl.progress.bar`."""


def fit_photo_directions(
    model: FaceModel,
    photos: PhotoSet,
    methods: Sequence[str] = METHODS,
    labels_per_class: int | None = None,
    seed: int = 0,
    cache: str | Path | None = None,
    progress: Progress | None = None,
    codes: np.ndarray | None = None,
) -> DirectionSet:
    """Fit the directions of a model to labelled photos.

    The train part fits and the validation part is the hold-out. Photos that
    are not divided keep back a fifth of each attribute's labels. The photos of
    one person never lie on both sides where identities are known.

    Args:
        methods, labels_per_class, seed: as in `fit_directions`.
        cache: folder that keeps the preprocessed photos for next time.
        codes: float32 `[n, d]` of the train part (of all photos, when they are
            not divided), where they are encoded already.

    Raises `UserError` for photos without labels or with too few.
    """
    if not photos.attributes:
        raise UserError(f"{photos.source} has no labels: give a CSV of labels with it.")
    train, holdout = photos, None
    if photos.partition is not None:
        train = photos.part("train")
        if (photos.partition == 1).any():
            validation = photos.part("validation")
            held_codes = encode_photos(model, validation, cache, progress)
            holdout = held_codes, validation.labels
    return fit_directions(
        encode_photos(model, train, cache, progress) if codes is None else codes,
        train.labels,
        photos.attributes,
        methods,
        holdout=holdout,
        labels_per_class=labels_per_class,
        seed=seed,
        progress=progress and progress("fitting directions"),
        groups=train.identity,
        model_id=model.id,
    )


def encode_photos(
    model: FaceModel,
    photos: PhotoSet,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """The codes of photos, through the model's own preprocessing; float32 `[n, d]`."""
    faces = photos.faces(model.preprocess, cache, progress and progress("decoding photos"))
    return model.encode(faces, progress and progress("encoding faces"))
