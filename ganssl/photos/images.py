"""Reading one image from bytes or a file, and writing PNGs that say where they come from.

The one decoder of the project: every photo, uploaded or on disk, passes here.
Only the formats of `FORMATS` are opened (other Pillow parsers are not exposed to
strangers' files), the size is checked before pixels are decoded, large photos are
reduced while they are, colour profiles are converted to sRGB, and the result is
rebuilt from pixels, so no EXIF survives.
"""

from __future__ import annotations

import io
import json
import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from ganssl.base.json_text import parse_json
from ganssl.errors import UserError
from ganssl.photos.colour import to_srgb
from ganssl.photos.jpeg import END, check_scans, draft, has_end_mark, is_jpeg, lacks_end_mark_alone
from ganssl.photos.pieces import check_pieces
from ganssl.photos.quick_png import quick_png

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")
MAX_PIXELS = 25_000_000
"""What a decoded photo has at the most; larger ones are reduced by a whole number."""

MOST_DECODED = 50_000_000
"""Pixels of a photo of a format that can only be decoded whole; one such photo at a time."""

MOST_PROGRESSIVE = 64_000_000
MOST_DECLARED = 178_000_000
"""Pixels of a JPEG, which is reduced while it is decoded; progressive ones are held whole."""

MIN_SIDE = 8
DESCRIPTION, ORIENTATION = 0x010E, 0x0112
"""EXIF's ImageDescription and Orientation."""

PROVENANCE_KEY = "ganssl"
CONVERT = (
    "Save it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible), and hand that in."
)

Image.MAX_IMAGE_PIXELS = MOST_DECLARED  # Pillow would warn of half as many, which are read

_large = threading.Lock()  # photos that are decoded whole come one at a time


def read_image(source: bytes | str | Path, name: str = "") -> Image.Image:
    """Decode an image to upright 8-bit sRGB without metadata.

    Alpha is laid over white, CMYK, palettes, grey and 16-bit are converted,
    the first frame of an animation is taken, EXIF rotation is applied, colour
    profiles are converted. Photos above 25 megapixels are reduced to below. A
    JPEG may lack its end mark.

    Args:
        source: the file's bytes, or its path.
        name: what messages call it; the file name when omitted.

    Raises:
        UserError: no such file, not an image of the formats that are read, damaged,
            larger than can be reduced or smaller than 8 pixels a side.
    """
    name, data = _bytes(source, name)
    with _guarded(name, data):
        return _decoded(data, name, whole=True)


def check_image(source: bytes | str | Path, name: str = "") -> None:
    """Raise what `read_image` raises; JPEGs are decoded at an eighth of their size."""
    name, data = _bytes(source, name)
    with _guarded(name, data):
        _decoded(data, name, whole=False)


def _bytes(source: bytes | str | Path, name: str) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return name or "the image", source
    name = name or Path(source).name
    try:
        return name, Path(source).read_bytes()
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror or error}.") from error


