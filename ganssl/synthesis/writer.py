"""Writing a set: blocks of faces, in any order, then the files that describe the whole."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ganssl.attributes import Attribute
from ganssl.base.atomic import PARTIAL, sweep_partials, write_file
from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.photos.images import png_bytes
from ganssl.photos.preprocess import Preprocess
from ganssl.synthesis import layout
from ganssl.synthesis.codes import Codes
from ganssl.synthesis.croissant import croissant
from ganssl.synthesis.datasheet import datasheet
from ganssl.synthesis.layout import Row, SetInfo


def open_set(folder: Path, info: SetInfo, directions: DirectionSet, card: str) -> None:
    """Begin a set, or go on with one of the same recipe.

    Raises `UserError` for a folder that holds something else.
    """
    # looked at once, since another shard may be beginning the same set at this moment
    there = list(folder.iterdir()) if folder.exists() else []
    for part in ("", "blocks", "shards"):
        sweep_partials(folder / part)
    if folder / layout.SET in there:
        found = layout.read_info(folder)
        if found != info:
            raise UserError(
                f"{folder} holds another set: {info.differences(found)}. "
                "Use the same settings to go on with it, or give another folder."
            )
        return
    parts = [layout.class_folder(info, label) for label in (0, 1)]
    parts = ["blocks", *(["shards"] if info.layout == "webdataset" else parts)]
    ours = {*(part.partition("/")[0] for part in parts), layout.DIRECTIONS, layout.MODEL_CARD}
    if any(path.name not in ours and path.suffix != PARTIAL for path in there):
        raise UserError(f"{folder} holds other files. Give a new or empty folder for the set.")
    for part in parts:
        (folder / part).mkdir(parents=True, exist_ok=True)
    directions.save(folder / layout.DIRECTIONS)
    write_file(folder / layout.MODEL_CARD, card.encode())
    text = json.dumps(info.to_dict(), indent=2) + "\n"
    write_file(folder / layout.SET, text.encode())  # last: what has it is complete


def encode_faces(info: SetInfo, codes: Codes, faces: np.ndarray) -> list[bytes]:
    """PNGs of the recipe's size that say that they are generated, and from what.

    Args:
        faces: uint8 `[n, s, s, 3]`, in the model's size.
    """
    resize = Preprocess(info.recipe.size)
    classes = info.recipe.label_type.classes
    others = [Attribute(name).classes for name in info.recipe.also]
    origin = {
        "ai_generated": True,
        "software": info.software,
        "model": info.model_name,
        "model_id": info.model,
        "set": info.id,
    }
    pngs = []
    for index, label, also, face in zip(codes.index, codes.labels, codes.also, faces, strict=True):
        if len(face) != info.recipe.size:
            face = resize(Image.fromarray(face))
        words = [
            classes[label],
            *(names[int(s >= 0)] for names, s in zip(others, also, strict=True)),
        ]
        of_face = {**origin, "index": int(index), "label": ", ".join(words)}
        pngs.append(png_bytes(face, of_face, quick=True))
    return pngs


def write_block(folder: Path, info: SetInfo, codes: Codes, pngs: Sequence[bytes]) -> None:
    """Write the images of a block and then its record, which marks it as finished."""
    block = int(codes.index[0]) // layout.BLOCK
    rows = _rows(info, codes)
    if info.layout == "webdataset":
        write_file(folder / layout.tar_file(block), _tar(info, codes, rows, pngs))
    else:
        for row, png in zip(rows, pngs, strict=True):
            (folder / row.file).write_bytes(png)
    write_file(folder / layout.block_file(block), _csv([row.cells for row in rows]))


def missing_blocks(folder: Path, info: SetInfo) -> list[int]:
    """The blocks without a record."""
    return [b for b in range(info.blocks) if not (folder / layout.block_file(b)).is_file()]


def finish_set(folder: str | Path) -> bool:
    """Write the files that describe the whole set, once all its blocks are there.

    Needs the folder alone, so that shards made on several machines can be
    copied together first. Returns False where blocks are missing.

    Raises `UserError` where the folder holds no set or a damaged block.
    """
    folder = Path(folder)
    info = layout.read_info(folder)
    if missing_blocks(folder, info):
        return False
    rows = [row for block in range(info.blocks) for row in _read_block(folder, info, block)]
    labels = _csv(_labels(info, rows))
    metadata = _csv([layout.columns(info.recipe), *(row.cells for row in rows)])
    write_file(folder / layout.LABELS, labels)
    write_file(folder / layout.METADATA, metadata)
    text = json.dumps(croissant(info, {layout.LABELS: labels, layout.METADATA: metadata}), indent=2)
    write_file(folder / layout.CROISSANT, (text + "\n").encode())
    directions = DirectionSet.load(folder / layout.DIRECTIONS)
    write_file(folder / layout.DATASHEET, datasheet(info, directions, rows).encode())
    return True


def _labels(info: SetInfo, rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """`labels.csv`: the name of the class, or of several attributes 1 or 0 for each."""
    if not info.recipe.also:
        return [layout.COLUMNS[:2], *((row.file, row.label) for row in rows)]
    return [("file", *info.recipe.attributes), *((row.file, *row.sides[::2]) for row in rows)]


def _rows(info: SetInfo, codes: Codes) -> list[Row]:
    """One row of `metadata.csv` for each face."""
    classes = info.recipe.label_type.classes
    return [
        Row(
            layout.face_file(info, int(codes.index[i]), int(codes.labels[i])),
            classes[codes.labels[i]],
            str(codes.index[i]),
            str(info.recipe.seed),
            f"{codes.scores[i]:.4f}",
            str(codes.pairs[i]) if codes.pairs[i] >= 0 else "",
            str(codes.photos[i]) if codes.photos[i] >= 0 else "",
            sides=_cells(codes, i) if info.recipe.also else tuple(map(str, codes.sides[i])),
        )
        for i in range(len(codes))
    ]


def _cells(codes: Codes, i: int) -> tuple[str, ...]:
    """For each attribute of face i 1 or 0, and its distance in σ."""
    scores = (codes.scores[i], *codes.also[i])
    return tuple(cell for score in scores for cell in (str(int(score >= 0)), f"{score:.4f}"))


def _read_block(folder: Path, info: SetInfo, block: int) -> list[Row]:
    path = folder / layout.block_file(block)
    damage = f"{path} is damaged. Delete it and make the set again, to fill the gap."
    try:
        rows = [Row.of(row) for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8")))]
    except (ValueError, csv.Error) as error:
        raise UserError(damage) from error
    if len(rows) != info.block_size(block):
        raise UserError(damage)
    return rows


def _tar(info: SetInfo, codes: Codes, rows: list[Row], pngs: Sequence[bytes]) -> bytes:
    """A WebDataset shard: for each face the PNG, its label as a digit and its row as JSON."""
    columns = layout.columns(info.recipe)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for index, label, row, png in zip(codes.index, codes.labels, rows, pngs, strict=True):
            facts = json.dumps(dict(zip(columns, row.cells, strict=True)))
            for kind, data in (("png", png), ("cls", b"%d" % label), ("json", facts.encode())):
                member = tarfile.TarInfo(f"{index:08d}.{kind}")  # time, owner: always 0
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
