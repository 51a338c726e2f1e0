"""`LabelTable`, and how a table of any format becomes one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import numpy as np

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos.label_columns import (
    LABEL_COLUMN,
    Asked,
    part_numbers,
    photo_column,
    questions,
    spelt_name,
    used_columns,
)
from ganssl.photos.label_values import (
    NO_ANSWER,
    UNKNOWN,
    Coding,
    code_cells,
    is_label_column,
    word,
)
from ganssl.photos.matching import clean_path, loose_key
from ganssl.photos.table_header import read_header
from ganssl.photos.table_text import check_size

CHUNK = 2_000
LOOKED_AT = 60
FOLDER_COLUMNS = frozenset(
    {"split", "subset", "partition", "part", "set", "fold", "folder", "foldername", "dir",
     "directory", "parent", "dataset", "phase", "group"}
)  # fmt: skip
"""Headers of a column that may say in which folder a photo lies."""
SHOWN = 3


@dataclass(frozen=True)
class LabelTable:
    """The rows of a label file.

    Attributes:
        names: photo file names, each once.
        attributes: one name per label column.
        labels: int8 `[n, a]`: 1 present, 0 absent, -1 unknown.
        lines: the line of each row in the file, counted from 1.
        source: the file's name, for messages.
        texts: the cells of columns that hold no answers, `[n]` each.
        notes: sentences on how the file was read.
        total: rows in the file, with those that name none of the photos that were asked for.
        left_out: the first few of these, with their lines.
    """

    names: list[str]
    attributes: tuple[str, ...]
    labels: np.ndarray
    lines: Sequence[int]
    source: str
    texts: dict[str, list[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    total: int = 0
    left_out: tuple[tuple[str, int], ...] = ()


def table_of_rows(
    name: str, rows: Iterator[tuple[int, list[str]]], asked: Asked, notes: Iterable[str] = ()
) -> LabelTable:
    """Labels from the rows of a table, its header first, each with its line.

    Raises `UserError`, with the line, where no photo column is found or the column that was
    asked for is not there or holds no label.
    """
    header, start, told = read_header(name, list(islice(rows, LOOKED_AT)), asked)
    notes = [*notes, *told]
    photo = photo_column(name, header, [row for _, row in start], asked.wanted)
    read = _Read(name, header, photo, asked.wanted)
    rows = chain(start, rows)
    while chunk := list(islice(rows, CHUNK)):
        read.take(chunk)
    if not read.total:
        raise UserError(f"{name} holds a header but no rows.")
    notes = [*notes, *read.told_apart(header)]
    header, used = used_columns(name, header, photo, read.distinct, read.total)
    columns = questions(name, header, used, asked, read.distinct)
    return _coded(read, header, used, columns, asked, list(notes))


class _Read:
    """The rows that were kept, and what the others hold."""

    def __init__(
        self, name: str, header: list[str], photo: int, wanted: Collection[str] | None
    ) -> None:
        self.name, self.width, self.photo, self.wanted = name, len(header), photo, wanted
        self.titled = max((i + 1 for i, title in enumerate(header) if title), default=0)
        self.names: list[str] = []
        self.rows: list[Sequence[str]] = []
        self.lines: list[int] = []
        self.distinct: list[set[str]] = [set() for _ in header]
        self.total = self.nameless = 0
        self.left_out: list[tuple[str, int]] = []

    def take(self, chunk: list[tuple[int, list[str]]]) -> None:
        chunk = [row for row in chunk if not _is_remark(row[1], self.width)]
        self.total += len(chunk)
        check_size(self.name, self.total, self.width)
        for i, (line, row) in enumerate(chunk):
            if len(row) != self.width:
                if len(row) > self.width and not any(c.strip() for c in row[self.width :]):
                    chunk[i] = (line, row[: self.width])
                    continue
                if self.titled <= len(row) < self.width:  # columns without a title at the end
                    chunk[i] = (line, [*row, *[""] * (self.width - len(row))])
                    continue
                raise UserError(
                    f"{self.name}, line {line}: expected {self.width} cells as in the header, "
                    f"found {len(row)}. Mend or delete this row."
                )
        columns = zip(*(row for _, row in chunk), strict=True)
        for found, cells in zip(self.distinct, columns, strict=True):
            if len(found) <= CHUNK:  # more distinct cells are no answers
                found.update(cells)
        for line, row in chunk:
            cell = row[self.photo]
            if self.wanted is not None and loose_key(cell) not in self.wanted:
                cleaned = clean_path(cell)
                if loose_key(cleaned) not in self.wanted:
                    if cleaned and len(self.left_out) < SHOWN:
                        self.left_out.append((cleaned, line))
                    self.nameless += not cleaned
                    continue
            path = clean_path(cell)
            if not path:
                self.nameless += 1
                continue
            self.names.append(path)
            self.rows.append(row)
            self.lines.append(line)

    def told_apart(self, header: list[str]) -> list[str]:
        """Put a column of folders before names of which several are equal; a note on it."""
        if len(set(self.names)) == len(self.names):
            return []
        for i, title in enumerate(header):
            if i == self.photo or re.sub(r"[\s_-]", "", title).casefold() not in FOLDER_COLUMNS:
                continue
            joined = [
                clean_path(f"{row[i].strip()}/{name}")
                for row, name in zip(self.rows, self.names, strict=True)
            ]
            if len(set(joined)) == len(joined):
                self.names = joined
                return [f"{self.name}: equal names are told apart by their {title}."]
        return []


def _is_remark(row: Sequence[str], width: int) -> bool:
    return len(row) == 1 < width and row[0].lstrip().startswith("#")


def _coded(
    read: _Read,
    header: list[str],
    used: list[int],
    columns: dict[int, Attribute],
    asked: Asked,
    notes: list[str],
) -> LabelTable:
    """The labels of the columns that hold answers, and the cells of the others as text."""
    name = read.name
    others = asked.every_column or not columns
    by_column = list(zip(*read.rows, strict=True)) or [() for _ in header]
    attributes, labels, texts = [], [], {}
    taken = {question.name for question in columns.values()}
    for i in used:
        if i not in columns and part_numbers(header[i], read.distinct[i]) is not None:
            texts[header[i]] = [cell.strip() for cell in by_column[i]]
            continue
        if i not in columns and not others:
            continue
        spelt = spelt_name(header[i])
        question, refusal = columns.get(i), None
        try:
            question = question or Attribute(header[i] if spelt in taken else spelt)
        except UserError as error:  # it may still be the title of a column of texts
            question, refusal = Attribute("column"), error
        taken.add(question.name)
        coding = code_cells(chain(by_column[i], read.distinct[i]), question, name)
        if i in columns and asked.words and coding.unread and _all_unread(coding):
            texts[header[i]] = [cell.strip() for cell in by_column[i]]
            continue
        if i in columns:
            _refuse_unread(read, by_column[i], question, coding, notes)
        elif not is_label_column(coding.codes, coding):
            texts[header[i]] = [cell.strip() for cell in by_column[i]]
            continue
        elif refusal is not None:
            raise UserError(f"{name}, line 1: {refusal}") from refusal
        elif coding.unread:
            notes.append(_unread_note(name, question, coding.unread))
        notes += coding.notes
        attributes.append(question.name)
        labels.append([coding.codes[cell] for cell in by_column[i]])
    if texts and not attributes and not asked.every_column:
        title, cells = next(iter(texts.items()))
        line, cell = next(
            ((n, c) for n, c in zip(read.lines, cells, strict=True) if word(c) not in NO_ANSWER),
            (1, ""),
        )
        raise UserError(
            f"{name}, line {line}: {cell[:40]!r} is no label of {title}: write 1 or 0, or say "
            f"which attribute the column answers and what its classes are called."
        )
    if texts:
        notes.append(
            f"{name}: {', '.join(list(texts)[:5])}{' and more' if len(texts) > 5 else ''} "
            f"hold{'s' if len(texts) == 1 else ''} no yes-or-no answers; photos can be grouped by "
            f"{'it' if len(texts) == 1 else 'them'}."
        )
    if read.nameless:
        notes.append(f"{name}: {read.nameless:,} rows name no photo.")
    values = np.array(labels, np.int8).reshape(len(attributes), len(read.names)).T
    table = LabelTable(
        read.names,
        tuple(attributes),
        values,
        read.lines,
        name,
        texts,
        tuple(notes),
        read.total,
        tuple(read.left_out),
    )
    return without_repeats(table)


def _refuse_unread(read: _Read, cells: Sequence[str], question, coding, notes) -> None:
    """A column that was asked for: what is no answer is noted; nothing but that is an error."""
    if not coding.unread:
        return
    line = next((n for n, c in zip(read.lines, cells, strict=True) if c in coding.unread), None)
    where = f"{read.name}, line {line}" if line else read.name
    if _all_unread(coding):
        shown = ", ".join(repr(cell.strip()) for cell in sorted(coding.unread)[:4])
        raise UserError(
            f"{where}: {coding.unread[0].strip()!r} is no label of {question.name}: write 1 or "
            f"0, or the class names {question.positive!r} and {question.negative!r}, or say what "
            f"the classes are called in the file (it has {shown})."
        )
    notes.append(_unread_note(where, question, coding.unread))


def _all_unread(coding: Coding) -> bool:
    """Whether no cell that says something is an answer."""
    said = {word(cell) for cell in coding.codes} - NO_ANSWER
    return said <= {word(cell) for cell in coding.unread}


def _unread_note(where: str, question: Attribute, unread: Sequence[str]) -> str:
    shown = ", ".join(repr(cell.strip()[:40]) for cell in unread[:3])
    more = f" and {len(unread) - 3:,} more" if len(unread) > 3 else ""
    return f"{where}: {shown}{more} is no label of {question.name} and is read as unknown."


def without_repeats(table: LabelTable) -> LabelTable:
    """Equal rows count once; `UserError` with the line where two rows of a photo differ."""
    first: dict[str, int] = {}
    kept, repeated, labels = [], 0, table.labels.copy()
    for row, name in enumerate(table.names):
        if name not in first:
            first[name] = row
            kept.append(row)
            continue
        old, new = labels[first[name]], labels[row]
        if ((old != new) & (old != UNKNOWN) & (new != UNKNOWN)).any():
            raise UserError(
                f"{table.source}, line {table.lines[row]}: {name} has a row already, in line "
                f"{table.lines[first[name]]}, with another label. Delete one of the two."
            )
        labels[first[name]] = np.where(old == UNKNOWN, new, old)
        repeated += 1
    if not repeated:
        return table
    return LabelTable(
        [table.names[i] for i in kept],
        table.attributes,
        labels[kept],
        [table.lines[i] for i in kept],
        table.source,
        {title: [cells[i] for i in kept] for title, cells in table.texts.items()},
        (*table.notes, f"{table.source}: {repeated:,} rows stand twice and count once."),
        table.total - repeated,
        table.left_out,
    )


__all__ = ["LABEL_COLUMN", "UNKNOWN", "Asked", "LabelTable", "table_of_rows", "without_repeats"]
