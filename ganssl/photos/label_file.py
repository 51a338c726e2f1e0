"""Label files: CelebA's attribute list, and tables; one reader for each."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from ganssl.attributes import Attribute, check_name, meant_name
from ganssl.base.files import given_bytes
from ganssl.errors import UserError
from ganssl.photos.encodings import decoded
from ganssl.photos.label_columns import LABEL_COLUMN, Asked, names_photos, refuse_repeats
from ganssl.photos.label_table import SHOWN, LabelTable, table_of_rows
from ganssl.photos.label_values import UNKNOWN
from ganssl.photos.matching import clean_path, looks_like_photo, loose_key
from ganssl.photos.table_json import json_rows
from ganssl.photos.table_other import cvat_rows, excel_rows, parquet_rows
from ganssl.photos.table_records import choice_rows
from ganssl.photos.table_text import Rows, text_rows

__all__ = [
    "LABEL_COLUMN",
    "LABEL_ENDINGS",
    "UNKNOWN",
    "LabelTable",
    "read_attribute_list",
    "read_label_csv",
    "read_labels",
]

LABEL_ENDINGS = (
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".jsonl", ".ndjson", ".json", ".parquet",
    ".xml",
)  # fmt: skip
MOST_LABEL_BYTES = 200_000_000


def read_labels(
    source: str | Path | bytes,
    attribute: Attribute | None = None,
    column: str | None = None,
    name: str = "labels.csv",
    every_column: bool = False,
    wanted: Collection[str] | None = None,
    words: bool = False,
) -> LabelTable:
    """Read labels from a file of any format, which its ending and first bytes decide.

    Text with commas, semicolons, tabs or bars (see `read_label_csv`), `.xlsx`, Parquet, JSON
    lines, Label Studio's JSON, CVAT's XML for images, and CelebA's `list_attr_celeba.txt`.

    Args:
        source: the path, or the bytes of an uploaded file.
        attribute, column, every_column, wanted, words: see `ganssl.photos.label_table.Asked`.
        name: what messages call the file when bytes are given.

    Raises `UserError`, with the line, for what cannot be read.
    """
    name, source = given_bytes(source, name)
    if len(source) > MOST_LABEL_BYTES:
        raise UserError(f"{name} is larger than {MOST_LABEL_BYTES // 10**6} MB; hand in less.")
    if name.lower().endswith(".txt") and b"\0" in source[:4096]:
        source = decoded(name, source)[0].encode()
    if is_attribute_list(name, source):
        table = read_attribute_list(source, name, wanted)
        return _chosen(table, attribute, column, every_column)
    rows, notes = _rows(name, source, wanted)
    asked = Asked(attribute, column, every_column, wanted, words)
    return table_of_rows(name, rows, asked, notes)


def read_label_csv(
    source: str | Path | bytes,
    attribute: Attribute | None = None,
    column: str | None = None,
    name: str = "labels.csv",
    every_column: bool = False,
) -> LabelTable:
    """Read labels from CSV: a header such as `file,Smiling,Male` or `file,label`, then the rows.

    The photo's column may stand anywhere under a usual name; the separator is a comma,
    semicolon, tab or bar; the text is what `ganssl.photos.encodings.decoded` reads. A cell is what
    `ganssl.photos.label_values.code_cells` reads; an empty one is unknown. Columns that hold no
    answers become texts.

    Args:
        source, name: as in `read_labels`.
        attribute: read this one attribute: from `column`, from the column of
            its name, or from `label`. Without it every column is an attribute.
        column: read this one column.
        every_column: read the other columns too, each as an attribute of its
            own; then `attribute` only says what its column, or `label`, answers.

    Raises `UserError`, with the line, for a file of another form.
    """
    name, source = given_bytes(source, name)
    text, note = decoded(name, source)
    asked = Asked(attribute, column, every_column)
    return table_of_rows(name, text_rows(name, text), asked, [note] if note else [])


def _rows(name: str, data: bytes, wanted: Collection[str] | None) -> tuple[Rows, list[str]]:
    """The rows of a table, its header first, and notes on how it was read."""
    ending = name.lower().rpartition(".")[2]
    if data.startswith(b"PK\x03\x04") or ending in ("xlsx", "xlsm"):
        return excel_rows(name, data), []
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UserError(
            f"{name} is a workbook of old Excel (.xls), or locked by a password. Open it and save "
            f"it as .xlsx or as CSV (UTF-8)."
        )
    if data.startswith(b"PAR1"):
        return parquet_rows(name, data), []
    if ending in ("json", "jsonl", "ndjson"):
        return json_rows(name, data), []
    if ending == "xml" or data.lstrip()[:5] == b"<?xml":
        return cvat_rows(name, data), []
    text, note = decoded(name, data, wanted)
    rows = text_rows(name, text)
    if '{""choices""' in text:
        rows = choice_rows(name, rows)
    return rows, [note] if note else []


def is_attribute_list(name: str, data: bytes) -> bool:
    """Whether a file is CelebA's list as text: the number of rows, then the names."""
    lines = data[:8192].removeprefix(b"\xef\xbb\xbf").split(b"\n", 3)
    first = lines[0].strip()
    if not name.lower().endswith(".txt"):
        row = lines[2].split() if len(lines) > 2 and b"," not in lines[2] else []
        return first.isdigit() and len(row) > 1 and looks_like_photo(row[0].decode("latin-1"))
    if any(mark in first for mark in (b",", b";", b"\t")) or first[:2] in (
        b"\xff\xfe",
        b"\xfe\xff",
    ):
        return False
    words = first.decode("latin-1").split()
    return not (len(words) > 1 and names_photos([words]))


