"""A face model without a network: the numbers of a code are attributes that its face shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ganssl.directions import DirectionSet
from ganssl.models.density import CodeDensity
from ganssl.models.face_model import FaceModel
from ganssl.photos.preprocess import Preprocess
from ganssl.synthesis import Recipe
from ganssl.synthesis.codes import CodeMaker
from ganssl.synthesis.run import set_info
from ganssl.synthesis.writer import encode_faces, finish_set, open_set, write_block
from tests.helpers.planted import make_direction

SIZE = 8
NAMES = ("Smiling", "Eyeglasses", "Male", "Young", "Bald")


class CodeModel(FaceModel):
    """Codes whose numbers are attributes: 0 Smiling, 1 Eyeglasses, 2 Male, 3 Young, 4 Bald.

    A smile lights the top half of a face, eyeglasses the bottom half. These are rare, and no
    face is bald that is not male: Bald lies beside Male.
    """

    def __init__(self) -> None:
        axes = np.eye(SIZE)
        boundaries = dict(zip(NAMES, (0.0, 1.2, 0.0, 0.0, 1.0), strict=True))
        directions = [
            make_direction(name, axes[i], boundary=boundaries[name]) for i, name in enumerate(NAMES)
        ]
        super().__init__(
            Preprocess(32), SIZE, id="c0dec0dec0de", directions=DirectionSet("", directions)
        )
        covariance = np.eye(SIZE)
        covariance[2, 4] = covariance[4, 2] = 0.98
        factors = np.linalg.cholesky(covariance).astype(np.float32)[None]
        zero = np.zeros((1, SIZE), np.float32)
        self.density = CodeDensity(np.ones(1, np.float32), zero, factors)

    def bulk_generator(self, precision: str):
        raise NotImplementedError

    encoder_id = "c0de"
    encoder_operations = generator_operations = 1

    def _decode(self, codes):
        halves = np.clip(127 + 40 * (codes[:, :2] - [0.0, 1.2]), 0, 255).astype(np.uint8)
        return np.repeat(np.repeat(halves[:, :, None, None], 16, 1), 32, 2).repeat(3, 3)

    def _encode(self, pixels):
        raise NotImplementedError


def write_set(model: FaceModel, recipe: Recipe, folder: Path, layout: str = "folder") -> Path:
    """Write a whole set without a network."""
    maker = CodeMaker(model, recipe)
    info = replace(set_info(model, maker, layout), software="GANSSL 0")
    open_set(folder, info, DirectionSet(model.id, maker.axes.used), "# A test model\n")
    for block in range(info.blocks):
        codes = maker.block(block)
        write_block(folder, info, codes, encode_faces(info, codes, model._decode(codes.codes)))
    assert finish_set(folder)
    return folder
