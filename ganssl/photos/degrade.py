"""Mild damage that makes generated and real photos alike: blur, noise, JPEG, light."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter


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
