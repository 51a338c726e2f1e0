"""What a set is on disk: file names, and `set.json`, which says what it was made from.

images/0_not_Male/00000000.png     class folders whose order is that of the labels
images/1_Male/00000001.png
    or shards/000000.tar           WebDataset: .png, .cls (0 or 1) and .json of each face
labels.csv                         file,label
metadata.csv                       file,label,index,seed,sigma,pair,photo and the other sides
                                   (of several attributes file_name in place of file, and for
                                   each attribute its label, 1 or 0, and its distance in σ)
croissant.json                     the same for tools (Croissant 1.0, MLCommons)
DATASHEET.md, MODEL_CARD.md        for people
set.json, directions.npz           recipe, model, the directions used
blocks/000000.csv                  one for each finished block of 1,024 faces
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from ganssl.base.digest import short_digest
from ganssl.base.json_text import parse_json
from ganssl.errors import UserError
from ganssl.synthesis.codes import BLOCK
from ganssl.synthesis.recipe import Recipe

FORMAT = "ganssl set 1"
LAYOUTS: tuple[str, ...] = ("folder", "webdataset")
SET, DIRECTIONS, LABELS, METADATA = "set.json", "directions.npz", "labels.csv", "metadata.csv"
CROISSANT, DATASHEET, MODEL_CARD = "croissant.json", "DATASHEET.md", "MODEL_CARD.md"


@dataclass(frozen=True)
class Row:
    """One face in `metadata.csv`, as text.

    Attributes:
        file: below the set's folder, see `face_file`.
        label: the name of the class.
        sigma: how far the code lies beyond the boundary, in σ.
        pair, photo: numbers, empty where there is none.
        sides: 1 or 0 for each attribute that is balanced over; in a set of
            several attributes 1 or 0 and the distance in σ for each of them.
    """

    file: str
    label: str
    index: str
    seed: str
    sigma: str
    pair: str
    photo: str
    sides: tuple[str, ...]

    @classmethod
    def of(cls, cells: Sequence[str]) -> Row:
        """The inverse of `cells`; `ValueError` for too few of them."""
        own = len(COLUMNS)
        if len(cells) < own:
            raise ValueError(f"{len(cells)} cells in place of {own} or more")
        file, label, index, seed, sigma, pair, photo = cells[:own]
        return cls(file, label, index, seed, sigma, pair, photo, tuple(cells[own:]))

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of the file's columns."""
        return (*(getattr(self, name) for name in COLUMNS), *self.sides)


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Row))[:-1]
"""Of `metadata.csv`; those of single attributes follow, see `columns`."""

SIGMA = "_sigma"
"""Ends the name of the column of an attribute's distance."""


@dataclass(frozen=True)
class SetInfo:
    """What the content of a set follows from.

    Attributes:
        directions, photos: 12 digits that change with the directions used and
            with the photos' codes; empty without photos.
        layout: `folder` or `webdataset`.
        software: name and version of the program.
    """

    recipe: Recipe
    model: str
    model_name: str
    directions: str
    photos: str
    layout: str
    software: str

    def __post_init__(self) -> None:
        if self.layout not in LAYOUTS:
            raise UserError(f"The layout can be {' or '.join(LAYOUTS)}, not {self.layout!r}.")

    @property
    def id(self) -> str:
        """12 hexadecimal digits that change with anything above."""
        return short_digest(json.dumps(self.to_dict(), sort_keys=True))

    @property
    def blocks(self) -> int:
        return -(-self.recipe.count // BLOCK)

    def block_size(self, block: int) -> int:
        return min(BLOCK, self.recipe.count - block * BLOCK)

    def to_dict(self) -> dict:
        return {"format": FORMAT, **vars(self), "recipe": self.recipe.to_dict()}

    def differences(self, other: SetInfo) -> str:
        """In words: `seed is 0 there and 1 here`."""
        there, here = (
            {**i.to_dict(), "engine": i.recipe.engine, **i.recipe.to_dict(), "recipe": None}
            for i in (other, self)
        )
        return ", ".join(
            f"{name} is {there[name]} there and {here[name]} here"
            for name in here
            if there[name] != here[name]
        )


def read_info(folder: Path) -> SetInfo:
    """Read `set.json`; `UserError` where it is absent, damaged or of another version."""
    path = folder / SET
    try:
        values = parse_json(path.read_bytes(), str(path))
    except FileNotFoundError as error:
        raise UserError(f"{folder} holds no synthetic set: {SET} is missing.") from error
    except (OSError, UserError) as error:
        raise UserError(f"{path} is damaged: {error}") from error
    if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
        raise UserError(f"{path} is no description of a set that this version reads ({FORMAT!r}).")
    try:
        recipe = Recipe.from_dict(values.pop("recipe"))
        return SetInfo(recipe, **{name: str(value) for name, value in values.items()})
    except (KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged: entries are missing or unknown ({error}).") from error


def columns(recipe: Recipe) -> tuple[str, ...]:
    """All of `metadata.csv`.

    Of several attributes the first is called as `datasets` wants it, which reads
    such a file beside a folder of images.
    """
    if not recipe.also:
        return (*COLUMNS, *recipe.balance_over)
    own = (column for name in recipe.attributes for column in (name, name + SIGMA))
    return ("file_name", *COLUMNS[1:], *own)


def face_file(info: SetInfo, index: int, label: int) -> str:
    """The path of a face below the set's folder; in a tar, `shards/000000.tar/NAME.png`."""
    if info.layout == "webdataset":
        return f"{tar_file(index // BLOCK)}/{index:08d}.png"
    return f"{class_folder(info, label)}/{index:08d}.png"


def class_folder(info: SetInfo, label: int) -> str:
    """`images/0_not_Male`: tools that number classes by their folders' order get our labels."""
    name = re.sub(r"\W+", "_", info.recipe.label_type.classes[label])
    return f"images/{label}_{name}"


def tar_file(block: int) -> str:
    return f"shards/{block:06d}.tar"


def block_file(block: int) -> str:
    return f"blocks/{block:06d}.csv"
