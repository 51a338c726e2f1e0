"""A direction of skin tone from photos: what their codes say about the angle measured on pixels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.directions.direction import Direction
from ganssl.directions.estimators import code_scale
from ganssl.directions.holdout import measure_projection, split
from ganssl.errors import UserError
from ganssl.photos.face_cache import face_chunks
from ganssl.photos.skin_tone import NAME, skin_tone

if TYPE_CHECKING:
    from ganssl.base.progress import Stages
    from ganssl.models.face_model import FaceModel
    from ganssl.photos import PhotoSet

SOME_PHOTOS = 10_000
"""So many photos are measured at the most, the first ones."""

FEWEST_PHOTOS = 50
RIDGE = 10.0
"""Penalty on standardised codes, as much as ten photos weigh."""

HOLDOUT_SHARE = 0.2
HALVES = 5


def fit_skin_tone(
    codes: np.ndarray, angles: np.ndarray, groups: np.ndarray | None = None, seed: int = 0
) -> Direction:
    """The direction of codes along which the typology angle rises, by ridge regression.

    It regresses angles on codes: what a slider must not move is what reads the
    angle off a code, not how codes differ on average between light and dark
    skin. *Present* in its figures is the lighter half of the photos.

    Args:
        codes: float32 `[n, d]`.
        angles: float `[n]` in degrees, NaN where a photo has none.
        groups: int `[n]`, such as identities, that no split divides.

    Raises `UserError` for fewer than `FEWEST_PHOTOS` angles, or all alike.
    """
    known = np.isfinite(angles)
    if known.sum() < FEWEST_PHOTOS:
        raise UserError(
            f"Skin tone was read off {int(known.sum())} photos; {FEWEST_PHOTOS} are needed to "
            "find its direction."
        )
    rows, angles = codes[known], angles[known].astype(np.float64)
    groups = None if groups is None else groups[known]
    lighter = (angles > np.median(angles)).astype(np.int8)
    if lighter.min() == lighter.max():
        raise UserError("The skin tones of the photos are all alike.")
    scale = code_scale(codes)
    rng = np.random.default_rng(seed)
    held = split(lighter, groups, HOLDOUT_SHARE, rng, 2)
    if min(len(np.unique(lighter[part])) for part in (held, ~held)) < 2:
        held = split(lighter, None, HOLDOUT_SHARE, rng, 2)  # people who are all on both sides
    vector = _unit(rows[~held], angles[~held], scale)
    projection = codes @ vector  # (n,)
    sigma, center = float(projection.std(dtype=np.float64)), float(projection.mean())
    figures = measure_projection((rows[held] @ vector - center) / sigma, lighter[held])
    cosines = []
    for _ in range(HALVES):
        half = split(lighter, groups, 0.5, rng)
        cosines.append(
            _unit(rows[half], angles[half], scale) @ _unit(rows[~half], angles[~half], scale)
        )
    return Direction(
        attribute=NAME,
        method="regression",
        vector=vector,
        **figures.of_direction(sigma, center),
        split_half_cosine=float(np.mean(cosines)),
        labels_used=int((~held).sum()),
    )


def fit_photo_skin_tone(
    model: FaceModel,
    photos: PhotoSet,
    codes: np.ndarray,
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> Direction:
    """Measure photos as the model crops them, and fit the direction to their codes `[n, d]`."""
    angles = np.full(len(photos), np.nan, np.float32)
    count = min(len(photos), SOME_PHOTOS)
    report = progress and progress("measuring skin tone")
    for start, faces in face_chunks(photos, model.preprocess, Path(cache) if cache else None):
        angles[start : start + len(faces)] = skin_tone(faces, model.preprocess)
        done = min(start + len(faces), count)
        if report:
            report(done, count)
        if done == count:
            break
    return fit_skin_tone(codes, angles, photos.identity)


def _unit(codes: np.ndarray, angles: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The gradient of the angle by the code, at length 1; float32 `[d]`."""
    from sklearn.linear_model import Ridge  # slow to import

    normal = Ridge(alpha=RIDGE).fit(codes / scale, angles).coef_ / scale
    return (normal / np.linalg.norm(normal)).astype(np.float32)
