"""What visitors hand in: everything usable is read, the rest is named, nothing harms."""

from __future__ import annotations

import io
import stat
import struct
import time
import tracemalloc
import unicodedata
import zipfile

import numpy as np
import pytest
from PIL import Image

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos import read_photos
from ganssl.photos.preprocess import Preprocess
from ganssl.photos.safe_zip import Limits
from ganssl.photos.uploads import read_uploads
from tests.helpers.synthetic_photos import draw_photo, encoded

MEGABYTE = 1_000_000


def photo(seed: int = 0) -> bytes:
    return encoded(draw_photo(seed, 40, 40))


def zipped(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, data in members:
            file.writestr(name, data, method)
    return buffer.getvalue()


def reasons(upload) -> dict[str, str]:
    return {refusal.name: refusal.reason for refusal in upload.refused}


def peak_bytes(call) -> int:
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


# --- photos


def test_loose_photos_keep_their_files_and_come_in_natural_order():
    upload = read_uploads([("b10.png", photo(0)), ("B9.PNG", photo(1)), ("a.png", photo(2))])
    photos = upload.photos
    assert photos.names == ["a.png", "B9.PNG", "b10.png"]
    assert [photos.photo_bytes(i) for i in range(3)] == [photo(2), photo(1), photo(0)]
    assert np.array_equal(np.asarray(photos.read(1)), np.asarray(draw_photo(1, 40, 40)))
    preprocess = Preprocess(32)
    expected = np.stack([preprocess(draw_photo(seed, 40, 40)) for seed in (2, 1, 0)])
    assert np.array_equal(photos.faces(preprocess), expected)
    assert photos.subset([2]).names == ["b10.png"]
    assert upload.refused == [] and upload.notes == []
    assert upload.summary() == "3 photos read, without labels."


def test_a_zip_with_labels():
    data = zipped(
        ("set/labels.csv", b"file,Smiling,Male\nb.png,1,\na.png,0,1\n"),
        ("set/a.png", photo(0)),
        ("set/more/b.png", photo(1)),
        ("set/more/", b""),
    )
    upload = read_uploads([("set.zip", data)])
    assert upload.photos.names == ["a.png", "b.png"]
    assert upload.photos.attributes == ("Smiling", "Male")
    assert upload.photos.labels.tolist() == [[0, 1], [1, -1]]
    assert upload.photos.column("Smiling", complete=True).tolist() == [0, 1]
    assert upload.refused == []
    assert upload.summary().startswith("2 photos read, with labels for Smiling and Male.")


def test_nothing_is_written_or_logged_and_no_content_is_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    data = zipped(("a.png", photo(0)), ("b.txt", b"x"), ("../c.png", photo(1)))
    upload = read_uploads([("x.zip", data)])
    assert len(upload.photos) == 2
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr() == ("", "")
    assert "PNG" not in repr(upload)


def test_paths_are_cut_to_the_name():
    members = ["../../etc/a.png", "/root/b.png", "C:\\photos\\c.png", "./d/../e.png", "f\n\x1b.png"]
    data = zipped(*((name, photo(seed)) for seed, name in enumerate(members)))
    upload = read_uploads([("x.zip", data), ("../g.png", photo(9))])
    assert upload.photos.names == ["a.png", "b.png", "c.png", "e.png", "f.png", "g.png"]


def test_files_that_systems_add_are_passed_over_in_silence():
    junk = ["__MACOSX/set/._a.png", "set/.DS_Store", "set/Thumbs.db", "desktop.ini", ".x/._b.png"]
    data = zipped(("set/a.png", photo()), *((name, b"junk") for name in junk))
    upload = read_uploads([("x.zip", data), (".DS_Store", b"junk")])
    assert upload.photos.names == ["a.png"] and upload.refused == []
    only_junk = read_uploads([("x.zip", zipped((".DS_Store", b"junk")))])
    assert reasons(only_junk) == {"x.zip": "The ZIP is empty."}


def test_copies_are_reported_and_left_out():
    data = zipped(("p/a.png", photo(0)), ("q/a.png", photo(1)), ("q/b.png", photo(0)))
    upload = read_uploads([("x.zip", data), ("c.png", photo(0))])
    assert upload.photos.names == ["p/a.png", "q/a.png"]
    assert upload.photos.photo_bytes(1) == photo(1)
    assert [(refusal.name, refusal.reason[:30]) for refusal in upload.refused] == [
        ("b.png", "It is the same photo as a.png."),
        ("c.png", "It is the same photo as a.png."),
    ]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.ico", encoded(draw_photo(), "ICO"), "This file is not a JPEG, PNG or WebP image"),
        ("notes.doc", b"hello", "This file is not a JPEG, PNG or WebP image"),
        ("empty.jpg", b"", "This file is not a JPEG, PNG or WebP image"),
        ("zip.jpg", zipped(("a.png", photo())), "This file is not a JPEG, PNG or WebP image"),
        ("cut.png", photo()[:-60], "This file is damaged and cannot be decoded."),
        ("dot.png", encoded(draw_photo(0, 7, 7)), "This file has only 7×7 pixels"),
        ("big.png", encoded(Image.new("1", (8000, 7000))), "more than 50 megapixels"),
    ],
)  # fmt: skip
def test_files_that_are_no_photos(name, data, reason):
    loose = read_uploads([(name, data), ("good.png", photo(1))])
    packed = read_uploads([("x.zip", zipped((name, data), ("good.png", photo(1))))])
    for upload in (loose, packed):
        assert upload.photos.names == ["good.png"]
        assert list(reasons(upload)) == [name] and reason in reasons(upload)[name]


