"""Photos that a visitor hands in: loose files and ZIPs, with or without a list of labels.

Everything stays in memory; nothing is written to disk or logged. Each photo is
decoded once to see that it can be, and kept as the file it was. What cannot be
used never stops the rest: it is left out and reported with the reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ganssl.attributes import Attribute
from ganssl.base.progress import Progress
from ganssl.errors import UserError
from ganssl.photos.folder import labelled_set, one_class_note
from ganssl.photos.images import read_image
from ganssl.photos.label_file import LABEL_ENDINGS, LabelTable, read_labels
from ganssl.photos.matching import loose_key, match_names
from ganssl.photos.own_labels import below, class_folders, is_beside, joined
from ganssl.photos.photo_files import MemoryFiles, natural_key
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.report import ReadReport, Refusal
from ganssl.photos.safe_zip import (
    Limits,
    Member,
    is_system_file,
    megabytes,
    open_zip,
    safe_path,
    too_large,
)

__all__ = ["Limits", "Refusal", "Upload", "read_uploads"]


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

    @property
    def report(self) -> ReadReport:
        return self.photos.report

    def summary(self) -> str:
        """What was read, what is odd about it and what was left out, a line each."""
        return self.report.text()


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
    """Read photos, ZIPs of photos and files of labels; no exception for what they hold.

    Labels come from the files of labels that can be read (see
    `ganssl.photos.label_file.read_labels`), in a ZIP or beside it, or else from class folders.
    They are matched by `ganssl.photos.matching`.

    Args:
        files: name and content of each file.
        limits: how much is taken; `Limits()` when omitted.
        attribute: what a column `label`, or words in a column of its name, answer; all
            columns are read, and words that are no known answer stand in `PhotoSet.groups`.
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
            if entry.name.lower().endswith(LABEL_ENDINGS):
                label_files.append((entry.name, data))
            else:
                photos.add(entry.name, data)
        except UserError as error:
            refused.append(Refusal(_last(entry.name), str(error)))
        if progress:
            progress(done, len(entries))
    shown, names = _shown(list(photos.files))
    table = _labels(label_files, names, attribute, refused)
    if table is None and names:
        try:
            table = class_folders(names, attribute, every_column=True)
        except UserError:  # folders that answer something else
            table = class_folders(names)
    kept = MemoryFiles({name: photos.files[path] for name, path in zip(shown, names, strict=True)})
    found = labelled_set(names, kept, "the upload", table, "", shown)
    notes = ["A single photo is too few to learn from."] if len(names) == 1 else []
    notes += [*found.report.notes, *one_class_note(found)]
    report = replace(found.report, refused=tuple(refused), notes=tuple(notes))
    return Upload(replace(found, report=report), refused, notes)


def _last(path: str) -> str:
    return PurePosixPath(path).name


def _shown(paths: list[str]) -> tuple[list[str], list[str]]:
    """What photos are called, in natural order, and their paths in the same order.

    It is the last part of their paths where that tells them apart, or what follows the folders
    that all of them share.
    """
    common = 0
    if len(set(map(_last, paths))) == len(paths):
        names = {_last(path): path for path in paths}
    else:
        parts = [path.split("/")[:-1] for path in paths]
        while all(len(p) > common and p[common] == parts[0][common] for p in parts):
            common += 1
        names = {"/".join(path.split("/")[common:]): path for path in paths}
    ordered = sorted(names, key=natural_key)
    return ordered, [names[name] for name in ordered]


def _entries(
    files: Iterable[tuple[str, bytes]], limits: Limits, refused: list[Refusal]
) -> list[_LooseFile | Member]:
    """The files to read, ZIPs replaced by their members."""
    entries: list[_LooseFile | Member] = []
    for path, data in files:
        if is_system_file(path):
            continue
        name = safe_path(path)
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
            refused += [Refusal(_last(inner), why) for inner, why in not_read]
    reason = f"More than {limits.files:,} files were handed in; this one was not read."
    refused += [Refusal(_last(entry.name), reason) for entry in entries[limits.files :]]
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
            raise UserError(f"It is the same photo as {_last(self.by_digest[digest])}.")
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


def _labels(
    label_files: list[tuple[str, bytes]],
    names: list[str],
    attribute: Attribute | None,
    refused: list[Refusal],
) -> LabelTable | None:
    """The labels of all files that can be read; of several files one is refused that names none
    of the photos, or says of one what contradicts those before it."""
    found: LabelTable | None = None
    wanted = {loose_key(name) for name in names} if names else None
    label_files = [(path, data) for path, data in label_files if not is_beside(path)]
    for path, data in label_files:
        try:
            table = read_labels(data, attribute, None, _last(path), True, wanted, words=True)
            if len(label_files) > 1:
                table = below(path, table, names)
                if names and not (match_names(names, table.names).rows >= 0).any():
                    raise UserError("It names none of the photos.")
            found = table if found is None else joined([found, table])
        except UserError as error:
            refused.append(Refusal(_last(path), str(error)))
    return found
