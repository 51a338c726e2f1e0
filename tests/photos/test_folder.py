"""Plain folders of photos with a CSV of labels, and the choice of reader."""

from __future__ import annotations

import os
import zipfile

import numpy as np
import pytest

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos import read_folder, read_photos
from ganssl.photos.images import png_bytes
from tests.helpers.synthetic_photos import draw_photo, encoded, write_celeba


@pytest.fixture
def folder(tmp_path):
    """Photos a2, a10, B1 and sub/a1 with things around them that are no photos."""
    root = tmp_path / "photos"
    (root / "sub").mkdir(parents=True)
    (root / ".hidden").mkdir()
    (root / "__MACOSX").mkdir()
    for i, name in enumerate(["a10.jpg", "a2.PNG", "B1.webp", "sub/a1.jpeg"]):
        format = {"jpg": "JPEG", "PNG": "PNG", "webp": "WEBP", "jpeg": "JPEG"}[name.split(".")[1]]
        (root / name).write_bytes(encoded(draw_photo(i, 40 + i, 40), format))
    for name in ("notes.txt", "._a2.PNG", ".hidden/x.jpg", "__MACOSX/a2.jpg", "a3.psd"):
        (root / name).write_bytes(b"no photo")
    return root


def test_photos_come_in_natural_order(folder):
    photos = read_folder(folder)
    assert photos.names == ["a2.PNG", "a10.jpg", "B1.webp", "sub/a1.jpeg"]
    assert [photos.read(i).width for i in range(4)] == [41, 40, 42, 43]
    assert photos.attributes == () and photos.labels.shape == (4, 0)
    assert photos.partition is None and photos.identity is None
    with pytest.raises(UserError, match=r"its photos have no labels\. Give a CSV"):
        photos.column("Male")


