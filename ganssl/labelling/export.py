"""Labels and labelled photos as files: CSV, and a ZIP that every reader here takes as it is."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath

from PIL import Image

from ganssl.labelling.session import LabellingSession
from ganssl.photos.label_file import LABEL_COLUMN, UNKNOWN
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.table_text import csv_bytes

QUALITY = 95
FORMATS = {".png": "PNG", ".webp": "WEBP"}
"""Photos keep the format that their name promises; all others become JPEG."""


def label_csv(photos: PhotoSet, header: str | None = None) -> bytes:
    """One row for each photo with a label: 1 yes, 0 no, empty for unsure or open.

    As spreadsheets open it rightly, see `ganssl.photos.table_text.csv_bytes`.

    Args:
        photos: with a column for each question, see `LabellingSession.to_photo_set`.
        header: what the column of a single question is called; its name when
            None, which also says what 1 means.
    """
    rows = [["file", *([header] if header else photos.attributes)]]
    for name, labels in zip(photos.names, photos.labels, strict=True):
        if (labels != UNKNOWN).any():
            rows.append([name, *("" if label == UNKNOWN else int(label) for label in labels)])
    return csv_bytes(rows)


def session_csv(session: LabellingSession) -> bytes:
    """`file,label` for one question, `file,<Attribute>,…` for several."""
    return label_csv(session.to_photo_set(), LABEL_COLUMN if len(session.questions) == 1 else None)


def photo_zip(photos: PhotoSet) -> bytes:
    """The photos, written anew without EXIF, and `labels.csv`, whose header names the questions.

    `ganssl.photos.uploads.read_uploads` reads it back with the same names and labels.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # photos are packed already
        for i, name in enumerate(photos.names):
            archive.writestr(name, without_metadata(photos.read(i), name))
        if photos.attributes:
            archive.writestr("labels.csv", label_csv(photos))
    return buffer.getvalue()


def without_metadata(photo: Image.Image, name: str) -> bytes:
    """The pixels alone, as a file; PNG keeps them exactly."""
    buffer = io.BytesIO()
    format = FORMATS.get(PurePosixPath(name).suffix.lower(), "JPEG")
    settings = {} if format == "PNG" else {"quality": QUALITY}
    photo.save(buffer, format, **settings)
    return buffer.getvalue()
