"""Tables of text as spreadsheets and programs write them: separators, quotes, limits."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ganssl.errors import UserError

MOST_ROWS = 500_000
MOST_COLUMNS = 2_000
MOST_LINES = 600_000
MOST_CELLS = 30_000_000
"""Of all rows together; CelebA's own list has 8 million."""

MOST_LETTERS = 100_000_000
"""Of all cells together in formats that write a text once and show it in many rows."""

Rows = Iterator[tuple[int, list[str]]]
"""Lines, counted from 1, and their cells; the header first."""

SEPARATORS = ",;\t|"
LOOKED_AT = 1_000_000
"""Letters among which the separator is sought."""


def text_rows(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table with their lines, counted from 1; blank rows are left out.

    The separator is what the first row with any has most of: comma, semicolon, tab or bar, or
    what a line `sep=;` before it names, as Excel writes it; blanks where there is none of them.
    Rows that stand in quotation marks as a whole are taken apart.

    Raises `UserError` with the line for broken quotes and for more than is read.
    """
    skipped = 0
    if named := re.match(r'"?sep=(.)"?[^\n]*\n', text, re.I):
        separator, skipped = named[1], 1
        text = text[named.end() :]
    else:
        first, separator = _separator(text)
        if first.count(separator) >= MOST_COLUMNS:
            raise UserError(
                f"{name} has more than {MOST_COLUMNS:,} columns; leave out those that are no "
                f"labels."
            )
    if text.count("\n") > MOST_LINES or text.count("\r") > 2 * MOST_LINES:
        raise UserError(
            f"{name} has more than {MOST_LINES:,} lines; hand in the rows of your photos alone."
        )
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        strict=True,
        skipinitialspace=separator == " ",
    )
    inner = None
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if inner is None:
                inner = _wrapped(row)
            if inner and _wrapped(row):
                row = next(csv.reader([row[0]], delimiter=inner, strict=True))
            yield reader.line_num + skipped, row
    except csv.Error as error:
        raise UserError(
            f"{name}, line {reader.line_num + skipped} is not readable as CSV: {error}."
        ) from error


def _wrapped(row: Sequence[str]) -> str:
    """The separator in a row that stands in quotation marks as a whole; empty for any other."""
    if any(cell.strip() for cell in row[1:]) or row[0].startswith("#"):
        return ""
    return next((mark for mark in SEPARATORS if mark in row[0]), "")


def _separator(text: str) -> tuple[str, str]:
    """The line that tells the separator, without what stands in quotation marks; and which."""
    lines = [line for line in text[:LOOKED_AT].splitlines() if line.strip()][:10]
    plain = [re.sub(r'"[^"]*"', "", line) for line in lines]
    plain = [line for line in plain if not line.lstrip().startswith("#")] or plain or [""]
    for line in plain:
        if any(mark in line for mark in SEPARATORS):
            return line, max(SEPARATORS, key=line.count)
    return plain[0], " " if any(" " in line.strip() for line in plain) else SEPARATORS[0]


def csv_bytes(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows as CSV that spreadsheets open rightly: UTF-8 with its mark, commas, Windows line ends.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_harmless(cell) for cell in row] for row in rows])
    return codecs.BOM_UTF8 + text.getvalue().encode()


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell[:1] in ("=", "+", "@", "\t", "\r"):
        return f"'{cell}"
    return cell


def cell_text(value: Any) -> str:
    """What a cell of a spreadsheet or of JSON says, as text."""
    if type(value) is str and value.isascii():
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value) if isinstance(value, (str, int, float)) else str(value)[:200]
    return text.encode(errors="replace").decode()  # JSON can hold half a character


def check_size(name: str, rows: int, columns: int) -> None:
    """`UserError` for more rows or columns than are read."""
    if rows > MOST_ROWS:
        raise UserError(f"{name} has more than {MOST_ROWS:,} rows; hand in those of your photos.")
    if columns > MOST_COLUMNS:
        raise UserError(f"{name} has more than {MOST_COLUMNS:,} columns.")
    if rows * columns > MOST_CELLS:
        raise UserError(
            f"{name} has more than {MOST_CELLS // 10**6} million cells; hand in the rows of your "
            f"photos, and the columns of labels."
        )
