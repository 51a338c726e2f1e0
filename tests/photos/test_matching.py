"""Which row belongs to which photo."""

from __future__ import annotations

import unicodedata

import pytest

from ganssl.photos.matching import clean_path, match_names


@pytest.mark.parametrize(
    ("photos", "rows", "root", "expected"),
    [
        (["a.jpg", "b.jpg"], ["b.jpg", "a.jpg"], "", [1, 0]),
        (["val/1.jpg"], ["train/1.jpg"], "", [-1]),
        (["1.jpg"], ["train/1.jpg"], "val", [-1]),
        (["1.jpg"], ["set1/1.jpg"], "set2", [-1]),
        (["1.jpg"], ["train/1.jpg"], "photos", [0]),
        (["val/1.jpg"], ["C/data/val/1.jpg"], "", [0]),
        (["val/1.jpg", "train/1.jpg"], ["1.jpg"], "", [-1, -1]),
        (["a/1.jpg", "b/1.jpg"], ["a/1.jpg", "1.jpg"], "", [0, -1]),
        (["a.JPG"], ["A.jpg"], "", [0]),
        (["a.JPG", "A.jpg"], ["a.jpg"], "", [-1, -1]),
        (["000001.jpg"], ["000001"], "", [0]),
        (["p01.jpg"], ["abc12300-p01.jpg"], "", [0]),
    ],
)
def test_one_rule_for_names(photos, rows, root, expected):
    assert match_names(photos, rows, root).rows.tolist() == expected


def test_accents_match_in_either_form():
    composed, split = (unicodedata.normalize(form, "é.jpg") for form in ("NFC", "NFD"))
    assert composed != split
    assert match_names([split], [composed]).rows.tolist() == [0]


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("C:\\Users\\x\\p01.jpg", "Users/x/p01.jpg"),
        ("./a/b.jpg", "a/b.jpg"),
        ("https://host/x/a%20b.jpg?token=1", "x/a b.jpg"),
        ("/data/upload/1/abc12300-p01.jpg", "p01.jpg"),
        ("/data/local-files/?d=set/p01.jpg", "set/p01.jpg"),
    ],
)
def test_paths_lose_drive_address_and_prefix(written, path):
    assert clean_path(written) == path


def test_what_stays_open_is_named():
    found = match_names(["val/1.jpg", "x.jpg"], ["train/1.jpg", "x.jpg"])
    assert found.contradicted == ("val/1.jpg",) and found.ambiguous == ()
    assert match_names(["a/1.jpg", "b/1.jpg"], ["1.jpg"]).ambiguous == ("a/1.jpg", "b/1.jpg")
