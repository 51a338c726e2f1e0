"""Features of many faces: kept on disk by content, and of degraded copies."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

import numpy as np

from ganssl.data.face_cache import cache_key
from ganssl.data.photo_set import PhotoSet
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor, Progress
from ganssl.preprocess import Preprocess

CHUNK = 1024


def cached_features(
    extractor: FeatureExtractor,
    faces: np.ndarray | PhotoSet,
    preprocess: Preprocess | None = None,
    cache: str | Path | None = None,
    progress: Progress = None,
) -> np.ndarray:
    """The features of faces, read from `cache/features-KEY.npy` where they are there already.

    KEY changes with the extractor's weights and with the faces: with every
    pixel of an array, or with a photo set's files and preprocessing. A file
    that is damaged is made afresh; one that is being written is never seen.

    Args:
        faces: preprocessed uint8 `[n, s, s, 3]` (may be a memory map), or photos.
        preprocess: for photos, which are decoded only if their features are
            not there yet.
        cache: the folder; None keeps nothing.

    Returns float32 `[n, d]`.
    """
    photos = isinstance(faces, PhotoSet)
    if photos and preprocess is None:
        raise ValueError("photos need a preprocessing")
    path = None
    if cache is not None:
        content = cache_key(faces, preprocess) if photos else pixels_key(faces)
        key = f"{extractor.name} {extractor.id} {content}"
        path = Path(cache) / f"features-{hashlib.sha256(key.encode()).hexdigest()[:20]}.npy"
        kept = _read(path, (len(faces), extractor.size))
        if kept is not None:
            if progress:
                progress(len(faces), len(faces))
            return kept
    pixels = faces.faces(preprocess, cache) if photos else faces
    rows = extractor.features(pixels, progress)
    if path is not None:
        _write(path, rows)
    return rows


def augmented_features(
    extractor: FeatureExtractor,
    pixels: np.ndarray,
    rng: np.random.Generator,
    copies: int = 1,
    progress: Progress = None,
) -> np.ndarray:
    """Features of the faces as they are, and of `copies` degraded versions of each.

    Blur, noise, JPEG and light (see `ganssl.training.augment.degrade`) make
    generated faces and photos more alike.

    Returns float32 `[(1 + copies) · n, d]`: row `i + j·n` belongs to face `i`,
    and the first `n` rows are undamaged. Tell `train_classifier` by `groups`
    which rows belong together: `np.tile(np.arange(n), 1 + copies)`.
    """
    from ganssl.training.augment import degrade

    total = (1 + copies) * len(pixels)
    rows = np.empty((total, extractor.size), np.float32)
    done = 0
    for copy in range(1 + copies):
        for start in range(0, len(pixels), CHUNK):
            chunk = np.asarray(pixels[start : start + CHUNK])
            chunk = degrade(chunk, rng) if copy else chunk
            rows[done : done + len(chunk)] = extractor.features(chunk)
            done += len(chunk)
            if progress:
                progress(done, total)
    return rows


def pixels_key(pixels: np.ndarray) -> str:
    """A digest of every pixel, read in chunks."""
    digest = hashlib.sha256(f"{pixels.dtype} {pixels.shape}".encode())
    for start in range(0, len(pixels), CHUNK):
        digest.update(np.ascontiguousarray(pixels[start : start + CHUNK]).data)
    return digest.hexdigest()


def _read(path: Path, shape: tuple[int, int]) -> np.ndarray | None:
    try:
        rows = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return rows if rows.shape == shape and rows.dtype == np.float32 else None


def _write(path: Path, rows: np.ndarray) -> None:
    partial = path.with_name(f"{path.stem}-{uuid.uuid4().hex[:8]}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(partial, "wb") as file:
            np.save(file, rows)
        os.replace(partial, path)
    except OSError as error:
        raise UserError(f"Features cannot be kept in {path.parent}: {error.strerror}.") from error
    finally:
        if partial.exists():
            partial.unlink()
