"""Tables that are no plain text: Excel, Parquet, CVAT's XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

from ganssl.base.files import open_zip
from ganssl.errors import UserError
from ganssl.photos.label_columns import names_photos
from ganssl.photos.table_records import record_rows
from ganssl.photos.table_text import (
    MOST_LETTERS,
    Rows,
    cell_text,
    check_size,
)

MOST_BYTES = 100_000_000
"""Of a Parquet file, unpacked."""

MOST_SHEETS = 20
MOST_IN_SHEETS = 1_200_000
"""Cells of a workbook, each of which openpyxl takes microseconds to read."""

SHEETS = "xl/worksheets/"
MOST_OF_SHEETS, MOST_OF_TEXTS, MOST_OF_REST = 100_000_000, 25_000_000, 10_000_000
"""Bytes of a workbook's parts, unpacked: of its sheets, its texts, and what else is read."""

MOST_TAGS = 4_000_000
"""Of XML; each takes a hundred bytes of memory, however short it is."""

READ_AT_A_TIME = 1_000
"""Rows of a Parquet file."""


def excel_rows(name: str, data: bytes) -> Rows:
    """The rows of the first sheet of an `.xlsx` that names photos, read by openpyxl; of the
    first that holds any where none does."""
    try:
        with open_zip(io.BytesIO(data)) as packed:
            _check_workbook(name, packed.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise UserError(_no_excel(name)) from error
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        found: list[list[tuple[int, list[str]]]] = []
        read = letters = 0
        for sheet in book.worksheets[:MOST_SHEETS]:
            rows: list[tuple[int, list[str]]] = []
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                check_size(name, number, len(row))
                cells = [cell_text(value) for value in row]
                read, letters = read + len(cells), letters + sum(map(len, cells))
                if read > MOST_IN_SHEETS or letters > MOST_LETTERS:
                    raise UserError(_too_much(name))
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


def _check_workbook(name: str, members: Sequence[zipfile.ZipInfo]) -> None:
    """`UserError` for parts that would take long to read; pictures are not."""
    sheets = texts = rest = 0
    for member in members:
        if member.filename.startswith(SHEETS):
            sheets += member.file_size
        elif member.filename.lower().endswith("sharedstrings.xml"):
            texts += member.file_size
        elif member.filename.lower().endswith((".xml", ".rels")):
            rest += member.file_size
    if sheets > MOST_OF_SHEETS or texts > MOST_OF_TEXTS or rest > MOST_OF_REST:
        raise UserError(_too_much(name))


def _too_much(name: str) -> str:
    return f"{name} holds more than is read of a workbook; save it as CSV, which is read faster."


def _no_excel(name: str) -> str:
    return f"{name} is no readable Excel file. Open it and save it as .xlsx or as CSV (UTF-8)."


def parquet_rows(name: str, data: bytes) -> Rows:
    """The rows of a Parquet file, by pyarrow; columns of pictures are left out but for their
    path."""
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise UserError(f"{name}: Parquet files need the package pyarrow.") from error
    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        check_size(name, file.metadata.num_rows, file.metadata.num_columns)
        groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
        size = sum(group.total_byte_size for group in groups)
        if size > MOST_BYTES:
            raise UserError(f"{name} unpacks to more than {MOST_BYTES // 10**6} MB.")
        columns = [file.schema.column(i) for i in range(len(file.schema.names))]
        texts = [c.path for c in columns if c.physical_type == "BYTE_ARRAY"]
        file = parquet.ParquetFile(io.BytesIO(data), read_dictionary=texts)
    except UserError:
        raise
    except Exception as error:  # damaged files raise many types, by place
        raise UserError(_no_parquet(name)) from error
    return record_rows(name, _parquet_records(name, file))


def _parquet_records(name: str, file: Any) -> Iterator[dict[str, Any]]:
    """The rows, some at a time; a text that many of them share is kept once until then."""
    letters = 0
    try:
        for batch in file.iter_batches(READ_AT_A_TIME):
            letters += sum(map(_letters, batch.columns))
            if letters > MOST_LETTERS:
                raise UserError(f"{name} unpacks to more than {MOST_LETTERS // 10**6} MB.")
            yield from batch.to_pylist()  # reads texts and times, which may be damaged as well
    except UserError:
        raise
    except Exception as error:
        raise UserError(_no_parquet(name)) from error


def _letters(column: Any) -> int:
    """The bytes of the texts in a column, each counted as often as it stands there."""
    import pyarrow as arrow

    if isinstance(column, arrow.DictionaryArray):
        lengths = arrow.compute.binary_length(column.dictionary).take(column.indices)
        return arrow.compute.sum(lengths).as_py() or 0
    if isinstance(column, arrow.MapArray):
        return _letters(column.keys) + _letters(column.items)
    if isinstance(column, arrow.StructArray):
        return sum(map(_letters, column.flatten()))
    if isinstance(column, arrow.ListArray | arrow.LargeListArray | arrow.FixedSizeListArray):
        return _letters(column.flatten())
    return column.nbytes


def _no_parquet(name: str) -> str:
    return f"{name} is no readable Parquet file: write it again."


def cvat_rows(name: str, data: bytes) -> Rows:
    """The tags of a CVAT export (`annotations.xml`, for images): a column for each label, and
    one for each attribute of a tag, or of a box where it is the photo's only one."""
    plain_text = data.replace(b"\0", b"")  # UTF-16 writes a zero beside every letter
    if b"<!DOCTYPE" in plain_text or b"<!ENTITY" in plain_text:
        raise UserError(f"{name} declares entities, which are not read.")
    if plain_text.count(b"<") > 2 * MOST_TAGS:
        raise UserError(f"{name} has more than {MOST_TAGS // 10**6} million tags; save it as CSV.")
    try:
        root = ElementTree.fromstring(data)
    except Exception as error:  # encodings that Python lacks, or has for other uses, raise others
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
    return record_rows(name, _cvat_records(images, tags, plain))


def _cvat_records(
    images: Sequence[ElementTree.Element], tags: Sequence[list[ElementTree.Element]], plain: list
) -> Iterator[dict[str, Any]]:
    """One for each photo: 1 or 0 for each label without attributes, and the attributes."""
    for image, some in zip(images, tags, strict=True):
        record: dict[str, Any] = {"file": image.get("name", "")}
        given = {tag.get("label") for tag in some}
        record |= {label: int(label in given) if given else "" for label in plain}
        shapes = [shape for shape in image if shape.tag != "tag" and shape.get("label")]
        for tag in some + (shapes if len(shapes) == 1 else []):
            for part in tag.iter("attribute"):
                record[part.get("name", "")] = (part.text or "").strip()
        yield record
