"""Labels in CSV: values, column choice, and messages with the line."""

from __future__ import annotations

import pytest

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos.label_file import read_attribute_list, read_label_csv, read_labels


def test_every_column_is_an_attribute():
    table = read_label_csv(b"file,Smiling,Male\na.jpg,1,0\nb.jpg,0,1\n")
    assert table.names == ["a.jpg", "b.jpg"]
    assert table.attributes == ("Smiling", "Male")
    assert table.labels.dtype == "int8" and table.labels.tolist() == [[1, 0], [0, 1]]
    assert list(table.lines) == [2, 3]


def test_values_of_all_kinds():
    text = (
        "file,Smiling\n1.jpg,1\n2.jpg,0\n3.jpg,NaN\n4.jpg,yes\n5.jpg,not Smiling\n6.jpg,\n7.jpg, \n"
    )
    labels = read_label_csv(text.encode()).labels[:, 0]
    assert labels.tolist() == [1, 0, -1, 1, 0, -1, -1]


def test_the_label_column_with_class_names():
    male = Attribute("Male", negative="Female")
    table = read_label_csv(b"file,label\na.jpg,Female\nb.jpg,male\n", male)
    assert table.attributes == ("Male",) and table.labels.tolist() == [[0], [1]]
    table = read_label_csv(b"file,label\na.jpg,Female\nb.jpg,child\n", male)
    assert table.labels.tolist() == [[0], [-1]]
    assert "line 3: 'child' is no label of Male and is read as unknown" in table.notes[0]
    with pytest.raises(UserError, match=r"line 2: 'kid' is no label of Male.*'Female'"):
        read_label_csv(b"file,label\na.jpg,kid\nb.jpg,child\n", male)


def test_every_column_is_read_and_label_answers_the_attribute():
    male = Attribute("Male", "Female", "Male")
    table = read_label_csv(
        b"file,label,Young\na.jpg,Female,1\nb.jpg,Male,\n", male, every_column=True
    )
    assert table.attributes == ("Male", "Young")
    assert table.labels.tolist() == [[0, 1], [1, -1]]
    other = read_label_csv(b"file,first,second\na.jpg,1,0\n", male, every_column=True)
    assert other.attributes == ("first", "second")
    named = read_label_csv(b"file,label,Male\na.jpg,1,Female\n", male, every_column=True)
    assert named.attributes == ("label", "Male") and named.labels.tolist() == [[1, 0]]


def test_a_label_column_needs_an_attribute():
    with pytest.raises(UserError, match="does not say which attribute its column 'label' answers"):
        read_label_csv(b"file,label\na.jpg,1\n")


def test_choosing_a_column():
    data = b"file,first_try,Male,second_try\na.jpg,0,1,0\n"
    male = Attribute("Male")
    assert read_label_csv(data, male).labels.tolist() == [[1]]
    table = read_label_csv(data, male, column="second_try")
    assert table.attributes == ("Male",) and table.labels.tolist() == [[0]]
    assert read_label_csv(data, column="first_try").attributes == ("first_try",)
    with pytest.raises(UserError, match="no column 'third'; its columns are first_try, Male, sec"):
        read_label_csv(data, male, column="third")
    with pytest.raises(UserError, match="no column 'Young'"):
        read_label_csv(data, Attribute("Young"))
    with pytest.raises(UserError, match="no column 'file'"):
        read_label_csv(data, column="file")


def test_columns_that_are_not_chosen_may_hold_anything():
    data = b"file,Male,note\na.jpg,1,blurred\n"
    assert read_label_csv(data, Attribute("Male")).labels.tolist() == [[1]]
    table = read_label_csv(data)
    assert table.attributes == ("Male",) and table.texts == {"note": ["blurred"]}
    assert "note holds no yes-or-no answers" in table.notes[0]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte-order mark"])
def test_what_spreadsheets_write(separator, end, mark):
    rows = ["File|Smiling", '"a b, c.jpg"|1', "é.jpg|0", "", "|"]
    data = (mark + end.join(rows).replace("|", separator) + end).encode()
    table = read_label_csv(data)
    assert table.names == ["a b, c.jpg", "é.jpg"] and table.labels.tolist() == [[1], [0]]


def test_celebas_csv_edition_and_windows_paths():
    table = read_label_csv(b"image_id,Male\nsub\\a.jpg,-1\n")
    assert table.names == ["sub/a.jpg"] and table.labels.tolist() == [[0]]


