"""Labels that photos bring themselves: a table among them, folders of classes, folders of parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Protocol

import numpy as np

from ganssl.attributes import CELEBA_ATTRIBUTES, Attribute, meant_name
from ganssl.errors import UserError
from ganssl.photos.label_columns import Asked
from ganssl.photos.label_file import LabelTable, read_labels
from ganssl.photos.label_table import table_of_rows
from ganssl.photos.label_values import UNKNOWN
from ganssl.photos.matching import CONTAINERS, SPLITS, loose_key, match_names
from ganssl.photos.table_names import as_known, known_as

OWN_TABLES = (
    "metadata.csv", "metadata.jsonl", "metadata.parquet", "_classes.csv", "annotations.xml",
    "labels.csv", "labels.tsv", "labels.xlsx",
)  # fmt: skip
"""Tables that belong to the photos of their folder: Hugging Face's, Roboflow's, CVAT's, ours."""

BESIDE = (
    "list_eval_partition", "identity_celeba", "list_bbox_celeba", "list_landmarks_celeba",
    "list_landmarks_align_celeba",
)  # fmt: skip
"""Files beside CelebA's list and photos that hold no labels."""

MOST_TABLES = 20
"""With more of them and none of a usual name they are no labels of a whole folder."""

MOST_CLASSES = 50


class Files(Protocol):
    """Where photos and tables lie."""

    def tables(self) -> list[str]: ...

    def read(self, name: str) -> bytes: ...


def own_table(
    files: Files,
    names: Sequence[str],
    attribute: Attribute | None = None,
    column: str | None = None,
    every_column: bool = False,
) -> LabelTable | None:
    """The labels that photos bring, or None: of a table among them, or of class folders.

    A table of a usual name counts, else those of any other that name the photos.

    Args:
        names: the photos.
        attribute, column, every_column: see `ganssl.photos.label_table.Asked`.

    Raises `UserError` for a table that cannot be read.
    """
    wanted = {loose_key(name) for name in names}

    def read(path: str) -> LabelTable:
        table = read_labels(files.read(path), attribute, column, path, every_column, wanted)
        return below(path, table, names)

    tables = [path for path in files.tables() if not is_beside(path)]
    if places := as_known(tables, OWN_TABLES):
        return joined([read(path) for path in places])
    found = []
    for path in sorted(tables) if len(tables) <= MOST_TABLES else ():
        try:
            table = read(path)
        except UserError:  # it may be anything
            continue
        answers = attribute is None or meant_name(attribute.name, table.attributes) is not None
        if answers and (match_names(names, table.names).rows >= 0).any():
            found.append(replace(table, notes=(f"{path} was read as labels.", *table.notes)))
    return joined(found) if found else class_folders(names, attribute, every_column)


def is_beside(path: str) -> bool:
    """Whether a file is one of CelebA's that hold no labels."""
    return known_as(path).rpartition(".")[0] in BESIDE


def class_folders(
    names: Sequence[str], attribute: Attribute | None = None, every_column: bool = False
) -> LabelTable | None:
    """Labels from a folder above each photo; None where folders are no classes.

    Of several folders above each other those count that answer the attribute, else those of
    which there are fewest. Without an attribute every folder becomes one, present in its own
    photos alone.
    """
    levels = _levels(names)
    refusal = None
    for folders in levels:
        try:
            return _classes(names, folders, attribute, every_column)
        except UserError as error:
            refusal = refusal or error
    if refusal is not None:
        raise refusal
    return None


def _levels(names: Sequence[str]) -> list[list[str]]:
    """The folders that may be classes, one for each photo: the fewest first, the inner ones
    where there are as many."""
    above = [list(reversed(PurePosixPath(name).parts[:-1])) for name in names]
    depth = min(map(len, above), default=0)
    levels = []
    for folders in ([parts[level] for parts in above] for level in range(depth)):
        plain = {folder.casefold() for folder in folders}
        if 2 <= len(plain) <= MOST_CLASSES and not plain & (CONTAINERS | set(SPLITS)):
            levels.append(folders)
    return sorted(levels, key=lambda folders: len(set(folders)))


