"""How the article of 2017 made its faces, as a yardstick for `synthesize`.

J. Langr, "GANs and semi-supervised learning" (2017), `get_features_for` and
`gan_generate_data`: a Python loop that for every pair of faces reads 5 to 24
photos of each class, encodes them, and decodes the two mean codes. What its
libraries do today is used here too: Pillow reads, compiled functions encode
and decode.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ganssl.models.face_model import FaceModel
from ganssl.photos.images import read_image

FEWEST, MOST = 5, 24
"""Photos of one class behind a mean code."""


def article_pair(
    model: FaceModel, photos: Sequence[Path], labels: np.ndarray, out: Path, number: int
) -> None:
    """Make the pair of faces `number` and write them to `out`.

    Args:
        photos: files of the labelled photos.
        labels: bool `[n]`, whether each shows the attribute.
    """
    count = random.randint(FEWEST, MOST)
    start, end = (mean_code(model, photos, labels == label, count) for label in (True, False))
    direction = end - start
    codes = np.stack([start + direction * amount for amount in np.linspace(0, 1, 2)])
    for i, face in enumerate(model.decode(codes)):
        Image.fromarray(face).save(out / f"{2 * number + i}.png")


def mean_code(
    model: FaceModel, photos: Sequence[Path], wanted: np.ndarray, count: int
) -> np.ndarray:
    """The mean code float32 `[d]` of `count` random photos among the `wanted`, bool `[n]`."""
    chosen = np.random.permutation(np.flatnonzero(wanted))[:count]
    faces = np.stack([model.preprocess(read_image(photos[i])) for i in chosen])
    return model.encode(faces).mean(axis=0)
