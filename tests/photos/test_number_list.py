"""CelebA's two-column lists, as they were made and as Kaggle and spreadsheets write them."""

from __future__ import annotations

import pytest

from ganssl.errors import UserError
from ganssl.photos.number_list import read_number_list

EXPECTED = {"000001.jpg": 0, "000002.jpg": 1, "000003.jpg": 2}


def test_number_lists(tmp_path):
    path = tmp_path / "identity.txt"
    path.write_text("a.jpg 4225\nb.jpg 0\n", encoding="utf-8")
    assert read_number_list(path) == {"a.jpg": 4225, "b.jpg": 0}
    path.write_text("a.jpg -1\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"identity\.txt, line 1"):
        read_number_list(path)
    with pytest.raises(UserError, match="cannot be read"):
        read_number_list(tmp_path / "gone.txt")


@pytest.mark.parametrize(
    "text",
    [
        "image_id,partition\n{0},0\n{1},1\n{2},2\n",
        "image_id;partition\r\n{0};0\r\n{1};1\r\n{2};2\r\n",
        ",image_id,partition\n0,{0},0\n1,{1},1\n2,{2},2\n",
        "Unnamed: 0,partition,image_id\n0,0,{0}\n1,1,{1}\n2,2,{2}\n",
        "file,split\n{0},train\n{1},Val\n{2},test\n",
        '"image_id","partition"\n"{0}","0"\n"{1}","1"\n"{2}","2"\n',
    ],
)
def test_a_csv_is_read_in_any_order_of_columns_and_with_words(text):
    data = text.format(*EXPECTED).encode("utf-8-sig")
    assert read_number_list(data, "list_eval_partition.csv") == EXPECTED


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image_id,partition\na.jpg,x\n", r"line 2: expected a file name and a number, found 'a"),
        ("image_id,partition\na.jpg\n", r"line 2: expected a file name and a number"),
        ("image_id,partition\na.jpg,1\na.jpg,1\n", "line 3: a.jpg has a row already"),
        ("image_id,\na.jpg,1\n", "holds no column of numbers"),
        ("partition\n1\n", "the header must be"),
        ("", "the header must be"),
    ],
)
def test_other_tables_are_refused(text, message):
    with pytest.raises(UserError, match=message):
        read_number_list(text.encode(), "list_eval_partition.csv")