def test_folders_are_kept_together(tmp_path):
    for name in ("p10/1.png", "p2/10.png", "p2/9.png", "p2-b/1.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encoded(draw_photo(0, 16, 16)))
    assert read_folder(tmp_path).names == ["p2/9.png", "p2/10.png", "p2-b/1.png", "p10/1.png"]


def test_labels_are_matched_by_name_and_the_rest_is_unknown(folder):
    data = b"file,Smiling,Male\nsub/a1.jpeg,1,0\na2.PNG,0,\n"
    photos = read_folder(folder, data)
    assert photos.attributes == ("Smiling", "Male")
    assert photos.labels.dtype == np.int8
    assert photos.labels.tolist() == [[0, -1], [-1, -1], [-1, -1], [1, 0]]
    assert photos.column("Smiling").tolist() == [0, -1, -1, 1]
    with pytest.raises(
        UserError, match=r"2 of 4 photos of .* have no label for Smiling, such as a10"
    ):
        photos.column("Smiling", complete=True)
    known = photos.subset(photos.column("Smiling") >= 0)
    assert known.column("Smiling", complete=True).tolist() == [0, 1]


def test_a_chosen_column_becomes_the_attribute(folder):
    data = b"file,mine,yours\na2.PNG,1,0\n"
    photos = read_photos(folder, data, Attribute("Male"), "yours")
    assert photos.attributes == ("Male",) and photos.column("Male")[0] == 0


def test_labels_of_photos_that_are_not_there(folder):
    data = b"file,Male\na2.PNG,1\na1.jpeg,1\nx.jpg,0\n"
    photos = read_folder(folder, data)
    assert photos.column("Male").tolist() == [1, -1, -1, 1]
    assert photos.report.rows_without_photo == 1
    assert (
        "1 of 3 rows of labels.csv name no photo that was read, such as x.jpg (line 4)."
        in photos.report.notes[0]
    )
    with pytest.raises(UserError, match=r"None of the 4 photos .* has a row in labels\.csv"):
        read_folder(folder, b"file,Male\nx.jpg,0\n")


def test_folders_without_photos(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no JPEG, PNG or WebP photo"):
        read_folder(tmp_path / "empty")
    with pytest.raises(UserError, match="is not a folder"):
        read_folder(folder / "a10.jpg")
    with pytest.raises(UserError, match="is not a folder"):
        read_folder(tmp_path / "gone")
    with pytest.raises(UserError, match="does not exist"):
        read_photos(tmp_path / "gone")


def test_links_to_folders_are_not_followed(folder):
    os.symlink(folder, folder / "sub" / "circle")
    assert len(read_folder(folder)) == 4


def test_a_photo_that_vanishes_or_is_damaged_is_named(folder):
    photos = read_folder(folder)
    (folder / "a10.jpg").unlink()
    (folder / "B1.webp").write_bytes(b"RIFF")
    with pytest.raises(UserError, match=r"photos/a10\.jpg cannot be read"):
        photos.read(1)
    with pytest.raises(UserError, match=r"photos/B1\.webp is not a JPEG, PNG or WebP image"):
        photos.read(2)


def test_the_reader_is_chosen_by_layout(tmp_path, folder):
    celeba = write_celeba(tmp_path / "celeba", 3)
    assert read_photos(celeba).attributes == ("Male", "Smiling", "Young")
    assert read_photos(str(folder)).attributes == ()
    assert len(read_photos(celeba / "img_align_celeba", b"file,Bald\n000002.jpg,1\n")) == 3
    with pytest.raises(UserError, match="is CelebA and brings its labels"):
        read_photos(celeba, b"file,Bald\n000002.jpg,1\n")
    (tmp_path / "photos.zip").write_bytes(b"PK")
    with pytest.raises(UserError, match="cannot be opened as a zip"):
        read_photos(tmp_path / "photos.zip")


def test_the_hundred_photos_of_the_article(seed100_root):
    images, labels = seed100_root / "images", seed100_root / "labels.csv"
    photos = read_folder(images, labels)
    assert photos.names == [f"{i:06d}.jpg" for i in range(1, 101)]
    assert photos.attributes == ("male_as_published", "male_shift_corrected", "male_celeba")
    agreement = photos.labels == photos.column("male_celeba", complete=True)[:, None]
    assert agreement.sum(axis=0).tolist() == [84, 98, 100]
    male = read_folder(images, labels, Attribute("Male"), "male_shift_corrected")
    assert np.array_equal(male.column("Male"), photos.labels[:, 1])
    assert {photos.read(i).size for i in range(100)} == {(89, 109)}


@pytest.mark.parametrize(
    ("title", "cells", "expected"),
    [
        ("split", ("train", "Val", "test", "train"), [0, 1, 2, 0]),
        ("Subset", ("training", "validation", "training", "validation"), [0, 1, 0, 1]),
        ("partition", ("0", "1", "2", "0"), [0, 1, 2, 0]),
        ("split", ("train", "val", "", "train"), None),
        ("split", ("train", "val", "other", "train"), None),
        ("split", ("train", "train", "train", "train"), None),
        ("split", ("0", "1", "2", "0"), None),
        ("smile", ("train", "val", "test", "train"), None),
    ],
)
def test_a_column_divides_the_photos_into_parts(folder, tmp_path, title, cells, expected):
    names = read_photos(folder).names
    rows = [
        f"{name},{i % 2},{cell}" for i, (name, cell) in enumerate(zip(names, cells, strict=True))
    ]
    (tmp_path / "parts.csv").write_text(f"file,Male,{title}\n" + "\n".join(rows), encoding="utf-8")
    for attribute in (None, Attribute("Male")):
        photos = read_photos(folder, tmp_path / "parts.csv", attribute)
        assert "Male" in photos.attributes
        if expected is None:
            assert photos.partition is None
        else:
            assert photos.partition.tolist() == expected and title not in photos.attributes
            assert photos.part("train").names == [
                name for name, part in zip(names, expected, strict=True) if part == 0
            ]
            assert any("are divided by" in note for note in photos.report.notes)


def test_names_that_are_no_utf_8_can_be_shown_and_lead_to_their_photos(tmp_path):
    """As unpacked from an old ZIP: two names that would look alike, one of a sub-folder."""
    folder = os.fsencode(tmp_path / "photos")
    os.makedirs(folder + b"/caf\xe9")
    photos = {b"a\xff.png": 50, b"a\xfe.png": 90, b"caf\xe9/b.png": 130}
    try:
        for name, grey in photos.items():
            with open(folder + b"/" + name, "wb") as file:
                file.write(png_bytes(np.full((16, 16, 3), grey, np.uint8)))
    except OSError:
        pytest.skip("this disk takes no such names")
    found = read_folder(tmp_path / "photos")
    assert len(found) == 3
    assert "".join(found.names).encode() and found.report.text().encode()
    assert sorted(found.read(i).getpixel((0, 0))[0] for i in range(3)) == [50, 90, 130]


def test_names_of_very_many_digits_have_a_place_in_natural_order(tmp_path):
    photo = png_bytes(np.full((16, 16, 3), 50, np.uint8))
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as packed:
        for name in ("10.png", "9.png", "1" * 5000 + ".png"):
            packed.writestr(name, photo)
    found = read_folder(tmp_path / "photos.zip")
    assert [len(name) for name in found.names] == [5, 6, 5004]
