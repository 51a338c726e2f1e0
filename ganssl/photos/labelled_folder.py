"""Photos of a folder with the labels of one attribute, in whichever form they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos.celeba import is_celeba, read_celeba
from ganssl.photos.folder import read_folder
from ganssl.photos.label_file import UNKNOWN, LabelTable, read_attribute_list, read_label_csv
from ganssl.photos.photo_set import PhotoSet


@dataclass(frozen=True, eq=False)
class LabelledPhotos:
    """Photos that all have a label, and what was left over.

    Attributes:
        photos: with the columns `(attribute, *slices)`.
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
        labels: a CSV with the header `file,label` or `file,<Attribute>`
            (`.csv`), or CelebA's attribute list (`.txt`). Photos are found by
            their path below `root`, or by their name alone where that is
            unambiguous. None for a folder in CelebA's layout.
        column: the column that answers the attribute, where it has another name.
        slices: further columns to keep.
        part: `train`, `validation` or `test`, of CelebA's layout.

    Raises `UserError` for unreadable files, columns that are not there, and
    where no photo has a label.
    """
    root = Path(root)
    if labels is None:
        if not is_celeba(root):
            raise UserError(f"{root} brings no labels: give a CSV of labels with it.")
        photos = read_celeba(root)
        photos = photos.part(part) if part else photos
        columns = [photos.column(name) for name in (column or attribute.name, *slices)]
        return _labelled(photos, columns, attribute, slices, 0)
    if part is not None:
        raise UserError("Only a folder in CelebA's layout is divided into parts; leave it out.")
    photos = read_folder(root)
    tables = [_column(labels, attribute, column)]
    tables += [_column(labels, Attribute(name), name) for name in slices]
    row_of = {name: row for row, name in enumerate(tables[0].names)}
    rows = _match(photos.names, row_of)  # (n,), -1 without one
    columns = [np.where(rows >= 0, table.labels[rows, 0], UNKNOWN) for table in tables]
    return _labelled(photos, columns, attribute, slices, len(row_of) - int((rows >= 0).sum()))


def _column(path: str | Path, attribute: Attribute, column: str | None) -> LabelTable:
    """The label file with one column alone."""
    if Path(path).suffix.lower() != ".txt":
        return read_label_csv(path, attribute, column)
    table = read_attribute_list(path)
    column = column or attribute.name
    if column not in table.attributes:
        raise UserError(f"{table.source} has no attribute {column!r}.")
    place = table.attributes.index(column)
    labels = table.labels[:, place : place + 1]
    return LabelTable(table.names, (attribute.name,), labels, table.lines, table.source)


def _match(names: list[str], row_of: dict[str, int]) -> np.ndarray:
    """The row of each photo, int `[n]`, -1 without one.

    A photo is found by its path, or else by its bare name if it is the only
    photo and the only row of that name.
    """
    short = [PurePosixPath(name).name for name in names]
    photos = Counter(short)
    by_short: dict[str, list[int]] = {}
    for name, row in row_of.items():
        by_short.setdefault(PurePosixPath(name).name, []).append(row)

    def row(name: str, bare: str) -> int:
        if name in row_of:
            return row_of[name]
        rows = by_short.get(bare, [])
        return rows[0] if len(rows) == 1 and photos[bare] == 1 else -1

    return np.array([row(name, bare) for name, bare in zip(names, short, strict=True)])


def _labelled(
    photos: PhotoSet,
    columns: list[np.ndarray],
    attribute: Attribute,
    slices: Sequence[str],
    rows_without_photo: int,
) -> LabelledPhotos:
    known = columns[0] != UNKNOWN
    if not known.any():
        raise UserError(
            f"None of the {len(photos):,} photos in {photos.source} has a label for "
            f"{attribute.name}. The names in the label file must be those of the photos."
        )
    kept = photos.subset(known)
    photos = PhotoSet(
        names=kept.names,
        attributes=(attribute.name, *slices),
        labels=np.stack(columns, axis=1)[known].astype(np.int8),
        partition=kept.partition,
        identity=kept.identity,
        source=kept.source,
        files=kept.files,
    )
    return LabelledPhotos(photos, int((~known).sum()), rows_without_photo)
