"""Drawn photos as files: encoded, and as a small data set in CelebA's layout."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from tests.helpers.synthetic_faces import draw_face


def draw_photo(seed: int = 0, width: int = 178, height: int = 218) -> Image.Image:
    """A drawn face; every seed looks different."""
    return draw_face(np.random.default_rng(seed), seed % 2 == 1, width, height)


def encoded(photo: Image.Image, format: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, format, **options)
    return buffer.getvalue()


def write_celeba(root: Path, count: int = 6, packed: bool = False, official: bool = False) -> Path:
    """A small data set in CelebA's layout, with the attributes Male, Smiling and Young.

    Photo i (from 0) is `i+1`.jpg; Male on every second, Smiling on every third,
    Young on all; partition i mod 3, identity 100 + i // 2.

    Args:
        packed: put the photos into `img_align_celeba.zip`.
        official: use the sub-folders Anno, Eval and Img.
    """
    names = [f"{i + 1:06d}.jpg" for i in range(count)]
    anno, evaluation, photos = (
        root / (part if official else "") for part in ("Anno", "Eval", "Img")
    )
    for folder in (anno, evaluation, photos):
        folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f"{name} {1 if i % 2 == 0 else -1:2d} {1 if i % 3 == 0 else -1:2d}  1"
        for i, name in enumerate(names)
    ]
    text = "\n".join([str(count), "Male Smiling Young ", *rows]) + "\n"
    (anno / "list_attr_celeba.txt").write_text(text, encoding="utf-8")
    (evaluation / "list_eval_partition.txt").write_text(
        "".join(f"{name} {i % 3}\n" for i, name in enumerate(names)),
        encoding="utf-8",
    )
    (anno / "identity_CelebA.txt").write_text(
        "".join(f"{name} {100 + i // 2}\n" for i, name in enumerate(names)),
        encoding="utf-8",
    )
    data = {name: encoded(draw_photo(i), "JPEG", quality=92) for i, name in enumerate(names)}
    if packed:
        with zipfile.ZipFile(photos / "img_align_celeba.zip", "w") as file:
            for name, photo in data.items():
                file.writestr(f"img_align_celeba/{name}", photo)
    else:
        (photos / "img_align_celeba").mkdir()
        for name, photo in data.items():
            (photos / "img_align_celeba" / name).write_bytes(photo)
    return root