def _classes(
    names: Sequence[str], folders: list[str], attribute: Attribute | None, every_column: bool
) -> LabelTable:
    """Labels from one folder for each photo; `UserError` where they do not answer."""
    source = "the folders' names"
    note = f"The folders {', '.join(sorted(set(folders))[:6])} were read as classes."
    if attribute is not None:
        rows = [["file", "label"], *([n, f] for n, f in zip(names, folders, strict=True))]
        try:
            return table_of_rows(
                source, iter(enumerate(rows)), Asked(attribute, None, every_column), [note]
            )
        except UserError:
            if meant_name(attribute.name, folders) is None:
                raise
    titles = {f: meant_name(f, CELEBA_ATTRIBUTES) or f for f in dict.fromkeys(folders)}
    attributes = tuple(dict.fromkeys(titles.values()))
    labels = np.zeros((len(names), len(attributes)), np.int8)
    for row, folder in enumerate(folders):
        labels[row, attributes.index(titles[folder])] = 1
    if attribute is not None:
        place = attributes.index(meant_name(attribute.name, attributes))
        attributes, labels = (attribute.name,), labels[:, place : place + 1]
    lines = range(1, len(names) + 1)
    return LabelTable(
        list(names), attributes, labels, lines, source, notes=(note,), total=len(names)
    )


def partition_of(names: Sequence[str]) -> np.ndarray | None:
    """The part of each photo where all lie in folders such as `train` and `val`, int8 `[n]`."""
    parts = []
    for name in names:
        found = [SPLITS[p.casefold()] for p in name.split("/")[:-1] if p.casefold() in SPLITS]
        if len(found) != 1:
            return None
        parts.append(found[0])
    return np.array(parts, np.int8) if 0 in parts and len(set(parts)) > 1 else None


def joined(tables: Sequence[LabelTable]) -> LabelTable:
    """Several tables as one, with a row for each name; what one of them lacks is unknown there.

    Raises `UserError` where two of them say different things of a photo.
    """
    if len(tables) == 1:
        return tables[0]
    attributes = tuple(dict.fromkeys(name for table in tables for name in table.attributes))
    names = list(dict.fromkeys(name for table in tables for name in table.names))
    row_of = {name: row for row, name in enumerate(names)}
    labels = np.full((len(names), len(attributes)), UNKNOWN, np.int8)
    titles = dict.fromkeys(name for table in tables for name in table.texts)
    texts = {title: [""] * len(names) for title in titles}
    lines = [0] * len(names)
    for table in tables:
        rows = np.array([row_of[name] for name in table.names], np.int64)
        for place, title in enumerate(table.attributes):
            column, new = labels[:, attributes.index(title)], table.labels[:, place]
            old = column[rows]
            odd = np.flatnonzero((old != UNKNOWN) & (new != UNKNOWN) & (old != new))
            if len(odd):
                raise UserError(
                    f"{table.source} and {tables[0].source} say different things of {title} in "
                    f"{table.names[odd[0]]}. Leave one of the two out."
                )
            column[rows] = np.where(new == UNKNOWN, old, new)
        for title, cells in table.texts.items():
            for row, cell in zip(rows.tolist(), cells, strict=True):
                texts[title][row] = texts[title][row] or cell
        for row, line in zip(rows.tolist(), table.lines, strict=True):
            lines[row] = lines[row] or line
    return LabelTable(
        names,
        attributes,
        labels,
        lines,
        tables[0].source,
        texts,
        tuple(note for table in tables for note in table.notes),
        len(names) + sum(table.total - len(table.names) for table in tables),
        tuple(row for table in tables for row in table.left_out)[:3],
    )


def below(path: str, table: LabelTable, photos: Sequence[str]) -> LabelTable:
    """The table with its names below the folder in which it lies, where photos lie there too:
    those of the photos that its rows mean there."""
    folder = path.rpartition("/")[0]
    inner = [photo for photo in photos if photo.startswith(f"{folder}/")]
    if not folder or not inner:
        return table
    names = [name.removeprefix(f"{folder}/") for name in table.names]
    rows = match_names([photo.removeprefix(f"{folder}/") for photo in inner], names).rows
    meant = {int(row): photo for row, photo in zip(rows, inner, strict=True) if row >= 0}
    return replace(
        table, names=[meant.get(row, f"{folder}/{name}") for row, name in enumerate(names)]
    )
