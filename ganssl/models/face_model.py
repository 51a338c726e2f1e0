"""The face model that everything else uses: photos to codes, codes to faces.

`FaceModel` is the contract of pages, commands and notebooks; the kinds of
model that keep it are `BundleModel` (a folder that `train-gan` wrote) and
`CadlModel` (a graph file of the CADL course).
"""

from __future__ import annotations

import copy
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.errors import UserError
from ganssl.models.config import ModelConfig
from ganssl.models.density import CODES_PER_NUMBER, CodeDensity, sample_prior
from ganssl.photos.preprocess import Preprocess

if TYPE_CHECKING:
    from ganssl.directions import DirectionSet
    from ganssl.models.bundle_model import BundleModel

ASSETS = Path(__file__).resolve().parents[2] / "assets"
BATCH = 64
GRAPH_SUFFIXES = (".tfmodel", ".pb")
"""Files with these endings are read as frozen graphs, see `ganssl.models.cadl`."""


class FaceModel(ABC):
    """An encoder and a generator with their preprocessing, directions and code statistics.

    Pixels are uint8 `[n, s, s, 3]` RGB, codes float32 `[n, d]`. The methods
    are safe to call from several threads.

    Attributes:
        preprocess: brings photos to the networks' size and value range.
        latent_size: length of a code.
        name: of the folder or file.
        id: 12 hexadecimal digits that change with the weights.
        directions: attribute directions (see `ganssl.directions`).
        few_directions: the same from a few labels per class alone (see
            `ganssl.fitting.spread_directions`); empty where there are none.
        mean, covariance: of photos' codes, `[d]` and `[d, d]`.
        density: where natural codes lie.
        card: the model card, Markdown.
        path: the folder or file it was read from; None for one that was made here.
    """

    path: Path | None = None

    def __init__(
        self,
        preprocess: Preprocess,
        latent_size: int,
        *,
        name: str = "untrained",
        id: str = "000000000000",
        directions: DirectionSet | None = None,
        few_directions: DirectionSet | None = None,
        mean: np.ndarray | None = None,
        covariance: np.ndarray | None = None,
        density: CodeDensity | None = None,
        card: str = "",
    ) -> None:
        from ganssl.directions import DirectionSet

        self.preprocess, self.latent_size = preprocess, latent_size
        self.name, self.id, self.card = name, id, card
        self.directions = directions if directions is not None else DirectionSet(id)
        self.few_directions = few_directions if few_directions is not None else DirectionSet(id)
        d = latent_size
        self.mean = np.zeros(d, np.float32) if mean is None else mean
        self.covariance = np.eye(d, dtype=np.float32) if covariance is None else covariance
        self.density = density or CodeDensity.standard(d)

    @staticmethod
    def create(config: ModelConfig, seed: int = 0, **settings) -> BundleModel:
        """An untrained model with random weights, for tests and as a start."""
        from ganssl.models.bundle_model import BundleModel

        return BundleModel.create(config, seed, **settings)

    @staticmethod
    def load(path: str | Path) -> FaceModel:
        """Read a bundle's folder or a graph file; `UserError` where it is damaged or foreign."""
        path = Path(path)
        if path.suffix in GRAPH_SUFFIXES:
            from ganssl.models.cadl import CadlModel

            return CadlModel.load(path)
        from ganssl.models.bundle import load_bundle

        return load_bundle(path)

    def with_directions(self, directions: DirectionSet) -> FaceModel:
        """The same networks under other directions; `UserError` for those of another model."""
        directions.check_model(self.id)
        other = copy.copy(self)
        other.directions = directions
        return other

    def measure(self, codes: np.ndarray) -> None:
        """Take mean, covariance and density from the codes of photos, float32 `[n, d]`.

        Fewer than ten codes for each number of the code leave the density as it is.
        """
        self.mean = codes.mean(axis=0)
        self.covariance = np.cov(codes, rowvar=False).astype(np.float32)
        if len(codes) >= CODES_PER_NUMBER * self.latent_size:
            self.density = CodeDensity.fit(codes)

    @property
    def size(self) -> int:
        """Side of the faces in pixels."""
        return self.preprocess.size

    @property
    def device(self) -> str:
        return device_name()

    def encode(
        self, pixels: np.ndarray, progress: Callable[[int, int], None] | None = None
    ) -> np.ndarray:
        """The posterior means of preprocessed faces; float32 `[n, d]`.

        Args:
            pixels: may be a memory map; it is read batch by batch.
            progress: called with `(faces done, faces in all)`.
        """
        expected = (self.size, self.size, 3)
        if pixels.dtype != np.uint8 or pixels.shape[1:] != expected:
            raise UserError(
                f"The encoder takes uint8 faces [n, {self.size}, {self.size}, 3], "
                f"not {pixels.dtype} {list(pixels.shape)}."
            )
        codes = np.empty((len(pixels), self.latent_size), np.float32)
        for start in range(0, len(pixels), BATCH):
            codes[start : start + BATCH] = self._encode(pixels[start : start + BATCH])
            if progress:
                progress(min(start + BATCH, len(pixels)), len(pixels))
        return codes

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """The faces of latent codes; uint8 `[n, s, s, 3]`."""
        codes = np.asarray(codes, dtype=np.float32)
        if codes.ndim != 2 or codes.shape[1] != self.latent_size:
            raise UserError(
                f"The generator takes codes [n, {self.latent_size}], not {list(codes.shape)}."
            )
        batches = [self._decode(codes[i : i + BATCH]) for i in range(0, len(codes), BATCH)]
        return (
            np.concatenate(batches) if batches else np.empty((0, self.size, self.size, 3), np.uint8)
        )

    def sample(
        self,
        count: int,
        seed: int,
        truncation: float = 1.0,
        source: str = "density",
        first: int = 0,
    ) -> np.ndarray:
        """Draw latent codes, float32 `[count, d]`.

        Code `i` depends on the seed and on `first + i` alone.

        Args:
            truncation: 0 is the mean face, 1 the spread of the training photos.
            source: `density` (fitted to the training photos) or `prior` (N(0, 1)).
        """
        if source == "prior":
            return sample_prior(count, seed, self.latent_size, truncation, first)
        if source == "density":
            return self.density.sample(count, seed, truncation, first)
        raise UserError(f"Codes are drawn from 'density' or 'prior', not from {source!r}.")

    @abstractmethod
    def bulk_generator(self, precision: str) -> Callable:
        """The generator for many faces: codes `[n, d]` → values `[n, s, s, 3]`, both tensors.

        Args:
            precision: `float32` or `bfloat16`, of the arithmetic, where the model has a choice.
        """

    @property
    @abstractmethod
    def encoder_id(self) -> str:
        """12 hexadecimal digits that change with the encoder's weights."""

    @property
    @abstractmethod
    def encoder_operations(self) -> int:
        """Floating-point operations that encode one face, convolutions and matrix products."""

    @property
    @abstractmethod
    def generator_operations(self) -> int:
        """Floating-point operations that decode one code, counted alike."""

    @abstractmethod
    def _encode(self, pixels: np.ndarray) -> np.ndarray:
        """One batch, uint8 `[b, s, s, 3]` → float32 `[b, d]`."""

    @abstractmethod
    def _decode(self, codes: np.ndarray) -> np.ndarray:
        """One batch, float32 `[b, d]` → uint8 `[b, s, s, 3]`."""


