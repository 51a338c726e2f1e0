"""Photos and generated faces as the experiments see them: latent codes beside face features."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ganssl.base.device import fast_arithmetic
from ganssl.base.progress import Progress, Stages
from ganssl.features.extractor import FeatureExtractor
from ganssl.features.feature_cache import FaceRows, cached_features
from ganssl.fitting.from_photos import encode_photos
from ganssl.fitting.spread_directions import FACE_SIZE
from ganssl.models.face_model import FaceModel
from ganssl.models.full_rate import face_decoder
from ganssl.photos.degrade import degrade
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.preprocess import Preprocess
from ganssl.synthesis.candidates import draw_candidates

BLOCK = 2048
"""Generated faces whose features are kept in one file."""

STREAM = 0x9001  # sets this random stream apart from those of the synthesis


@dataclass(frozen=True, eq=False)
class Views:
    """The same faces twice.

    Attributes:
        codes: float32 `[n, d]`.
        features: float32 `[n, f]`, of the faces at 64×64 pixels.
    """

    codes: np.ndarray
    features: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def part(self, rows: slice | np.ndarray) -> Views:
        return Views(self.codes[rows], self.features[rows])


def joined(parts: Sequence[Views]) -> Views:
    """One set of faces after the other."""
    return Views(
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.features for part in parts]),
    )


def photo_views(
    model: FaceModel,
    extractor: FeatureExtractor,
    photos: PhotoSet,
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> Views:
    """Encode photos and extract their features; both are kept in `cache`."""
    return Views(
        encode_photos(model, photos, cache, progress),
        cached_features(
            extractor, photos, Preprocess(FACE_SIZE), cache, progress and progress("face features")
        ),
    )


def generated_views(
    model: FaceModel,
    extractor: FeatureExtractor,
    codes: np.ndarray,
    cache: str | Path | None = None,
    progress: Progress | None = None,
    degraded: bool = False,
) -> Views:
    """Decode codes as `synthesize` does and extract the faces' features, block by block.

    Args:
        cache: keeps the features of every finished block.
        degraded: blur, noise, JPEG and light before the features are taken
            (see `ganssl.training.augment`).
    """
    arithmetic = fast_arithmetic(model.engines)
    features = []
    for start in range(0, len(codes), BLOCK):
        block = np.ascontiguousarray(codes[start : start + BLOCK])

        def faces(rows: range, block: np.ndarray = block) -> np.ndarray:
            return _small_faces(model, block[rows.start : rows.stop], arithmetic, degraded)

        content = hashlib.sha256(block.data).hexdigest()
        id = f"{model.id} {' '.join(arithmetic)} {FACE_SIZE} degraded={degraded} {content}"
        rows = FaceRows(len(block), FACE_SIZE, faces, id)
        features.append(cached_features(extractor, rows, cache=cache))
        if progress:
            progress(start + len(block), len(codes))
    return Views(codes, np.concatenate(features))


def _small_faces(
    model: FaceModel, codes: np.ndarray, arithmetic: tuple[str, str], degraded: bool
) -> np.ndarray:
    """uint8 `[n, 64, 64, 3]`."""
    decode, resize = face_decoder(model, *arithmetic), Preprocess(FACE_SIZE)
    faces = np.stack([resize(Image.fromarray(face)) for face in decode(codes)])
    if degraded:
        faces = degrade(faces, np.random.default_rng(STREAM))
    return faces


def natural_codes(model: FaceModel, source: str, count: int, seed: int = 0) -> np.ndarray:
    """Codes of the density or the prior, float32 `[count, d]`; see `draw_candidates`."""
    rng = np.random.default_rng([STREAM, seed])
    return draw_candidates(model, source, 1.0, count, rng).astype(np.float32)
