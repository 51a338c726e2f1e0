"""From labelled photos to the directions of a model: encode, fit, measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.files import read_rows, write_rows
from ganssl.base.progress import Stages
from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.fit import fit_directions
from ganssl.directions.names import DEFAULT_METHODS
from ganssl.directions.options import PLAIN, FitOptions
from ganssl.errors import UserError
from ganssl.fitting.skin_tone import fit_photo_skin_tone
from ganssl.photos.face_cache import cache_key, face_chunks

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel
    from ganssl.photos import PhotoSet


def fit_photo_directions(
    model: FaceModel,
    photos: PhotoSet,
    methods: Sequence[str] = DEFAULT_METHODS,
    options: FitOptions = PLAIN,
    cache: str | Path | None = None,
    progress: Stages | None = None,
    codes: np.ndarray | None = None,
) -> DirectionSet:
    """Fit the directions of a model to labelled photos, and that of skin tone to their pixels.

    The train part fits and the validation part is the hold-out. Photos that
    are not divided keep back a fifth of each attribute's labels. The photos of
    one person never lie on both sides where identities are known. Photos that
    do not tell skin tones apart leave it unknown.

    Args:
        methods, options: as in `fit_directions`; hold-out and groups follow from the photos.
        cache: folder that keeps the codes for next time.
        codes: float32 `[n, d]` of the train part (of all photos, when they are
            not divided), where they are encoded already.

    Raises `UserError` for photos without labels or with too few.
    """
    if photos.partition is None:
        train, holdout = photos, None
    else:
        train = photos.part("train")
        holdout = photos.part("validation") if (photos.partition == 1).any() else None

    def encoded(part: PhotoSet) -> EncodedPhotos:
        return EncodedPhotos(part, encode_photos(model, part, cache, progress))

    fitted = encoded(train) if codes is None else EncodedPhotos(train, codes)
    directions = fit_encoded(
        model.id,
        fitted,
        None if holdout is None else encoded(holdout),
        methods,
        options,
        progress,
    )
    try:
        tone = fit_photo_skin_tone(model, train, fitted.codes, cache, progress)
    except UserError:
        return directions
    return directions.with_skin_tone(tone)


@dataclass(frozen=True, eq=False)
class EncodedPhotos:
    """Photos with their codes, float32 `[n, d]`."""

    photos: PhotoSet
    codes: np.ndarray

    def divided(self) -> tuple[EncodedPhotos, EncodedPhotos | None]:
        """What fits directions and what measures them: train and validation part.

        Photos that are not divided all fit; the second is None without a validation part.
        """
        partition = self.photos.partition
        if partition is None:
            return self, None
        train, held = (self.subset(partition == number) for number in (0, 1))
        return train, held if len(held.photos) else None

    def subset(self, mask: np.ndarray) -> EncodedPhotos:
        """Those under a boolean mask `[n]`."""
        return EncodedPhotos(self.photos.subset(mask), self.codes[mask])


def encode_folder(
    model: FaceModel,
    folder: str | Path,
    labels: str | Path | None = None,
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> EncodedPhotos:
    """Read a folder or zip of photos and encode it, once: see `read_photos` and `encode_photos`.

    Photos that cannot be decoded are left out, as `PhotoSet.usable` does; all are asked only
    after one could not, since most sets have none and decoding each twice takes long.
    """
    from ganssl.photos import read_photos

    photos = read_photos(folder, labels)
    try:
        return EncodedPhotos(photos, encode_photos(model, photos, cache, progress))
    except UserError:
        usable = photos.usable(progress and progress("checking photos"))
        if usable is photos:
            raise
    return EncodedPhotos(usable, encode_photos(model, usable, cache, progress))


def fit_encoded(
    model_id: str,
    train: EncodedPhotos,
    holdout: EncodedPhotos | None = None,
    methods: Sequence[str] = DEFAULT_METHODS,
    options: FitOptions = PLAIN,
    progress: Stages | None = None,
) -> DirectionSet:
    """Fit directions to encoded photos; `UserError` for photos without labels or with too few.

    Args:
        holdout: other photos with the same label columns; without them a fifth
            of each attribute's labels is kept back.
        methods, options: as in `fit_directions`; hold-out and groups follow from the photos.
    """
    photos = train.photos
    photos.require_labels()
    return fit_directions(
        train.codes,
        photos.labels,
        photos.attributes,
        methods,
        replace(
            options,
            holdout=None if holdout is None else (holdout.codes, holdout.photos.labels),
            groups=photos.identity,
        ),
        model_id,
        progress and progress("fitting directions"),
    )


def encode_photos(
    model: FaceModel,
    photos: PhotoSet,
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> np.ndarray:
    """The codes of photos, through the model's own preprocessing; float32 `[n, d]`.

    Photos are decoded a few at a time, so that memory holds the codes alone.

    Args:
        cache: folder that keeps the codes in `codes-KEY.npy` for next time; KEY
            changes with the photos, the preprocessing and the encoder. Faces
            that `PhotoSet.faces` kept there are not decoded again.
        progress: gets the stage `encoding photos`.
    """
    report = progress and progress("encoding photos")
    shape = (len(photos), model.latent_size)
    path = None
    if cache is not None:
        cache = Path(cache)
        path = cache / f"codes-{cache_key(photos, model.preprocess)}-{model.encoder_id}.npy"
        kept = read_rows(path, shape)
        if kept is not None:
            if report:
                report(len(photos), len(photos))
            return kept
    codes = np.empty(shape, np.float32)
    for start, faces in face_chunks(photos, model.preprocess, cache, report):
        codes[start : start + len(faces)] = model.encode(faces)
    if path is not None:
        write_rows(path, codes)
    return codes
