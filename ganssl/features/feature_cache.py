"""Features of many faces: kept on disk by content, and of degraded copies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ganssl.base.files import read_rows, write_rows
from ganssl.base.progress import Progress
from ganssl.features.extractor import FeatureExtractor
from ganssl.photos.face_cache import cache_key
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.preprocess import Preprocess

CHUNK = 1024


@dataclass(frozen=True, eq=False)
class FaceRows:
    """Faces that are read when they are needed; to be sliced like an array.

    Attributes:
        count, size: there are so many, uint8 `[size, size, 3]` each.
        read: gives the faces with these numbers, uint8 `[k, size, size, 3]`.
        id: changes with their content.
    """

    count: int
    size: int
    read: Callable[[range], np.ndarray]
    id: str

    dtype = np.dtype(np.uint8)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return self.count, self.size, self.size, 3

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, rows: slice) -> np.ndarray:
        return self.read(range(self.count)[rows])


def cached_features(
    extractor: FeatureExtractor,
    faces: np.ndarray | FaceRows | PhotoSet,
    preprocess: Preprocess | None = None,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """The features of faces, read from `cache/features-KEY.npy` where they are there already.

    KEY changes with the extractor's weights and with the faces: with every
    pixel of an array, the id of `FaceRows`, or the files and preprocessing of
    photos, and what has an id is not read for features that are there. A file
    that is damaged is made afresh; one that is being written is never seen.

    Args:
        faces: preprocessed uint8 `[n, s, s, 3]` (may be a memory map), or photos.
        preprocess: for photos.
        cache: the folder; None keeps nothing.

    Returns float32 `[n, d]`.
    """
    content: Callable[[], str]
    read: Callable[[], Any]
    if not isinstance(faces, PhotoSet):
        content, read = partial(pixels_key, faces), partial(_as_they_are, faces)
    elif preprocess is None:
        raise ValueError("photos need a preprocessing")
    else:
        content = partial(cache_key, faces, preprocess)
        read = partial(faces.faces, preprocess, cache)
    path = None
    if cache is not None:
        key = f"{extractor.name} {extractor.id} {content()}"
        path = Path(cache) / f"features-{hashlib.sha256(key.encode()).hexdigest()[:20]}.npy"
        kept = read_rows(path, (len(faces), extractor.size))
        if kept is not None:
            if progress:
                progress(len(faces), len(faces))
            return kept
    rows = extractor.features(read(), progress)
    if path is not None:
        write_rows(path, rows)
    return rows


def _as_they_are(faces: np.ndarray | FaceRows) -> Any:
    return faces


def augmented_features(
    extractor: FeatureExtractor,
    faces: np.ndarray | FaceRows,
    rng: np.random.Generator,
    copies: int = 1,
    progress: Progress | None = None,
    damage: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
) -> np.ndarray:
    """Features of the faces as they are, and of `copies` degraded versions of each.

    Blur, noise, JPEG and light (see `ganssl.photos.degrade.degrade`) make
    generated faces and photos more alike.

    Args:
        damage: other than that, such as a `ganssl.photos.elsewhere.Damage`.

    Returns float32 `[(1 + copies) · n, d]`: row `i + j·n` belongs to face `i`,
    and the first `n` rows are undamaged. Tell `train_classifier` by `groups`
    which rows belong together: `np.tile(np.arange(n), 1 + copies)`.
    """
    from ganssl.photos.degrade import degrade

    damage, count = damage or degrade, len(faces)
    rows = np.empty((1 + copies, count, extractor.size), np.float32)
    for start in range(0, count, CHUNK):
        chunk = np.asarray(faces[start : start + CHUNK])
        stop = start + len(chunk)
        rows[0, start:stop] = extractor.features(chunk)
        for copy in range(1, 1 + copies):
            rows[copy, start:stop] = extractor.features(damage(chunk, rng))
        if progress:
            progress(stop, count)
    return rows.reshape((1 + copies) * count, extractor.size)


def pixels_key(pixels: np.ndarray | FaceRows) -> str:
    """The id of `FaceRows`, or a digest of every pixel, read in chunks."""
    if isinstance(pixels, FaceRows):
        return pixels.id
    digest = hashlib.sha256(f"{pixels.dtype} {pixels.shape}".encode())
    for start in range(0, len(pixels), CHUNK):
        digest.update(np.ascontiguousarray(pixels[start : start + CHUNK]).data)
    return digest.hexdigest()
