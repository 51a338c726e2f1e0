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

OWN_TABLES = (
    "metadata.csv", "metadata.jsonl", "metadata.parquet", "_classes.csv", "annotations.xml",
    "labels.csv", "labels.tsv", "labels.xlsx",
)  # fmt: skip
"""Tables that belong to the photos of their folder: Hugging Face's, Roboflow's, CVAT's, ours."""

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

    Args:
        names: the photos.
        attribute, column, every_column: see `ganssl.photos.label_table.Asked`.

    Raises `UserError` for a table that cannot be read.
    """
    tables = files.tables()
    wanted = {loose_key(name) for name in names}
    for own in OWN_TABLES:
        places = sorted(t for t in tables if PurePosixPath(t).name.lower() == own)
        if places:
            read = [
                below(
                    t,
                    read_labels(files.read(t), attribute, column, t, every_column, wanted),
                    names,
                )
                for t in places
            ]
            return joined(read)
    return class_folders(names, attribute, every_column)


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
    """Tables of several folders as one; columns that one of them lacks are unknown there."""
    if len(tables) == 1:
        return tables[0]
    attributes = tuple(dict.fromkeys(name for table in tables for name in table.attributes))
    texts = dict.fromkeys(name for table in tables for name in table.texts)
    blocks: list[np.ndarray] = []
    cells: dict[str, list[str]] = {name: [] for name in texts}
    for table in tables:
        block = np.full((len(table.names), len(attributes)), UNKNOWN, np.int8)
        for place, name in enumerate(table.attributes):
            block[:, attributes.index(name)] = table.labels[:, place]
        blocks.append(block)
        for name in texts:
            cells[name] += table.texts.get(name, [""] * len(table.names))
    return LabelTable(
        [name for table in tables for name in table.names],
        attributes,
        np.concatenate(blocks),
        [line for table in tables for line in table.lines],
        tables[0].source,
        cells,
        tuple(note for table in tables for note in table.notes),
        sum(table.total for table in tables),
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