def test_the_pixels_of_all_photos_are_limited():
    files = [(f"{i}.png", encoded(Image.new("1", (1000, 1000 + i)))) for i in range(4)]
    upload = read_uploads(files, Limits(total_pixels=2_000_000))
    assert upload.photos.names == ["0.png", "1.png"]
    assert "more than 2 megapixels" in reasons(upload)["3.png"]


# --- ZIPs that are broken or hostile


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped(), "The ZIP is empty."),
        (zipped(("folder/", b"")), "The ZIP is empty."),
        (b"", "This is not a ZIP, or a damaged one; pack the photos again."),
        (b"PK\x03\x04 and no more", "This is not a ZIP, or a damaged one; pack the photos again."),
        (zipped(("a.png", photo()))[:-30], "This is not a ZIP, or a damaged one; pack the photos"),
    ],
)  # fmt: skip
def test_zips_that_cannot_be_opened(data, reason):
    upload = read_uploads([("x.zip", data), ("good.png", photo())])
    assert reasons(upload)["x.zip"].startswith(reason)
    assert upload.photos.names == ["good.png"]


def test_a_member_without_a_name_stops_nothing(tmp_path):
    data = zipped(("a.png", photo(1)), ("b.png", photo(2))).replace(b"a.png", b"\0.png")
    upload = read_uploads([("x.zip", data)])
    assert upload.photos.names == ["b.png", "unnamed"] and not upload.refused
    (tmp_path / "x.zip").write_bytes(data)
    assert read_photos(tmp_path / "x.zip").names == ["b.png"]


def test_a_damaged_member_leaves_the_others():
    data = bytearray(zipped(("a.png", photo(0)), ("b.png", photo(1)), method=zipfile.ZIP_STORED))
    data[data.index(b"IDAT") + 20] ^= 0xFF
    upload = read_uploads([("x.zip", bytes(data))])
    assert upload.photos.names == ["b.png"]
    assert reasons(upload) == {"a.png": "It is damaged in the ZIP and cannot be unpacked."}


