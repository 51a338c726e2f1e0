"""Labelled codes of one attribute: which of them define its direction, and which measure it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganssl.directions.holdout import parts, split
from ganssl.directions.options import FitOptions, Held
from ganssl.errors import UserError

HOLDOUT_SHARE = 0.2
FEWEST_PER_CLASS = 2
"""Labelled codes of each class that fitting needs, and the hold-out as many again."""


@dataclass(frozen=True, eq=False)
class LabelledCodes:
    """Codes with what is known of one attribute.

    Attributes:
        codes: float32 `[n, d]`.
        labels: int8 `[n]`: 1 present, 0 absent, -1 unknown.
        groups: int `[n]`, such as identities: a split keeps each whole.
    """

    codes: np.ndarray
    labels: np.ndarray
    attribute: str
    groups: np.ndarray | None

    def choose(
        self, rng: np.random.Generator, options: FitOptions
    ) -> tuple[np.ndarray, Held | None]:
        """The rows that define the direction, ascending, and codes and labels to measure it on.

        The latter are None where it is measured by cross-validation.
        """
        codes, labels, holdout = self.codes, self.labels, options.holdout
        chosen = np.flatnonzero(labels >= 0)
        if holdout is None and options.folds is None:
            self._need(labels[chosen], 2 * FEWEST_PER_CLASS, "labelled")
            kept_back = split(
                labels[chosen], self._groups(chosen), HOLDOUT_SHARE, rng, FEWEST_PER_CLASS
            )
            holdout = codes[chosen[kept_back]], labels[chosen[kept_back]]
            chosen = chosen[~kept_back]
        if options.labels_per_class is not None:
            chosen = self._draw_per_class(chosen, options.labels_per_class, rng)
        if holdout is None:
            self._need(labels[chosen], 2 * FEWEST_PER_CLASS, "labelled")
            return chosen, None
        known = holdout[1] >= 0
        self._need(labels[chosen], FEWEST_PER_CLASS, "left to fit")
        self._need(holdout[1][known], FEWEST_PER_CLASS, "in the hold-out")
        return chosen, (holdout[0][known], holdout[1][known])

    def halve(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A random half of rows, bool, both classes on both sides, groups whole if they can be."""
        labels = self.labels[rows]
        half = split(labels, self._groups(rows), 0.5, rng)
        if min(_smaller_class(labels[half]), _smaller_class(labels[~half])) == 0:
            half = split(labels, None, 0.5, rng)
        return half

    def parts(self, rows: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
        """The number of the part in which each row lies, for cross-validation."""
        return parts(self.labels[rows], self._groups(rows), folds, rng)

    def _draw_per_class(
        self, chosen: np.ndarray, count: int, rng: np.random.Generator
    ) -> np.ndarray:
        """`count` rows of each class out of `chosen`, ascending."""
        if count < FEWEST_PER_CLASS:
            raise UserError(f"A direction needs {FEWEST_PER_CLASS} or more labels per class.")
        labels = self.labels[chosen]
        self._need(labels, count, "left to fit")
        rows = [rng.permutation(chosen[labels == answer])[:count] for answer in (0, 1)]
        return np.sort(np.concatenate(rows))

    def _need(self, labels: np.ndarray, count: int, where: str) -> None:
        present, absent = int((labels == 1).sum()), int((labels == 0).sum())
        if min(present, absent) < count:
            raise UserError(
                f"{self.attribute} has too few labels: {present} present and {absent} absent "
                f"faces are {where}, and {count} of each are needed."
            )

    def _groups(self, rows: np.ndarray) -> np.ndarray | None:
        return None if self.groups is None else self.groups[rows]


def _smaller_class(labels: np.ndarray) -> int:
    return min(int((labels == 1).sum()), int((labels == 0).sum()))
