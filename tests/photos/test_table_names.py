"""Tables under the names that browsers and systems give to copies."""

from __future__ import annotations

import pytest

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos import read_celeba, read_photos
from ganssl.photos.celeba import is_celeba
from ganssl.photos.labelled_folder import read_labelled_folder
from ganssl.photos.table_names import as_known, known_as
from tests.helpers.synthetic_photos import draw_photo, encoded, write_celeba

MALE = Attribute("Male")
COPIES = ["labels (1).csv", "LABELS.CSV", "labels(12).csv", "labels - Copy.csv",
          "labels - Copy (2).csv", "labels copy 2.csv", "Kopie von labels.csv",
          "labels - Kopie.csv", "Copy of labels.csv", "labels.csv.csv", "labels.csv.txt",
          "a/b/Labels (3).csv", "labels_copy.csv"]  # fmt: skip


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_known_by_its_first_name(name):
    assert known_as(name) == "labels.csv"


@pytest.mark.parametrize("name", ["labels_2.csv", "labels 1.csv", "copy.csv", "labels.v2.csv"])
def test_other_names_stay_as_they_are(name):
    assert known_as(name) == name


def test_what_is_called_so_to_the_letter_comes_before_copies():
    paths = ["b/labels (1).csv", "b/labels.csv", "metadata.csv"]
    assert as_known(paths, ["labels.csv", "metadata.csv"]) == ["b/labels.csv"]
    assert as_known(paths[:1], ["metadata.csv", "labels.csv"]) == paths[:1]
    assert as_known(paths, ["_classes.csv"]) == []


@pytest.mark.parametrize(
    ("attributes", "partition"),
    [("list_attr_celeba (1).txt", "list_eval_partition (1).txt"),
     ("LIST_ATTR_CELEBA.TXT", "List_Eval_Partition.txt"),
     ("list_attr_celeba - Copy.txt", "list_eval_partition.txt.txt"),
     ("anno/list_attr_celeba.txt", "eval/list_eval_partition(2).txt")],
)  # fmt: skip
def test_celebas_lists_are_found_as_downloads_call_them(attributes, partition, tmp_path):
    root = write_celeba(tmp_path, 6)
    for old, new in (("list_attr_celeba.txt", attributes), ("list_eval_partition.txt", partition)):
        (root / new).parent.mkdir(exist_ok=True)
        (root / old).rename(root / new)
    photos = read_celeba(root)
    assert is_celeba(root) and photos.partition.tolist() == [0, 1, 2, 0, 1, 2]
    assert photos.column("Male").tolist() == [1, 0, 1, 0, 1, 0]


def test_celebas_zip_is_found_as_a_download_calls_it(tmp_path):
    root = write_celeba(tmp_path, 3, packed=True)
    path = (root / "img_align_celeba.zip").rename(root / "img_align_celeba (1).zip")
    assert len(read_celeba(root)) == len(read_photos(path)) == 3


def faces(root, names):
    for i, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(encoded(draw_photo(i, 40, 40)))


@pytest.mark.parametrize("name", ["labels (1).csv", "answers.csv", "sub/mine.csv", "my labels.txt"])
def test_a_table_among_the_photos_is_read_whatever_it_is_called(name, tmp_path):
    faces(tmp_path, ["a.png", "b.png"])
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("file,Male\nb.png,1\na.png,0\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("Taken in June.\nFile them.\n", encoding="utf-8")
    (tmp_path / "sizes.csv").write_text("file,width\na.png,40\nb.png,50\n", encoding="utf-8")
    found = read_labelled_folder(tmp_path, None, MALE)
    assert found.photos.column("Male").tolist() == [0, 1]
    assert read_photos(tmp_path).column("Male").tolist() == [0, 1]


def test_tables_of_the_parts_of_a_set_go_together(tmp_path):
    """As FairFace brings them."""
    faces(tmp_path, ["train/1.png", "train/2.png", "val/1.png"])
    rows = {"train": "train/1.png,Male,White\ntrain/2.png,Female,Black\n",
            "val": "val/1.png,Female,White\n"}  # fmt: skip
    for part, text in rows.items():
        (tmp_path / f"label_{part}.csv").write_text(f"file,gender,race\n{text}", encoding="utf-8")
    photos = read_labelled_folder(tmp_path, None, MALE, slices=["race"]).photos
    assert photos.names == ["train/1.png", "train/2.png", "val/1.png"]
    assert photos.column("Male").tolist() == [1, 0, 0] and photos.partition.tolist() == [0, 0, 1]
    assert photos.groups["race"].tolist() == ["White", "Black", "White"]


def test_tables_that_contradict_each_other_are_refused(tmp_path):
    faces(tmp_path, ["a.png", "b.png"])
    (tmp_path / "anna.csv").write_text("file,Male\na.png,1\nb.png,0\n", encoding="utf-8")
    (tmp_path / "ben.csv").write_text("file,Male\na.png,1\nb.png,1\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"ben\.csv and anna\.csv say different things of Male"):
        read_labelled_folder(tmp_path, None, MALE)
