"""Generated faces for the face network to learn from, so that it reads them as it reads photos."""

from __future__ import annotations

import numpy as np

from ganssl.base.progress import Progress
from ganssl.models.face_model import FaceModel

CHUNK = 512


def generated_faces(
    model: FaceModel,
    photos: np.ndarray,
    seed: int = 0,
    share: float = 0.25,
    progress: Progress | None = None,
) -> np.ndarray:
    """Reconstructions of a random share of the photos, and as many samples of the density.

    Args:
        photos: uint8 `[n, s, s, 3]`, preprocessed for the model.

    Returns uint8 `[2·share·n, s, s, 3]`.
    """
    count = round(share * len(photos))
    picks = np.sort(np.random.default_rng(seed).permutation(len(photos))[:count])
    made = []
    for start in range(0, count, CHUNK):
        chunk = np.array(photos[picks[start : start + CHUNK]])
        made.append(model.decode(model.encode(chunk)))
        made.append(model.decode(model.sample(len(chunk), seed, first=start)))
        if progress:
            progress(min(start + CHUNK, count), count)
    return np.concatenate(made)
