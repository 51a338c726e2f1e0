"""Text without a word of its encoding: told by marks, by zeros, by the names of the photos."""

from __future__ import annotations

import pytest

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos.encodings import decoded
from ganssl.photos.folder import read_folder
from ganssl.photos.matching import loose_key
from tests.helpers.synthetic_photos import draw_photo, encoded

TABLE = "file;Male\r\nJosé Müller 0.jpg;1\r\nJosé Müller 1.jpg;0\r\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [TABLE, "file,Male\nИван.jpg,1\n写真.jpg,0\n"])
def test_utf_16_is_known_without_its_mark(encoding, text):
    found, note = decoded("a.csv", text.encode(encoding))
    assert found == text and "read as UTF-16" in note


@pytest.mark.parametrize("cut", [1, 7])
def test_zeros_that_do_not_stand_as_in_utf_16_are_refused(cut):
    data = TABLE.encode("utf-16-le")
    for damaged in (data[:-cut], TABLE.encode().replace(b";", b"\0"), b"a\0\0b" * 9):
        with pytest.raises(UserError, match=r"a\.csv, line \d+: the text is not UTF-8"):
            decoded("a.csv", damaged)


@pytest.mark.parametrize(
    ("encoding", "names", "title"),
    [
        ("cp1252", "Ålesund {}.jpg", "Windows-1252"),
        ("mac_roman", "José Müller {}.jpg", "Mac Roman"),
        ("cp850", "Größe {}.jpg", "code page 850"),
        ("cp1250", "Łódź {}.jpg", "Windows-1250"),
        ("cp1251", "Иван {}.jpg", "Windows-1251"),
        ("cp932", "写真 {}.jpg", "Shift JIS"),
        ("gb18030", "照片 {}.jpg", "GB 18030"),
    ],
)
def test_the_names_of_the_photos_tell_an_older_encoding(encoding, names, title, tmp_path):
    rows = {names.format(i): i % 2 for i in range(4)}
    for i, name in enumerate(rows):
        (tmp_path / name).write_bytes(encoded(draw_photo(i, 40, 40)))
    text = "file,Male\n" + "".join(f"{name},{label}\n" for name, label in rows.items())
    found = read_folder(tmp_path, text.encode(encoding), Attribute("Male"))
    assert dict(zip(found.names, found.column("Male").tolist(), strict=True)) == rows
    assert any(f"was read as {title}" in note for note in found.report.notes)


def test_names_that_need_no_encoding_tell_none():
    data = "file,Male,note\na.jpg,1,Žlu\x81\n".encode("cp1250", "replace") + b"\x81"
    with pytest.raises(UserError, match="is not UTF-8"):
        decoded("a.csv", data, {loose_key("a.jpg")})


def test_what_old_programs_put_at_the_end_is_left_out():
    for end in (b"\0\0", b"\x1a"):
        assert decoded("a.csv", b"file,Male\na.jpg,1\n" + end) == ("file,Male\na.jpg,1\n", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_zeros_in_a_text_are_refused_in_every_encoding(encoding):
    data = "file,Male\na\0.png,1\n".encode(encoding)
    with pytest.raises(UserError, match=r"labels\.csv, line 2: the text is not UTF-8"):
        decoded("labels.csv", data)
