"""Layouts that other tools write: as a folder, as loose files, and zipped, each read alike."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.labelling.export import session_csv
from ganssl.labelling.session import NO, UNSURE, YES
from ganssl.photos import read_photos
from ganssl.photos.label_file import read_labels
from ganssl.photos.label_values import parse_classes
from ganssl.photos.labelled_folder import read_labelled_folder
from ganssl.photos.uploads import read_uploads
from tests.helpers.labelled_photos import drawn_session
from tests.helpers.synthetic_photos import draw_photo, encoded

MALE = Attribute("Male")
NAMES = [f"p{i}.png" for i in range(6)]
LABELS = [1, 1, 0, 0, 1, 0]
PHOTOS = {name: encoded(draw_photo(i, 40, 50)) for i, name in enumerate(NAMES)}
WORDS = ["Male" if label else "Female" for label in LABELS]

Files = dict[str, bytes]


def table(header: str, rows, separator: str = ",", end: str = "\n") -> str:
    return end.join([header, *(separator.join(map(str, row)) for row in rows)]) + end


def excel(header: list[str], rows, notes: list[str] | None = None) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    if notes:
        sheet.append(notes)
        sheet = book.create_sheet("labels")
    sheet.append([])  # an empty line above, as people leave
    for row in (header, *rows):
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parquet(**columns) -> bytes:
    import pyarrow
    from pyarrow.parquet import write_table

    buffer = io.BytesIO()
    write_table(pyarrow.table(columns), buffer)
    return buffer.getvalue()


def test_texts_in_a_parquet_file_that_are_no_utf_8_are_said_to_be_so():
    data = parquet(file_name=["first-name.png", "b.png"], Male=[1, 0])
    assert data.count(b"first-name.png") >= 1
    with pytest.raises(UserError, match="no readable Parquet file"):
        read_labels(
            data.replace(b"first-name.png", b"\xff\xferst-name.png"), MALE, name="m.parquet"
        )


def label_studio_tasks() -> bytes:
    tasks = []
    for i, (name, word) in enumerate(zip(NAMES, WORDS, strict=True)):
        result = {"from_name": "sex", "type": "choices", "value": {"choices": [word]}}
        tasks.append(
            {
                "id": i,
                "data": {"image": f"/data/upload/1/{i:08x}-{name}"},
                "annotations": [{"result": [result]}],
            }
        )
    return json.dumps(tasks).encode()


def label_studio_csv() -> bytes:
    rows = [
        (i, f"/data/upload/1/{i:08x}-{name}", word, 7, 1, 3.5)
        for i, (name, word) in enumerate(zip(NAMES, WORDS, strict=True))
    ]
    return table("annotation_id,image,choice,annotator,id,lead_time", rows).encode()


def cvat() -> bytes:
    images = [
        f'<image id="{i}" name="{name}" width="40" height="50">'
        f'<tag label="{word}" source="manual"></tag></image>'
        for i, (name, word) in enumerate(zip(NAMES, WORDS, strict=True))
    ]
    return ("<?xml version='1.0'?><annotations>" + "".join(images) + "</annotations>").encode()


def cvat_boxes() -> bytes:
    """A box with an attribute around the face in each photo."""
    box = '<box label="face" xtl="1" ytl="2" xbr="8" ybr="9">{}</box>'
    sex = '<attribute name="sex">{}</attribute>'
    images = [
        f'<image id="{i}" name="{name}">{box.format(sex.format(word))}</image>'
        for i, (name, word) in enumerate(zip(NAMES, WORDS, strict=True))
    ]
    return f"<?xml version='1.0'?><annotations>{''.join(images)}</annotations>".encode()


def roboflow() -> bytes:
    rows = [(n, 1 - label, label) for n, label in zip(NAMES, LABELS, strict=True)]
    return table("filename, Female, Male", rows, ", ").encode()


PAIRS = list(zip(NAMES, LABELS, strict=True))
WORDED = list(zip(NAMES, WORDS, strict=True))
JSON_LINES = "\n".join(json.dumps({"file_name": n, "Male": v}) for n, v in PAIRS).encode()

BESIDE: dict[str, Callable[[], Files]] = {
    "comma": lambda: {"labels.csv": table("file,Male", PAIRS).encode()},
    "semicolons with a mark": lambda: {
        "labels.csv": table("file;Male", PAIRS, ";", "\r\n").encode("utf-8-sig")
    },
    "sep line": lambda: {"labels.csv": b"sep=;\r\n" + table("file;Male", PAIRS, ";").encode()},
    "tabs in UTF-16": lambda: {"labels.tsv": table("file\tMale", PAIRS, "\t").encode("utf-16")},
    "pandas index": lambda: {
        "labels.csv": table(",file,Male", [(i, *row) for i, row in enumerate(PAIRS)]).encode()
    },
    "photo not first, a text column": lambda: {
        "labels.csv": table("comment,Male,image_path", [("x", v, n) for n, v in PAIRS]).encode()
    },
    "other case": lambda: {"labels.csv": table("File,male", PAIRS).encode()},
    "1 and -1": lambda: {
        "labels.csv": table("file,Male", [(n, 2 * v - 1) for n, v in PAIRS]).encode()
    },
    "two words": lambda: {"labels.csv": table("file,label", WORDED).encode()},
    "gender column": lambda: {
        "labels.csv": table("file,gender,age", [(*r, 30) for r in WORDED]).encode()
    },
    "xlsx": lambda: {"labels.xlsx": excel(["file", "Male"], PAIRS)},
    "xlsx of floats": lambda: {
        "labels.xlsx": excel(["", "file", "Male"], [("", n, float(v)) for n, v in PAIRS])
    },
    "Hugging Face CSV": lambda: {"metadata.csv": table("file_name,Male", PAIRS).encode()},
    "Hugging Face JSON lines": lambda: {"metadata.jsonl": JSON_LINES},
    "Hugging Face Parquet": lambda: {
        "metadata.parquet": parquet(file_name=NAMES, Male=[bool(v) for v in LABELS])
    },
    "Label Studio CSV": lambda: {"project-1.csv": label_studio_csv()},
    "Label Studio JSON": lambda: {"project-1.json": label_studio_tasks()},
    "CVAT": lambda: {"annotations.xml": cvat()},
    "Roboflow": lambda: {"_classes.csv": roboflow()},
    "CVAT, attributes of a box": lambda: {"annotations.xml": cvat_boxes()},
    "the second sheet": lambda: {"labels.xlsx": excel(["file", "Male"], PAIRS, ["Read me"])},
    "M and F": lambda: {
        "labels.csv": table("file,sex", [(n, "MF"[1 - v]) for n, v in PAIRS]).encode()
    },
    "names as addresses": lambda: {
        "labels.csv": table(
            "url,Male", [(f"https://x.org/sets/a/{n}?w=9", v) for n, v in PAIRS]
        ).encode()
    },
    "paths of another machine": lambda: {
        "labels.csv": table("path,Male", [(f"/home/me/June/{n}", v) for n, v in PAIRS]).encode()
    },
    "line ends of old Macs": lambda: {"labels.csv": table("file,Male", PAIRS, end="\r").encode()},
    "UTF-16 of another order": lambda: {
        "labels.txt": ("\ufeff" + table("file\tMale", PAIRS, "\t")).encode("utf-16-be")
    },
    "Kaggle's table alone": lambda: {
        "list_attr.csv": table(
            "image_id,Male,Young", [(n, 2 * v - 1, 1) for n, v in PAIRS]
        ).encode()
    },
}


def write(files: Files, folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zipped(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("layout", BESIDE)
def test_every_table_gives_the_same_labels_wherever_it_comes_in(layout, tmp_path):
    tables = BESIDE[layout]()
    (name, data) = next(iter(tables.items()))
    write(PHOTOS, tmp_path / "photos")
    write(tables, tmp_path)
    found = read_labelled_folder(tmp_path / "photos", tmp_path / name, MALE)
    assert found.photos.names == NAMES
    assert found.photos.column("Male").tolist() == LABELS
    assert found.unlabelled == found.rows_without_photo == 0
    nested = {f"export/images/{n}": photo for n, photo in PHOTOS.items()}
    for files in (
        [*PHOTOS.items(), (name, data)],
        [("all.zip", zipped({**nested, f"export/{name}": data}))],
        [("photos.zip", zipped(nested)), (name, data)],
    ):
        upload = read_uploads(files, attribute=MALE)
        assert upload.photos.column("Male").tolist() == LABELS and not upload.refused


def test_class_folders_are_labels_also_zipped_and_with_equal_names(tmp_path):
    files: Files = {}
    for name, word in WORDED:
        count = sum(path.startswith(f"set/{word}/") for path in files)
        files[f"set/{word}/{count}.png"] = PHOTOS[name]
    found = read_labelled_folder(write(files, tmp_path) / "set", None, MALE)
    expected = {path.removeprefix("set/"): int("/Male/" in path) for path in files}
    assert (
        dict(zip(found.photos.names, found.photos.column("Male").tolist(), strict=True)) == expected
    )
    upload = read_uploads([("set.zip", zipped(files))], attribute=MALE)
    assert len(upload.photos) == 6
    assert (
        dict(zip(upload.photos.names, upload.photos.column("Male").tolist(), strict=True))
        == expected
    )


@pytest.mark.parametrize(
    ("yes", "no", "attribute"),
    [("men", "women", MALE), ("1_Male", "0_not_Male", MALE), ("male/p{}", "female/p{}", MALE),
     ("smile", "non_smile", Attribute("Smiling")), ("images/Male", "images/Female", MALE)],
)  # fmt: skip
def test_folders_name_classes_in_many_ways(yes, no, attribute, tmp_path):
    """Also where each person has a folder in that of the class."""
    files = {
        f"set/{(yes if label else no).format(i)}/{name}": PHOTOS[name]
        for i, (name, label) in enumerate(PAIRS)
    }
    photos = read_labelled_folder(write(files, tmp_path) / "set", None, attribute).photos
    upload = read_uploads([("set.zip", zipped(files))], attribute=attribute).photos
    for found in (photos, upload):
        last = [name.rpartition("/")[2] for name in found.names]
        labels = found.column(attribute.name).tolist()
        assert dict(zip(last, labels, strict=True)) == dict(PAIRS)


def test_photos_may_lie_in_a_folder_beside_their_table():
    for folder in ("faces", "cropped/faces"):
        files = {f"set/{folder}/{name}": photo for name, photo in PHOTOS.items()}
        tables = {
            "set/labels.csv": table("file,Male", PAIRS).encode(),
            "set/list_eval_partition.csv": b"image_id,partition\n",
        }
        upload = read_uploads([("set.zip", zipped(files | tables))], attribute=MALE)
        assert upload.photos.column("Male").tolist() == LABELS


def test_pictures_that_are_not_read_are_named_and_tables_that_may_be_meant(tmp_path):
    write({**PHOTOS, "raw/a.dng": b"x", "b.JXL": b"x", "answers.csv": b"?"}, tmp_path / "set")
    report = read_photos(tmp_path / "set").report
    assert [one.name for one in report.refused] == ["b.JXL", "raw/a.dng"]
    assert report.photos == len(PHOTOS) and "b.JXL: Pictures of this format" in report.text()
    with pytest.raises(UserError, match=r"brings no labels.*It holds answers\.csv"):
        read_labelled_folder(tmp_path / "set", None, MALE)
    write({"c.jp2": b"x"}, tmp_path / "other")
    with pytest.raises(UserError, match=r"no photo that can be read: c\.jp2: Pictures of this"):
        read_photos(tmp_path / "other")


def test_minus_one_beside_zero_is_unknown_and_said_so(tmp_path):
    rows = [*PAIRS[:4], ("p4.png", -1), ("p5.png", "-1.0")]
    write(PHOTOS, tmp_path / "photos")
    write({"labels.csv": table("file,Male", rows).encode()}, tmp_path)
    found = read_labelled_folder(tmp_path / "photos", tmp_path / "labels.csv", MALE)
    assert found.photos.column("Male").tolist() == LABELS[:4] and found.unlabelled == 2
    assert any("-1 stands beside 0 and is read as unknown" in n for n in found.photos.report.notes)


def test_class_names_are_given_in_words(tmp_path):
    rows = [(n, "beard" if label else "clean shaven") for n, label in PAIRS]
    write(PHOTOS, tmp_path / "photos")
    write({"labels.csv": table("file,label", rows).encode()}, tmp_path)
    named = parse_classes("clean shaven,beard", Attribute("Beard"))
    found = read_labelled_folder(tmp_path / "photos", tmp_path / "labels.csv", named)
    assert found.photos.column("Beard").tolist() == LABELS


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_kaggles_celeba_is_read_with_its_parts(nested, packed, tmp_path):
    folder = "img_align_celeba/img_align_celeba" if nested else "img_align_celeba"
    photos = [f"{i + 1:06d}.jpg" for i in range(6)]
    files = {f"{folder}/{n}": encoded(draw_photo(i), "JPEG") for i, n in enumerate(photos)}
    rows = [(n, 2 * v - 1, 1) for n, v in zip(photos, LABELS, strict=True)]
    files["list_attr_celeba.csv"] = table("image_id,Male,Young", rows).encode()
    parts = [(n, i % 3) for i, n in enumerate(photos)]
    files["list_eval_partition.csv"] = table("image_id,partition", parts).encode()
    files["list_bbox_celeba.csv"] = b"image_id,x_1,y_1,width,height\n000001.jpg,1,2,3,4\n"
    if packed:
        (tmp_path / "archive.zip").write_bytes(zipped(files))
    else:
        write(files, tmp_path / "archive")
    found = read_photos(tmp_path / ("archive.zip" if packed else "archive"))
    assert len(found) == 6 and found.attributes == ("Male", "Young")
    assert found.column("Male").tolist() == LABELS
    assert found.partition.tolist() == [0, 1, 2, 0, 1, 2]
    assert [name.rpartition("/")[2] for name in found.part("train").names] == photos[::3]


def saved_by_excel(data: bytes) -> dict[str, bytes]:
    """What a spreadsheet makes of a CSV when it saves it in its formats."""
    rows = [line.split(",") for line in data.decode("utf-8-sig").splitlines()]
    typed = [[int(cell) if cell.isdecimal() else cell or None for cell in row] for row in rows]
    text = "\r\n".join(";".join(row) for row in rows) + "\r\n"
    return {
        "csv.csv": text.encode("cp1252"),
        "csv-utf8.csv": text.encode("utf-8-sig"),
        "unicode.txt": text.replace(";", "\t").encode("utf-16"),
        "book.xlsx": excel(typed[0], typed[1:]),
    }


def test_what_the_label_page_exports_comes_back_also_after_excel_saved_it():
    session = drawn_session(4, MALE)
    for name, answer in zip(list(session.names), (YES, NO, UNSURE, YES), strict=True):
        session.answer(name, "Male", answer)
    exported = session_csv(session)
    expected = read_labels(exported, MALE, name="labels.csv")
    assert expected.labels[:, 0].tolist() == [1, 0, 1]
    for name, data in saved_by_excel(exported).items():
        again = read_labels(data, MALE, name=name)
        assert again.names == expected.names, name
        assert again.labels.tolist() == expected.labels.tolist(), name


def test_names_that_spreadsheets_take_for_formulas_come_back(tmp_path):
    from ganssl.photos.table_text import csv_bytes

    data = csv_bytes([["file", "Male"], ["=1+1.png", 1], ["@me.png", 0]])
    assert b"'=1+1.png" in data
    assert read_labels(data, MALE).names == ["=1+1.png", "@me.png"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_declares_entities_is_refused_in_any_encoding(encoding):
    text = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><annotations>&b;</annotations>"
    with pytest.raises(UserError, match="declares entities"):
        read_labels(text.encode(encoding), MALE, name="annotations.xml")
