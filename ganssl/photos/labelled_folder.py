"""Photos of a folder with the labels of one attribute, in whichever form they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ganssl.attributes import Attribute, meant_name
from ganssl.errors import UserError
from ganssl.photos.celeba import is_celeba, read_celeba
from ganssl.photos.folder import read_folder
from ganssl.photos.label_file import UNKNOWN
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.report import listed


@dataclass(frozen=True, eq=False)
class LabelledPhotos:
    """Photos that all have a label, and what was left over.

    Attributes:
        photos: with the columns `(attribute, *slices)`; slices of text are its groups.
        unlabelled: photos without a label, which are not among them.
        rows_without_photo: rows of the label file whose photo is not there.
    """

    photos: PhotoSet
    unlabelled: int
    rows_without_photo: int


def read_labelled_folder(
    root: str | Path,
    labels: str | Path | None,
    attribute: Attribute,
    column: str | None = None,
    slices: Sequence[str] = (),
    part: str | None = None,
) -> LabelledPhotos:
    """Read the labelled photos of a folder.

    Args:
        labels: a file as `ganssl.photos.label_file.read_labels` reads it. None for a folder
            that brings its labels: CelebA's layout, a table among the photos, class folders.
        attribute: its classes may have the names that the file uses.
        column: the column that answers the attribute, where it has another name.
        slices: further columns to keep, of labels or of text.
        part: `train`, `validation` or `test`, where the photos are divided.

    Raises `UserError` for unreadable files, columns that are not there, and
    where no photo has a label.
    """
    root = Path(root)
    if labels is None and is_celeba(root):
        photos = read_celeba(root)
        asked = photos.column(column or attribute.name)
    else:
        photos = read_folder(root, labels, attribute, column, every_column=True)
        if labels is None and not photos.attributes and not photos.groups:
            there = sorted(photos.files.tables(), key=len)[:3]
            hint = f" It holds {listed(there)}, which may be one." if there else ""
            raise UserError(f"{root} brings no labels: give a CSV of labels with it.{hint}")
        if labels is not None:
            for wanted in (attribute.name, *slices):
                _require_column(photos, wanted, Path(labels).name)
        if part is not None and photos.partition is None:
            raise UserError(
                "Only photos in CelebA's layout, in folders such as train and val, or with a "
                "column such as split are divided into parts; leave the part out."
            )
        asked = photos.column(attribute.name)
    labels_of_slices, groups = [], {}
    names = []
    for name in slices:
        values = photos.slice_values(name)
        if values.dtype.kind == "U":
            groups[name] = values
        else:
            labels_of_slices.append(values)
            names.append(name)
    photos = replace(
        photos,
        attributes=(attribute.name, *names),
        labels=np.stack([asked, *labels_of_slices], axis=1).astype(np.int8),
        groups=groups,
    )
    photos = photos.part(part) if part else photos
    known = photos.labels[:, 0] != UNKNOWN
    if not known.any():
        raise UserError(
            f"None of the {len(photos):,} photos in {photos.source} has a label for "
            f"{attribute.name}. The names in the label file must be those of the photos. "
            + " ".join(photos.report.notes)
        )
    return LabelledPhotos(
        photos.subset(known), int((~known).sum()), photos.report.rows_without_photo
    )


def _require_column(photos: PhotoSet, name: str, source: str) -> None:
    columns = (*photos.attributes, *photos.groups)
    if meant_name(name, columns) is None:
        raise UserError(f"{source} has no column {name!r}; its columns are {', '.join(columns)}.")
