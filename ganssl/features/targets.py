"""What the student learns: principal components of the teacher's standardised features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganssl.base.files import load_arrays, save_arrays
from ganssl.base.progress import Progress

MAP_SIDE = 4
FIT_COUNT = 4000  # faces that fix the principal components
CHUNK = 1000


@dataclass(frozen=True)
class TargetSpace:
    """An affine map from the teacher's raw features to the student's targets.

    Attributes:
        mean, scale: of the raw features, `[d]` (for the map also per place: `[4, 4, d]`).
        components: principal axes scaled by variance^(-1/4), `[k, d]`.
    """

    mean: np.ndarray
    scale: np.ndarray
    components: np.ndarray

    @classmethod
    def fit(cls, raw: np.ndarray, size: int) -> TargetSpace:
        """Principal components of standardised features.

        Args:
            raw: `[n, d]`, or `[n, 4, 4, d]` whose components the places share.
            size: number of components kept.
        """
        raw = np.asarray(raw, dtype=np.float32)
        mean, scale = raw.mean(axis=0), raw.std(axis=0) + 1e-3
        rows = ((raw - mean) / scale).reshape(-1, raw.shape[-1])
        values, vectors = np.linalg.eigh(rows.T @ rows / len(rows))
        values, vectors = values[::-1][:size], vectors[:, ::-1][:, :size]
        # Half-way to whitening: expression sits in components of small variance.
        weights = np.maximum(values, 1e-6) ** -0.25
        weights *= np.sqrt(len(values) / np.sum(values * weights**2))
        return cls(mean, scale, (vectors * weights).T.astype(np.float32))

    def __call__(self, raw: np.ndarray) -> np.ndarray:
        """Targets, float32 `[..., k]`, scaled to a mean variance of 1."""
        rows = (np.asarray(raw, dtype=np.float32) - self.mean) / self.scale
        return rows @ self.components.T


def area_matrix(source: int, target: int = MAP_SIDE) -> np.ndarray:
    """`[target, source]` weights that average `source` cells into `target` equal areas."""
    matrix = np.zeros((target, source), np.float32)
    for i in range(target):
        low, high = i * source / target, (i + 1) * source / target
        for j in range(source):
            matrix[i, j] = max(0.0, min(high, j + 1) - max(low, j)) / (high - low)
    return matrix


def teacher_features(
    teacher: Callable, faces: np.ndarray, batch_size: int = 50
) -> tuple[np.ndarray, np.ndarray]:
    """Run `faceres` over uint8 faces `[n, s, s, 3]`.

    Returns float16 `global` `[n, 1536]` (the embedding beside the mean of the
    middle layer) and `places` `[n, 4, 4, 512]` (the middle layer, area-averaged).
    """
    import keras

    pool = None
    whole, places = [], []
    for start in range(0, len(faces), batch_size):
        batch = np.asarray(faces[start : start + batch_size], dtype=np.float32)
        embedding, middle = teacher(batch, training=False)
        if pool is None:
            pool = area_matrix(middle.shape[1])
        middle_mean = keras.ops.mean(middle, axis=(1, 2))
        whole.append(
            np.concatenate([np.asarray(embedding), np.asarray(middle_mean)], axis=1).astype("f2")
        )
        pooled = keras.ops.einsum("ai,bj,nijc->nabc", pool, pool, middle)
        places.append(np.asarray(pooled).astype("f2"))
    return np.concatenate(whole), np.concatenate(places)


@dataclass(frozen=True)
class Targets:
    """The student's targets for a set of faces and their mirror images, float16.

    Attributes:
        embedding, mirrored_embedding: `[n, e]`.
        middle, mirrored_middle: `[n, 4, 4, m]`.
    """

    embedding: np.ndarray
    middle: np.ndarray
    mirrored_embedding: np.ndarray
    mirrored_middle: np.ndarray


def prepare_targets(
    teacher: Callable,
    faces: np.ndarray,
    embedding: int,
    middle: int,
    cache: Path,
    progress: Progress | None = None,
    photos: int | None = None,
) -> Targets:
    """Run the teacher once over all faces and their mirror images, in chunks.

    The result is kept in `cache` (`.npz`) and read from there the next time,
    if it fits the number of faces and the sizes asked for.

    Args:
        faces: uint8 `[n, s, s, 3]`, may be a memory map.
        embedding, middle: numbers of principal components.
        photos: the first so many faces are photos, and a sample of them fixes
            the components, whatever is learnt from beside them; all when None.
    """
    names = Targets.__dataclass_fields__
    if cache.is_file():
        targets = Targets(**load_arrays(cache))
        shapes = targets.embedding.shape, targets.middle.shape[-1]
        if shapes == ((len(faces), embedding), middle):
            return targets
    picks = np.random.default_rng(0).permutation(photos or len(faces))[:FIT_COUNT]
    whole, places = teacher_features(teacher, np.array(faces[np.sort(picks)]))
    spaces = TargetSpace.fit(whole, embedding), TargetSpace.fit(places, middle)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for start in range(0, len(faces), CHUNK):
        chunk = np.array(faces[start : start + CHUNK])
        for prefix, views in (("", chunk), ("mirrored_", chunk[:, :, ::-1])):
            raw = teacher_features(teacher, views)
            for kind, space, values in zip(("embedding", "middle"), spaces, raw, strict=True):
                parts[prefix + kind].append(space(values).astype(np.float16))
        if progress:
            progress(min(start + CHUNK, len(faces)), len(faces))
    arrays = {name: np.concatenate(values) for name, values in parts.items()}
    save_arrays(cache, arrays)
    return Targets(**arrays)
