"""The contract of every feature extractor, and the ones there are: `get_extractor(name)`.

A new one is a function that returns a `BatchedExtractor`, with its name in
`EXTRACTORS`; caching, the classifier, the commands and the pages then know it.
One with several outputs is asked for one of them as `vgg-face:fc6`.
Synthetic faces and photos enter as the same thing, preprocessed uint8 pixels.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ganssl.base.ahead import one_ahead
from ganssl.base.progress import Progress
from ganssl.errors import UserError
from ganssl.models.weights import network_id

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel


FACERES_VARIABLE = "GANSSL_FACERES"
VGG_FACE_VARIABLE = "GANSSL_VGG_FACE"


class FeatureExtractor(Protocol):
    """What turns faces into rows of numbers for a classifier.

    Attributes:
        name: the word for `get_extractor`, such as `face-network`.
        title: what results call these features.
        id: 12 hexadecimal digits that change with the weights.
        size: length of a row.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def id(self) -> str: ...

    @property
    def size(self) -> int: ...

    def features(self, pixels: np.ndarray, progress: Progress | None = None) -> np.ndarray:
        """Preprocessed faces, uint8 `[n, s, s, 3]` → float32 `[n, size]`."""
        ...


@dataclass(frozen=True, eq=False)
class BatchedExtractor:
    """A network that is run batch by batch; the attributes are those of `FeatureExtractor`.

    Attributes:
        run: one batch, uint8 `[b, s, s, 3]` → `[b, size]`.
        side: the faces' side must be a multiple of it, or equal it where `fixed`.
        batch_size: faces in memory at a time.
        note: a sentence for people on how the network is used.
    """

    name: str
    title: str
    id: str
    size: int
    run: Callable[[np.ndarray], np.ndarray]
    side: int
    fixed: bool = False
    batch_size: int = 256
    note: str = ""

    def features(self, pixels: np.ndarray, progress: Progress | None = None) -> np.ndarray:
        """float32 `[n, size]`, row by row for `pixels`, which may be a memory map or
        be read from files: the next batch is read while the last one is run.

        Raises `UserError` for pixels of another type or size.
        """
        self.check(pixels)
        rows = np.empty((len(pixels), self.size), np.float32)
        starts = range(0, len(pixels), self.batch_size)

        def read(start: int) -> np.ndarray:
            return np.asarray(pixels[start : start + self.batch_size])

        for start, batch in zip(starts, one_ahead(read, starts), strict=True):
            stop = start + len(batch)
            rows[start:stop] = self.run(batch)
            if progress:
                progress(stop, len(pixels))
        return rows

    def check(self, pixels: np.ndarray) -> None:
        """`UserError` for pixels that `features` refuses."""
        shape = tuple(pixels.shape)
        square = len(shape) == 4 and shape[1] == shape[2] and shape[3] == 3
        if pixels.dtype != np.uint8 or not square:
            raise UserError(f"Faces must be uint8 [n, s, s, 3], not {pixels.dtype} {list(shape)}.")
        if shape[1] != self.side if self.fixed else shape[1] % self.side:
            needed = f"{self.side}" if self.fixed else f"a multiple of {self.side}"
            raise UserError(
                f"{self.title} reads faces whose side is {needed} pixels, not {shape[1]}."
            )


def face_network(weights: str | Path | None = None) -> BatchedExtractor:
    """The small network that ships, or the one in `weights`; faces of a multiple of 64 pixels."""
    from ganssl.features.face_network import SIDE, FaceNetwork

    network = FaceNetwork.load(weights)
    return BatchedExtractor(
        name="face-network",
        title=network.name,
        id=network.id,
        size=network.size,
        run=network.features,
        side=SIDE,
    )


def encoder(weights: str | Path | FaceModel | None = None) -> BatchedExtractor:
    """The face model's own features: the posterior mean of its encoder, one number a latent axis.

    Args:
        weights: the model or its folder; the one that ships when None. Faces
            must have its size.
    """
    from ganssl.models.catalogue import load_model
    from ganssl.models.face_model import FaceModel

    model = weights if isinstance(weights, FaceModel) else load_model(weights)
    return BatchedExtractor(
        name="encoder",
        title=f"encoder of {model.name}",
        id=model.encoder_id,
        size=model.latent_size,
        run=model.encode,
        side=model.size,
        fixed=True,
    )


