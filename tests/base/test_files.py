"""Arrays from anywhere: what a file says of itself is checked before memory is taken for it."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile

import numpy as np
import pytest

from ganssl.base import files
from ganssl.base.files import given_bytes, open_zip, read_array, read_arrays, read_rows, write_rows
from ganssl.errors import UserError
from ganssl.laboratory.store import _check_size
from ganssl.photos.photo_files import ZipFiles
from ganssl.photos.table_other import excel_rows


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def test_a_file_handed_in_is_called_by_its_name_or_by_the_last_part_of_its_path(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_bytes(b"a,b")
    assert given_bytes(b"c,d", "The file") == ("The file", b"c,d")
    assert given_bytes(path, "The file") == given_bytes(str(path), "") == ("labels.csv", b"a,b")
    for lost in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UserError, match=f"{lost} cannot be read: .+\\."):
            given_bytes(lost, "The file")


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def header(text: str) -> bytes:
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize(
    "array",
    [
        np.ones((3, 2), np.float16),
        np.zeros((0, 4)),
        np.array(5),
        np.array(["a", "é"]),
        np.eye(2) > 0,
    ],
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_plain_arrays_come_back(array: np.ndarray, method: int):
    found = read_arrays(io.BytesIO(packed({"a/b.npy": npy(array)}, method)), "a.npz")
    assert list(found) == ["a/b"] and found["a/b"].dtype == array.dtype
    np.testing.assert_array_equal(found["a/b"], array)


class Attack:
    def __reduce__(self):
        return pytest.fail, ("the pickle was run",)


def claim(shape: str, descr: str = "<f4") -> bytes:
    return header(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}")


BAD = {
    "no ZIP": b"text",
    "more than 100 times": packed({"a.npy": npy(np.zeros(2_000_000))}, zipfile.ZIP_DEFLATED),
    "no plain numbers": packed({"a.npy": npy(np.ones(2, complex))}),
    "holds object": packed({"a.npy": npy(np.array([Attack()], object))}),
    "holds datetime64": packed({"a.npy": npy(np.zeros(2, "M8[s]"))}),
    "size of its shape (1000000000000,)": packed({"a.npy": claim("(1000000000000,)")}),
    "size of its shape (-1,)": packed({"a.npy": claim("(-1,)") + bytes(4)}),
    "size of its shape (3,)": packed({"a.npy": npy(np.ones(3, np.float32))[:-2]}),
    "magic": packed({"bare": b"no array at all, but long enough for it"}),
    "Header": packed({"a.npy": header("(" * 100)}),
}  # fmt: skip


@pytest.mark.parametrize("reason", BAD)
def test_anything_else_is_refused_in_a_sentence(reason: str):
    with pytest.raises(UserError, match=r"a\.npz is damaged or not an \.npz file") as error:
        read_arrays(io.BytesIO(BAD[reason]), "a.npz")
    if reason not in ("no ZIP", "Header"):
        assert reason in str(error.value)


def test_methods_and_flags_that_are_not_read_are_refused():
    good = bytearray(packed({"a.npy": npy(np.ones(3))}))
    for offset, value in ((8, 1), (10, 97), (10, 12)):
        bad, at = bytearray(good), good.rfind(b"PK\x01\x02")
        struct.pack_into("<H", bad, at + offset, value)
        with pytest.raises(UserError, match=r"a\.npz is damaged"):
            read_arrays(io.BytesIO(bytes(bad)), "a.npz")


def zip_of_version(version: int, flags: int = 0, name: bytes = b"a.jpg") -> bytes:
    """A ZIP whose list says that its one member needs a `version` (in tenths) to be read."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.jpg", b"0")
    data = bytearray(buffer.getvalue())
    entry = data.index(b"PK\x01\x02")
    data[entry + 6] = version
    data[entry + 9] = flags
    return bytes(data).replace(b"a.jpg", name)


@pytest.mark.parametrize(
    "data",
    [
        zip_of_version(255),
        zip_of_version(20, 0x08, b"\xff.jpg"),
        b"",
        b"PK\x05\x06" + bytes(18)[:9],
    ],
    ids=["version", "name", "empty", "cut off"],
)
def test_a_zip_that_python_does_not_know_is_a_damaged_one(data: bytes, tmp_path):
    """`zipfile` raises other errors than its own for some; every reader has its sentence."""
    with pytest.raises(zipfile.BadZipFile):
        open_zip(io.BytesIO(data))
    with pytest.raises(UserError, match=r"mine\.npz"):
        _check_size(data, "mine.npz")
    with pytest.raises(UserError, match=r"mine\.xlsx"):
        excel_rows("mine.xlsx", data)
    (tmp_path / "photos.zip").write_bytes(data)
    with pytest.raises(UserError, match=r"photos\.zip cannot be opened as a zip"):
        ZipFiles(tmp_path / "photos.zip")


def test_a_kept_array_is_read_as_it_was_or_not_at_all(tmp_path):
    path, rows = tmp_path / "cache" / "rows.npy", np.arange(6, dtype=np.float32).reshape(3, 2)
    assert read_rows(path, (3, 2)) is None
    write_rows(path, rows)
    np.testing.assert_array_equal(read_rows(path, (3, 2)), rows)
    np.testing.assert_array_equal(read_array(path, (3, 2), np.float32, mapped=True), rows)
    assert read_rows(path, (2, 3)) is None and read_array(path, (3, 2), np.int32) is None
    data = path.read_bytes()
    for bad in (data[:-1], data + b"x", data[:40], b"", pickle.dumps(rows), claim("(3, 2)", "|O")):
        path.write_bytes(bad)
        assert read_rows(path, (3, 2)) is None


def test_many_small_arrays_that_swell_together_are_refused_before_one_is_read(monkeypatch):
    """Each of them is small enough by itself."""
    zeros = packed(
        {f"{i}.npy": npy(np.zeros(9_000, "u1")) for i in range(50)}, zipfile.ZIP_DEFLATED
    )
    monkeypatch.setattr(files, "SMALL_BYTES", 10_000)
    monkeypatch.setattr(files, "RATIO", 30)
    monkeypatch.setattr(files, "_member", lambda *_: pytest.fail("an array was read"))
    with pytest.raises(UserError, match=r"a\.npz .* would swell to more than 30 times its size"):
        read_arrays(io.BytesIO(zeros), "a.npz")
    monkeypatch.undo()
    assert len(read_arrays(io.BytesIO(zeros), "a.npz")) == 50