def test_a_path_is_named_in_messages(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("file,Male\na.jpg,1\n", encoding="utf-8")
    assert read_label_csv(path).source == "mine.csv"
    path.write_text("file,Male\na.jpg,x\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.csv, line 2"):
        read_label_csv(path)
    with pytest.raises(UserError, match=r"gone\.csv cannot be read"):
        read_label_csv(tmp_path / "gone.csv")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1: the header must be 'file'"),
        (b"a.jpg,1\nb.jpg,0\n", "line 1: the header must be 'file'.*found 'a.jpg,1'"),
        (b"file\na.jpg\n", "line 1: the header must be"),
        (b"file,Male\n", "holds a header but no rows"),
        (b"file,Male,Male\na.jpg,1,1\n", "line 1: column 'Male' appears twice"),
        (b"file,Male,\na.jpg,1,1\n", "line 1: column '' has no name"),
        (b"file,Male\na.jpg,1\nb.jpg\n", "line 3: expected 2 cells as in the header, found 1"),
        (b"file,Male\na.jpg,1,0\n", "line 2: expected 2 cells as in the header, found 3"),
        (b"file,Male\na.jpg,3\n\nb.jpg,2\n", "line 2: '3' is no label of Male"),
        (b"file,Male\na.jpg,1\nb.jpg,0\na.jpg,0\n", "line 4: a.jpg has a row already, in line 2"),
        (b"file,Male\na\xc3\xa4.jpg,1\nb\xe4.jpg,0\n", "line 3: the text is not UTF-8"),
        (b"file,Male\na.jpg,1\nb\x81.jpg,0\n", "line 3: the text is not UTF-8"),
        ("file,Male\na.jpg,1\n".encode("utf-16")[2:-1], "line 1: the text is not UTF-8"),
        (b"file,Male\na\0b.jpg,1\n", "line 2: the text is not UTF-8"),
        (b'file,Male\n"a.jpg,1\n', "line 2 is not readable as CSV"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "line 1: the text is not UTF-8"),
    ],
)  # fmt: skip
def test_broken_files(data, message):
    with pytest.raises(UserError, match=message) as caught:
        read_label_csv(data, name="upload.csv")
    assert str(caught.value).startswith("upload.csv")


def test_the_first_bad_row_of_a_column_is_reported():
    data = b"file,Male,Young\na.jpg,1,1\nb.jpg,bad,1\nc.jpg,worse,x\n"
    table = read_label_csv(data, Attribute("Male"))
    assert table.labels.tolist() == [[1], [-1], [-1]]
    assert "line 3: 'bad', 'worse' is no label of Male" in table.notes[0]


