"""Rows of a table from objects that name their columns, as JSON, Parquet and XML have them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from itertools import chain
from typing import Any

from ganssl.errors import UserError
from ganssl.photos.matching import looks_like_photo
from ganssl.photos.table_text import Rows, cell_text, check_size

MOST_RECORDED = 10_000_000
"""Cells of a table whose rows name their columns, which takes longer to read than plain rows."""

Cells = dict[str, str | tuple[str, ...]]
"""Of one photo; several words in a tuple are those that hold, of all that the column names."""


def record_rows(name: str, records: Iterable[dict]) -> Rows:
    """A header of all keys, and a row for each record."""
    titles: dict[str, int] = {}
    rows: list[list[Any]] = []  # of texts, of several words, and None for what is not there
    listed: set[int] = set()
    for record in records:
        row: list[Any] = [None] * len(titles)
        for key, value in (_task(record) if "data" in record else _flat(record)).items():
            place = titles.setdefault(key, len(titles))
            if place == len(row):
                row.append(value)
            else:
                row[place] = value
            if type(value) is tuple:
                listed.add(place)
        rows.append(row)
        _check_size(name, len(rows), len(titles))
    header = list(titles)
    if listed:
        header, rows = _spread(name, header, rows, listed)
    yield 1, header
    for number, row in enumerate(rows, start=1):
        row += [None] * (len(header) - len(row))
        yield number, ["" if cell is None else cell for cell in row]


def _check_size(name: str, rows: int, columns: int) -> None:
    if rows * columns > MOST_RECORDED:
        raise UserError(
            f"{name} has more than {MOST_RECORDED // 10**6} million cells; save it as CSV, or hand "
            f"in the rows of your photos, and the columns of labels."
        )
    check_size(name, rows, columns)


def _spread(
    name: str, header: list[str], rows: list[list[Any]], listed: Collection[int]
) -> tuple[list[str], list[list[Any]]]:
    """A column for each word of those columns that hold several at once: 1 where it is among
    them, 0 where others are."""
    words: dict[int, dict[str, None]] = {}
    for place in listed:
        cells = [row[place] for row in rows if place < len(row)]
        if any(type(cell) is tuple and len(cell) > 1 for cell in cells):
            words[place] = dict.fromkeys(chain.from_iterable(map(_words, cells)))
    titles = list(
        dict.fromkeys(
            chain.from_iterable(words.get(place, (title,)) for place, title in enumerate(header))
        )
    )
    _check_size(name, len(rows), len(titles))
    places = {title: place for place, title in enumerate(titles)}
    spread = []
    for row in rows:
        cells = [None] * len(titles)
        for place, cell in enumerate(row):
            if place not in words:
                plain = (cell[0] if cell else "") if type(cell) is tuple else cell
                cells[places[header[place]]] = plain
        for place, some in words.items():
            if place < len(row) and row[place] is not None:
                said = _words(row[place])
                for word in some:
                    if cells[places[word]] is None:
                        cells[places[word]] = str(int(word in said))
        spread.append(cells)
    return titles, spread


def _words(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if value else ()


def _flat(record: dict) -> Cells:
    """The cells of a record; of an object in it a picture's path, chosen words, or its own
    cells."""
    cells: Cells = {}
    for key, value in record.items():
        title = cell_text(key if type(key) is str else str(key))
        if isinstance(value, dict):
            chosen = value.get("choices")
            if isinstance(value.get("path"), str):
                value = value["path"]
            elif isinstance(chosen, list):
                value = chosen
            else:
                for inner, one in value.items():
                    if not isinstance(one, dict):
                        cells.setdefault(cell_text(str(inner)), _cell(one))
                continue
        cells[title] = _cell(value)
    return cells


def _cell(value: Any) -> str | tuple[str, ...]:
    """A value as text; of a list of words all of them."""
    if not isinstance(value, list):
        return cell_text(value)
    if any(isinstance(one, (dict, list)) for one in value):
        return ""
    return tuple(filter(None, dict.fromkeys(map(cell_text, value))))


def _task(task: dict) -> Cells:
    """A task of Label Studio: the photo, and the choices on which all agree who answered; an
    annotation that was cancelled does not count."""
    data = task.get("data")
    flat = _flat(data) if isinstance(data, dict) else {}
    cells: Cells = {key: value for key, value in flat.items() if is_photo(value)}
    if not cells and task.get("file_upload"):
        cells = {"image": cell_text(f"/data/upload/{task['file_upload']}")}
    done = task.get("annotations") or task.get("completions")
    said: dict[str, set[str | tuple[str, ...]]] = {}
    for annotation in done if isinstance(done, list) else []:
        if not isinstance(annotation, dict) or annotation.get("was_cancelled"):
            continue
        results = annotation.get("result")
        for result in results if isinstance(results, list) else []:
            value = result.get("value") if isinstance(result, dict) else None
            choices = value.get("choices") if isinstance(value, dict) else None
            if isinstance(choices, list):
                key = cell_text(str(result.get("from_name") or "choice"))
                said.setdefault(key, set()).add(_cell(sorted(choices, key=str)))
    return cells | {key: next(iter(all_)) for key, all_ in said.items() if len(all_) == 1}


def is_photo(value: Any) -> bool:
    return isinstance(value, str) and looks_like_photo(value)


def choice_rows(name: str, rows: Rows) -> Rows:
    """The rows of a table in which Label Studio wrote several choices as JSON in one cell."""
    header = next(rows, (1, []))[1]
    records = []
    for _, row in rows:
        record: dict[str, Any] = dict(zip(header, row, strict=False))
        for key, cell in record.items():
            if cell.startswith('{"choices"'):
                try:
                    record[key] = json.loads(cell)
                except (ValueError, RecursionError):
                    continue
        records.append(record)
        check_size(name, len(records), 1)
    return record_rows(name, records)
