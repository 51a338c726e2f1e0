"""Reading a set back: labels at once, faces batch by batch."""

from __future__ import annotations

import csv
import tarfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ganssl.attributes import Attribute
from ganssl.base.device import core_count
from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.photos.images import read_image
from ganssl.synthesis import layout
from ganssl.synthesis.layout import SetInfo
from ganssl.synthesis.recipe import Recipe
from ganssl.synthesis.writer import missing_blocks


@dataclass(frozen=True, eq=False)
class SyntheticSet:
    """A complete set on disk; `read_set` makes it.

    Attributes:
        labels: int8 `[n]`: 1 with the attribute, 0 without.
        scores: float32 `[n]`: distance beyond the attribute's boundary, in σ.
        pairs: int64 `[n]`: number of the pair; -1 without pairs.
        photos: int64 `[n]`: row of the photo's code; -1 for drawn codes.
        sides: int8 `[n, b]`: on which side of the boundaries of the recipe's
            `balance_over` the faces lie, 1 present.
        directions: those used.
        table, distances: int8 and float32 `[n, k]`: what `labels` and `scores` are for the
            first attribute, for each one that the recipe names.
    """

    folder: Path
    info: SetInfo
    labels: np.ndarray
    scores: np.ndarray
    pairs: np.ndarray
    photos: np.ndarray
    sides: np.ndarray
    directions: DirectionSet
    table: np.ndarray
    distances: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def id(self) -> str:
        """12 digits that change with the content; a key for what is computed from it."""
        return self.info.id

    @property
    def recipe(self) -> Recipe:
        return self.info.recipe

    @property
    def attribute(self) -> Attribute:
        return self.recipe.label_type

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """All whose labels the set carries."""
        return tuple(map(Attribute, self.recipe.attributes))

    def column(self, name: str) -> np.ndarray:
        """Labels of one attribute to learn from, int8 `[n]`: 1, 0, or -1 within the margin.

        Raises `UserError` for one that the set does not carry.
        """
        names = self.recipe.attributes
        if name not in names:
            raise UserError(f"The set carries the labels of {', '.join(names)}, not of {name}.")
        if not self.recipe.also:
            return self.labels
        place = names.index(name)
        clear = np.abs(self.distances[:, place]) >= np.float32(self.recipe.margin)
        return np.where(clear, self.table[:, place], np.int8(-1))

    @property
    def model_id(self) -> str:
        return self.info.model

    def faces(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """The faces with these numbers, uint8 `[k, size, size, 3]`; decoded on all cores."""
        with ThreadPoolExecutor(core_count()) as pool:
            found = list(pool.map(self._face, map(int, indices)))
        size = self.recipe.size
        return np.stack(found) if found else np.empty((0, size, size, 3), np.uint8)

    def batches(self, size: int = 1024) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """All faces in order, in batches: uint8 `[k, s, s, 3]` and their labels int8 `[k]`."""
        for start in range(0, len(self), size):
            indices = range(start, min(start + size, len(self)))
            yield self.faces(indices), self.labels[start : indices.stop]

    def _face(self, index: int) -> np.ndarray:
        name = layout.face_file(self.info, index, int(self.labels[index]))
        tar, inside, member = name.partition(".tar/")
        data = _from_tar(self.folder / f"{tar}.tar", member) if inside else self.folder / name
        face = np.asarray(read_image(data, name))
        if face.shape[:2] != (self.recipe.size, self.recipe.size):
            raise UserError(f"{name} has another size than the set's other faces; make it again.")
        return face


def read_set(folder: str | Path) -> SyntheticSet:
    """Read a complete set.

    Raises `UserError` for a folder that holds none, an unfinished or a damaged one.

    Example:
        >>> import ganssl
        >>> recipe = ganssl.Recipe("Smiling", count=20, size=64)
        >>> _ = ganssl.synthesize(ganssl.load_model(), recipe, "set")
        >>> made = ganssl.read_set("set")
        >>> len(made), int(made.labels.sum())
        (20, 10)
        >>> made.faces([0, 1]).shape
        (2, 64, 64, 3)
    """
    folder = Path(folder)
    info = layout.read_info(folder)
    missing = missing_blocks(folder, info)
    if missing or not (folder / layout.METADATA).is_file():
        raise UserError(
            f"The set in {folder} is not finished: {len(missing)} of {info.blocks} blocks are "
            "missing. Run synthesize again with the same settings to go on."
        )
    path = folder / layout.METADATA
    classes = info.recipe.label_type.classes
    try:
        columns = _columns(path, info)
        labels = np.array([classes.index(text) for text in columns["label"]], np.int8)
        scores = np.array(columns["sigma"], np.float32)
        table, distances = _table(columns, info.recipe) or (labels[:, None], scores[:, None])
        return SyntheticSet(
            folder=folder,
            info=info,
            labels=labels,
            scores=scores,
            pairs=np.array([int(text or -1) for text in columns["pair"]]),
            photos=np.array([int(text or -1) for text in columns["photo"]]),
            sides=np.array([columns[name] for name in info.recipe.balance_over], np.int8).T.reshape(
                info.recipe.count, -1
            ),
            directions=DirectionSet.load(folder / layout.DIRECTIONS),
            table=table,
            distances=distances,
        )
    except (OSError, ValueError, KeyError, OverflowError, csv.Error) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{path} is damaged ({error}). Make the set again to mend it.") from error


def _table(columns: dict[str, list[str]], recipe: Recipe) -> tuple[np.ndarray, np.ndarray] | None:
    """Labels int8 and distances float32 `[n, k]` of several attributes; None for a single one."""
    if not recipe.also:
        return None
    labels = np.array([columns[name] for name in recipe.attributes], np.int8).T
    if not np.isin(labels, (0, 1)).all():
        raise ValueError("a label is neither 1 nor 0")
    distances = [columns[name + layout.SIGMA] for name in recipe.attributes]
    return labels, np.array(distances, np.float32).T


def _columns(path: Path, info: SetInfo) -> dict[str, list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    if len(rows) != info.recipe.count:
        raise ValueError(f"{len(rows)} rows for {info.recipe.count} faces")
    return dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))


def _from_tar(path: Path, member: str) -> bytes:
    """The bytes of a member; `UserError` for a shard that is absent or damaged."""
    try:
        stamp = path.stat()
        offset, size = _members(path, (stamp.st_mtime_ns, stamp.st_size))[member]
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(size)
    except Exception as error:  # damaged headers raise many types, RecursionError among them
        raise UserError(
            f"{path} is damaged: {member} cannot be read. Make the set again."
        ) from error


@lru_cache(maxsize=256)
def _members(path: Path, stamp: tuple[int, int]) -> dict[str, tuple[int, int]]:
    """Where each member's bytes begin, and how many they are; `stamp` is the file's version."""
    with tarfile.open(path, "r:") as tar:
        return {member.name: (member.offset_data, member.size) for member in tar}
