"""A set of one attribute of four black faces, whose tables are known byte for byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ganssl.directions import DirectionSet
from ganssl.synthesis.codes import Codes
from ganssl.synthesis.layout import SetInfo
from ganssl.synthesis.recipe import Recipe
from ganssl.synthesis.writer import encode_faces, finish_set, open_set, write_block
from tests.helpers.planted import make_direction

MODEL = "0" * 12


def one_attribute_set(folder: Path, layout: str = "folder", **settings) -> None:
    """Write it to an empty folder; `settings` are those of its recipe."""
    recipe = Recipe("Smiling", 4, size=16, **settings)
    info = SetInfo(recipe, MODEL, "small", "1" * 12, "", layout, "GANSSL 0")
    labels = np.array([0, 1, 0, 1], np.int8)
    codes = Codes(
        index=np.arange(4),
        codes=np.zeros((4, 4), np.float32),
        labels=labels,
        scores=labels - 0.5,
        sides=labels[:, None] if recipe.balance_over else np.empty((4, 0), np.int8),
        pairs=np.arange(4) // 2 if recipe.pairs else np.full(4, -1),
        photos=np.full(4, -1),
        also=np.empty((4, 0), np.float32),
    )
    directions = [make_direction("Smiling", [1, 0, 0, 0]), make_direction("Male", [0, 1, 0, 0])]
    open_set(folder, info, DirectionSet(MODEL, directions), "# small\n")
    write_block(folder, info, codes, encode_faces(info, codes, np.zeros((4, 16, 16, 3), np.uint8)))
    assert finish_set(folder)
