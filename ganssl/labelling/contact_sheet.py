"""All photos on one sheet, each with its label written below."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont, ImageOps

from ganssl.photos.photo_set import PhotoSet

SIDE = 144
CAPTION = 36
MARGIN = 8
TEXT, PAPER = (27, 29, 41), (255, 255, 255)
FRAMES = {1: (79, 70, 229), 0: (180, 95, 6), -1: (150, 150, 150)}


def contact_sheet(photos: PhotoSet, column: int, words: tuple[str, str, str], columns: int = 8):
    """A sheet as a PIL RGB image, in the photos' order.

    Args:
        column: the place of the question among the photos' attributes.
        words: what stands under photos labelled 0, 1 and -1.
        columns: photos in a row.
    """
    rows = -(-len(photos) // columns)
    width, height = SIDE + MARGIN, SIDE + CAPTION + MARGIN
    sheet = Image.new("RGB", (columns * width + MARGIN, rows * height + MARGIN), PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=13)
    for i, name in enumerate(photos.names):
        left, top = MARGIN + (i % columns) * width, MARGIN + (i // columns) * height
        label = int(photos.labels[i, column])
        small = ImageOps.pad(photos.read(i), (SIDE - 8, SIDE - 8), color=PAPER)
        draw.rectangle((left, top, left + SIDE - 1, top + SIDE - 1), FRAMES[label])
        sheet.paste(small, (left + 4, top + 4))
        draw.text((left, top + SIDE + 2), fitted(words[label], draw, font), TEXT, font)
        draw.text((left, top + SIDE + 18), fitted(name, draw, font), TEXT, font)
    return sheet


def sheet_jpeg(sheet: Image.Image) -> bytes:
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def fitted(text: str, draw: ImageDraw.ImageDraw, font) -> str:
    """The text, cut with an ellipsis where it is wider than a photo."""
    if draw.textlength(text, font) <= SIDE:
        return text
    while text and draw.textlength(f"{text}…", font) > SIDE:
        text = text[:-1]
    return f"{text}…"
