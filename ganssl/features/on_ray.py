"""An extractor whose faces are read and run on a Ray cluster, see `ganssl.base.ray_tasks`.

It stands wherever an extractor does, so sets that one machine would take days
to read are learnt from, and photos judged, by the same functions. Faces that
are read from files (`FaceRows`) are read by the tasks: every node must see
them, and the extractor's weights, under the same path.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ganssl.base.progress import Progress
from ganssl.base.ray_tasks import Cluster
from ganssl.errors import UserError
from ganssl.features.extractor import BatchedExtractor, get_extractor
from ganssl.features.feature_cache import FaceRows

CHUNK = 1024
"""Faces of one task; no more than these are worth none."""


@dataclass(frozen=True, eq=False)
class RayExtractor:
    """A `FeatureExtractor`.

    Attributes:
        local: what `get_extractor` gave, for what it is called and for a few faces.
        weights: what was given to `get_extractor`.
        cluster: see `ray_cluster`.
    """

    local: BatchedExtractor
    weights: str | None
    cluster: Cluster

    @property
    def name(self) -> str:
        return self.local.name

    @property
    def title(self) -> str:
        return self.local.title

    @property
    def id(self) -> str:
        return self.local.id

    @property
    def size(self) -> int:
        return self.local.size

    @property
    def note(self) -> str:
        return self.local.note

    def features(self, pixels: Any, progress: Progress | None = None) -> np.ndarray:
        """float32 `[n, size]`, see `BatchedExtractor.features`; a few faces are run here.

        Args:
            pixels: uint8 `[n, s, s, 3]`, or `FaceRows`.

        Raises `UserError` also where a node has other weights.
        """
        self.local.check(pixels)
        count = len(pixels)
        if count <= CHUNK:
            return self.local.features(pixels, progress)
        starts = range(0, count, CHUNK)
        shared = self.cluster.put(pixels) if isinstance(pixels, FaceRows) else None

        def call(start: int) -> tuple:
            rows = slice(start, min(start + CHUNK, count))
            what = (shared, rows) if shared is not None else (np.array(pixels[rows]), slice(None))
            return (self.name, self.weights, self.id, *what)

        rows, done = np.empty((count, self.size), np.float32), 0
        for number, found in self.cluster.run(_features, map(call, starts)):
            rows[starts[number] : starts[number] + len(found)] = found
            done += len(found)
            if progress:
                progress(done, count)
        return rows


def _features(
    name: str, weights: str | None, id: str, pixels: np.ndarray | FaceRows, rows: slice
) -> np.ndarray:
    """Runs on a node, in a process that keeps its extractor for the next faces."""
    extractor = _extractor(name, weights)
    if extractor.id != id:
        raise UserError(
            f"A node of the cluster has other weights of {extractor.title} than this machine; "
            "install the same version and give them under the same path."
        )
    faces: Any = pixels[rows]
    return extractor.features(faces)


@lru_cache(maxsize=1)
def _extractor(name: str, weights: str | None) -> BatchedExtractor:
    return get_extractor(name, weights)