def _chosen(
    table: LabelTable, attribute: Attribute | None, column: str | None, every_column: bool
) -> LabelTable:
    """One column of an attribute list, or all of them."""
    if column is None and (attribute is None or every_column):
        return table
    wanted = column or (attribute.name if attribute else "")
    meant = meant_name(wanted, table.attributes)
    if meant is None:
        raise UserError(
            f"{table.source} has no attribute {wanted!r}; it has {', '.join(table.attributes)}."
        )
    place = table.attributes.index(meant)
    named = attribute.name if attribute else meant
    if every_column:
        names = [named if i == place else name for i, name in enumerate(table.attributes)]
        return _with(table, tuple(names), table.labels)
    return _with(table, (named,), table.labels[:, place : place + 1])


def _with(table: LabelTable, attributes: tuple[str, ...], labels: np.ndarray) -> LabelTable:
    return LabelTable(
        table.names,
        attributes,
        labels,
        table.lines,
        table.source,
        {},
        table.notes,
        table.total,
        table.left_out,
    )


def read_attribute_list(
    source: str | Path | bytes,
    name: str = "list_attr_celeba.txt",
    wanted: Collection[str] | None = None,
) -> LabelTable:
    """Read `list_attr_celeba.txt` (Liu et al. 2015).

    Line 1 is the number of rows, line 2 the attribute names, and each row a
    file name with one value, 1 or -1, per attribute.

    Args:
        source: the path, or the bytes of an uploaded file.
        name: what messages call the file when bytes are given.
        wanted: keep only rows whose `loose_key` is among these.

    Raises `UserError`, with the line, for anything that departs from this.
    """
    name, source = given_bytes(source, name)
    source = source.removeprefix(b"\xef\xbb\xbf").rstrip()
    lines = io.BytesIO(source)
    first, second = lines.readline().strip(), lines.readline()
    if not first.isdigit() or len(first) > 18 or not second:
        raise UserError(
            f"{name}, line 1: CelebA's attribute list begins with the number of rows and, "
            f"in line 2, the attribute names. Use list_attr_celeba.txt as it was downloaded."
        )
    attributes = tuple(_utf8(name, 2, second).split())
    refuse_repeats(attributes, f"{name}, line 2: attribute")
    for title in attributes:
        check_name(title, f"{name}, line 2: an attribute")
    names, rows, numbers, total = [], [], [], 0
    left_out: list[tuple[str, int]] = []
    for number, line in enumerate(lines, start=3):
        total += 1
        photo, _, values = line.lstrip().partition(b" ")
        if b"\t" in line:
            photo, values = [*line.split(None, 1), b"", b""][:2]
        if wanted is not None and photo.strip():
            text = _utf8(name, number, photo)
            if loose_key(text) not in wanted:
                if len(left_out) < SHOWN:
                    left_out.append((text.strip(), number))
                continue
        rows.append(_values(name, number, line, values, attributes))
        names.append(clean_path(_utf8(name, number, photo)))
        numbers.append(number)
    if int(first) != total:
        raise UserError(
            f"{name}, line 1: the file promises {int(first)} rows but holds {total}. "
            f"It was cut short or edited: download it again, or correct the number in line 1."
        )
    if not total:
        raise UserError(f"{name} holds no rows.")
    _refuse_repeated_rows(names, numbers, name)
    labels = np.frombuffer(b"".join(rows), dtype=np.int8).reshape(len(names), len(attributes))
    return LabelTable(
        names, attributes, labels - ord("0"), numbers, name, total=total, left_out=tuple(left_out)
    )


def _values(
    name: str, number: int, line: bytes, values: bytes, attributes: tuple[str, ...]
) -> bytes:
    """The values of a row, a character `0` or `1` each."""
    cells = values.replace(b"-1", b"0").split() if b"0" not in values else []
    packed = b"".join(cells)
    if len(cells) == len(attributes) == len(packed) and not packed.strip(b"01"):
        return packed
    found = values.split()
    if len(found) != len(attributes):
        raise UserError(
            f"{name}, line {number}: expected a file name and {len(attributes)} values, "
            f"found {len(found)} values. Mend or delete this row."
        )
    place = next(i for i, cell in enumerate(found) if cell not in (b"1", b"-1"))
    raise UserError(
        f"{name}, line {number}: {found[place].decode('utf-8', 'replace')!r} is no value of "
        f"{attributes[place]}; write 1 or -1."
    )


def _refuse_repeated_rows(names: list[str], lines: Sequence[int], source: str) -> None:
    first: dict[str, int] = {}
    for name, line in zip(names, lines, strict=True):
        if name in first:
            raise UserError(
                f"{source}, line {line}: {name} has a row already, in line {first[name]}. "
                f"Delete one of the two."
            )
        first[name] = line


def _utf8(name: str, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{name}, line {number}: the text is not UTF-8. Save the file again as UTF-8."
        ) from error
