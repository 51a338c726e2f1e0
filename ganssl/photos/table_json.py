"""Tables in JSON: lines, lists of objects, what pandas writes, Label Studio, COCO, Datumaro."""

from __future__ import annotations

import json
from typing import Any

from ganssl.base.json_text import check_parts
from ganssl.errors import UserError
from ganssl.photos.encodings import decoded
from ganssl.photos.matching import looks_like_photo
from ganssl.photos.table_records import is_photo, record_rows
from ganssl.photos.table_text import Rows, cell_text, check_size


def json_rows(name: str, data: bytes) -> Rows:
    """The rows of JSON lines, or of a file in JSON: see `records_of`.

    Raises `UserError` for anything else.
    """
    text, _ = decoded(name, data)
    check_parts(text, name)
    try:
        values = _parsed(name, text)
        if isinstance(values, list) and values and all(isinstance(row, list) for row in values):
            check_size(name, len(values), max(map(len, values)))
            cells = [[cell_text(cell) for cell in row] for row in values]
            width = max(map(len, cells))
            return iter([(i, row + [""] * (width - len(row))) for i, row in enumerate(cells, 1)])
        records = records_of(values)
    except UserError:
        raise
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name} is no readable JSON: {str(error)[:80]}.") from error
    if not records or not all(isinstance(record, dict) for record in records):
        raise UserError(f"{name} holds no list of objects with the photos' names and labels.")
    return record_rows(name, records)


def _parsed(name: str, text: str) -> Any:
    """The values of a JSON text, or the list of those in its lines."""
    try:
        return json.loads(text)
    except ValueError:
        if text.lstrip()[:1] == "[":
            raise
    lines = text.splitlines()
    check_size(name, len(lines), 1)
    return [_one_line(name, n, line) for n, line in enumerate(lines, start=1) if line.strip()]


def _one_line(name: str, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name}, line {number} is not readable as JSON.") from error


def records_of(values: Any) -> Any:
    """One object for each photo, from the shapes in which programs write them.

    A list of objects; COCO's images, annotations and categories; Datumaro's items; a table as
    pandas writes it (`split`, `columns`, `index`, `list`); objects, answers or words by the
    photo's name; the photos of each class; a list of objects, or of photos with their label,
    under any one name. Other values are given back as they are.
    """
    if not isinstance(values, dict):
        return values
    if isinstance(values.get("_via_img_metadata"), dict):
        return list(values["_via_img_metadata"].values())
    lists = {
        key: value
        for key, value in values.items()
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
    }
    if {"images", "categories"} <= set(lists) and isinstance(values.get("annotations"), list):
        return _coco(lists["images"], lists.get("annotations", []), lists["categories"])
    if "items" in lists and isinstance(values.get("categories"), dict):
        return _datumaro(lists["items"], values["categories"])
    if isinstance(values.get("columns"), list) and isinstance(values.get("data"), list):
        titles = [cell_text(title) for title in values["columns"]]
        rows = [row for row in values["data"] if isinstance(row, list)]
        return [dict(zip(titles, row, strict=False)) for row in rows]
    if values and all(map(looks_like_photo, values)):
        return [_named(photo, value) for photo, value in values.items()]
    if values and all(isinstance(value, dict) for value in values.values()):
        return _by_key(values)
    if (listed := _of_lists(values)) is not None:
        return listed
    named = [found for found in map(_rows_of, lists.values()) if any(map(_has_photo, found))]
    if len(named) == 1 or len(lists) == 1:
        return named[0] if named else next(iter(lists.values()))
    return [values]


def _of_lists(values: dict) -> list[dict] | None:
    """One object for each photo from lists: columns of one length, the photos of each class, or
    pairs of a photo and its label; None for anything else."""
    lists = {key: value for key, value in values.items() if isinstance(value, list) and value}
    if not lists:
        return None
    photos = [key for key, value in lists.items() if all(map(is_photo, value))]
    if len(photos) == 1 < len(lists) and len({len(value) for value in lists.values()}) == 1:
        rows = zip(*lists.values(), strict=True)
        return [dict(zip(lists, row, strict=True)) for row in rows]
    if len(photos) == len(values) > 1:
        return [{"file": photo, "label": key} for key, some in lists.items() for photo in some]
    pairs = next(iter(lists.values()))
    if len(lists) > 1 or not all(isinstance(one, list) and len(one) == 2 for one in pairs):
        return None
    if not all(is_photo(photo) for photo, _ in pairs):
        return None
    return [{"file": photo, "label": label} for photo, label in pairs]


def _rows_of(records: list[dict]) -> list[dict]:
    """The objects themselves, or those in each, as the viewer of Hugging Face has them."""
    inner = [record["row"] for record in records if isinstance(record.get("row"), dict)]
    return inner if len(inner) == len(records) else records


def _has_photo(record: dict) -> bool:
    return any(map(is_photo, record.values()))


def _named(photo: str, value: Any) -> dict[str, Any]:
    """A record from what is written under a photo's name."""
    rest = value if isinstance(value, dict) else {"label": value}
    return {"file": photo, **{key: one for key, one in rest.items() if key != "file"}}


def _by_key(values: dict[str, dict]) -> list[dict]:
    """Objects under keys that say nothing, or the columns of a table with its rows' keys."""
    holds = [_has_photo(inner) for inner in values.values()]
    if all(holds) and not all(is_photo(v) for one in values.values() for v in one.values()):
        return list(values.values())
    keys = list(dict.fromkeys(key for inner in values.values() for key in inner))
    rows = [{title: inner.get(key) for title, inner in values.items()} for key in keys]
    if keys and all(map(looks_like_photo, keys)):
        return [_named(key, row) for key, row in zip(keys, rows, strict=True)]
    return rows


def _coco(images: list[dict], annotations: list[dict], categories: list[dict]) -> list[dict]:
    """Photos with the categories of their annotations."""
    titles = {_key(one.get("id")): cell_text(one.get("name")) for one in categories}
    given: dict[str, list[str]] = {}
    for one in annotations:
        title = titles.get(_key(one.get("category_id")))
        if title:
            given.setdefault(_key(one.get("image_id")), []).append(title)
    return [
        {"file": one.get("file_name"), "label": given.get(_key(one.get("id")))} for one in images
    ]


def _datumaro(items: list[dict], categories: dict) -> list[dict]:
    """Photos with their labels, as Datumaro, which CVAT uses too, writes them."""
    kinds = categories.get("label")
    named = kinds.get("labels") if isinstance(kinds, dict) else None
    titles = [
        cell_text(one.get("name")) if isinstance(one, dict) else ""
        for one in (named if isinstance(named, list) else [])
    ]
    records = []
    for item in items:
        image, found = item.get("image"), item.get("annotations")
        path = image.get("path") if isinstance(image, dict) else None
        record: dict[str, Any] = {"file": path or item.get("id")}
        places = [
            one.get("label_id")
            for one in (found if isinstance(found, list) else [])
            if isinstance(one, dict) and one.get("type") == "label"
        ]
        record["label"] = [
            titles[place] for place in places if type(place) is int and 0 <= place < len(titles)
        ] or None
        records.append(record)
    return records


def _key(value: Any) -> str:
    return cell_text(value)
