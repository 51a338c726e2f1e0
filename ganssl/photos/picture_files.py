"""Pictures as files of several formats, each of which says that a model made it.

The ending of a file's name decides its format. PNG loses nothing; JPEG and WebP
are written at a quality at which nobody sees a difference.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image

from ganssl.errors import UserError
from ganssl.photos.images import DESCRIPTION, disclosure, png_bytes

FORMATS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP"}
QUALITY = 95
MOST_EXIF_BYTES = 60_000
"""What a JPEG can hold of it; a longer provenance is cut to its first sentence."""

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/{source_type}">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def picture_format(path: str | Path) -> str:
    """The format that a file's ending names; `UserError` for any other ending."""
    ending = Path(path).suffix.removeprefix(".").lower()
    if ending not in FORMATS:
        raise UserError(
            f"{path} must end in .png, .jpg or .webp, which decides the format of the picture."
        )
    return FORMATS[ending]


def picture_bytes(pixels: np.ndarray, format: str, provenance: dict[str, Any]) -> bytes:
    """Encode `[H, W, 3]` uint8 pixels with their provenance, which `read_provenance` reads.

    Args:
        format: as `picture_format` gives it.
    """
    if format == "PNG":
        return png_bytes(pixels, provenance)
    words = words_of(provenance)
    if len(words) > MOST_EXIF_BYTES:
        words = disclosure(provenance)[0]
    exif = Image.Exif()
    exif[DESCRIPTION] = words
    settings = {"quality": QUALITY, "exif": exif, "xmp": xmp_of(provenance, words)}
    if format == "JPEG":
        settings |= {"subsampling": 0, "comment": disclosure(provenance)[0]}
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format, **settings)
    return buffer.getvalue()


def xmp_of(provenance: dict[str, Any], words: str | None = None) -> bytes:
    """XMP with the IPTC digital source type, and a description: `words_of` where none is given."""
    words = words_of(provenance) if words is None else words
    return XMP.format(source_type=disclosure(provenance)[1], words=escape(words)).encode()


def words_of(provenance: dict[str, Any]) -> str:
    """A plain sentence that names the AI, and the provenance as JSON after it."""
    return f"{disclosure(provenance)[0]} {json.dumps(provenance, sort_keys=True)}"
