"""Label files: CelebA's attribute list, its two-column lists, and CSV; one reader for each."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganssl.attributes import Attribute
from ganssl.errors import UserError

UNKNOWN = -1
CELEBA_CODES = {"1": 1, "-1": 0}
FILE_COLUMNS = ("file", "image_id")  # the second is the header of CelebA's CSV edition
LABEL_COLUMN = "label"


@dataclass(frozen=True)
class LabelTable:
    """The rows of a label file.

    Attributes:
        names: photo file names, each once.
        attributes: one name per label column.
        labels: int8 `[n, a]`: 1 present, 0 absent, -1 unknown.
        lines: the line of each row in the file, counted from 1.
        source: the file's name, for messages.
    """

    names: list[str]
    attributes: tuple[str, ...]
    labels: np.ndarray
    lines: Sequence[int]
    source: str

    def require_photos(self, present: Collection[str], where: str) -> None:
        """Raise `UserError` when a row names a photo that is not among `present`."""
        missing = [i for i, name in enumerate(self.names) if name not in present]
        if missing:
            shown = ", ".join(f"{self.names[i]} (line {self.lines[i]})" for i in missing[:3])
            raise UserError(
                f"{self.source} lists {_photos(len(missing))} not in {where}: {shown}"
                f"{' and more' if len(missing) > 3 else ''}. "
                f"Add what is missing, or take these rows out of the file."
            )


def read_attribute_list(
    source: str | Path | bytes, name: str = "list_attr_celeba.txt"
) -> LabelTable:
    """Read `list_attr_celeba.txt` (Liu et al. 2015).

    Line 1 is the number of rows, line 2 the attribute names, and each row a
    file name with one value, 1 or -1, per attribute.

    Args:
        source: the path, or the bytes of an uploaded file.
        name: what messages call the file when bytes are given.

    Raises `UserError`, with the line, for anything that departs from this.
    """
    if not isinstance(source, bytes):
        name, source = Path(source).name, _bytes(Path(source))
    lines = _text(name, source).rstrip().split("\n")
    if len(lines) < 2 or not _is_number(lines[0].strip()):
        raise UserError(
            f"{name}, line 1: CelebA's attribute list begins with the number of rows and, "
            f"in line 2, the attribute names. Use list_attr_celeba.txt as it was downloaded."
        )
    attributes = tuple(lines[1].split())
    _refuse_repeats(attributes, f"{name}, line 2: attribute")
    names, rows = [], []
    for number, line in enumerate(lines[2:], start=3):
        photo, *values = line.split() or [""]
        if len(values) != len(attributes):
            raise UserError(
                f"{name}, line {number}: expected a file name and {len(attributes)} values, "
                f"found {len(values)} values. Mend or delete this row."
            )
        try:
            rows.append(bytes(map(CELEBA_CODES.__getitem__, values)))
        except KeyError as error:
            raise UserError(
                f"{name}, line {number}: {error.args[0]!r} is no value of "
                f"{attributes[values.index(error.args[0])]}; write 1 or -1."
            ) from None
        names.append(photo)
    if int(lines[0]) != len(names):
        raise UserError(
            f"{name}, line 1: the file promises {int(lines[0])} rows but holds {len(names)}. "
            f"It was cut short or edited: download it again, or correct the number in line 1."
        )
    if not names:
        raise UserError(f"{name} holds no rows.")
    numbers = range(3, 3 + len(names))
    _refuse_repeated_rows(names, numbers, name)
    labels = np.frombuffer(b"".join(rows), dtype=np.int8).reshape(len(names), len(attributes))
    return LabelTable(names, attributes, labels, numbers, name)


def read_number_list(path: str | Path) -> dict[str, int]:
    """Read a file of `NAME NUMBER` rows: `list_eval_partition.txt`, `identity_CelebA.txt`."""
    path = Path(path)
    numbers: dict[str, int] = {}
    for line_number, line in enumerate(_text(path.name, _bytes(path)).rstrip().split("\n"), 1):
        cells = line.split()
        if len(cells) != 2 or not _is_number(cells[1]):
            raise UserError(
                f"{path.name}, line {line_number}: expected a file name and a number, "
                f"found {line.strip()[:60]!r}. Mend or delete this row."
            )
        if cells[0] in numbers:
            raise UserError(
                f"{path.name}, line {line_number}: {cells[0]} has a row already. "
                f"Delete one of the two."
            )
        numbers[cells[0]] = int(cells[1])
    return numbers


def read_label_csv(
    source: str | Path | bytes,
    attribute: Attribute | None = None,
    column: str | None = None,
    name: str = "labels.csv",
    every_column: bool = False,
) -> LabelTable:
    """Read labels from CSV: a header `file,Smiling,Male` or `file,label`, then one row per photo.

    The separator is a comma, semicolon or tab, the text UTF-8. A cell is what
    `Attribute.parse` reads (-1 means absent); an empty one is unknown.

    Args:
        source: the path, or the bytes of an uploaded file.
        attribute: read this one attribute: from `column`, from the column of
            its name, or from `label`. Without it every column is an attribute.
        column: read this one column.
        name: what messages call the file when bytes are given.
        every_column: read the other columns too, each as an attribute of its
            own; then `attribute` only says what its column, or `label`, answers.

    Raises `UserError`, with the line, for a file of another form.
    """
    if not isinstance(source, bytes):
        name, source = Path(source).name, _bytes(Path(source))
    header, rows, lines = _csv_rows(name, _text(name, source))
    if every_column and attribute is not None:
        columns = _every_column(header, attribute)
    else:
        columns = _label_columns(name, header, attribute, column)
    names = [row[0].strip().replace("\\", "/") for row in rows]
    if "" in names:
        raise UserError(f"{name}, line {lines[names.index('')]}: the file name is empty.")
    _refuse_repeated_rows(names, lines, name)
    labels = np.empty((len(rows), len(columns)), dtype=np.int8)
    by_column = list(zip(*rows, strict=True))
    for j, (index, question) in enumerate(columns):
        cells, codes = by_column[index], {}
        for cell in dict.fromkeys(cells):  # each distinct text once, in the order of the rows
            try:
                codes[cell] = int(question.parse(cell)) if cell.strip() else UNKNOWN
            except UserError as error:
                raise UserError(f"{name}, line {lines[cells.index(cell)]}: {error}") from None
        labels[:, j] = np.fromiter(map(codes.__getitem__, cells), np.int8, len(cells))
    return LabelTable(names, tuple(question.name for _, question in columns), labels, lines, name)


def _csv_rows(name: str, text: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Header, rows and their lines; blank lines are left out."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        table = [(row, reader.line_num) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UserError(
            f"{name}, line {reader.line_num} is not readable as CSV: {error}."
        ) from error
    header = [cell.strip() for cell in table[0][0]] if table else [""]
    if header[0].casefold() not in FILE_COLUMNS or len(header) < 2:
        raise UserError(
            f"{name}, line 1: the header must be 'file' and one or more attributes, such as "
            f"'file,Smiling'; found {','.join(header)[:60]!r}."
        )
    _refuse_repeats(header, f"{name}, line 1: column")
    for row, line in table[1:]:
        if len(row) != len(header):
            raise UserError(
                f"{name}, line {line}: expected {len(header)} cells as in the header, "
                f"found {len(row)}. Mend or delete this row."
            )
    if len(table) == 1:
        raise UserError(f"{name} holds a header but no rows.")
    return header, [row for row, _ in table[1:]], [line for _, line in table[1:]]


def _label_columns(
    name: str, header: list[str], attribute: Attribute | None, column: str | None
) -> list[tuple[int, Attribute]]:
    """Which columns to read, each with the attribute that it answers."""
    if attribute is None and column is None:
        if header[1:] == [LABEL_COLUMN]:
            raise UserError(
                f"{name} does not say which attribute its column 'label' answers: name the "
                f"attribute, or put it into the header, such as 'file,Smiling'."
            )
        return [(i, Attribute(title)) for i, title in enumerate(header) if i > 0]
    for wanted in [column] if column else [attribute.name, LABEL_COLUMN]:
        if wanted in header[1:]:
            return [(header.index(wanted, 1), attribute or Attribute(wanted))]
    raise UserError(
        f"{name} has no column {column or attribute.name!r}; "
        f"its columns are {', '.join(header[1:])}."
    )


def _every_column(header: list[str], attribute: Attribute) -> list[tuple[int, Attribute]]:
    own = attribute.name if attribute.name in header[1:] else LABEL_COLUMN
    return [
        (i, attribute if title == own else Attribute(title))
        for i, title in enumerate(header)
        if i > 0
    ]


def _refuse_repeats(titles: Sequence[str], what: str) -> None:
    seen: set[str] = set()
    for title in titles:
        if title in seen or not title:
            problem = "appears twice" if title else "has no name"
            raise UserError(f"{what} {title!r} {problem}. Give every column a name of its own.")
        seen.add(title)


def _refuse_repeated_rows(names: list[str], lines: Sequence[int], source: str) -> None:
    first: dict[str, int] = {}
    for name, line in zip(names, lines, strict=True):
        if name in first:
            raise UserError(
                f"{source}, line {line}: {name} has a row already, in line {first[name]}. "
                f"Delete one of the two."
            )
        first[name] = line


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{name}, line {line}: the text is not UTF-8. Save the file again as UTF-8."
        ) from error


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= 18  # what an int64 holds


def _photos(count: int) -> str:
    return "1 photo that is" if count == 1 else f"{count} photos that are"
