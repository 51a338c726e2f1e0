"""Drawn faces for tests: an oval with eyes and a mouth, no photo of anybody."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw


def draw_face(rng: np.random.Generator, smiling: bool, width: int = 178, height: int = 218):
    """A drawn face in CelebA's aligned geometry; returns a PIL RGB image."""
    back, skin, hair = (tuple(int(v) for v in rng.integers(0, 256, 3)) for _ in range(3))
    image = Image.new("RGB", (178, 218), back)
    draw = ImageDraw.Draw(image)
    draw.ellipse((38, 50, 140, 190), fill=hair)
    draw.ellipse((48, 70, 130, 185), fill=skin)
    for x in (69, 108):
        draw.ellipse((x - 7, 107, x + 7, 116), fill=(250, 250, 250))
        draw.ellipse((x - 3, 108, x + 3, 115), fill=(20, 20, 20))
    if smiling:
        draw.chord((68, 135, 110, 172), 0, 180, fill=(160, 20, 30))
    else:
        draw.rectangle((74, 155, 104, 158), fill=(120, 20, 30))
    return image.resize((width, height))


def draw_faces(count: int, size: int = 64, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """uint8 `[n, size, size, 3]` preprocessed faces and int8 `[n]` labels of smiling."""
    from ganssl.photos.preprocess import Preprocess

    rng = np.random.default_rng(seed)
    smiling = (np.arange(count) % 2).astype(np.int8)
    preprocess = Preprocess(size)
    return np.stack([preprocess(draw_face(rng, bool(label))) for label in smiling]), smiling