def load_model(path: str | Path | None = None) -> FaceModel:
    """Load a model: the folder of a bundle, or a graph file (`.tfmodel`, `.pb`).

    Without a path it is the first of `find_models`: the one that the
    environment variable `GANSSL_MODEL` names or, where that is unset, the one
    that ships in `assets/models/`.
    """
    if path is None:
        found = find_models()
        if not found:
            raise UserError(f"There is no model in {ASSETS / 'models'}; train one with train-gan.")
        path = next(iter(found.values()))
    return FaceModel.load(path)


def find_models() -> dict[str, Path]:
    """The models at hand by name, the default first.

    Those are the one in the environment variable `GANSSL_MODEL`, those in
    `assets/models/`, and those in the folder that `GANSSL_MODELS` names:
    bundles' folders and graph files. Whether they can be read is not checked.
    """
    paths = [Path(os.environ["GANSSL_MODEL"])] if os.environ.get("GANSSL_MODEL") else []
    folders = [ASSETS / "models"]
    if os.environ.get("GANSSL_MODELS"):
        folders.append(Path(os.environ["GANSSL_MODELS"]))
    for folder in folders:
        bundles = [manifest.parent for manifest in folder.glob("*/manifest.json")]
        graphs = [path for suffix in GRAPH_SUFFIXES for path in folder.glob(f"*{suffix}")]
        paths += sorted(bundles) + sorted(graphs)
    models: dict[str, Path] = {}
    for path in dict.fromkeys(path.resolve() for path in paths):
        name = path.name if path.name not in models else f"{path.name} ({path.parent})"
        models[name] = path
    return models


def device_name() -> str:
    """The device that networks run on, for people: `GPU: NVIDIA L4` or `CPU (2 cores)`."""
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(gpu)
        return f"GPU: {details.get('device_name', 'unnamed')}"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU ({cores} cores)"
