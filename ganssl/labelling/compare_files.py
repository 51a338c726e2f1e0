"""Two labellers' files side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganssl.attributes import Attribute
from ganssl.base.files import given_bytes
from ganssl.errors import UserError
from ganssl.labelling.agreement import Agreement, Slip, compare, find_slip
from ganssl.labelling.session_file import read_session
from ganssl.photos.label_file import LABEL_COLUMN, UNKNOWN, LabelTable
from ganssl.photos.label_file import read_labels as read_label_file
from ganssl.photos.matching import match_names

SESSION = b'"ganssl labels'
"""How the format of a saved session begins, in every version."""


@dataclass(frozen=True)
class Comparison:
    """One column of each of two files.

    Attributes:
        columns: what the columns are called in the first and in the second file.
        names: photos with a row in both, in the order of the first file.
        slip: of the first file against the second; None where nothing looks
            like one. Two files alone cannot tell which of them slipped.
    """

    columns: tuple[str, str]
    names: list[str]
    agreement: Agreement
    slip: Slip | None


def read_labels(source: str | Path | bytes, name: str = "labels.csv") -> LabelTable:
    """Read labels from a table of any format that is read, or from a session that was saved.

    A table whose only column is `label` gets an attribute of that name.

    Args:
        source: the path, or the bytes of an uploaded file.
        name: what messages call the file when bytes are given.
    """
    name, source = given_bytes(source, name)
    if name.lower().endswith(".json") and SESSION in source:
        return read_session(source, name).table(name)
    try:
        return read_label_file(source, name=name)
    except UserError as error:
        if "which attribute its column 'label' answers" not in str(error):
            raise
        return read_label_file(source, Attribute(LABEL_COLUMN), name=name)


def compare_tables(
    first: LabelTable, second: LabelTable, columns: tuple[str, str] | None = None
) -> list[Comparison]:
    """Compare the columns that two files have in common, or the single column of each.

    Args:
        columns: compare this column of the first file with that of the second.

    Raises `UserError` where no column or no photo is in both.
    """
    pairs = [columns] if columns else _common_columns(first, second)
    rows = match_names(first.names, second.names).rows
    both = np.flatnonzero(rows >= 0).tolist()
    names = [first.names[row] for row in both]
    others = rows[both].tolist()
    found = []
    for pair in pairs:
        a, b = _column(first, pair[0])[both], _column(second, pair[1])[others]
        if not ((a != UNKNOWN) & (b != UNKNOWN)).any():
            raise UserError(
                f"No photo has a label in both {first.source} and {second.source}. "
                f"Photos are matched by their file names."
            )
        found.append(Comparison(pair, names, compare(names, a, b), find_slip(a, b)))
    return found


def _common_columns(first: LabelTable, second: LabelTable) -> list[tuple[str, str]]:
    common = [(name, name) for name in first.attributes if name in second.attributes]
    if common:
        return common
    if len(first.attributes) == len(second.attributes) == 1:
        return [(first.attributes[0], second.attributes[0])]
    raise UserError(
        f"{first.source} has the columns {', '.join(first.attributes)} and {second.source} has "
        f"{', '.join(second.attributes)}: none is in both. Name the two to compare."
    )


def _column(table: LabelTable, name: str) -> np.ndarray:
    if name not in table.attributes:
        raise UserError(
            f"{table.source} has no column {name!r}; it has {', '.join(table.attributes)}."
        )
    return table.labels[:, table.attributes.index(name)]