def test_attribute_lists_know_no_unknown_label(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("2\nMale Young\na.jpg 1 -1\nb.jpg -1 1\n", encoding="utf-8")
    table = read_attribute_list(path)
    assert table.labels.tolist() == [[1, 0], [0, 1]] and list(table.lines) == [3, 4]


def test_what_stands_above_the_header_is_passed_over_and_said():
    for above in ("Labels of June\n\n", "Labels of June,\n,\n", "# by hand, in June\n"):
        table = read_label_csv(above.encode() + b"file,Male\na.jpg,1\nb.jpg,0\n")
        assert table.names == ["a.jpg", "b.jpg"] and table.labels.tolist() == [[1], [0]]
        assert "the header was found in line" in table.notes[0]
    assert read_label_csv(b"# file;Male\na.jpg;1\n").names == ["a.jpg"]


def test_equal_names_are_told_apart_by_a_column_of_folders():
    data = b"split,file,Male\ntrain,1.jpg,1\nval,1.jpg,0\n"
    table = read_label_csv(data, Attribute("Male"))
    assert table.names == ["train/1.jpg", "val/1.jpg"] and table.labels.tolist() == [[1], [0]]
    assert "told apart by their split" in table.notes[0]
    with pytest.raises(UserError, match=r"line 3: 1\.jpg has a row already"):
        read_label_csv(data.replace(b"val", b"train"), Attribute("Male"))


def test_a_list_without_header_is_read_for_the_attribute_that_is_asked():
    male = Attribute("Male")
    for data, name in (
        (b"a.jpg,1\nb.jpg,0\n", "a.csv"),
        (b"1\ta.jpg\n0\tb.jpg\n", "a.tsv"),
        (b"a.jpg   1\nb.jpg  -1\n", "a.txt"),
        (b"file Male\na.jpg 1\nb.jpg 0\n", "a.txt"),
    ):
        table = read_labels(data, male, name=name)
        assert table.names == ["a.jpg", "b.jpg"] and table.labels.tolist() == [[1], [0]]
    assert "has no header" in read_labels(b"a.jpg,1\nb.jpg,0\n", male).notes[0]
    with pytest.raises(UserError, match="line 1: the header must be"):
        read_labels(b"a.jpg 1\nb.jpg 0\n", name="a.txt")


@pytest.mark.parametrize(
    "header", ["Image Name", "img_file_name", "pic", "Foto", "picture_id", "Photo #", "frame",
               "Image Filename (jpg)", "image_path_1", "file_names", "images"]
)  # fmt: skip
def test_usual_headers_of_photos_need_no_endings_below(header):
    table = read_label_csv(f"{header},Male\np1,1\np2,0\n".encode())
    assert table.names == ["p1", "p2"] and table.attributes == ("Male",)
    table = read_label_csv(f"id,{header},Male\n7,p1,1\n8,p2,0\n".encode(), Attribute("Male"))
    assert table.names == ["p1", "p2"]


@pytest.mark.parametrize("header", ["idx", "No.", "row", "_id", "order"])
def test_numbers_of_rows_are_no_attribute(header):
    rows = "".join(f"{i},p{i}.jpg,{i % 2}\n" for i in range(4))
    assert read_label_csv(f"{header},file,Male\n{rows}".encode()).attributes == ("Male",)


def test_cells_may_be_missing_where_the_header_has_no_title():
    table = read_label_csv(b"file,Male,,\na.jpg,1\nb.jpg,0,,\n")
    assert table.labels.tolist() == [[1], [0]] and table.attributes == ("Male",)


def test_columns_that_r_gives_no_title():
    for data in (b"file,Male\n1,a.jpg,1\n2,b.jpg,0\n", b"Male\tYoung\na.jpg\t1\t1\nb.jpg\t0\t1\n"):
        table = read_labels(data, Attribute("Male"))
        assert table.names == ["a.jpg", "b.jpg"] and table.labels.tolist() == [[1], [0]]


@pytest.mark.parametrize("end", ["\n", ";\r\n"])
def test_rows_in_quotation_marks_as_a_whole_are_taken_apart(end):
    text = end.join(['"file,Male"', '"a.jpg,1"', '"""b, c.jpg"",0"', ""])
    table = read_label_csv(text.encode())
    assert table.names == ["a.jpg", "b, c.jpg"] and table.labels.tolist() == [[1], [0]]


def test_remarks_among_the_rows_are_passed_over():
    table = read_label_csv(b"file,Male\na.jpg,1\n# blurred from here on\nb.jpg,0\n")
    assert table.names == ["a.jpg", "b.jpg"] and table.total == 2


def test_the_names_of_the_photos_tell_their_column_under_any_header():
    data = b"Probe,Male\np1,1\np2,0\n"
    assert read_labels(data, wanted={"p1", "p2"}).names == ["p1", "p2"]
    for wanted in (None, {"p1", "1", "0"}, {"q1", "q2"}):
        with pytest.raises(UserError, match="line 1: the header must be"):
            read_labels(data.replace(b"p2", b"q3"), wanted=wanted)


def test_a_row_that_knows_less_of_a_photo_adds_to_the_other():
    table = read_label_csv(b"file,Male,Young\na.jpg,1,\na.jpg,,0\nb.jpg,0,1\n")
    assert table.names == ["a.jpg", "b.jpg"] and table.labels.tolist() == [[1, 0], [0, 1]]
    assert "1 rows stand twice" in table.notes[0]


def test_celebas_list_is_known_by_its_rows_under_another_ending():
    table = read_labels(b"2\nMale Young\na.jpg 1 -1\nb.jpg -1 1\n", name="list.csv")
    assert table.labels.tolist() == [[1, 0], [0, 1]]
    wide = "2\nMale Young\na.jpg 1 -1\nb.jpg -1 1\n".encode("utf-16-le")
    assert read_labels(wide, name="list.txt").labels.tolist() == [[1, 0], [0, 1]]
