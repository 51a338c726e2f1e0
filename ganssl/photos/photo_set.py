"""`PhotoSet`: photos with their labels, whatever they were read from."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image

from ganssl.attributes import did_you_mean, meant_name
from ganssl.base.progress import Progress
from ganssl.errors import UserError
from ganssl.photos.face_cache import cached_faces, decode_faces, unreadable
from ganssl.photos.images import check_image, read_image
from ganssl.photos.label_file import UNKNOWN
from ganssl.photos.photo_files import FolderFiles, MemoryFiles, ZipFiles
from ganssl.photos.preprocess import Preprocess
from ganssl.photos.report import ReadReport, Refusal, listed

MOST_GROUPS = 50

PARTITIONS = {"train": 0, "validation": 1, "test": 2}
"""The numbers of CelebA's `list_eval_partition.txt`."""


@dataclass(frozen=True, eq=False)
class PhotoSet:
    """Photos in a fixed order; nothing is decoded before it is asked for.

    Attributes:
        names: file names, below the folder that holds the photos.
        attributes: names of the label columns.
        labels: int8 `[n, a]`: 1 present, 0 absent, -1 unknown.
        partition: int8 `[n]`: 0 train, 1 validation, 2 test; None where the
            source does not divide its photos.
        identity: int64 `[n]`: the number of the person; None where unknown.
        source: the folder or zip, for messages and model cards.
        files: gives the bytes of a photo by its name.
        groups: text columns by name, `[n]` strings each, empty where unknown.
        report: what was read and what was left out.
    """

    names: list[str]
    attributes: tuple[str, ...]
    labels: np.ndarray
    partition: np.ndarray | None
    identity: np.ndarray | None
    source: str
    files: FolderFiles | ZipFiles | MemoryFiles
    groups: dict[str, np.ndarray] = field(default_factory=dict)
    report: ReadReport = field(default_factory=ReadReport)

    def __post_init__(self) -> None:
        if self.labels.shape != (len(self.names), len(self.attributes)):
            raise ValueError(f"labels have shape {self.labels.shape}, which fits no photo set")

    def __len__(self) -> int:
        return len(self.names)

    def photo_bytes(self, index: int) -> bytes:
        """The photo's file as it is stored."""
        return self.files.read(self.names[index])

    def digest(self, index: int) -> str:
        """16 hexadecimal digits of the photo's file: the same photo under any name."""
        return hashlib.sha256(self.photo_bytes(index)).hexdigest()[:16]

    def read(self, index: int) -> Image.Image:
        """The photo, decoded to upright RGB."""
        return read_image(self.photo_bytes(index), self.files.title(self.names[index]))

    def check(self, index: int) -> None:
        """`UserError` where the photo cannot be decoded; quicker than `read`."""
        check_image(self.photo_bytes(index), self.files.title(self.names[index]))

    def subset(self, indices: np.ndarray) -> PhotoSet:
        """The photos at `indices` (integers, in their order) or under a boolean mask `[n]`."""
        order = np.arange(len(self))[np.asarray(indices)]
        return replace(
            self,
            names=[self.names[i] for i in order],
            labels=self.labels[order],
            partition=None if self.partition is None else self.partition[order],
            identity=None if self.identity is None else self.identity[order],
            groups={name: values[order] for name, values in self.groups.items()},
        )

    def part(self, name: str) -> PhotoSet:
        """The `train`, `validation` or `test` photos; `UserError` where there are none."""
        if name not in PARTITIONS:
            raise UserError(f"There is no part {name!r}; choose train, validation or test.")
        if self.partition is None:
            raise UserError(
                f"{self.source} is not divided into train, validation and test photos; "
                f"CelebA's list_eval_partition.txt would do that."
            )
        mask = self.partition == PARTITIONS[name]
        if not mask.any():
            raise UserError(f"{self.source} holds no {name} photos.")
        return self.subset(mask)

    @property
    def train_part(self) -> PhotoSet:
        """The train photos; all photos where they are not divided into parts."""
        return self.part("train") if self.partition is not None else self

    def require_labels(self) -> None:
        """`UserError` for photos without any column of labels."""
        if not self.attributes:
            raise UserError(f"{self.source} has no labels: give a CSV of labels with it.")

    def column(self, attribute: str, complete: bool = False) -> np.ndarray:
        """The labels of one attribute, int8 `[n]`: 1, 0, or -1 for unknown.

        Args:
            complete: raise `UserError` when a photo has no label.
        """
        meant = meant_name(attribute, self.attributes)
        if meant is None:
            raise UserError(f"{self.source} has no attribute {attribute!r}{self._hint(attribute)}")
        labels = self.labels[:, self.attributes.index(meant)]
        unlabelled = np.flatnonzero(labels == UNKNOWN)
        if complete and len(unlabelled):
            raise UserError(
                f"{len(unlabelled)} of {len(self)} photos of {self.source} have no label for "
                f"{meant}, such as {self.names[unlabelled[0]]}. Label them or leave them out."
            )
        return labels

    def slice_values(self, name: str) -> np.ndarray:
        """What groups the photos by a column: its labels, int8 `[n]`, or its texts, `[n]`.

        `UserError` where there is no such column, or its texts are too many for groups.
        """
        if meant_name(name, self.attributes) is not None:
            return self.column(name)
        meant = meant_name(name, self.groups)
        if meant is None:
            return self.column(name)  # says what there is
        values = self.groups[meant]
        values = np.where(values == "", "unknown", values)
        count = len(np.unique(values))
        if count > MOST_GROUPS:
            raise UserError(
                f"The column {meant} of {self.source} has {count:,} different texts, more than "
                f"{MOST_GROUPS} groups; choose another."
            )
        return values

    def exchanged(self, column: str) -> PhotoSet:
        """The photos with 0 and 1 exchanged in one column of labels; the report says so.

        `UserError` where there is no such column.
        """
        values = self.column(column)
        title = meant_name(column, self.attributes) or column
        labels = self.labels.copy()
        labels[:, self.attributes.index(title)] = np.where(values == UNKNOWN, UNKNOWN, 1 - values)
        note = f"The labels of {title} were exchanged on request: present counts as absent."
        notes = self.report.notes
        if note in notes:  # back again
            report = replace(self.report, notes=tuple(one for one in notes if one != note))
        else:
            report = self.report.with_notes([note])
        return replace(self, labels=labels, report=report)

    def answered(
        self, attribute: str, title: str, present: Collection[str], absent: Collection[str]
    ) -> PhotoSet:
        """The photos with labels of an attribute, which the words of a column of texts give.

        Args:
            attribute: the new column, in the place of one of this name.
            title: of the column of texts in `groups`.
            present, absent: words that say that the attribute is there, or is not; photos
                with any other word have no label.

        Raises `UserError` where there is no such column or a word stands for both.
        """
        meant = meant_name(title, self.groups)
        if meant is None:
            raise UserError(f"{self.source} has no column of words {title!r}.")
        if both := sorted(set(present) & set(absent)):
            raise UserError(f"{both[0]!r} cannot stand for both classes of {attribute}.")
        words = self.groups[meant]
        answers = np.full(len(self), UNKNOWN, np.int8)
        answers[np.isin(words, list(present))] = 1
        answers[np.isin(words, list(absent))] = 0
        kept = [name for name in self.attributes if name != attribute]
        columns = [self.column(name) for name in kept]
        attributes = (*kept, attribute)
        return replace(
            self,
            attributes=attributes,
            labels=np.stack([*columns, answers], axis=1),
            report=replace(self.report, attributes=attributes).with_notes(
                [
                    f"{attribute} was read from the words of {meant}: {listed(tuple(present))} for "
                    f"present, {listed(tuple(absent))} for absent."
                ]
            ),
        )

    def usable(self, progress: Progress | None = None) -> PhotoSet:
        """The photos that can be decoded; the others are named in the report.

        `UserError` where none can be.
        """
        bad = unreadable(self, progress)
        if not bad:
            return self
        if len(bad) == len(self):
            raise UserError(f"No photo of {self.source} can be used. {bad[0]}")
        kept = self.subset(np.setdiff1d(np.arange(len(self)), list(bad)))
        refused = [Refusal(self.names[i], reason) for i, reason in bad.items()]
        return replace(kept, report=self.report.without(refused))

    def _hint(self, attribute: str) -> str:
        if meant := meant_name(attribute, self.groups):
            words = list(dict.fromkeys(self.groups[meant]))[:3]
            return (
                f" with answers: its column {meant} holds the words {', '.join(words)}. Say which "
                f"attribute it answers, and name its classes."
            )
        if not self.attributes:
            return ": its photos have no labels. Give a CSV of labels with it."
        hint = did_you_mean(attribute, self.attributes)
        if hint:
            return f"; {hint[:1].lower()}{hint[1:]}"
        return f"; it has {', '.join(self.attributes)}."

    def faces(
        self,
        preprocess: Preprocess,
        cache: str | Path | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray:
        """All photos preprocessed: uint8 `[n, s, s, 3]`, decoded on all cores.

        Args:
            cache: a folder that keeps the result for next time; then a
                read-only memory map is returned, bit-equal to a fresh decoding.
            progress: called with `(done, total)`.

        Raises `UserError` with the file's name for a photo that cannot be decoded.
        """
        if cache is None or not len(self):
            return decode_faces(self, preprocess, progress)
        return cached_faces(self, preprocess, Path(cache), progress)
