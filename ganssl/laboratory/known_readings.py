"""What was read of a laboratory's faces before, along directions that many will ask for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganssl.directions import Direction

SAME = 1e-5
"""Two unit vectors that differ by no more in any number, and two σ by no more of their size, are
one direction: what is fitted anew on another processor is not the same to the last bit."""


@dataclass(frozen=True, eq=False)
class KnownReadings:
    """The networks' part of `MovedFaces`, of `n` faces along `k` directions.

    Attributes:
        logits: float32 `[n, a]`, of the unmoved faces, see `MovedFaces.logits`.
        embeddings: float32 `[n, e]`, of length 1, of the unmoved faces.
        steps: float64 `[s]` in σ, ascending, 0 among them.
        vectors: float32 `[k, d]`, and `sigmas`: float64 `[k]`, see `Direction`.
        change: float16 `[k, s, n, a]`: logits at a step less those of the unmoved faces.
        identity: float16 `[k, s, n]`, see `MovedFaces.identity`.
    """

    logits: np.ndarray
    embeddings: np.ndarray
    steps: np.ndarray
    vectors: np.ndarray
    sigmas: np.ndarray
    change: np.ndarray
    identity: np.ndarray

    @property
    def faces(self) -> int:
        return len(self.logits)

    def find(self, direction: Direction) -> tuple[np.ndarray, np.ndarray] | None:
        """Logits and identities at `steps`, float32 `[s, n, a]` and `[s, n]`; None for others."""
        far = np.abs(self.vectors - direction.vector).max(axis=1)
        other = np.abs(self.sigmas - direction.sigma) > SAME * direction.sigma
        rows = np.flatnonzero((far <= SAME) & ~other)
        if not len(rows):
            return None
        change = self.change[rows[0]].astype(np.float32)
        return self.logits + change, self.identity[rows[0]].astype(np.float32)