def test_a_zip_bomb_is_not_unpacked():
    bomb = zipped(("bomb.png", bytes(50 * MEGABYTE)), ("good.png", photo()))
    assert len(bomb) < 60_000
    assert peak_bytes(lambda: read_uploads([("x.zip", bomb)])) < 2 * MEGABYTE
    upload = read_uploads([("x.zip", bomb)])
    assert upload.photos.names == ["good.png"]
    assert reasons(upload)["bomb.png"].startswith("It is larger than 30 MB")


def test_a_member_below_the_size_limit_is_judged_by_its_ratio():
    data = zipped(("bomb.png", bytes(5 * MEGABYTE)), ("good.png", photo()))
    assert peak_bytes(lambda: read_uploads([("x.zip", data)])) < 2 * MEGABYTE
    upload = read_uploads([("x.zip", data)])
    assert "more than 100 times its packed size" in reasons(upload)["bomb.png"]
    assert upload.photos.names == ["good.png"]


def test_a_member_that_declares_less_than_it_holds():
    data = bytearray(zipped(("bomb.png", bytes(20 * MEGABYTE)), ("good.png", photo())))
    central = data.index(b"PK\x01\x02")
    assert struct.unpack_from("<I", data, central + 24)[0] == 20 * MEGABYTE
    struct.pack_into("<I", data, central + 24, 1000)  # uncompressed size
    lying = bytes(data)
    assert peak_bytes(lambda: read_uploads([("x.zip", lying)])) < 2 * MEGABYTE
    upload = read_uploads([("x.zip", lying)])
    assert reasons(upload) == {"bomb.png": "It is damaged in the ZIP and cannot be unpacked."}
    assert upload.photos.names == ["good.png"]


def test_the_total_size_is_limited_over_one_zip_and_over_all_files():
    noise = np.random.default_rng(0)
    blocks = [(f"{i}.bin", noise.bytes(500) * 2) for i in range(10)]
    upload = read_uploads([("x.zip", zipped(*blocks))], Limits(total_bytes=9_000))
    assert list(reasons(upload)) == ["x.zip"] and "unpacks to more" in reasons(upload)["x.zip"]
    upload = read_uploads([("y.zip", bytes(9_001))], Limits(total_bytes=9_000))
    assert "The ZIP is larger" in reasons(upload)["y.zip"]
    size = len(photo(0)) + len(photo(1))
    files = [(f"{i}.png", photo(i)) for i in range(2)] + [("x.zip", zipped(("2.png", photo(2))))]
    upload = read_uploads(files, Limits(total_bytes=size))
    assert upload.photos.names == ["0.png", "1.png"]
    assert "The files together are larger" in reasons(upload)["2.png"]
    upload = read_uploads([("a.png", photo(0))], Limits(file_bytes=len(photo(0)) - 1))
    assert reasons(upload)["a.png"].startswith("It is larger than")


def test_the_number_of_files_is_limited():
    members = [(f"{i}.png", photo(i)) for i in range(4)]
    upload = read_uploads([("x.zip", zipped(*members))], Limits(files=3))
    assert "more than 3 files" in reasons(upload)["x.zip"]
    upload = read_uploads(members, Limits(files=3))
    assert upload.photos.names == ["0.png", "1.png", "2.png"]
    assert "More than 3 files" in reasons(upload)["3.png"]
    shadows = [(f"__MACOSX/._{i}.png", b"") for i in range(3)]
    upload = read_uploads([("x.zip", zipped(*members[:3], *shadows))], Limits(files=3))
    assert len(upload.photos) == 3 and upload.refused == []
    crowd = zipped(*((f"{i}/", b"") for i in range(20_000)))
    upload = read_uploads([("x.zip", crowd)])
    assert "more than 5,000 files" in reasons(upload)["x.zip"]


