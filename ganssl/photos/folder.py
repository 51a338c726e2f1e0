"""A plain folder of photos, with an optional CSV of labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos.label_file import UNKNOWN, read_label_csv
from ganssl.photos.photo_files import FolderFiles, natural_key
from ganssl.photos.photo_set import PhotoSet


def read_folder(
    root: str | Path,
    labels: str | Path | bytes | None = None,
    attribute: Attribute | None = None,
    column: str | None = None,
) -> PhotoSet:
    """Read the JPEG, PNG and WebP files of a folder and its sub-folders in natural order.

    Args:
        labels: a CSV as `read_label_csv` reads it; its `file` column holds
            paths below `root`. Photos without a row get unknown labels (-1).
        attribute, column: choose one column of the CSV, see `read_label_csv`.

    Raises:
        UserError: no photos, or the CSV is broken or lists photos that are not there.
    """
    root = Path(root)
    if not root.is_dir():
        raise UserError(f"{root} is not a folder; give the folder that holds the photos.")
    files = FolderFiles(root)
    names = sorted(files.names(), key=natural_key)
    if not names:
        raise UserError(f"The folder {root} holds no JPEG, PNG or WebP photo.")
    attributes: tuple[str, ...] = ()
    values = np.empty((len(names), 0), dtype=np.int8)
    if labels is not None:
        table = read_label_csv(labels, attribute, column)
        places = {name: i for i, name in enumerate(names)}
        table.require_photos(places, str(root))
        attributes = table.attributes
        values = np.full((len(names), len(attributes)), UNKNOWN, dtype=np.int8)
        values[[places[name] for name in table.names]] = table.labels
    return PhotoSet(names, attributes, values, None, None, str(root), files)
