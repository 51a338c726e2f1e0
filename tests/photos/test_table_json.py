"""JSON as programs write it: every shape gives the same rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos.label_file import read_labels

MALE = Attribute("Male")
NAMES = ["p1.png", "p2.jpg", "p3.png", "p4.png"]
LABELS = [1, 0, 0, 1]
PAIRS = list(zip(NAMES, LABELS, strict=True))
WORDS = ["Male" if label else "Female" for label in LABELS]
WORDED = list(zip(NAMES, WORDS, strict=True))


def chosen(choices: list[str], name: str = "sex") -> dict[str, Any]:
    return {"from_name": name, "to_name": "image", "type": "choices", "value": {"choices": choices}}


def task(name: str, *annotations: dict[str, Any], **data) -> dict[str, Any]:
    return {"id": 3, "data": {"image": f"/data/upload/1/0123abcd-{name}", **data},
            "annotations": list(annotations)}  # fmt: skip


SHAPES: dict[str, Any] = {
    "objects": [{"file": n, "Male": v} for n, v in PAIRS],
    "objects under a name": {"data": [{"file": n, "Male": v} for n, v in PAIRS], "version": 2},
    "one object over several lines": {"file": NAMES[0], "Male": 1},
    "rows with a header": [["file", "Male"], *map(list, PAIRS)],
    "pandas, split": {"columns": ["file", "Male"], "index": [0, 1, 2, 3], "data": PAIRS},
    "pandas, columns": {
        "file": dict(zip("0123", NAMES, strict=True)),
        "Male": dict(zip("0123", LABELS, strict=True)),
    },
    "pandas, columns with names as index": {"Male": dict(PAIRS), "Young": dict.fromkeys(NAMES, 1)},
    "pandas, index": {n: {"Male": v, "Young": 1} for n, v in PAIRS},
    "answers by name": dict(PAIRS),
    "columns as lists": {"file": NAMES, "Male": LABELS},
    "photos by class": {w: [n for n, word in WORDED if word == w] for w in ("Female", "Male")},
    "pairs": {"labels": list(map(list, PAIRS))},
    "words by name": dict(WORDED),
    "several words by name": {n: ["Young"] + ["Male"] * v for n, v in PAIRS},
    "objects by a number": {str(i): {"filename": n, "Male": v} for i, (n, v) in enumerate(PAIRS)},
    "image annotator": {
        "_via_img_metadata": {
            f"{n}123": {"filename": n, "size": 9, "regions": [], "file_attributes": {"sex": w}}
            for n, w in WORDED
        }
    },
    "nested answers": [{"file_name": n, "attributes": {"Male": bool(v)}} for n, v in PAIRS],
    "picture with a path": [{"image": {"path": n, "bytes": None}, "sex": w} for n, w in WORDED],
    "lists of words": [{"file_name": n, "labels": ["Young"] + ["Male"] * v} for n, v in PAIRS],
    "the viewer of Hugging Face": {
        "features": [{"name": "Male"}],
        "rows": [{"row": {"file_name": n, "Male": v}} for n, v in PAIRS],
    },
    "COCO": {
        "images": [{"id": 7 + i, "file_name": n} for i, n in enumerate(NAMES)],
        "annotations": [{"image_id": 7 + i, "category_id": v} for i, v in enumerate(LABELS)],
        "categories": [{"id": 0, "name": "Female"}, {"id": 1, "name": "Male"}],
    },
    "Datumaro": {
        "categories": {"label": {"labels": [{"name": "Female"}, {"name": "Male"}]}},
        "items": [
            {"id": n.partition(".")[0], "annotations": [{"type": "label", "label_id": v}],
             "image": {"path": n}}
            for n, v in PAIRS
        ],
    },
    "Label Studio": [task(n, {"result": [chosen([w])]}) for n, w in WORDED],
    "Label Studio, the first annotation cancelled": [
        task(n, {"was_cancelled": True, "result": [chosen(["Other"])]}, {"result": [chosen([w])]})
        for n, w in WORDED
    ],
    "Label Studio, several choices": [
        task(n, {"result": [chosen(["Young", "Male"] if v else ["Young"], "traits")]})
        for n, v in PAIRS
    ],
    "Label Studio, local files": [
        {"data": {"img": f"/data/local-files/?d=set%2F{n}"},
         "annotations": [{"result": [chosen([w])]}]}
        for n, w in WORDED
    ],
    "Label Studio, short form": [
        {"image": f"/data/upload/1/0123abcd-{n}", "id": i, "sex": w, "annotator": 1,
         "annotation_id": i, "lead_time": 2.5}
        for i, (n, w) in enumerate(WORDED)
    ],
    "Label Studio, short form, several": [
        {"image": n, "traits": {"choices": ["Young", "Male"]} if v else "Young"} for n, v in PAIRS
    ],
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_says_who_is_what(shape):
    for indent in (None, 2):
        table = read_labels(json.dumps(SHAPES[shape], indent=indent).encode(), MALE, name="a.json")
        expected = PAIRS[:1] if "one object" in shape else PAIRS
        found = zip(table.names, table.labels[:, 0].tolist(), strict=True)
        assert {name.rpartition("/")[2]: label for name, label in found} == dict(expected)


def test_an_answered_question_without_a_word_is_a_no_and_an_open_one_is_unknown():
    records = [
        {"file": "a.png", "labels": ["Male", "Young"]},
        {"file": "b.png", "labels": []},
        {"file": "c.png"},
    ]
    table = read_labels(json.dumps(records).encode(), name="a.json")
    assert table.attributes == ("Male", "Young")
    assert table.labels.tolist() == [[1, 1], [0, 0], [-1, -1]]


def test_where_annotators_disagree_nothing_is_known():
    both = [{"result": [chosen(["Male"])]}, {"result": [chosen(["Female"])]}]
    agreed = [{"result": [chosen(["Male", "Tall"])]}, {"result": [chosen(["Tall", "Male"])]}]
    tasks = [task("p1.png", *both), task("p2.png", both[0]), task("p3.png", both[1])]
    table = read_labels(json.dumps(tasks).encode(), MALE, name="a.json")
    assert table.labels[:, 0].tolist() == [-1, 1, 0]
    table = read_labels(json.dumps([task("p1.png", *agreed)]).encode(), MALE, name="a.json")
    assert table.labels[:, 0].tolist() == [1]


def test_several_choices_in_a_cell_of_label_studio_s_table():
    rows = [
        "id,image,choice,annotation_id,lead_time",
        '1,/data/upload/1/0123abcd-p1.png,"{""choices"":[""Young"",""Male""]}",3,2',
        "2,/data/upload/1/0123abcd-p2.png,Young,4,2",
    ]
    table = read_labels("\n".join(rows).encode(), name="project.csv")
    assert table.names == ["p1.png", "p2.png"] and table.attributes == ("Young", "Male")
    assert table.labels.tolist() == [[1, 1], [1, 0]]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "the header must be 'file'"),
        ([], "holds no list of objects"),
        ([1, 2], "holds no list of objects"),
        ({"a": {"b": {"c": 1}}}, "the header must be 'file'"),
        (
            {"images": [{"id": 1}], "annotations": [], "categories": [{"id": 1}]},
            "does not say which attribute|no label",
        ),
        ({"p1.png": {}, "p2.png": []}, "does not say which attribute"),
        ("text", "holds no list of objects"),
        ([[], []], "the header must be 'file'"),
        ([["p1.png", 1]], "the header must be 'file'"),
    ],
)
def test_other_shapes_are_refused(values, message):
    with pytest.raises(UserError, match=message):
        read_labels(json.dumps(values).encode(), name="a.json")


def test_few_bytes_do_not_become_very_many_cells():
    own = [{"file": f"{i}.png", f"k{i % 1900}": 1} for i in range(20_000)]
    words = [{"file": f"{i}.png", "labels": [f"w{i % 1900}", "x"]} for i in range(20_000)]
    for records in (own, words):
        with pytest.raises(UserError, match="more than 10 million cells"):
            read_labels("\n".join(map(json.dumps, records)).encode(), name="a.jsonl")
