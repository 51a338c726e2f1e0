"""Reading one image from bytes or a file, and writing PNGs that say where they come from.

The one decoder of the project: every photo, uploaded or on disk, passes here.
Only JPEG, PNG and WebP are opened (other Pillow parsers are not exposed to
strangers' files), the size is checked before pixels are decoded, and the
result is rebuilt from pixels, so no EXIF survives.
"""

from __future__ import annotations

import io
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from ganssl.errors import UserError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 25_000_000
MIN_SIDE = 8
PROVENANCE_KEY = "ganssl"


def read_image(source: bytes | str | Path, name: str = "") -> Image.Image:
    """Decode an image to upright 8-bit RGB without metadata.

    Alpha is laid over white, CMYK, palettes, grey and 16-bit are converted,
    the first frame of an animation is taken, EXIF rotation is applied.

    Args:
        source: the file's bytes, or its path.
        name: what messages call it; the file name when omitted.

    Raises:
        UserError: no such file, not an image of the three formats, damaged,
            larger than 25 megapixels or smaller than 8 pixels a side.
    """
    if isinstance(source, (str, Path)):
        name = name or Path(source).name
        try:
            source = Path(source).read_bytes()
        except OSError as error:
            raise UserError(f"{name} cannot be read: {error.strerror or error}.") from error
    name = name or "the image"
    try:
        with Image.open(io.BytesIO(source), formats=FORMATS) as image:
            _check_size(image.size, name)
            return _to_rgb(image)
    except UserError:
        raise
    except UnidentifiedImageError as error:
        raise UserError(f"{name} is not a JPEG, PNG or WebP image.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UserError(f"{name} is larger than 25 megapixels; please scale it down.") from error
    except Exception as error:  # damaged data raises many types, by format and codec
        raise UserError(f"{name} is damaged and cannot be decoded.") from error


def _check_size(size: tuple[int, int], name: str) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise UserError(
            f"{name} has {width}×{height} pixels, more than 25 megapixels; please scale it down."
        )
    if min(width, height) < MIN_SIDE:
        raise UserError(f"{name} has only {width}×{height} pixels; use a larger photo.")


def _to_rgb(image: Image.Image) -> Image.Image:
    image.load()
    image = _upright(image)
    if image.mode.startswith("I"):  # 16-bit grey: Pillow would clip it to 255, we scale it
        image = Image.fromarray(np.rint(np.asarray(image) / 257.0).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(paper, image)
    return Image.fromarray(np.asarray(image.convert("RGB")))


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF raises many types and says nothing about rotation
        return image


def png_bytes(
    pixels: np.ndarray, provenance: dict[str, Any] | None = None, quick: bool = False
) -> bytes:
    """Encode `[H, W, 3]` uint8 pixels as PNG.

    Args:
        provenance: written as a `ganssl` text chunk in JSON, with what
            `disclosure` says of it.
        quick: do not look for repetitions when compressing: for very many small images.
    """
    info = PngImagePlugin.PngInfo()
    if provenance is not None:
        comment, source_type = disclosure(provenance)
        info.add_text("Comment", comment)
        info.add_text("DigitalSourceType", source_type)
        info.add_text(PROVENANCE_KEY, json.dumps(provenance, sort_keys=True))
    buffer = io.BytesIO()
    settings = {"compress_type": zlib.Z_HUFFMAN_ONLY} if quick else {}
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=info, **settings)
    return buffer.getvalue()


def disclosure(provenance: dict[str, Any]) -> tuple[str, str]:
    """A plain sentence that names the AI, and the IPTC digital source type."""
    if provenance.get("ai_edited"):
        return "AI-edited photo of a face.", "compositeWithTrainedAlgorithmicMedia"
    return "AI-generated face; no real person is shown.", "trainedAlgorithmicMedia"


def read_provenance(png: bytes) -> dict[str, Any] | None:
    """The provenance that `png_bytes` wrote, or None where there is none (any other file too)."""
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            return json.loads(image.info[PROVENANCE_KEY])
    except (OSError, KeyError, ValueError, Image.DecompressionBombError):
        return None


def tile(faces: np.ndarray, columns: int, gap: int = 2) -> np.ndarray:
    """Lay `[n, H, W, 3]` uint8 faces out as one sheet, row by row, on white."""
    count, height, width, _ = faces.shape
    rows = -(-count // columns)
    sheet = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 255, dtype=np.uint8
    )
    for i, face in enumerate(faces):
        top, left = (i // columns) * (height + gap), (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = face
    return sheet
