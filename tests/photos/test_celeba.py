"""CelebA in its official layout, as a folder and as a zip; `PhotoSet` on it."""

from __future__ import annotations

import dataclasses
import multiprocessing
import pickle
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ganssl.attributes import CELEBA_ATTRIBUTES
from ganssl.errors import UserError
from ganssl.photos import read_celeba, read_photos
from tests.helpers.synthetic_photos import write_celeba


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def root(tmp_path):
    return write_celeba(tmp_path / "celeba")


@pytest.mark.parametrize("official", [False, True], ids=["flat", "Anno-Eval-Img"])
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_all_layouts_are_read_alike(tmp_path, packed, official):
    photos = read_celeba(write_celeba(tmp_path, 6, packed, official))
    assert photos.names == [f"00000{i}.jpg" for i in range(1, 7)]
    assert photos.attributes == ("Male", "Smiling", "Young")
    assert photos.labels.dtype == np.int8
    assert photos.labels.tolist() == [
        [1, 1, 1],
        [0, 0, 1],
        [1, 0, 1],
        [0, 1, 1],
        [1, 0, 1],
        [0, 0, 1],
    ]
    assert photos.partition.dtype == np.int8 and photos.partition.tolist() == [0, 1, 2, 0, 1, 2]
    assert photos.identity.dtype == np.int64
    assert photos.identity.tolist() == [100, 100, 101, 101, 102, 102]
    assert photos.source == str(tmp_path)
    assert photos.read(5).size == (178, 218) and photos.read(5).mode == "RGB"


@pytest.mark.parametrize("official", [False, True])
def test_the_path_of_the_zip_will_do(tmp_path, official):
    write_celeba(tmp_path, 3, packed=True, official=official)
    path = tmp_path / ("Img" if official else "") / "img_align_celeba.zip"
    for reader in (read_celeba, read_photos):
        assert len(reader(path)) == 3


def test_the_zip_is_read_when_it_is_asked_for(tmp_path):
    write_celeba(tmp_path, 3)
    (tmp_path / "other").mkdir()
    write_celeba(tmp_path / "other", 6, packed=True)
    (tmp_path / "other/img_align_celeba.zip").rename(tmp_path / "img_align_celeba.zip")
    (tmp_path / "img_align_celeba/000002.jpg").write_bytes(b"")
    assert len(read_celeba(tmp_path / "img_align_celeba.zip").photo_bytes(1)) > 1000
    assert read_celeba(tmp_path).photo_bytes(1) == b""


def test_partition_and_identity_may_be_absent(root):
    (root / "list_eval_partition.txt").unlink()
    (root / "identity_CelebA.txt").unlink()
    photos = read_celeba(root)
    assert photos.partition is None and photos.identity is None
    with pytest.raises(UserError, match="is not divided into train"):
        photos.part("train")


def test_photos_that_are_not_listed_are_left_out(root):
    (root / "img_align_celeba/000007.jpg").write_bytes(b"")
    assert len(read_celeba(root)) == 6


def test_the_lists_are_matched_by_name(root):
    for name in ("list_eval_partition.txt", "identity_CelebA.txt"):
        path = root / name
        path.write_text(
            "\n".join(reversed(path.read_text(encoding="utf-8").split("\n"))).lstrip(),
            encoding="utf-8",
        )
    photos = read_celeba(root)
    assert photos.partition.tolist() == [0, 1, 2, 0, 1, 2]
    assert photos.identity.tolist() == [100, 100, 101, 101, 102, 102]


def test_a_full_partition_list_serves_a_smaller_attribute_list(root):
    with open(root / "list_eval_partition.txt", "a", encoding="utf-8") as file:
        file.write("999999.jpg 2\n")
    assert len(read_celeba(root)) == 6


