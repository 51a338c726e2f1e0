"""Tables that are no plain text: Excel, Parquet, CVAT's XML."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree

from ganssl.base.files import open_zip
from ganssl.errors import UserError
from ganssl.photos.label_columns import names_photos
from ganssl.photos.table_json import record_rows
from ganssl.photos.table_text import Rows, cell_text, check_size

MOST_BYTES = 100_000_000
"""Of a spreadsheet or Parquet file, unpacked."""

MOST_SHEETS = 20


def excel_rows(name: str, data: bytes) -> Rows:
    """The rows of the first sheet of an `.xlsx` that names photos, read by openpyxl; of the
    first that holds any where none does."""
    try:
        with open_zip(io.BytesIO(data)) as packed:
            size = sum(info.file_size for info in packed.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise UserError(_no_excel(name)) from error
    if size > MOST_BYTES:
        raise UserError(f"{name} unpacks to more than {MOST_BYTES // 10**6} MB; save it as CSV.")
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        found: list[list[tuple[int, list[str]]]] = []
        for sheet in book.worksheets[:MOST_SHEETS]:
            rows: list[tuple[int, list[str]]] = []
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                check_size(name, number, len(row))
                cells = [cell_text(value) for value in row]
                if any(cells):
                    rows.append((number, cells))
            if rows:
                found.append(rows)
            if names_photos([row for _, row in rows[:100]]):
                found = [rows]
                break
        if found:
            width = max(i + 1 for _, row in found[0] for i, cell in enumerate(row) if cell)
            return iter([(n, (row + [""] * width)[:width]) for n, row in found[0]])
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
        check_size(name, file.metadata.num_rows, file.metadata.num_columns)
        size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups))
        if size > MOST_BYTES:
            raise UserError(f"{name} unpacks to more than {MOST_BYTES // 10**6} MB.")
        records = file.read().to_pylist()  # reads texts and times, which may be damaged as well
    except UserError:
        raise
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise UserError(f"{name} is no readable Parquet file: write it again.") from error
    return record_rows(name, records)


def cvat_rows(name: str, data: bytes) -> Rows:
    """The tags of a CVAT export (`annotations.xml`, for images): a column for each label, and
    one for each attribute of a tag, or of a box where it is the photo's only one."""
    plain_text = data.replace(b"\0", b"")  # UTF-16 writes a zero beside every letter
    if b"<!DOCTYPE" in plain_text or b"<!ENTITY" in plain_text:
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
    check_size(name, len(images), len(plain) + 1)
    records = []
    for image, some in zip(images, tags, strict=True):
        record: dict[str, Any] = {"file": image.get("name", "")}
        given = {tag.get("label") for tag in some}
        record |= {label: int(label in given) if given else "" for label in plain}
        shapes = [shape for shape in image if shape.tag != "tag" and shape.get("label")]
        for tag in some + (shapes if len(shapes) == 1 else []):
            for part in tag.iter("attribute"):
                record[part.get("name", "")] = (part.text or "").strip()
        records.append(record)
    return record_rows(name, records)