def test_links_archives_passwords_and_odd_packing_are_refused():
    link = zipfile.ZipInfo("link.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    data = zipped(
        (link, b"/etc/passwd"),
        ("inner.zip", zipped(("a.png", photo()))),
        ("inner.tar.GZ", b"x"),
        ("good.png", photo(1)),
    )
    upload = read_uploads([("x.zip", data)])
    assert upload.photos.names == ["good.png"]
    found = reasons(upload)
    assert found["link.png"].startswith("It is a link")
    assert found["inner.zip"].startswith("It is an archive inside the ZIP")
    assert found["inner.tar.GZ"].startswith("It is an archive inside the ZIP")
    lzma = read_uploads([("x.zip", zipped(("a.png", photo()), method=zipfile.ZIP_LZMA))])
    assert reasons(lzma)["a.png"].startswith("It is packed by an unusual method")
    locked = bytearray(zipped(("a.png", photo())))
    locked[6] |= 1  # the flag of encryption, in the member's header and in the table
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert reasons(read_uploads([("x.zip", bytes(locked))]))["a.png"].startswith("It is encrypted")


# --- labels


def test_labels_beside_the_photos_in_celebas_form():
    text = b"2\nMale Young\np1.png 1 -1\np2.png -1 -1\n"
    files = [("list_attr_celeba.txt", text), ("p2.png", photo(0)), ("p1.png", photo(1))]
    upload = read_uploads(files)
    assert upload.photos.names == ["p1.png", "p2.png"]
    assert upload.photos.labels.tolist() == [[1, 0], [0, 0]]
    assert upload.notes == [
        "All labels are the same for Young: it takes photos with and without an attribute "
        "to learn it."
    ]


def test_a_label_column_is_read_for_the_attribute_that_is_asked():
    files = [("l.csv", b"file,label\na.png,yes\n"), ("a.png", photo(0)), ("b.png", photo(1))]
    upload = read_uploads(files, attribute=Attribute("Smiling"))
    assert upload.photos.attributes == ("Smiling",) and upload.photos.labels.tolist() == [[1], [-1]]
    upload = read_uploads(files)
    assert upload.photos.attributes == () and "which attribute" in reasons(upload)["l.csv"]


def test_words_that_nobody_explained_are_kept_to_be_asked_for():
    csv = b"file,label\na.png,happy\nb.png,neutral\nc.png,bored\n"
    files = [("l.csv", csv), *((f"{name}.png", photo(ord(name))) for name in "abc")]
    photos = read_uploads(files, attribute=Attribute("Smiling")).photos
    assert photos.attributes == ()
    assert photos.groups["label"].tolist() == ["happy", "neutral", "bored"]
    answered = photos.answered("Smiling", "label", ["happy"], ["neutral"])
    assert answered.attributes == ("Smiling",) and answered.labels.tolist() == [[1], [0], [-1]]
    again = answered.answered("Smiling", "label", ["happy"], ["neutral", "bored"])
    assert again.attributes == ("Smiling",) and again.labels.tolist() == [[1], [0], [0]]
    with pytest.raises(UserError, match="'happy' cannot stand for both"):
        photos.answered("Smiling", "label", ["happy"], ["happy"])


def test_labels_without_photos_and_photos_without_labels():
    csv = b"file,Male\na.png,1\nx/b.png,0\ngone.png,1\nlost.png,0\n"
    files = [("l.csv", csv), *((f"{name}.png", photo(ord(name))) for name in "abcd")]
    upload = read_uploads(files)
    assert upload.photos.labels[:, 0].tolist() == [1, 0, -1, -1]
    assert upload.notes == [
        "2 of 4 rows of l.csv name no photo that was read, such as gone.png (line 4).",
        "2 of 4 photos have no label, such as c.png.",
    ]
    alone = read_uploads([("l.csv", csv)])
    assert len(alone.photos) == 0 and alone.photos.labels.shape == (0, 1)
    assert alone.notes[0].startswith("4 of 4 rows of l.csv name no photo")
    assert alone.summary().startswith("0 photos read, with labels for Male.")


