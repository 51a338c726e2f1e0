"""Features that are the mean over several views of a face: its mirror image, slight crops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ganssl.base.progress import Progress
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor
from ganssl.photos.elsewhere import crop

CHUNK = 256
SLIGHT = (0.92, 1.08)
"""Sides of the slight crops, as parts of the usual one."""

NAMES = ("mirror", "crops")


@dataclass(frozen=True)
class Averages:
    """Over which views of a photo its features are averaged when it is judged.

    Attributes:
        mirror: its mirror image too.
        crops: a slightly tighter and a slightly looser crop too.
    """

    mirror: bool = False
    crops: bool = False

    @classmethod
    def of(cls, names: list[str]) -> Averages:
        """From some of `NAMES`; `UserError` for another."""
        for name in names:
            if name not in NAMES:
                raise UserError(f"Photos are averaged over {' and '.join(NAMES)}, not {name!r}.")
        return cls(**dict.fromkeys(names, True))

    @property
    def title(self) -> str:
        """`mirror and crops`; `one view` for none."""
        return " and ".join(name for name in NAMES if getattr(self, name)) or "one view"

    def views(self, faces: np.ndarray) -> Iterator[np.ndarray]:
        """uint8 `[n, s, s, 3]`, the faces themselves first."""
        cut = [faces]
        if self.crops:
            cut += [np.stack([crop(face, part) for face in faces]) for part in SLIGHT]
        for view in cut:
            yield view
            if self.mirror:
                yield np.ascontiguousarray(view[:, :, ::-1])


EVERY_VIEW = Averages(mirror=True, crops=True)
"""As photos are judged where nothing else is asked for."""


@dataclass(frozen=True, eq=False)
class AveragedExtractor:
    """An extractor whose features are means over views of each face.

    For a linear head the mean of the features is that of its logits. It has
    the name and id of the extractor that it asks, so that a classifier of
    that one takes its features; what is kept on disk must be made by that
    one, since keys do not tell the two apart.
    """

    inner: FeatureExtractor
    averages: Averages

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def title(self) -> str:
        return f"{self.inner.title}, mean over {self.averages.title}"

    @property
    def id(self) -> str:
        return self.inner.id

    @property
    def size(self) -> int:
        return self.inner.size

    def features(self, pixels: np.ndarray, progress: Progress | None = None) -> np.ndarray:
        """As `FeatureExtractor.features`; a chunk of faces in memory at a time."""
        rows = np.empty((len(pixels), self.size), np.float32)
        for start in range(0, len(pixels), CHUNK):
            chunk = np.asarray(pixels[start : start + CHUNK])
            found = [self.inner.features(view) for view in self.averages.views(chunk)]
            rows[start : start + len(chunk)] = np.mean(found, axis=0)
            if progress:
                progress(start + len(chunk), len(pixels))
        return rows


def averaged(extractor: FeatureExtractor, averages: Averages) -> FeatureExtractor:
    """The extractor itself where nothing is averaged."""
    return extractor if averages == Averages() else AveragedExtractor(extractor, averages)
