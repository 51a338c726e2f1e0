"""The same faces before and after each slider, under one rule of holding and another."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ganssl.attributes import Attribute
from ganssl.directions import DirectionSet, slider_direction
from ganssl.errors import UserError
from ganssl.laboratory.laboratory import Laboratory

SIDE, GAP, LABEL, HEAD = 88, 8, 150, 22
"""Pixels: of a face, between the faces, and for the names at the left and the top."""

FACES = 3
PAPER, INK = "white", "black"


def holding_sheet(
    laboratory: Laboratory,
    directions: DirectionSet,
    attributes: Sequence[str],
    rules: Sequence[str],
    amount: float,
    count: int = FACES,
) -> Image.Image:
    """Sliders down; across, each of the laboratory's first faces, unmoved and under each rule.

    A place stays empty where holding leaves nothing to move along.

    Args:
        amount: in σ.
    """
    codes = laboratory.codes[:count]
    columns = 1 + len(rules)
    width = LABEL + len(codes) * (columns * SIDE + GAP)
    sheet = Image.new("RGB", (width, HEAD + len(attributes) * (SIDE + 2)), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=13)
    heads = ("before", *rules)
    starts = [LABEL + i * (columns * SIDE + GAP) for i in range(len(codes))]
    lefts = [[start + j * SIDE for j in range(columns)] for start in starts]
    for places in lefts:
        for left, head in zip(places, heads, strict=True):
            draw.text((left + 2, 3), head, INK, font)
    unmoved = laboratory.decode(codes)
    for row, name in enumerate(attributes):
        top = HEAD + row * (SIDE + 2)
        draw.text((2, top + SIDE // 2 - 8), f"{Attribute(name).title} {amount:+g}", INK, font)
        shown = [unmoved, *(_moved(laboratory, directions, name, r, amount, codes) for r in rules)]
        for column, faces in enumerate(shown):
            for places, face in zip(lefts, [] if faces is None else faces, strict=False):
                small = Image.fromarray(face).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
                sheet.paste(small, (places[column], top))
    return sheet


def sheet_webp(sheet: Image.Image) -> bytes:
    """The sheet as a file."""
    buffer = io.BytesIO()
    sheet.save(buffer, "WEBP", quality=80, method=6)
    return buffer.getvalue()


def _moved(
    laboratory: Laboratory,
    directions: DirectionSet,
    name: str,
    rule: str,
    amount: float,
    codes: np.ndarray,
) -> np.ndarray | None:
    """Faces uint8 `[n, s, s, 3]` after the edit."""
    try:
        along = slider_direction(directions, name, laboratory.model.covariance, rule)
    except UserError:
        return None
    return laboratory.decode((codes + amount * along.sigma * along.vector).astype(np.float32))
