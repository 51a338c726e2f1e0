"""What did an edit change? Attribute probabilities of a face, before and after.

The probes read the face network, which sees pixels only: they know nothing of
the latent code that the edit moved, so they can catch side effects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ganssl.attributes import withheld


@dataclass(frozen=True)
class Change:
    """One attribute's probability before and after an edit, 0 to 1."""

    attribute: str
    before: float
    after: float
    edited: bool

    @property
    def difference(self) -> float:
        return self.after - self.before


class Readout:
    """The probes on the face network, without the attributes that demean.

    Attributes:
        attributes: what `probabilities` gives, in this order.
    """

    def __init__(self, network, probes) -> None:
        self.network, self.probes = network, probes
        self._columns = [i for i, name in enumerate(probes.attributes) if not withheld(name)]

    @classmethod
    def load(cls) -> Readout:
        """The face network and probes that ship; `UserError` where they are absent."""
        from ganssl.features.face_network import FaceNetwork
        from ganssl.features.probes import Probes

        return cls(FaceNetwork.load(), Probes.load())

    @cached_property
    def id(self) -> str:
        """12 hexadecimal digits that change with the network and with the probes."""
        found = hashlib.sha256(self.network.id.encode())
        for array in (self.probes.mean, self.probes.scale, self.probes.weights, self.probes.bias):
            found.update(np.ascontiguousarray(array).tobytes())
        found.update(" ".join(self.attributes).encode())
        return found.hexdigest()[:12]

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        return tuple(self.probes.attributes[i] for i in self._columns)

    def probabilities(self, pixels: np.ndarray) -> np.ndarray:
        """uint8 faces `[n, s, s, 3]` → float32 `[n, len(attributes)]`."""
        features = self.network.features(pixels)
        return self.probes.probabilities(features)[:, self._columns]

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Features of the network `[n, d]` → float32 `[n, len(attributes)]`."""
        return self.probes.logits(features)[:, self._columns]

    def changes(
        self, before: np.ndarray, after: np.ndarray, edited: Collection[str] = ()
    ) -> list[Change]:
        """Probabilities `[len(attributes)]` side by side.

        The edited attributes come first, in the order of the edits, then the
        others, the most changed one first.
        """
        rows = {
            name: Change(name, float(b), float(a), name in edited)
            for name, b, a in zip(self.attributes, before, after, strict=True)
        }
        own = [rows[name] for name in edited if name in rows]
        rest = [row for row in rows.values() if not row.edited]
        return own + sorted(rest, key=lambda row: -abs(row.difference))