class TestPhotoSet:
    @pytest.fixture
    def photos(self, root):
        return read_celeba(root)

    def test_parts_keep_everything_in_step(self, photos):
        part = photos.part("validation")
        assert part.names == ["000002.jpg", "000005.jpg"] and len(part) == 2
        assert part.labels.tolist() == [[0, 0, 1], [1, 0, 1]]
        assert part.identity.tolist() == [100, 102] and part.partition.tolist() == [1, 1]
        assert part.photo_bytes(1) == photos.photo_bytes(4)

    def test_subset_by_order_and_by_mask(self, photos):
        swapped = photos.subset([5, 0])
        assert swapped.names == ["000006.jpg", "000001.jpg"]
        assert swapped.labels.tolist() == [[0, 0, 1], [1, 1, 1]]
        assert swapped.partition.tolist() == [2, 0] and swapped.identity.tolist() == [102, 100]
        male = photos.subset(photos.column("Male") == 1)
        assert male.names == ["000001.jpg", "000003.jpg", "000005.jpg"]
        assert male.column("Smiling").tolist() == [1, 0, 0]

    def test_labels_are_exchanged_in_one_column_and_the_unknown_stay(self, photos):
        labels = photos.labels.copy()
        labels[0, photos.attributes.index("Male")] = -1
        photos = dataclasses.replace(photos, labels=labels)
        other = photos.exchanged("male")
        male, column = photos.column("Male"), other.column("Male")
        assert column[0] == -1 and (column[1:] == 1 - male[1:]).all()
        others = [i for i, name in enumerate(photos.attributes) if name != "Male"]
        assert (other.labels[:, others] == photos.labels[:, others]).all()
        assert any("were exchanged" in note for note in other.report.notes)
        back = other.exchanged("Male")
        assert (back.labels == photos.labels).all() and back.report == photos.report

    def test_unknown_and_empty_parts(self, photos):
        with pytest.raises(UserError, match="no part 'eval'; choose train, validation or test"):
            photos.part("eval")
        with pytest.raises(UserError, match="holds no test photos"):
            photos.subset([0, 1]).part("test")

    @pytest.mark.parametrize(
        ("name", "hint"),
        [("Smilling", "did you mean Smiling?"), ("Smile", "did you mean Smiling"),
         ("mal", "did you mean Male?"), ("Moustache", "it has Male, Smiling, Young.")],
    )  # fmt: skip
    def test_an_unknown_attribute_names_what_is_close(self, photos, name, hint):
        with pytest.raises(UserError, match=f"no attribute {name!r}; {re.escape(hint)}"):
            photos.column(name)

    def test_an_attribute_is_known_in_any_case(self, photos):
        assert photos.column("smiling").tolist() == photos.column("Smiling").tolist()

    def test_labels_must_fit_the_photos(self, photos):
        with pytest.raises(ValueError, match="fits no photo set"):
            dataclasses.replace(photos, labels=photos.labels[:-1])


BROKEN_ATTRIBUTES = [
    ("6\n", "7\n", "line 1: the file promises 7 rows but holds 6"),
    ("6\nMale", "Male", "line 1: CelebA's attribute list begins with"),
    ("Male Smiling", "Male Male", "line 2: attribute 'Male' appears twice"),
    ("000002.jpg -1 -1  1", "000002.jpg -1 -1", "line 4: expected .* 3 values, found 2"),
    ("000002.jpg -1 -1", "000002.jpg -1 -1 1", "line 4: expected .* found 4"),
    ("000004.jpg -1  1", "000004.jpg -1  0", "line 6: '0' is no value of Smiling; write 1 or -1"),
    ("000003.jpg", "\n000003.jpg", "line 5: expected .* found 0"),
    ("000005.jpg", "000001.jpg", "line 7: 000001.jpg has a row already, in line 3"),
]
BROKEN_PARTITION = [
    ("000003.jpg 2\n", "", "no row for 1 of the photos in list_attr_celeba.txt, such as 000003"),
    ("000003.jpg 2", "000003.jpg", "line 3: expected a file name and a number, found '000003.jpg'"),
    ("000003.jpg 2", "000003.jpg train", "line 3: expected a file name and a number"),
    ("000003.jpg 2", "000003.jpg 300", "puts 000003.jpg into part 300; write 0"),
    ("000003.jpg", "000002.jpg", "line 3: 000002.jpg has a row already"),
]
BROKEN_IDENTITY = [
    ("000006.jpg 102\n", "", "no row for 1 of the photos"),
    ("000006.jpg 102", "000006.jpg 99999999999999999999", "line 6: expected a file name and a"),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [("list_attr_celeba.txt", *case) for case in BROKEN_ATTRIBUTES]
    + [("list_eval_partition.txt", *case) for case in BROKEN_PARTITION]
    + [("identity_CelebA.txt", *case) for case in BROKEN_IDENTITY],
)
def test_files_that_disagree_or_are_broken(root, file, old, new, message):
    edit(root / file, old, new)
    with pytest.raises(UserError, match=message) as caught:
        read_celeba(root)
    assert str(caught.value).startswith(file)


def test_many_missing_photos_are_counted(root):
    for i in (1, 2, 4, 5, 6):
        (root / f"img_align_celeba/00000{i}.jpg").unlink()
    message = (
        r"lists 5 photos that are not in img_align_celeba, such as "
        r"000001.jpg \(line 3\), 000002.jpg \(line 4\), 000004.jpg \(line 6\)\."
    )
    photos = read_celeba(root)
    assert photos.names == ["000003.jpg"] and re.search(message, photos.report.notes[0])
    (root / "img_align_celeba/000003.jpg").rename(root / "img_align_celeba/x.jpg")
    with pytest.raises(UserError, match=r"lists none of the photos .* which holds x\.jpg"):
        read_celeba(root)


def test_windows_line_ends_and_a_byte_order_mark_are_read(root):
    for file in root.glob("*.txt"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_celeba(root).part("test").names == ["000003.jpg", "000006.jpg"]


@pytest.mark.parametrize("content", ["", "0\nMale\n", "\n\n"], ids=["empty", "no rows", "blank"])
def test_an_attribute_list_without_rows(root, content):
    (root / "list_attr_celeba.txt").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"list_attr_celeba\.txt"):
        read_celeba(root)


