"""Tables that are no plain text: Excel, Parquet, JSON lines, Label Studio, CVAT."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from ganssl.errors import UserError
from ganssl.photos.matching import looks_like_photo
from ganssl.photos.table_text import MOST_COLUMNS, MOST_ROWS, decoded

MOST_BYTES = 100_000_000
"""Of a spreadsheet or Parquet file, unpacked."""

Rows = Iterator[tuple[int, list[str]]]


def excel_rows(name: str, data: bytes) -> Rows:
    """The rows of the first sheet of an `.xlsx` that holds any, read by openpyxl."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(info.file_size for info in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UserError(_no_excel(name)) from error
    if size > MOST_BYTES:
        raise UserError(f"{name} unpacks to more than {MOST_BYTES // 10**6} MB; save it as CSV.")
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = []
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                _check_size(name, number, len(row))
                cells = [cell_text(value) for value in row]
                if any(cells):
                    rows.append((number, cells))
            if rows:
                width = max(i + 1 for _, row in rows for i, cell in enumerate(row) if cell)
                return iter([(n, (row + [""] * width)[:width]) for n, row in rows])
    except UserError:
        raise
    except Exception as error:  # damaged sheets raise many types
        raise UserError(_no_excel(name)) from error
    raise UserError(f"{name} holds no rows.")


def _no_excel(name: str) -> str:
    return f"{name} is no readable Excel file. Open it and save it as .xlsx or as CSV (UTF-8)."


def parquet_rows(name: str, data: bytes) -> Rows:
    """The rows of a Parquet file, by pyarrow; columns of pictures are left out but for their
    path."""
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise UserError(f"{name}: Parquet files need the package pyarrow.") from error
    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        _check_size(name, file.metadata.num_rows, file.metadata.num_columns)
        size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups))
        if size > MOST_BYTES:
            raise UserError(f"{name} unpacks to more than {MOST_BYTES // 10**6} MB.")
        records = file.read().to_pylist()  # reads texts and times, which may be damaged as well
    except UserError:
        raise
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise UserError(f"{name} is no readable Parquet file: write it again.") from error
    return record_rows(name, records)


def json_rows(name: str, data: bytes) -> Rows:
    """The rows of JSON lines, of a list of objects, or of an export by Label Studio."""
    text, _ = decoded(name, data)
    try:
        if text.lstrip().startswith("["):
            records = json.loads(text)
        else:
            lines = text.splitlines()
            _check_size(name, len(lines), 1)
            records = []
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    records.append(_one_line(name, number, line))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name} is no readable JSON: {str(error)[:80]}.") from error
    if not records or not all(isinstance(record, dict) for record in records):
        raise UserError(f"{name} holds no list of objects with the photos' names and labels.")
    return record_rows(name, records)


def _one_line(name: str, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name}, line {number} is not readable as JSON.") from error


def record_rows(name: str, records: list[dict]) -> Rows:
    """A header of all keys, and a row for each record."""
    _check_size(name, len(records), 1)
    flat = [_task(record) if "data" in record else _flat(record) for record in records]
    header = list(dict.fromkeys(key for record in flat for key in record))
    _check_size(name, len(records), len(header))
    yield 1, header
    for number, record in enumerate(flat, start=1):
        yield number, [record.get(key, "") for key in header]


def _flat(record: dict) -> dict[str, str]:
    """The cells of a record; of nested objects only a picture's path and chosen words."""
    cells = {}
    for key, value in record.items():
        if isinstance(value, dict):
            value = value.get("path") or value.get("choices") or ""
        if isinstance(value, list):
            value = value[0] if len(value) == 1 and not isinstance(value[0], dict) else ""
        cells[cell_text(str(key))] = cell_text(value)
    return cells


def _task(task: dict) -> dict[str, str]:
    """A task of Label Studio: the photo and the choices of its first annotation."""
    data = task.get("data")
    flat = _flat(data) if isinstance(data, dict) else {}
    cells = {key: value for key, value in flat.items() if looks_like_photo(value)}
    if not cells and task.get("file_upload"):
        cells = {"image": cell_text(f"/data/upload/{task['file_upload']}")}
    done = task.get("annotations") or task.get("completions") or []
    for annotation in done[:1] if isinstance(done, list) else []:
        results = annotation.get("result") if isinstance(annotation, dict) else None
        for result in results if isinstance(results, list) else []:
            value = result.get("value") if isinstance(result, dict) else None
            choices = value.get("choices") if isinstance(value, dict) else None
            choices = choices if isinstance(choices, list) else []
            for choice in choices:
                key = cell_text(str(result.get("from_name") or "choice"))
                if len(choices) == 1:
                    cells[key] = cell_text(choice)
                else:
                    cells[cell_text(choice)] = "1"
    return cells


def cvat_rows(name: str, data: bytes) -> Rows:
    """The tags of a CVAT export (`annotations.xml`, for images): a column for each label, and
    one for each attribute of a tag."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UserError(f"{name} declares entities, which are not read.")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise UserError(f"{name} is no readable XML: {error}.") from error
    images = list(root.iter("image"))
    if not images:
        raise UserError(f"{name} holds no images; export from CVAT as 'CVAT for images'.")
    tags = [[tag for tag in image if tag.tag == "tag"] for image in images]
    with_attributes = {
        tag.get("label") for some in tags for tag in some if tag.find("attribute") is not None
    }
    labels = list(dict.fromkeys(tag.get("label", "") for some in tags for tag in some))
    plain = [label for label in labels if label not in with_attributes]
    records = []
    for image, some in zip(images, tags, strict=True):
        record: dict[str, Any] = {"file": image.get("name", "")}
        given = {tag.get("label") for tag in some}
        record |= {label: int(label in given) if given else "" for label in plain}
        for tag in some:
            for part in tag.iter("attribute"):
                record[part.get("name", "")] = (part.text or "").strip()
        records.append(record)
    return record_rows(name, records)


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


def _check_size(name: str, rows: int, columns: int) -> None:
    if rows > MOST_ROWS:
        raise UserError(f"{name} has more than {MOST_ROWS:,} rows; hand in those of your photos.")
    if columns > MOST_COLUMNS:
        raise UserError(f"{name} has more than {MOST_COLUMNS:,} columns.")
