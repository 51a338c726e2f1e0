"""What else moves when one attribute is moved: measured on generated faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ganssl.attributes import FIRST_SLIDERS
from ganssl.directions import edit_codes
from ganssl.photos.skin_tone import skin_tone

if TYPE_CHECKING:
    from ganssl.features.readout import Readout
    from ganssl.models.face_model import FaceModel

SEED, TRUNCATION = 0, 0.8
"""Of the faces, see `FaceModel.sample`."""

AMOUNT, COUNT, MOST_MOVED = 2.0, 64, 5


@dataclass(frozen=True, eq=False)
class SideEffects:
    """The re-scoring matrix (InterFaceGAN, Shen et al. 2020).

    Attributes:
        moved: attributes whose sliders were moved, `k`.
        read: attributes that the probes read, `a`.
        change: float32 `[k, a]`, mean change of the probability, −1 to 1.
        skin_tone: float32 `[k]`, mean change of the typology angle in degrees,
            lighter above 0; NaN where no face has one.
        amount: how far each slider was moved, in σ.
        count: faces that the means are over.
    """

    moved: tuple[str, ...]
    read: tuple[str, ...]
    change: np.ndarray
    skin_tone: np.ndarray
    amount: float
    count: int

    def of(self, attribute: str) -> list[tuple[str, float]]:
        """Every attribute read and its change when one is moved: the largest change first."""
        row = self.change[self.moved.index(attribute)]
        return [(self.read[i], float(row[i])) for i in np.argsort(-np.abs(row), kind="stable")]


def measure_side_effects(
    model: FaceModel,
    readout: Readout,
    moved: Sequence[str],
    amount: float = AMOUNT,
    count: int = COUNT,
) -> SideEffects:
    """Move each attribute of the same generated faces; read all, and skin tone, before and after.

    Args:
        moved: attributes with a slider; `UserError` for others.
        amount: in σ.
    """
    codes = model.sample(count, SEED, TRUNCATION)
    faces = model.decode(codes)
    before, tone = readout.probabilities(faces).mean(axis=0), skin_tone(faces, model.preprocess)
    change = np.empty((len(moved), len(before)), np.float32)
    tones = np.full(len(moved), np.nan, np.float32)
    for i, attribute in enumerate(moved):
        edited = edit_codes(codes, {attribute: amount}, model.directions, model.covariance)
        faces = model.decode(edited)
        change[i] = readout.probabilities(faces).mean(axis=0) - before
        difference = skin_tone(faces, model.preprocess) - tone
        if np.isfinite(difference).any():
            tones[i] = np.nanmean(difference)
    return SideEffects(tuple(moved), readout.attributes, change, tones, amount, count)


def first_sliders(model: FaceModel) -> tuple[str, ...]:
    """The sliders that the story moves: those that Explore opens with, where the model has them."""
    sliders = model.directions.sliders
    return tuple(name for name in FIRST_SLIDERS if name in sliders) or tuple(sliders[:MOST_MOVED])


def first_side_effects(model: FaceModel, readout: Readout) -> SideEffects:
    """What the first sliders of a model move; it has some."""
    return measure_side_effects(model, readout, first_sliders(model))
