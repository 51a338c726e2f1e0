"""What is particular to JPEG: scans that cost time, decoding at a part of the size, no end mark."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image

from ganssl.errors import UserError

MOST_SCANS = 100
MOST_SCANNED = 1_000_000_000
"""Scans of a JPEG, and scans times pixels: each scan costs a pass over all of them."""

BLOCK = 16
"""Rows of pixels that are decoded together."""

END = b"\xff\xd9"
FILLING = b"\x5a\x93\x27\xe1\x4c\xb8\x0f\x71" * 8


def is_jpeg(data: bytes) -> bool:
    return data[:2] == b"\xff\xd8"


def has_end_mark(data: bytes) -> bool:
    return data.rstrip(b"\0").endswith(b"\xff\xd9")


def check_scans(data: bytes, size: tuple[int, int], name: str) -> None:
    """`UserError` for a JPEG of so many scans, for its size, that decoding takes long."""
    scans = data.count(b"\xff\xda")
    if scans <= 16:
        return
    if scans > MOST_SCANS or scans * math.prod(size) > MOST_SCANNED:
        raise UserError(
            f"{name} is a JPEG of {scans:,} scans, which takes too long to decode; save it anew."
        )


def draft(image: Image.Image, factor: int, least: int = 8) -> None:
    """Have a JPEG decoded at 1/2, 1/4 or 1/8 of its size, but not below 8 pixels a side."""
    steps = [step for step in (2, 4, 8) if min(image.size) // step >= least]
    chosen = next((step for step in steps if step >= factor), steps[-1] if steps else 1)
    if factor > 1 and chosen > 1:
        image.draft(None, (image.width // chosen, image.height // chosen))


def lacks_end_mark_alone(data: bytes, factor: int) -> bool:
    """Whether a JPEG that breaks off lacks no more than its end mark and the last few bits.

    Where picture data is missing, bytes that are put in its place show in the picture; they may
    in the last row of blocks alone.
    """
    data = data.rstrip(b"\xff")  # a first half of a mark
    pixels = []
    for padding in (b"", FILLING):
        with Image.open(io.BytesIO(data + padding + END), formats=("JPEG",)) as image:
            draft(image, factor)
            image.load()
            pixels.append(np.asarray(image.convert("RGB")))
    changed = np.flatnonzero((pixels[0] != pixels[1]).any(axis=(1, 2)))
    return not len(changed) or changed[0] >= len(pixels[0]) - BLOCK // min(factor, 8) - 1
