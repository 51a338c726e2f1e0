"""How the faces of a model read along its codes: a regression of readings on codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.progress import Progress
from ganssl.directions.conditional import NOISE
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

FACES_STEPPED = 64
"""Faces that also take a step along each axis of the codes, which tells what a step does to one."""

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
    and the readout together, on average over faces (Stein 1981). What becomes of a
    single face is another question: where half of them turn to one side and half
    to the other, their mean rests. So `FACES_STEPPED` faces also take a step along
    each axis of the population's codes.

    Raises `UserError` for too few faces, and where all faces read alike.
    """
    if faces < FEWEST_FOR_EACH * model.latent_size:
        raise UserError(
            f"How faces read along {model.latent_size} numbers takes "
            f"{FEWEST_FOR_EACH * model.latent_size} faces or more, not {faces}."
        )
    stepped = min(FACES_STEPPED, faces)
    total = faces + stepped * model.latent_size

    def told(done: int) -> None:
        if progress:
            progress(done, total)

    read, codes, parts = _reader(model, readout), model.sample(faces, seed), []
    for start in range(0, faces, CHUNK):
        parts.append(read(codes[start : start + CHUNK]))
        told(min(start + CHUNK, faces))
    rows, count = np.concatenate(parts), len(readout.attributes) + 1
    tone = rows[:, count - 1]
    usual = np.where(np.isnan(tone), np.nanmean(tone) if np.isfinite(tone).any() else 0.0, tone)
    readings = np.column_stack([rows[:, : count - 1], usual])
    spread = np.maximum(readings.std(axis=0), 1e-6)
    slopes = regressed(codes, readings) / spread[:, None]
    names = (*readout.attributes, NAME)
    normals = label_normals(model.directions, names, model.latent_size)
    normals *= np.linalg.norm(slopes, axis=1, keepdims=True)
    changed = stepped_faces(
        read, codes[:stepped], model.covariance, seed, lambda done: told(faces + done)
    )
    return Readings(
        names=names,
        slopes=slopes.astype(np.float32),
        normals=normals.astype(np.float32),
        identity=changed(slice(count, None)),
        tone=changed(slice(count - 1, count)) / np.float32(spread[-1] ** 2),
        read_by=readout.id,
    )


def stepped_faces(
    read: Callable[[np.ndarray], np.ndarray],
    codes: np.ndarray,
    covariance: np.ndarray,
    seed: int = 0,
    told: Callable[[int], None] | None = None,
) -> Callable[[slice], np.ndarray]:
    """Let every face take a step along each axis of the population's codes.

    Args:
        read: codes `[n, d]` to what is read of their faces `[n, k]`.
        codes: float `[m, d]`, and the `covariance` `[d, d]` of all.
        seed: of the sides to which the steps go.
        told: hears how many steps are done.

    Returns what gives, for some of what is read, the matrix of the mean square of its
    change: float32 `[d, d]`, `step @ matrix @ step` for a step of codes.
    """
    size = codes.shape[1]
    variances, axes = np.linalg.eigh(covariance.astype(np.float64))
    spreads = np.sqrt(np.maximum(variances, NOISE * variances.mean()))  # (d,)
    rng = np.random.default_rng(seed)
    changes = []
    for done, code in enumerate(codes, start=1):
        steps = rng.choice([-1.0, 1.0], size) * spreads * axes  # a column for each
        moved = read(np.concatenate([code[None], code + steps.T]).astype(np.float32))
        change = (moved[1:] - moved[0]) / np.diag(axes.T @ steps)[:, None]  # (d, k)
        changes.append(np.where(np.isnan(change), 0.0, change))  # a skin that lost its colour
        if told:
            told(done * size)
    every = np.stack(changes)  # (m, d, k)

    def squares(part: slice) -> np.ndarray:
        along = np.einsum("mik,mjk->ij", every[:, :, part], every[:, :, part]) / len(every)
        return (axes @ along @ axes.T).astype(np.float32)

    return squares


def _reader(model: FaceModel, readout: Readout) -> Callable[[np.ndarray], np.ndarray]:
    """What gives, of codes `[n, d]`, readings, skin tone and unit embedding: float64 `[n, k]`."""
    from ganssl.base.device import fast_arithmetic
    from ganssl.models.full_rate import face_decoder

    decode = face_decoder(model, *fast_arithmetic(model.engines))

    def read(codes: np.ndarray) -> np.ndarray:
        pixels = decode(codes)
        features = readout.network.features(pixels)
        tone = skin_tone(pixels, model.preprocess)
        found = readout.logits(features), tone, unit(features, readout)
        return np.column_stack(found).astype(np.float64)

    return read


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
