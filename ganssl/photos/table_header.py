"""The header of a table: where it stands, and what is done where there is none."""

from __future__ import annotations

from collections.abc import Sequence

from ganssl.photos.label_columns import LABEL_COLUMN, Asked, is_title, names_photos
from ganssl.photos.matching import looks_like_photo, unquoted

MOST_TITLES = 10
"""Rows that may stand above a header."""

Row = tuple[int, list[str]]
"""A line's number and its cells."""


def read_header(
    name: str, start: Sequence[Row], asked: Asked
) -> tuple[list[str], list[Row], list[str]]:
    """The titles of a table's columns, the rows below them, and notes on how they were found.

    Titles lose blanks and quotation marks about them. A list of two columns without a header is
    one of photos and labels where an attribute is asked for. Where every row begins with a
    number or a photo for which the header has no title, that column gets an empty one.

    Args:
        start: the first rows of the table.
    """
    above = _titles([row for _, row in start])
    header = [unquoted(cell) for cell in start[above][1]] if start else []
    header = header or [""]
    notes = []
    if header[0][:1] == "#" and len(header[0]) > 1:
        header[0] = header[0].lstrip("# ")
    if above:
        notes.append(f"{name}: the header was found in line {start[above][0]}.")
    if asked.attribute and len(header) == 2 and sum(map(looks_like_photo, header)) == 1:
        header = ["file" if looks_like_photo(cell) else LABEL_COLUMN for cell in header]
        notes.append(f"{name} has no header; its second column was read as the labels.")
        above -= 1
    below = list(start[above + 1 :])
    if below and _untitled_first([row for _, row in below], header):
        header.insert(0, "")
    return header, below, notes


def _titles(rows: Sequence[Sequence[str]]) -> int:
    """How many rows stand above the header: none where nothing below looks like one."""
    for above, row in enumerate(rows[:MOST_TITLES]):
        if not is_title(row):
            return 0 if any(map(looks_like_photo, row)) else above
    return 0


def _untitled_first(rows: Sequence[Sequence[str]], header: Sequence[str]) -> bool:
    """Whether all rows begin with a number, or the photo, that the header has no title for, as
    R writes them."""
    if any(len(row) != len(header) + 1 for row in rows):
        return False
    first = [row[0].strip() for row in rows]
    numbered = all(map(str.isdecimal, first)) and len(set(first)) == len(first)
    return numbered or (all(map(looks_like_photo, first)) and not names_photos([header]))
