"""A plain folder or ZIP of photos, with labels from a file or of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos.label_columns import part_numbers
from ganssl.photos.label_file import UNKNOWN, LabelTable, read_labels
from ganssl.photos.matching import loose_key, match_names
from ganssl.photos.own_labels import own_table, partition_of
from ganssl.photos.photo_files import FolderFiles, MemoryFiles, ZipFiles, natural_key
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.report import ReadReport, Refusal, listed

OTHER_FORMAT = "Pictures of this format are not read; save it as JPEG or PNG."


def read_folder(
    root: str | Path,
    labels: str | Path | bytes | None = None,
    attribute: Attribute | None = None,
    column: str | None = None,
    every_column: bool = False,
) -> PhotoSet:
    """Read the photos of a folder or ZIP and its sub-folders in natural order.

    Photos in folders such as `train` and `val` are divided into these parts, and else by a
    column of the labels such as `split`.

    Args:
        labels: a file as `read_labels` reads it, whose rows are matched by
            `ganssl.photos.matching`. Photos without a row get unknown labels (-1). When
            omitted, a table that lies among the photos is read, or else class folders are.
        attribute, column, every_column: choose columns, see `read_labels`.

    Raises:
        UserError: no photos, labels that cannot be read, or none that belongs to a photo.
    """
    root = Path(root)
    if root.is_dir():
        files: FolderFiles | ZipFiles = FolderFiles(root)
    elif root.is_file() and root.suffix.lower() == ".zip":
        files = ZipFiles(root)
    else:
        raise UserError(f"{root} is not a folder; give the folder or ZIP that holds the photos.")
    names = sorted(files.names(), key=natural_key)
    others = [Refusal(other, OTHER_FORMAT) for other in sorted(files.others(), key=natural_key)]
    if not names and others:
        raise UserError(f"{root} holds no photo that can be read: {others[0].name}: {OTHER_FORMAT}")
    if not names:
        raise UserError(
            f"The folder {root} holds no JPEG, PNG or WebP photo, nor one of a "
            f"phone's other formats."
        )
    notes: list[str] = []
    table = None
    if labels is not None:
        data = labels if isinstance(labels, bytes) else _read(Path(labels))
        name = "labels.csv" if isinstance(labels, bytes) else Path(labels).name
        wanted = {loose_key(photo) for photo in names}
        table = read_labels(data, attribute, column, name, every_column, wanted)
    else:
        try:
            table = own_table(files, names, attribute, column, every_column)
        except UserError as error:
            if attribute is not None:
                raise
            notes.append(f"Labels among the photos were not read: {error}")
    photos = labelled_set(names, files, str(root), table, root.resolve().stem)
    empty = not (photos.labels != UNKNOWN).any() and not photos.groups
    if labels is not None and table is not None and empty:
        _refuse_unmatched(photos, table)
    report = replace(photos.report, refused=(*photos.report.refused, *others))
    return _with_notes(replace(photos, report=report), notes)


def labelled_set(
    names: list[str],
    files: FolderFiles | ZipFiles | MemoryFiles,
    source: str,
    table: LabelTable | None,
    root: str = "",
    shown: Sequence[str] | None = None,
) -> PhotoSet:
    """Photos with the rows of a table that belong to them, and the report on both.

    Args:
        names: paths of the photos.
        root: name of the folder that holds them, see `match_names`.
        shown: what the photos are called in the set, when that is not their path.
    """
    shown = list(shown or names)
    count = len(names)
    partition = partition_of(names)
    notes = []
    if partition is not None:
        notes.append("The photos are divided by their folders into train, validation and test.")
    attributes: tuple[str, ...] = ()
    values, groups, missing = np.empty((count, 0), np.int8), {}, 0
    if table is not None:
        found = match_names(names, table.names, root)
        has = found.rows >= 0
        attributes = table.attributes
        values = np.full((count, len(attributes)), UNKNOWN, np.int8)
        values[has] = table.labels[found.rows[has]]
        for title, cells in table.texts.items():
            groups[title] = np.array([cells[row] if row >= 0 else "" for row in found.rows])
        missing = max(table.total, len(table.names)) - len(set(found.rows[has].tolist()))
        if partition is None:
            partition, told = _parts(groups)
            notes += told
        notes += [*table.notes, *_match_notes(table, found, names, values, groups)]
    report = ReadReport(count, attributes, (), tuple(notes), missing)
    return PhotoSet(
        shown, attributes, values, partition, None, source, files, groups=groups, report=report
    )


def _parts(groups: dict[str, np.ndarray]) -> tuple[np.ndarray | None, list[str]]:
    """The part of each photo by a column such as `split`, int8 `[n]`, and a note on it."""
    for title, cells in groups.items():
        numbers = part_numbers(title, set(cells.tolist()))
        if numbers is None:
            continue
        open_ones = sum(cell not in numbers for cell in cells.tolist())
        if open_ones:
            return None, [
                f"The photos are not divided by {title}, since {open_ones:,} of them have no part."
            ]
        parts = np.array([numbers[cell] for cell in cells.tolist()], np.int8)
        return parts, [f"The photos are divided by {title} into train, validation and test."]
    return None, []


def _match_notes(table: LabelTable, found, names, values, groups) -> list[str]:
    """What is odd about how rows and photos go together."""
    notes = []
    matched = {int(row) for row in found.rows if row >= 0}
    missing = max(table.total, len(table.names)) - len(matched)
    if missing:
        rows = zip(table.names, table.lines, strict=True)
        absent = [row for i, row in enumerate(rows) if i not in matched][:1] or table.left_out
        such = ", such as {} (line {})".format(*absent[0]) if absent else ""
        notes.append(
            f"{missing:,} of {max(table.total, len(table.names)):,} rows of {table.source} name no "
            f"photo that was read{such}."
        )
    if found.contradicted:
        notes.append(
            f"{len(found.contradicted):,} photos have a row by their bare name alone, but of "
            f"another folder, and stay without a label, such as {found.contradicted[0]}."
        )
    if found.ambiguous:
        notes.append(
            f"{len(found.ambiguous):,} photos fit several rows, or several photos a row, and stay "
            f"without a label, such as {found.ambiguous[0]}. Write their folders too."
        )
    known = values != UNKNOWN
    bare = np.flatnonzero(~known.any(axis=1)) if values.shape[1] else np.arange(0)
    if len(bare):
        notes.append(
            f"{len(bare):,} of {len(names):,} photos have no label, such as {names[bare[0]]}."
        )
    return notes


def one_class_note(photos: PhotoSet) -> list[str]:
    """A sentence on the attributes of which all labels are the same."""
    labels = photos.labels
    known = labels != UNKNOWN
    one = known.any(axis=0) & ~((labels == 0).any(axis=0) & (labels == 1).any(axis=0))
    if not one.any() or len(photos) < 2:
        return []
    alike = [name for name, same in zip(photos.attributes, one, strict=True) if same]
    return [
        f"All labels are the same for {listed(alike)}: it takes photos with and without "
        f"an attribute to learn it."
    ]


def _refuse_unmatched(photos: PhotoSet, table: LabelTable) -> None:
    rows = ", ".join(table.names[:3])
    other = table.left_out[0][0] if table.left_out else "others"
    if not rows:
        raise UserError(
            f"None of the {len(photos):,} photos in {photos.source} has a row in {table.source}. "
            f"Its names must be those of the photos, such as {photos.names[0]}; it names {other}."
        )
    reasons = [note for note in photos.report.notes if "another folder" in note or "fit" in note]
    raise UserError(
        f"None of the {len(photos):,} photos in {photos.source}, such as {photos.names[0]}, has a "
        f"label in {table.source}, which names {rows}. " + " ".join(reasons)
    )


def _with_notes(photos: PhotoSet, notes: list[str]) -> PhotoSet:
    return replace(photos, report=photos.report.with_notes(notes)) if notes else photos


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
