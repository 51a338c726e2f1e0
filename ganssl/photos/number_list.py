"""CelebA's two-column lists: the part or the person of each photo."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from ganssl.base.files import given_bytes
from ganssl.errors import UserError
from ganssl.photos.encodings import decoded
from ganssl.photos.label_columns import INDEX_COLUMNS, photo_column
from ganssl.photos.matching import SPLITS, loose_key
from ganssl.photos.table_text import text_rows

NUMBER_COLUMNS = ("partition", "split", "part", "set", "identity", "id", "person")
"""Usual headers of the numbers; the only other column where none of them is there."""


def read_number_list(
    source: str | Path | bytes, name: str = "", wanted: Collection[str] | None = None
) -> dict[str, int]:
    """Read `NAME NUMBER` rows: `list_eval_partition` and `identity_CelebA`, `.txt` or `.csv`.

    A CSV has a header, its columns stand in any order, and parts may be written in words.

    Args:
        source: the path, or the bytes of an uploaded file.
        name: what messages call the file when bytes are given.
        wanted: keep only rows whose `loose_key` is among these.

    Raises `UserError`, with the line, for rows of another form.
    """
    name, source = given_bytes(source, name)
    text = decoded(name, source, wanted)[0]
    rows = _table(name, text) if name.lower().endswith(".csv") else _lines(text)
    numbers: dict[str, int] = {}
    for line_number, cells, line in rows:
        if wanted is not None and cells and loose_key(cells[0]) not in wanted:
            continue
        number = _number(cells[1]) if len(cells) == 2 else None
        if number is None:
            raise UserError(
                f"{name}, line {line_number}: expected a file name and a number, "
                f"found {line[:60]!r}. Mend or delete this row."
            )
        if cells[0] in numbers:
            raise UserError(
                f"{name}, line {line_number}: {cells[0]} has a row already. Delete one of the two."
            )
        numbers[cells[0]] = number
    return numbers


Row = tuple[int, list[str], str]
"""The line's number, the photo and its number as they are written, and the line."""


def _lines(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.rstrip().split("\n"), 1):
        yield number, line.split(), line.strip()


def _table(name: str, text: str) -> Iterator[Row]:
    rows = text_rows(name, text)
    header = next(rows, (1, [""]))[1]
    first = next(rows, None)
    photo = photo_column(name, header, [first[1]] if first else [])
    plain = [re.sub(r"[\s_]", "", title).casefold() for title in header]
    others = [i for i in range(len(header)) if i != photo and plain[i] not in INDEX_COLUMNS]
    chosen = [i for title in NUMBER_COLUMNS for i in others if plain[i] == title] or others
    if not chosen:
        raise UserError(f"{name} names photos but holds no column of numbers.")
    for number, row in [first, *rows] if first else []:
        cells = [row[i].strip() for i in (photo, chosen[0]) if i < len(row)]
        if len(cells) == 2 and cells[1].casefold() in SPLITS:
            cells[1] = str(SPLITS[cells[1].casefold()])
        yield number, cells, ",".join(row).strip()


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 18 else None  # what an int64 holds