def faceres(weights: str | Path | None = None) -> BatchedExtractor:
    """The teacher of the face network: its embedding beside the mean of `conv_pw_11`, `[n, 1536]`.

    Args:
        weights: the folder of `faceres.json` and `faceres.bin`; else the
            environment variable `GANSSL_FACERES` names it.
    """
    from ganssl.features.faceres import EMBEDDING_SIZE, POINTWISE_CHANNELS, build_faceres
    from ganssl.features.targets import teacher_features

    weights = weights or os.environ.get(FACERES_VARIABLE)
    if not weights:
        raise UserError(
            "faceres does not ship. Give the folder that holds faceres.json and faceres.bin, "
            f"in the environment variable {FACERES_VARIABLE} or as an option."
        )
    teacher = build_faceres(Path(weights))
    return BatchedExtractor(
        name="faceres",
        title="faceres (embedding + mean of conv_pw_11)",
        id=network_id(teacher),
        size=EMBEDDING_SIZE + POINTWISE_CHANNELS[10],
        run=lambda faces: teacher_features(teacher, faces)[0],
        side=1,
        batch_size=50,
    )


def vgg_face(weights: str | Path | None = None, output: str = "fc7") -> BatchedExtractor:
    """VGG-Face, the network of the article, from a file that the user brings.

    Args:
        weights: the file, see `ganssl.features.vgg_face_files`; else the
            environment variable `GANSSL_VGG_FACE` names it.
        output: `fc6`, `fc7`, `fc8` or `prob`.
    """
    from ganssl.features.vgg_face import BATCH, FEEDS, OUTPUTS

    if output not in OUTPUTS:
        raise UserError(f"VGG-Face has no output {output!r}; choose from {', '.join(OUTPUTS)}.")
    weights = weights or os.environ.get(VGG_FACE_VARIABLE)
    if not weights:
        raise UserError(
            "VGG-Face does not ship. Give its file (vgg_face.mat, a .h5 of Keras or "
            f"vgg_face.tfmodel) with --weights or in the environment variable {VGG_FACE_VARIABLE}; "
            "without it the shipped face-network does the work."
        )
    network = _vgg_face_network(Path(weights).resolve())
    return BatchedExtractor(
        name="vgg-face" if output == "fc7" else f"vgg-face:{output}",
        title=f"VGG-Face {output} ({network.kind} file, fed {FEEDS[network.feed].title})",
        id=network.id(output),
        size=network.size(output),
        run=lambda faces: network.features(faces, output),
        side=1,
        batch_size=BATCH,
        note=network.note,
    )


@lru_cache(maxsize=1)
def _vgg_face_network(path: Path):
    """The network of a file, probed on faces of the default face model where there is one."""
    from ganssl.features.vgg_face import PROBE_FACES, VggFace
    from ganssl.models.catalogue import find_models, load_model

    faces = None
    if find_models():
        model = load_model()
        faces = model.decode(model.sample(PROBE_FACES, seed=0))
    return VggFace.load(path, faces)


EXTRACTORS: dict[str, Callable[..., BatchedExtractor]] = {
    "face-network": face_network,
    "encoder": encoder,
    "faceres": faceres,
    "vgg-face": vgg_face,
}


def get_extractor(
    name: str = "face-network", weights: str | Path | FaceModel | None = None
) -> BatchedExtractor:
    """An extractor by its name.

    Args:
        name: a key of `EXTRACTORS`, or `vgg-face:` and one of its outputs.
        weights: the folder or file of its weights, or for `encoder` a
            `FaceModel`; None takes what ships.

    Raises `UserError` for an unknown name, or where weights are missing.
    """
    kind, colon, output = name.partition(":")
    if kind not in EXTRACTORS or (colon and kind != "vgg-face"):
        raise UserError(f"There are no features {name!r}; choose from {', '.join(EXTRACTORS)}.")
    return EXTRACTORS[kind](weights, output) if colon else EXTRACTORS[kind](weights)
