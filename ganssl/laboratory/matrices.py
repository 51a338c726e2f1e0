"""What the data ties together, what the model does: three square tables side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganssl.base.progress import Progress
from ganssl.directions import Direction
from ganssl.laboratory.effects import effects_of
from ganssl.laboratory.laboratory import SIDES, Laboratory


def cosine_matrix(directions: Sequence[Direction]) -> np.ndarray:
    """Cosines between directions; float64 `[k, k]`."""
    vectors = np.stack([direction.vector for direction in directions]).astype(np.float64)
    return vectors @ vectors.T


def label_correlation(labels: np.ndarray) -> np.ndarray:
    """Pearson correlation between attributes, int8 `[n, a]` of 1, 0, -1 → float64 `[a, a]`.

    Each pair is taken over the photos on which both are known; NaN where one
    of them does not vary there.
    """
    known = (labels >= 0).astype(np.float64)
    present = np.where(labels == 1, 1.0, 0.0)
    count = known.T @ known  # (a, a), as all that follow
    first = present.T @ known  # how many are present in the row's attribute
    both = present.T @ present
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = first / count
        covariance = both / count - mean * mean.T
        deviation = np.sqrt(mean * (1 - mean))
        return covariance / (deviation * deviation.T)


@dataclass(frozen=True, eq=False)
class Rescoring:
    """The re-scoring matrix (Shen et al. 2020).

    Attributes:
        moved: names of the directions that the faces were moved along, `k`.
        read: attributes that the probes read, `a`.
        change: float64 `[k, a]`: change of each logit for +1 σ, in units of
            its standard deviation between natural faces.
    """

    moved: tuple[str, ...]
    read: tuple[str, ...]
    change: np.ndarray

    def of(self, attributes: Sequence[str]) -> np.ndarray:
        """Columns by name, `[k, len(attributes)]`; NaN for an attribute that no probe reads."""
        columns = {name: self.change[:, i] for i, name in enumerate(self.read)}
        unknown = np.full(len(self.moved), np.nan)
        return np.stack([columns.get(name, unknown) for name in attributes], axis=1)


def rescore(
    laboratory: Laboratory,
    directions: Sequence[Direction],
    progress: Progress | None = None,
) -> Rescoring:
    """Move the faces along each direction and read all attributes."""
    rows = []
    for done, direction in enumerate(directions, start=1):
        moved = laboratory.move(direction, SIDES)
        effects = effects_of(moved.logits, moved.steps, laboratory.attributes, laboratory.spread)
        rows.append([effect.spreads for effect in effects])
        if progress:
            progress(done, len(directions))
    names = tuple(direction.attribute for direction in directions)
    return Rescoring(names, laboratory.attributes, np.array(rows))
