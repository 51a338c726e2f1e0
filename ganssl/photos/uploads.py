"""Photos that a visitor hands in: loose files and ZIPs, with or without a list of labels.

Everything stays in memory; nothing is written to disk or logged. Each photo is
decoded once to see that it can be, and kept as the file it was. What cannot be
used never stops the rest: it is left out and reported with the reason.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ganssl.attributes import Attribute
from ganssl.base.progress import Progress
from ganssl.errors import UserError
from ganssl.photos.images import read_image
from ganssl.photos.label_file import UNKNOWN, LabelTable, read_attribute_list, read_label_csv
from ganssl.photos.photo_files import MemoryFiles, natural_key
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.safe_zip import (
    Limits,
    Member,
    is_system_file,
    megabytes,
    open_zip,
    safe_name,
    too_large,
)

__all__ = ["Limits", "Refusal", "Upload", "read_uploads"]

LABEL_SUFFIXES = (".csv", ".txt")
SHOWN = 10


@dataclass(frozen=True)
class Refusal:
    """A file that was left out, and why, in a plain sentence."""

    name: str
    reason: str


@dataclass(frozen=True)
class Upload:
    """What was handed in.

    Attributes:
        photos: the photos in natural order of their names, with their labels;
            it may be empty.
        refused: what was left out.
        notes: sentences on what was read: photos without labels, labels
            without photos, attributes with a single class, a single photo.
    """

    photos: PhotoSet
    refused: list[Refusal]
    notes: list[str]

    def summary(self) -> str:
        """What was read, what is odd about it and what was left out, a line each."""
        count, attributes = len(self.photos), self.photos.attributes
        first = f"{count:,} photo{'' if count == 1 else 's'} read"
        first += f", with labels for {_listed(attributes)}." if attributes else ", without labels."
        lines = [first, *self.notes]
        if self.refused:
            lines.append(f"Left out: {len(self.refused):,}.")
        lines += [f"{refusal.name}: {refusal.reason}" for refusal in self.refused[:SHOWN]]
        if len(self.refused) > SHOWN:
            lines.append(f"and {len(self.refused) - SHOWN:,} more.")
        return "\n".join(lines)


@dataclass(frozen=True)
class _LooseFile:
    """A file handed in by itself, read like a member of a ZIP."""

    name: str
    data: bytes
    limits: Limits

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self) -> bytes:
        if self.size > self.limits.file_bytes:
            raise UserError(too_large(self.limits))
        return self.data


def read_uploads(
    files: Iterable[tuple[str, bytes]],
    limits: Limits | None = None,
    attribute: Attribute | None = None,
    progress: Progress | None = None,
) -> Upload:
    """Read photos, ZIPs of photos and a list of labels; no exception for what they hold.

    Labels come from the first readable `.csv` (see `read_label_csv`) or `.txt`
    (CelebA's attribute list), in a ZIP or beside it, and are matched by file name.

    Args:
        files: name and content of each file.
        limits: how much is taken; `Limits()` when omitted.
        attribute: what a CSV's column `label` answers; all columns are read.
        progress: called with `(done, total)` files.
    """
    limits = limits or Limits()
    refused: list[Refusal] = []
    entries = _entries(files, limits, refused)
    photos = _Photos(limits)
    label_files: list[tuple[str, bytes]] = []
    total = 0
    for done, entry in enumerate(entries, start=1):
        try:
            if total + entry.size > limits.total_bytes:
                raise UserError(
                    f"The files together are larger than {megabytes(limits.total_bytes)}; "
                    f"hand in fewer at a time."
                )
            data = entry.read()
            total += len(data)
            if entry.name.lower().endswith(LABEL_SUFFIXES):
                label_files.append((entry.name, data))
            else:
                photos.add(entry.name, data)
        except UserError as error:
            refused.append(Refusal(entry.name, str(error)))
        if progress:
            progress(done, len(entries))
    names = sorted(photos.files, key=natural_key)
    table = _first_table(label_files, attribute, refused)
    attributes, labels, notes = _matched(names, table)
    kept = MemoryFiles(photos.files)
    return Upload(
        PhotoSet(names, attributes, labels, None, None, "the upload", kept), refused, notes
    )


def _entries(
    files: Iterable[tuple[str, bytes]], limits: Limits, refused: list[Refusal]
) -> list[_LooseFile | Member]:
    """The files to read, ZIPs replaced by their members."""
    entries: list[_LooseFile | Member] = []
    for path, data in files:
        if is_system_file(path):
            continue
        name = safe_name(path)
        if not name.lower().endswith(".zip"):
            entries.append(_LooseFile(name, data, limits))
            continue
        try:
            if len(data) > limits.total_bytes:
                raise UserError(f"The ZIP is larger than {megabytes(limits.total_bytes)}.")
            members, not_read = open_zip(data, limits)
        except UserError as error:
            refused.append(Refusal(name, str(error)))
        else:
            entries += members
            refused += [Refusal(*pair) for pair in not_read]
    reason = f"More than {limits.files:,} files were handed in; this one was not read."
    refused += [Refusal(entry.name, reason) for entry in entries[limits.files :]]
    return entries[: limits.files]


class _Photos:
    """The photos taken so far, as files; each new one is decoded once, to see that it can be."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.files: dict[str, bytes] = {}
        self.by_digest: dict[bytes, str] = {}
        self.pixels = 0

    def add(self, name: str, data: bytes) -> None:
        """Take a photo; `UserError` with the reason against it."""
        digest = hashlib.sha256(data).digest()
        if digest in self.by_digest:
            raise UserError(f"It is the same photo as {self.by_digest[digest]}.")
        if name in self.files:
            raise UserError("Another photo has this name already; rename one of the two.")
        if self.pixels >= self.limits.total_pixels:
            raise UserError(
                f"The photos together have more than {self.limits.total_pixels / 1e6:,.0f} "
                f"megapixels; scale them down or hand in fewer."
            )
        photo = read_image(data, "This file")
        self.pixels += photo.width * photo.height
        self.by_digest[digest] = name
        self.files[name] = data


def _first_table(
    label_files: list[tuple[str, bytes]], attribute: Attribute | None, refused: list[Refusal]
) -> LabelTable | None:
    """The labels of the first file that can be read."""
    table = None
    for name, data in label_files:
        try:
            if table is not None:
                raise UserError(f"Labels were read from {table.source} already.")
            table = _read_table(name, data, attribute)
        except UserError as error:
            refused.append(Refusal(name, str(error)))
    return table


def _read_table(name: str, data: bytes, attribute: Attribute | None) -> LabelTable:
    if name.lower().endswith(".csv"):
        table = read_label_csv(data, attribute, name=name, every_column=True)
    else:
        table = read_attribute_list(data, name)
    # photos are known by the last part of their path, and so are the rows
    names = [safe_name(path) for path in table.names]
    twice, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise UserError(
            f"{name}, line {table.lines[names.index(twice)]}: {count} rows are for photos named "
            f"{twice} in different folders. Give every photo a name of its own."
        )
    return LabelTable(names, table.attributes, table.labels, table.lines, name)


def _matched(
    names: list[str], table: LabelTable | None
) -> tuple[tuple[str, ...], np.ndarray, list[str]]:
    """Attribute names, labels int8 `[n, a]` in the photos' order, and notes."""
    notes = ["A single photo is too few to learn from."] if len(names) == 1 else []
    if table is None:
        return (), np.empty((len(names), 0), dtype=np.int8), notes
    rows = {name: row for row, name in enumerate(table.names)}
    labels = np.full((len(names), len(table.attributes)), UNKNOWN, dtype=np.int8)
    found = [i for i, name in enumerate(names) if name in rows]
    labels[found] = table.labels[[rows[names[i]] for i in found]]
    present = set(names)
    absent = [row for row, name in enumerate(table.names) if name not in present]
    if absent:
        row = absent[0]
        notes.append(
            f"{len(absent):,} of {len(rows):,} rows of {table.source} name no photo that was read, "
            f"such as {table.names[row]} (line {table.lines[row]})."
        )
    known = labels != UNKNOWN  # (n, a)
    unlabelled = np.flatnonzero(~known.any(axis=1))
    if len(unlabelled):
        notes.append(
            f"{len(unlabelled):,} of {len(names):,} photos have no label, "
            f"such as {names[unlabelled[0]]}."
        )
    one_class = known.any(axis=0) & ~((labels == 0).any(axis=0) & (labels == 1).any(axis=0))
    if one_class.any() and len(names) > 1:
        alike = [name for name, one in zip(table.attributes, one_class, strict=True) if one]
        notes.append(
            f"All labels are the same for {_listed(alike)}: it takes photos with and without "
            f"an attribute to learn it."
        )
    return table.attributes, labels, notes


def _listed(names: list[str] | tuple[str, ...]) -> str:
    """The first few of them, as a sentence has them."""
    if len(names) > 5:
        return f"{', '.join(names[:4])} and {len(names) - 4} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
