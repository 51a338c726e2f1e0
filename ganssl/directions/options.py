"""What may be asked of a fit beside codes and labels: which of them serve, and what measures it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Held = tuple[np.ndarray, np.ndarray]
"""Codes float32 `[m, d]` and labels int8 that do not define a direction and measure it."""

Population = tuple[np.ndarray, np.ndarray]
"""Mean `[d]` and covariance `[d, d]` of many codes, such as those that a model was trained on."""


@dataclass(frozen=True, eq=False)
class FitOptions:
    """How directions are fitted and measured.

    Attributes:
        only: fit these attributes; the others are covariates alone. All when None.
        labels_per_class: fit to a random draw of so many codes of each class.
        holdout: codes `[m, d]` and labels for the held-out figures, a column for
            each attribute. None keeps back a fifth of each attribute's labelled codes.
        folds: measure by cross-validation in so many parts in place of a
            hold-out; all labels then define the direction.
        groups: int `[n]`, such as identities: codes of one group never lie on
            both sides of a split.
        population: mean `[d]` and covariance `[d, d]` of the codes whose spread
            is the slider's unit, where these are too few to tell.
        seed: draws the hold-out, the labels and the halves.
    """

    only: Sequence[str] | None = None
    labels_per_class: int | None = None
    holdout: Held | None = None
    folds: int | None = None
    groups: np.ndarray | None = None
    population: Population | None = None
    seed: int = 0

    def draws(self, attribute: str) -> np.random.Generator:
        """An attribute's splits and draws, which depend on the seed and its name alone."""
        return np.random.default_rng([self.seed, zlib.crc32(attribute.encode())])


PLAIN = FitOptions()
"""A fifth of the labels is kept back, and all others define the direction."""