class _guarded:
    """Turns what decoders raise into sentences."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name, self.data = name, data

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind, error, trace) -> None:
        if error is None or isinstance(error, UserError) or not isinstance(error, Exception):
            return
        name = self.name
        if is_heic(self.data):
            raise UserError(
                f"{name} is a HEIC photo that cannot be decoded here. {CONVERT}"
            ) from error
        if isinstance(error, UnidentifiedImageError):
            raise UserError(
                f"{name} is not a JPEG, PNG or WebP image, nor of another format that is read "
                f"(AVIF, GIF, HEIC, TIFF, BMP)."
            ) from error
        if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
            raise UserError(
                f"{name} is larger than {MOST_DECLARED // 10**6} megapixels; please scale it down."
            ) from error
        raise UserError(f"{name} is damaged and cannot be decoded.") from error


def is_heic(data: bytes) -> bool:
    """Whether a file is of the format of iPhone photos (ISO/IEC 23008-12)."""
    brands = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
    return data[4:8] == b"ftyp" and data[8:12] in brands and b"avif" not in data[8:40]


def _decoded(data: bytes, name: str, whole: bool) -> Image.Image:
    jpeg = is_jpeg(data)
    check_pieces(data, name)
    with _opened(data, name) as image:
        limit = _check_size(image, name, jpeg)
        if jpeg:
            check_scans(data, image.size, name)
            draft(image, 8 if not whole else _factor(image.size))
        slow = image.width * image.height > MAX_PIXELS
        try:
            if slow and limit:
                with _large:
                    return _to_rgb(image) if whole else _loaded(image)
            return _to_rgb(image) if whole else _loaded(image)
        except OSError:
            if not jpeg or has_end_mark(data):
                raise
    late = image.info.get("progressive")  # at an eighth, its later scans show nothing
    if not lacks_end_mark_alone(data, _factor(image.size) if whole or late else 8):
        raise UserError(f"{name} is damaged and cannot be decoded.")
    return _decoded(data.rstrip(b"\xff") + END, name, whole)


def _loaded(image: Image.Image) -> Image.Image:
    image.load()
    return image


def _opened(data: bytes, name: str) -> Image.Image:
    if not is_heic(data):
        return Image.open(io.BytesIO(data), formats=FORMATS)
    try:
        import pillow_heif
    except ImportError as error:
        raise UserError(f"{name} is a HEIC photo, which takes pillow-heif. {CONVERT}") from error
    pillow_heif.register_heif_opener(thumbnails=False)
    return Image.open(io.BytesIO(data), formats=("HEIF",))


def _check_size(image: Image.Image, name: str, jpeg: bool) -> bool:
    """`UserError` for a size that is not decoded; whether a format is decoded whole."""
    width, height = image.size
    most = MOST_DECODED
    if jpeg:
        most = MOST_PROGRESSIVE if image.info.get("progressive") else MOST_DECLARED
    if width * height > most:
        raise UserError(
            f"{name} has {width}×{height} pixels, more than {most // 10**6} megapixels; "
            f"please scale it down."
        )
    if min(width, height) < MIN_SIDE:
        raise UserError(f"{name} has only {width}×{height} pixels; use a larger photo.")
    return not jpeg


def _factor(size: tuple[int, int]) -> int:
    """By what whole number the sides of a photo are divided."""
    return max(1, math.ceil(math.sqrt(size[0] * size[1] / MAX_PIXELS)))


def _to_rgb(image: Image.Image) -> Image.Image:
    image.load()
    factor = _factor(image.size)
    if factor > 1:
        image = _reduced(image, factor)
    image = to_srgb(_upright(image))
    if image.mode.startswith("I"):  # 16-bit grey: Pillow would clip it to 255, we scale it
        image = Image.fromarray(np.rint(np.asarray(image) / 257.0).astype(np.uint8))
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image), posinf=255.0, neginf=0.0)
        values = values * (255.0 if values.max() <= 1.0 else 1.0)
        image = Image.fromarray(np.rint(np.clip(values, 0, 255)).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(paper, image)
    plain = image.convert("RGB")  # a copy: nothing of the file but its pixels, and `info`
    plain.info = {}
    return plain


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """The image with its sides divided by a whole number, and what it says of itself."""
    info = dict(image.info)
    try:
        turn = image.getexif().get(ORIENTATION)
    except Exception:  # broken EXIF raises many types
        turn = None
    if image.mode in ("1", "P", "PA"):
        plain = "L" if image.mode == "1" else "RGB"
        image = image.convert("RGBA" if "transparency" in info else plain)
    if image.mode.startswith("I;"):
        image = image.convert("I")
    small = image.reduce(factor)
    small.info = {key: info[key] for key in ("icc_profile",) if key in info}
    if turn in (3, 6, 8, 2, 4, 5, 7):
        mark = Image.Exif()
        mark[ORIENTATION] = turn
        small.info["exif"] = mark.tobytes()
    return small


def _upright(image: Image.Image) -> Image.Image:
    try:
        if image.getexif().get(ORIENTATION, 1) == 1:
            return image  # most are; Pillow would copy them
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
        quick: see `ganssl.photos.quick_png`: for very many small images.
    """
    texts = {}
    if provenance is not None:
        texts["Comment"], texts["DigitalSourceType"] = disclosure(provenance)
        texts[PROVENANCE_KEY] = json.dumps(provenance, sort_keys=True)
    if quick:
        return quick_png(pixels, texts)
    info = PngImagePlugin.PngInfo()
    for keyword, text in texts.items():
        info.add_text(keyword, text)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def disclosure(provenance: dict[str, Any]) -> tuple[str, str]:
    """A plain sentence that names the AI, and the IPTC digital source type."""
    if provenance.get("ai_edited"):
        return "AI-edited photo of a face.", "compositeWithTrainedAlgorithmicMedia"
    return "AI-generated face; no real person is shown.", "trainedAlgorithmicMedia"


def read_provenance(data: bytes) -> dict[str, Any] | None:
    """The provenance that a picture made here brings; None where there is none (any other file).

    A PNG has it in a chunk of its own, JPEG and WebP as JSON at the end of their description.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.format == "PNG":
                return parse_json(image.info[PROVENANCE_KEY], "the provenance")
            _, brace, rest = image.getexif()[DESCRIPTION].partition("{")
            return parse_json(brace + rest, "the provenance")
    except Exception:  # damaged data raises many types; whatever it is, it was not written here
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