def test_another_encoding_is_named_with_its_line(root):
    path = root / "list_attr_celeba.txt"
    path.write_bytes(path.read_bytes().replace(b"000004.jpg", b"caf\xe9.jpg"))
    with pytest.raises(UserError, match=r"list_attr_celeba\.txt, line 6: the text is not UTF-8"):
        read_celeba(root)


@pytest.mark.parametrize("around", ["archive", "celeba-dataset/versions/2"])
@pytest.mark.parametrize("official", [False, True])
def test_folders_that_unpacking_put_around_it_are_passed_through(tmp_path, around, official):
    write_celeba(tmp_path / "set" / around, official=official)
    (tmp_path / "set" / "readme.txt").write_text("from elsewhere", encoding="utf-8")
    (tmp_path / "set" / "__MACOSX").mkdir()
    photos = read_photos(tmp_path / "set")
    assert len(photos) == 6 and photos.attributes == ("Male", "Smiling", "Young")
    assert photos.partition.tolist() == [0, 1, 2, 0, 1, 2]


def test_missing_pieces_are_named(root):
    (root / "list_attr_celeba.txt").rename(root / "attr.txt")
    with pytest.raises(UserError, match=r"holds no list_attr_celeba\.txt"):
        read_celeba(root)
    (root / "attr.txt").rename(root / "list_attr_celeba.txt")
    for photo in (root / "img_align_celeba").iterdir():
        photo.unlink()
    (root / "img_align_celeba").rename(root / "photos")
    with pytest.raises(UserError, match=r"neither img_align_celeba/ nor img_align_celeba\.zip"):
        read_celeba(root)
    with pytest.raises(UserError, match="holds no list_attr"):
        read_celeba(root / "nowhere")


kept: dict = {}


def keep_photos(photos):
    kept["photos"] = photos


def read_kept_photo(index):
    return kept["photos"].photo_bytes(index)


class TestZip:
    @pytest.fixture
    def root(self, tmp_path):
        return write_celeba(tmp_path, 6, packed=True)

    def test_a_zip_that_breaks_off(self, root):
        path = root / "img_align_celeba.zip"
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(UserError, match=r"img_align_celeba\.zip cannot be opened as a zip"):
            read_celeba(root)

    def test_a_damaged_member_is_named(self, root):
        path = root / "img_align_celeba.zip"
        data = bytearray(path.read_bytes())
        place = data.index(b"img_align_celeba/000003.jpg") + 500
        data[place : place + 20] = bytes(20)
        path.write_bytes(data)
        photos = read_celeba(root)
        assert len(photos.photo_bytes(1)) > 1000
        with pytest.raises(UserError, match=r"img_align_celeba/000003\.jpg cannot be unpacked"):
            photos.photo_bytes(2)

    def test_a_photo_that_the_zip_lacks(self, root, tmp_path):
        source, target = root / "img_align_celeba.zip", root / "new.zip"
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
            for member in old.namelist()[:-1]:
                new.writestr(member, old.read(member))
        target.replace(source)
        photos = read_celeba(root)
        assert len(photos) == 5 and "000006.jpg (line 8)" in photos.report.notes[0]

    def test_threads_share_one_zip(self, root):
        photos = read_celeba(root)
        expected = [photos.photo_bytes(i) for i in range(6)]
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(photos.photo_bytes, list(range(6)) * 100))
        assert results == expected * 100

    @pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
    def test_child_processes_read_for_themselves(self, root, method):
        """Forked children inherit the open zip; if they used it, they would move one position."""
        photos = read_celeba(root)
        expected = [photos.photo_bytes(i) for i in range(6)]
        context = multiprocessing.get_context(method)
        with context.Pool(4, initializer=keep_photos, initargs=(photos,)) as pool:
            results = pool.map(read_kept_photo, list(range(6)) * 500, chunksize=5)
        assert results == expected * 500

    def test_a_photo_set_can_be_pickled(self, root):
        photos = pickle.loads(pickle.dumps(read_celeba(root)))
        assert photos.read(2).size == (178, 218)


class TestRealPhotos:
    @pytest.fixture
    def photos(self, celeba_root):
        return read_photos(celeba_root)

    def test_counts_and_shares(self, photos):
        train, validation = photos.part("train"), photos.part("validation")
        assert (len(train), len(validation), len(photos)) == (20_000, 2_000, 22_000)
        assert photos.attributes == CELEBA_ATTRIBUTES
        assert round(100 * train.column("Male", complete=True).mean()) == 51
        assert round(100 * train.column("Smiling", complete=True).mean()) == 47
        assert set(train.identity).isdisjoint(validation.identity)

    def test_a_row_is_what_the_file_says(self, photos, celeba_root):
        with open(celeba_root / "list_attr_celeba.txt", encoding="utf-8") as file:
            name, *values = file.readlines()[-1].split()
        assert photos.names[-1] == name
        assert photos.labels[-1].tolist() == [int(value == "1") for value in values]

    def test_photos_have_the_official_size(self, photos):
        assert {photos.read(i).size for i in range(0, 22_000, 1000)} == {(178, 218)}
