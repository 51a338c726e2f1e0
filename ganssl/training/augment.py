"""Mild damage that makes generated and real photos alike: shift, blur, noise, JPEG, light."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter


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


def degrade(faces: np.ndarray, rng: np.random.Generator, share: float = 0.35) -> np.ndarray:
    """Blur, JPEG-compress, add noise to and relight a random `share` of uint8 faces each.

    Blur has a radius up to 1.2 pixels, JPEG a quality of 30 to 95, noise a
    standard deviation up to 10 of 255, contrast and brightness move by 15 %.
    """
    result = np.empty_like(faces)
    for i, face in enumerate(faces):
        blur, jpeg, noise, light = rng.random(4) < share
        if blur:
            image = Image.fromarray(face).filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2)))
            face = np.asarray(image)
        if jpeg:
            buffer = io.BytesIO()
            Image.fromarray(face).save(buffer, "JPEG", quality=int(rng.integers(30, 96)))
            face = np.asarray(Image.open(buffer))
        if noise or light:
            values = face.astype(np.float32)
            if light:
                values = (values - 127.5) * rng.uniform(0.85, 1.15) + 127.5
                values += rng.uniform(-0.15, 0.15) * 127.5
            if noise:
                values += rng.normal(0, rng.uniform(2, 10), face.shape).astype(np.float32)
            face = np.clip(np.rint(values), 0, 255).astype(np.uint8)
        result[i] = face
    return result
