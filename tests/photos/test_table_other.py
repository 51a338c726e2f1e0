"""Workbooks, Parquet and XML: whatever their libraries raise becomes a sentence, and what is small
on the disk does not become large."""

from __future__ import annotations

import io
import zipfile

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
from openpyxl import Workbook

from ganssl.base import json_text
from ganssl.errors import UserError
from ganssl.photos import table_other
from ganssl.photos.label_file import read_labels

NAMES = ["a.png", "b.png", "c.png"]


def parquet_file(**columns) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(arrow.table({"file": NAMES, "Male": [1, 0, 1], **columns}), buffer)
    return buffer.getvalue()


def workbook(*rows, sheets: int = 1) -> bytes:
    book, buffer = Workbook(), io.BytesIO()
    for number in range(sheets):
        sheet = book.active if not number else book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-7", "big5", "none such", "hex", "idna", "punycode", "undefined", "utf-32"]
)
def test_xml_of_encodings_that_are_not_read_is_refused(encoding):
    text = f"<?xml version='1.0' encoding='{encoding}'?><a><image name='a.png'/></a>"
    with pytest.raises(UserError, match=r"a\.xml is no readable XML"):
        read_labels(text.encode(), name="a.xml")


@pytest.mark.parametrize(
    "times",
    [
        arrow.array([0] * 3, arrow.timestamp("s", tz="No/Where")),
        arrow.array([2**40] * 3, arrow.timestamp("s")),
        arrow.array([2**62] * 3, arrow.duration("s")),
    ],
    ids=["zone", "year", "span"],
)
def test_times_that_python_does_not_know_are_refused(times):
    with pytest.raises(UserError, match=r"a\.parquet is no readable Parquet file"):
        read_labels(parquet_file(t=times), name="a.parquet")


def shared(kind: str, text: str, count: int):
    """`count` times one text, which Parquet writes once, by itself or inside something else."""
    return {
        "text": lambda: arrow.array([text] * count),
        "list": lambda: arrow.array([[text]] * count),
        "structure": lambda: arrow.array([{"path": text}] * count),
        "map": lambda: arrow.array(
            [[("k", text)]] * count, arrow.map_(arrow.string(), arrow.string())
        ),
    }[kind]()


@pytest.mark.parametrize("kind", ["text", "list", "structure", "map"])
def test_a_text_that_many_rows_share_is_counted_in_each(kind, monkeypatch):
    """30 kB on the disk, and gigabytes with a longer text."""
    monkeypatch.setattr(table_other, "MOST_LETTERS", 200_000)
    with pytest.raises(UserError, match=r"a\.parquet unpacks to more"):
        read_labels(parquet_file(t=shared(kind, "x" * 100_000, 3)), name="a.parquet")
    table = read_labels(parquet_file(t=shared(kind, "x" * 100, 3)), name="a.parquet")
    assert table.labels[:, 0].tolist() == [1, 0, 1] and table.names == NAMES


def test_a_workbook_of_too_many_cells_is_refused_over_all_its_sheets(monkeypatch):
    monkeypatch.setattr(table_other, "MOST_IN_SHEETS", 12)
    rows = [["x", "y"]] * 4
    with pytest.raises(UserError, match=r"a\.xlsx holds more .* save it as CSV"):
        read_labels(workbook(*rows, sheets=2), name="a.xlsx")
    monkeypatch.setattr(table_other, "MOST_IN_SHEETS", 16)
    with pytest.raises(UserError, match="header"):  # it is read, and names no photos
        read_labels(workbook(*rows, sheets=2), name="a.xlsx")


def test_a_text_that_many_cells_of_a_workbook_share_is_counted_in_each(monkeypatch):
    monkeypatch.setattr(table_other, "MOST_LETTERS", 50_000)
    rows = [["file", "Male", "note"], *([f"{i}.png", i % 2, "x" * 20_000] for i in range(3))]
    with pytest.raises(UserError, match="save it as CSV"):
        read_labels(workbook(*rows), name="a.xlsx")
    assert read_labels(workbook(*rows[:3]), name="a.xlsx").names == ["0.png", "1.png"]


@pytest.mark.parametrize(
    "member", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"]
)
def test_a_workbook_whose_parts_swell_is_refused_before_it_is_opened(member):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(member, b" " * 101_000_000)
    with pytest.raises(UserError, match="holds more than is read of a workbook"):
        read_labels(buffer.getvalue(), name="a.xlsx")


def test_xml_and_json_of_very_many_parts_are_refused_before_they_are_taken_apart(monkeypatch):
    """A tag of four bytes takes a hundred in memory."""
    monkeypatch.setattr(table_other, "MOST_TAGS", 100)
    monkeypatch.setattr(json_text, "MOST_PARTS", 100)
    with pytest.raises(UserError, match=r"a\.xml has more than .* tags"):
        read_labels(b"<a>" + b"<b/>" * 300 + b"</a>", name="a.xml")
    with pytest.raises(UserError, match=r"a\.json has more than .* objects and lists"):
        read_labels(b"[" + b"{}," * 200 + b"{}]", name="a.json")
    few = b'[{"file": "a.png", "Male": 1}, {"file": "b.png", "Male": 0}]'
    assert read_labels(few, name="a.json").labels[:, 0].tolist() == [1, 0]
