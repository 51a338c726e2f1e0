"""Sets that are damaged: whatever the readers of tables and shards raise becomes a sentence."""

from __future__ import annotations

import gzip
import tarfile

import pytest

from ganssl.errors import UserError
from ganssl.synthesis import layout, read_set
from ganssl.synthesis.writer import finish_set
from tests.helpers.one_attribute_set import one_attribute_set


@pytest.mark.parametrize(
    "table", [b"a" * 200_000, b'"' + b"a" * 200_000], ids=["long cell", "open quote"]
)
def test_tables_that_the_csv_reader_refuses_are_damaged_ones(tmp_path, table):
    one_attribute_set(tmp_path)
    (tmp_path / layout.METADATA).write_bytes(table)
    with pytest.raises(UserError, match=r"metadata\.csv is damaged"):
        read_set(tmp_path)
    (tmp_path / layout.METADATA).unlink()
    (tmp_path / layout.block_file(0)).write_bytes(table)
    with pytest.raises(UserError, match=r"000000\.csv is damaged"):
        finish_set(tmp_path)


def long_names(count: int) -> bytes:
    """A shard that begins with so many headers which only name the next one."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 1
    return (header.tobuf(tarfile.GNU_FORMAT) + b"y".ljust(512, b"\0")) * count


def pax(keyword: str, value: str) -> bytes:
    info = tarfile.TarInfo("x")
    info.pax_headers = {keyword: value}
    return info.tobuf(tarfile.PAX_FORMAT)


@pytest.mark.parametrize(
    "shard",
    [
        b"",
        b"x" * 2000,
        long_names(2000),
        pax("size", "9" * 5000),
        pax("GNU.sparse.map", "x,y"),
        gzip.compress(b"0" * 1000),
    ],
    ids=["empty", "other", "names of names", "size", "sparse", "packed"],
)
def test_shards_that_are_damaged_are_refused(tmp_path, shard):
    one_attribute_set(tmp_path, "webdataset")
    assert len(next(read_set(tmp_path).batches())[0]) == 4
    (tmp_path / layout.tar_file(0)).write_bytes(shard)
    with pytest.raises(UserError, match=r"000000\.tar is damaged"):
        list(read_set(tmp_path).batches())