def test_broken_labels_are_named_with_the_line_and_the_photos_stay():
    files = [("l.csv", b"file,Male\na.png,1\nb.png\n"), ("a.png", photo())]
    upload = read_uploads(files)
    assert upload.photos.names == ["a.png"] and upload.photos.attributes == ()
    assert reasons(upload)["l.csv"].startswith("l.csv, line 3: expected 2 cells")
    upload = read_uploads([("r.txt", b"Read me first.\n"), ("a.png", photo())])
    assert reasons(upload)["r.txt"].startswith("r.txt, line 1: CelebA's attribute list begins")
    files = [("l.csv", b"file,Male\np/a.png,1\nq/a.png,0\n"), ("a.png", photo())]
    upload = read_uploads(files)
    assert upload.photos.labels.tolist() == [[-1]]
    assert "1 photos fit several rows" in upload.summary()


def test_a_list_that_contradicts_an_earlier_one_is_refused():
    files = [
        ("readme.txt", b"Hello"),
        ("one.csv", b"file,Male\na.png,1\n"),
        ("two.csv", b"file,Male\na.png,0\n"),
        ("a.png", photo()),
    ]
    upload = read_uploads(files)
    assert upload.photos.labels.tolist() == [[1]]
    assert list(reasons(upload)) == ["readme.txt", "two.csv"]
    assert reasons(upload)["two.csv"] == (
        "two.csv and one.csv say different things of Male in a.png. Leave one of the two out."
    )


def test_several_lists_go_together_by_photo_and_attribute():
    files = [
        ("male.csv", b"file,Male\na.png,1\nb.png,\n"),
        ("more.csv", b"file,Male,Smiling\nb.png,0,1\na.png,,0\n"),
        ("others.csv", b"file,Young\nz.png,1\n"),
        ("a.png", photo()),
        ("b.png", photo(1)),
    ]
    upload = read_uploads(files)
    assert upload.photos.attributes == ("Male", "Smiling")
    assert upload.photos.labels.tolist() == [[1, 0], [0, 1]]
    assert reasons(upload) == {"others.csv": "It names none of the photos."}


def test_accents_match_however_they_are_written():
    name = "Zoë.png"
    composed, split = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    assert composed != split
    csv = f"file,Male\n{composed},1\n".encode()
    upload = read_uploads([("x.zip", zipped((split, photo()), ("l.csv", csv)))])
    assert upload.photos.names == [composed] and upload.photos.labels.tolist() == [[1]]


def test_a_single_photo_is_noted():
    upload = read_uploads([("a.png", photo()), ("l.csv", b"file,Male\na.png,1\n")])
    assert upload.notes == ["A single photo is too few to learn from."]
    assert upload.summary() == (
        "1 photo read, with labels for Male.\nA single photo is too few to learn from."
    )


def test_a_very_wide_table_does_not_hold_the_page_up():
    header = ",".join(f"c{i}" for i in range(200_000))
    start = time.process_time()
    upload = read_uploads([("l.csv", f"file,{header},c0\na.png\n".encode())])
    assert "more than 2,000 columns" in reasons(upload)["l.csv"]
    assert time.process_time() - start < 5


def test_nothing_at_all():
    upload = read_uploads([])
    assert len(upload.photos) == 0 and upload.summary() == "0 photos read, without labels."


def test_a_long_list_of_refusals_is_cut_in_the_summary():
    upload = read_uploads([(f"{i}.gif", b"x") for i in range(14)])
    lines = upload.summary().split("\n")
    assert lines[:3] == [
        "0 photos read, without labels.",
        "Left out: 14.",
        "0.gif: This file is not a JPEG, PNG or WebP image, nor of another format that is read "
        "(AVIF, GIF, HEIC, TIFF, BMP).",
    ]
    assert len(lines) == 13 and lines[-1] == "and 4 more."


def test_progress_counts_files():
    seen = []
    files = [("a.png", photo(0)), ("x.zip", zipped(("b.png", photo(1)), ("c.gif", b"x")))]
    read_uploads(files, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
