"""Tables of text as spreadsheets and programs write them: encodings, separators, limits."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from ganssl.errors import UserError

MOST_ROWS = 500_000
MOST_COLUMNS = 2_000
MOST_LINES = 600_000
MOST_CELLS = 30_000_000
"""Of all rows together; CelebA's own list has 8 million."""

Rows = Iterator[tuple[int, list[str]]]
"""Lines, counted from 1, and their cells; the header first."""

SEPARATORS = ",;\t|"
LOOKED_AT = 1_000_000
"""Letters among which the separator is sought."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PUNCTUATION = "‚„…‘’“”–—·°ºª«»¡¿´`¨§€©®²³½ \u00a0"


def decoded(name: str, data: bytes) -> tuple[str, str | None]:
    """The text of a file, and a note where its encoding had to be concluded.

    UTF-8, UTF-16 and UTF-32 with their marks, UTF-8 without one, and Windows-1252
    where it is certain: the bytes are no UTF-8, none of it could be, and all of them
    are letters or usual marks.

    Raises `UserError` with the line for anything else.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), None
            except UnicodeDecodeError as error:
                raise UserError(
                    f"{name} begins as {encoding.upper()} but is damaged. Save it again as UTF-8."
                ) from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if (windows := _windows(data)) is not None:
            return windows, f"{name} is not UTF-8 and was read as Windows-1252."
        raise UserError(
            f"{name}, line {line}: the text is not UTF-8. Save the file again as UTF-8."
        ) from error
    if "\0" in text:
        raise UserError(
            f"{name}, line {text.count(chr(10), 0, text.index(chr(0))) + 1}: the text is not "
            f"UTF-8. Save the file again as UTF-8."
        )
    return text, None


def _windows(data: bytes) -> str | None:
    """The text in Windows-1252, or None where that is not certain."""
    if re.search(rb"[\xc2-\xf4][\x80-\xbf]", data):  # some of it is UTF-8
        return None
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    odd = {c for c in set(text) if ord(c) > 126 or (ord(c) < 32 and c not in "\t\r\n")}
    known = all(c in PUNCTUATION or unicodedata.category(c) in ("Ll", "Lu") for c in odd)
    return text if known else None


def text_rows(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table with their lines, counted from 1; blank rows are left out.

    The separator is what the first row with any has most of: comma, semicolon, tab or bar, or
    what a line `sep=;` before it names, as Excel writes it; blanks where there is none of them.

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
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num + skipped, row
    except csv.Error as error:
        raise UserError(
            f"{name}, line {reader.line_num + skipped} is not readable as CSV: {error}."
        ) from error


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
