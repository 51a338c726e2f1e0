"""Which row belongs to which photo."""

from __future__ import annotations

import unicodedata

import pytest

from ganssl.photos import matching
from ganssl.photos.matching import clean_path, looks_like_photo, loose_key, match_names


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
        (["export/1.jpg", "export/2.jpg"], ["home/me/2.jpg", "home/me/1.jpg"], "", [1, 0]),
        (["export/a/1.jpg", "export/b/1.jpg"], ["x/y/a/1.jpg", "x/y/b/1.jpg"], "", [0, 1]),
        (["val/1.jpg"], ["home/train/1.jpg"], "", [-1]),
        (["set2/1.jpg"], ["home/set1/1.jpg"], "", [-1]),
        (["women/1.jpg"], ["men/1.jpg"], "", [-1]),
        (["000001.jpg", "000012.jpg"], ["1", "12"], "", [0, 1]),
        (["01.jpg", "001.jpg"], ["1"], "", [-1, -1]),
        (["my photo é.jpg"], ["my%20photo%20%C3%A9.jpg"], "", [0]),
        (["a & b.jpg"], ["a &amp; b.jpg"], "", [0]),
        (["a &amp; b.jpg"], ["a &amp; b.jpg"], "", [0]),
        (["000001.jpg", "000012.jpg"], ["12.0", "1.0"], "", [1, 0]),
        (["my set/a.jpg"], ["my%20set/a.jpg"], "", [0]),
        (["my%20photo.jpg"], ["my%20photo.jpg"], "", [0]),
        (["p1_jpg.rf.0a1b2c3d4e5f60718293a4b5c6d7e8f9.jpg"], ["p1.jpg"], "", [0]),
        (
            ["p1_jpg.rf.0a1b2c3d4e5f6071.jpg", "p1_jpg.rf.f0f1f2f3f4f5f6f7.jpg"],
            ["p1.jpg"],
            "",
            [-1, -1],
        ),
        (["p1.png"], ["p1.png.jpg"], "", [0]),
        (["train/1.jpg"], ["val/%31.jpg"], "", [-1]),
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
        ("\u00a0p01.jpg\u200b", "p01.jpg"),
        ("'p01.jpg'", "p01.jpg"),
        ('"p01.jpg"', "p01.jpg"),
        ("file:///C:/Users/x/p01.jpg", "Users/x/p01.jpg"),
        ("\\\\nas\\share\\p01.jpg", "nas/share/p01.jpg"),
        ("C:\\Users\\x\\p01.jpg", "Users/x/p01.jpg"),
        ("./a/b.jpg", "a/b.jpg"),
        ("https://host/x/a%20b.jpg?token=1", "x/a b.jpg"),
        ("/data/upload/1/abc12300-p01.jpg", "p01.jpg"),
        ("/data/local-files/?d=set/p01.jpg", "set/p01.jpg"),
    ],
)
def test_paths_lose_drive_address_and_prefix(written, path):
    assert clean_path(written) == path


@pytest.mark.parametrize(
    "text",
    ["a.jpg", "C:\\x\\a.JPEG", "https://x/a.webp?width=3", "/data/local-files/?d=set%2Fa.png",
     "'a.png'", "a.png.jpg"],
)  # fmt: skip
def test_what_looks_like_a_photo(text):
    assert looks_like_photo(text) and not looks_like_photo("jpg") and not looks_like_photo("a.txt")


def test_names_that_may_mean_one_photo_share_a_key():
    keys = [loose_key(name) for name in ("set/000012.jpg", "12", "'12.JPG'", "0123abcd-12.png")]
    assert set(keys) == {"12"}
    assert loose_key("a%20b.jpg") == loose_key("A b.png") == "a b"
    assert loose_key("0.jpg") == "0"


def test_what_stays_open_is_named():
    found = match_names(["val/1.jpg", "x.jpg"], ["train/1.jpg", "x.jpg"])
    assert found.contradicted == ("val/1.jpg",) and found.ambiguous == ()
    assert match_names(["a/1.jpg", "b/1.jpg"], ["1.jpg"]).ambiguous == ("a/1.jpg", "b/1.jpg")


def test_photos_of_one_name_in_many_folders_meet_the_rows_of_their_own_alone(monkeypatch):
    """300 photos and rows that are all called 1.jpg: not 90,000 comparisons of folders."""
    compared, agree = [], matching._agree
    monkeypatch.setattr(matching, "_agree", lambda *names: compared.append(1) or agree(*names))
    photos = [f"person {i}/front/1.jpg" for i in range(300)]
    rows = [f"C/export/{photo}" for photo in reversed(photos)]
    found = match_names(photos, [*rows, "front/2.jpg"])
    assert found.rows.tolist() == list(reversed(range(300)))
    assert len(compared) < 20 * len(photos)
