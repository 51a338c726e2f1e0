"""How the faces of a model read along its codes: a regression of readings on codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.progress import Progress
from ganssl.directions.readings import Readings
from ganssl.errors import UserError
from ganssl.photos.skin_tone import NAME, skin_tone

if TYPE_CHECKING:
    from ganssl.directions import DirectionSet
    from ganssl.features.readout import Readout
    from ganssl.models.face_model import FaceModel

FEWEST_FOR_EACH = 4
"""Faces for each number of a code; with fewer the slopes would be chance."""

RIDGE = 100.0
"""Penalty of the regression on codes, as much as so many faces weigh."""

CHUNK = 100
NORMAL = "logistic"
"""The method whose vectors tell classes of codes apart."""


def fit_readings(
    model: FaceModel,
    readout: Readout,
    faces: int,
    seed: int = 2,
    progress: Progress | None = None,
) -> Readings:
    """Read so many generated faces, and regress what is read on their codes.

    For codes that are normally distributed the slopes are those of the generator
    and the readout together, on average over faces (Stein 1981).

    Raises `UserError` for too few faces, and where all faces read alike.
    """
    if faces < FEWEST_FOR_EACH * model.latent_size:
        raise UserError(
            f"How faces read along {model.latent_size} numbers takes "
            f"{FEWEST_FOR_EACH * model.latent_size} faces or more, not {faces}."
        )
    from ganssl.base.device import fast_arithmetic
    from ganssl.models.full_rate import face_decoder

    decode = face_decoder(model, *fast_arithmetic(model.engines))
    codes = model.sample(faces, seed)
    parts = []
    for start in range(0, faces, CHUNK):
        pixels = decode(codes[start : start + CHUNK])
        features = readout.network.features(pixels)
        read = (
            readout.logits(features),
            skin_tone(pixels, model.preprocess),
            unit(features, readout),
        )
        parts.append(np.column_stack(read).astype(np.float64))
        if progress:
            progress(min(start + CHUNK, faces), faces)
    rows, count = np.concatenate(parts), len(readout.attributes) + 1
    tone = rows[:, count - 1]
    tone[np.isnan(tone)] = np.nanmean(tone) if np.isfinite(tone).any() else 0.0
    found = regressed(codes, rows)  # (a + 1 + e, d)
    slopes, embedding = found[:count], found[count:]
    slopes = slopes / np.maximum(rows[:, :count].std(axis=0), 1e-6)[:, None]
    names = (*readout.attributes, NAME)
    normals = label_normals(model.directions, names, model.latent_size)
    normals *= np.linalg.norm(slopes, axis=1, keepdims=True)
    return Readings(
        names=names,
        slopes=slopes.astype(np.float32),
        normals=normals.astype(np.float32),
        identity=(embedding.T @ embedding).astype(np.float32),
        read_by=readout.id,
    )


def label_normals(directions: DirectionSet, names: Sequence[str], size: int) -> np.ndarray:
    """Unit normals of the classifiers of codes that labels taught, and of skin tone; `[a, d]`.

    Rows are 0 where a set has none.
    """
    found = np.zeros((len(names), size))
    for row, name in enumerate(names):
        if NORMAL in directions.methods(name):
            found[row] = directions.get(name, NORMAL).vector
        elif name == NAME and directions.skin_tone is not None:
            found[row] = directions.skin_tone.vector
    return found


def regressed(codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Slopes `[k, d]` of rows `[n, k]` by codes `[n, d]` (ridge regression)."""
    from sklearn.linear_model import Ridge  # slow to import

    return Ridge(alpha=RIDGE).fit(codes.astype(np.float64), rows).coef_


def unit(features: np.ndarray, readout: Readout) -> np.ndarray:
    """The embeddings in features at length 1, `[n, e]`."""
    embeddings = features[:, : readout.network.config.embedding]
    return embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9)
