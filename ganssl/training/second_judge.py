"""Another network as judge of sliders: probes on the image network, which ships with nothing.

Sliders hold what the shipped face network reads. Whether they hold it for other eyes as
well is for a network to say that took no part: the means and spreads of the image
network's maps, and probes on them that labelled photos teach.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from ganssl.base.progress import Progress, Stages
from ganssl.errors import UserError
from ganssl.features.probes import fit_probes
from ganssl.features.readout import Readout
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.preprocess import Preprocess
from ganssl.training.looks import Features, map_statistics

PHOTOS = 6000
"""So many photos teach the probes."""

BATCH = 50


class ImageEyes:
    """The image network in the place of the face network of a `Readout`.

    It was not taught who is who: its whole statistics stand for the embedding.

    Attributes:
        id: changes with the weights.
        size: of the features.
    """

    def __init__(self, statistics: Features, size: int, id: str) -> None:
        self._statistics, self.size, self.id = statistics, size, id
        self.config = SimpleNamespace(embedding=size)

    def features(self, pixels: np.ndarray, progress: Progress | None = None) -> np.ndarray:
        """uint8 faces `[n, s, s, 3]` → float32 `[n, size]`."""
        rows = np.empty((len(pixels), self.size), np.float32)
        for start in range(0, len(pixels), BATCH):
            faces = np.asarray(pixels[start : start + BATCH])
            rows[start : start + BATCH] = self._statistics(faces)
            if progress:
                progress(min(start + BATCH, len(pixels)), len(pixels))
        return rows


def second_judge(
    weights: str | Path,
    photos: PhotoSet,
    preprocess: Preprocess,
    cache: Path | None = None,
    progress: Stages | None = None,
) -> Readout:
    """A readout by the image network; see `taught`.

    Args:
        weights: file of `ganssl.training.image_network`.
    """
    from ganssl.training.image_network import load_image_network

    network = load_image_network(weights, preprocess.size)
    size = 2 * sum(each.shape[-1] for each in network.outputs)
    digest = hashlib.sha256(Path(weights).read_bytes()).hexdigest()[:12]
    eyes = ImageEyes(map_statistics(network), size, digest)
    return taught(eyes, photos, preprocess, cache, progress)


def taught(
    eyes: ImageEyes,
    photos: PhotoSet,
    preprocess: Preprocess,
    cache: Path | None = None,
    progress: Stages | None = None,
) -> Readout:
    """A readout with probes on the features of photos.

    Attributes that all or none of the photos have are left out.

    Args:
        photos: labelled; at most `PHOTOS` of their train part teach the probes.
        preprocess: of the face model whose faces are judged.

    Raises `UserError` for photos without labels, and where no attribute is left.
    """
    photos.require_labels()
    train = photos.train_part
    train = train.subset(np.linspace(0, len(train) - 1, min(PHOTOS, len(train))).astype(int))
    both = [i for i, rows in enumerate(train.labels.T) if {0, 1} <= set(rows.tolist())]
    if not both:
        raise UserError(f"{photos.source} has no attribute with photos of both classes.")
    faces = train.faces(preprocess, cache, progress and progress("decoding photos"))
    features = eyes.features(faces, progress and progress("looking at photos"))
    names = [train.attributes[i] for i in both]
    report = progress and progress("fitting probes")
    return Readout(eyes, fit_probes(features, train.labels[:, both], names, progress=report))
