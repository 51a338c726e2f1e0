"""Faces moved by some pixels, and brought to a smaller side."""

from __future__ import annotations

import numpy as np


def shift(faces: np.ndarray, rng: np.random.Generator, pixels: int) -> np.ndarray:
    """Move each uint8 face `[n, s, s, 3]` by up to `pixels` both ways, edges repeated."""
    count, side = faces.shape[:2]
    padded = np.pad(faces, ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0)), mode="edge")
    offsets = rng.integers(0, 2 * pixels + 1, size=(count, 2))
    return np.stack(
        [face[y : y + side, x : x + side] for face, (y, x) in zip(padded, offsets, strict=True)]
    )


def reduce_pixels(faces: np.ndarray, side: int) -> np.ndarray:
    """Area-average uint8 faces `[n, s, s, 3]` to `side`, rounded; `s` is a multiple of it."""
    count, size = faces.shape[:2]
    factor = size // side
    if factor == 1:
        return faces
    blocks = faces.reshape(count, side, factor, side, factor, 3)
    return np.rint(blocks.mean(axis=(2, 4), dtype=np.float32)).astype(np.uint8)
