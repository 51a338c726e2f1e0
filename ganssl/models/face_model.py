"""The face model that everything else uses: photos to codes, codes to faces.

`FaceModel` is the contract of pages, commands and notebooks; the kinds of
model that keep it are `BundleModel` (a folder that `train-gan` wrote) and
`CadlModel` (a graph file of the CADL course); `ganssl.models.catalogue` loads them.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import numpy as np

from ganssl.base.device import TENSORFLOW, device_name
from ganssl.base.digest import short_digest
from ganssl.base.progress import Progress
from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.models.density import CODES_PER_NUMBER, CodeDensity, sample_prior
from ganssl.models.draws import DRAWS, NATURAL
from ganssl.models.latent import CodeStatistics, latent_arrays
from ganssl.models.naturalness import Naturalness, natural_codes
from ganssl.photos.preprocess import Preprocess

BATCH = 64


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
        density: where the codes of photos lie.
        naturalness: tells from a code how natural its face looks; None where nothing does.
        compiled: what was compiled of the networks, see `with_directions`.
        card: the model card, Markdown.
        path: the folder or file it was read from; None for one that was made here.
        engines: those of `ganssl.base.device.ENGINES` that its generator can run on.
    """

    path: Path | None = None
    engines: tuple[str, ...] = (TENSORFLOW,)
    naturalness: Naturalness | None = None

    def __init__(
        self,
        preprocess: Preprocess,
        latent_size: int,
        *,
        name: str = "untrained",
        id: str = "000000000000",
        directions: DirectionSet | None = None,
        statistics: CodeStatistics | None = None,
        card: str = "",
    ) -> None:
        self.preprocess, self.latent_size = preprocess, latent_size
        self.name, self.id, self.card = name, id, card
        self.directions = directions if directions is not None else DirectionSet(id)
        self.few_directions = DirectionSet(id)
        self.take(statistics or CodeStatistics.standard(latent_size))
        self.compiled = Compiled()
        self._faces_key: tuple[tuple, str] = (), ""

    @property
    def faces_key(self) -> str:
        """12 hexadecimal digits that change with what `encode`, `decode` and `sample` give.

        For whatever is kept that the directions have no part in. Statistics
        are replaced as a whole (see `measure`), never changed in place.
        """
        statistics = self.mean, self.covariance, self.density, self.naturalness
        parts = self.id, self.preprocess, *statistics
        known, key = self._faces_key
        if len(known) != len(parts) or any(a is not b for a, b in zip(known, parts, strict=True)):
            found = hashlib.sha256(json.dumps([self.id, self.preprocess.to_dict()]).encode())
            for name, array in sorted(self.latent_arrays().items()):
                found.update(name.encode() + array.tobytes())
            key = found.hexdigest()[:12]
            self._faces_key = parts, key
        return key

    @property
    def key(self) -> str:
        """12 hexadecimal digits that change with anything of the model, its directions included.

        Whatever is kept that follows from a model is kept by this. A model
        with a user's own directions has the `id` of the one without them.
        """
        parts = self.faces_key, self.directions.id, self.few_directions.id
        return short_digest(" ".join(parts))

    def with_directions(self, directions: DirectionSet) -> FaceModel:
        """The same networks under other directions; `UserError` for those of another model.

        What is compiled for one of the two models serves the other as well.
        """
        directions.check_model(self.id)
        other = copy.copy(self)
        other.directions = directions
        return other

    def latent_arrays(self) -> dict[str, np.ndarray]:
        """Mean, covariance, density and naturalness as arrays, for a file."""
        return latent_arrays(self.mean, self.covariance, self.density, self.naturalness)

    def take(self, statistics: CodeStatistics) -> None:
        """Take mean, covariance and density as they were measured before."""
        self.mean, self.covariance = statistics.mean, statistics.covariance
        self.density = statistics.density

    def measure(self, codes: np.ndarray) -> None:
        """Take mean, covariance and density from the codes of photos, float32 `[n, d]`.

        Fewer than ten codes for each number of the code leave the density as it is;
        under a new one it is not known any more which faces look natural.
        """
        self.mean = codes.mean(axis=0)
        self.covariance = np.cov(codes, rowvar=False).astype(np.float32)
        if len(codes) >= CODES_PER_NUMBER * self.latent_size:
            self.density, self.naturalness = CodeDensity.fit(codes), None

    @property
    def size(self) -> int:
        """Side of the faces in pixels."""
        return self.preprocess.size

    @property
    def device(self) -> str:
        return device_name()

    def encode(self, pixels: np.ndarray, progress: Progress | None = None) -> np.ndarray:
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
        source: str = NATURAL,
        first: int = 0,
    ) -> np.ndarray:
        """Draw latent codes, float32 `[count, d]`.

        Code `i` depends on the seed and on `first + i` alone.

        Args:
            truncation: 0 is the mean face, 1 the spread of the training photos.
            source: `density` (fitted to the training photos), `natural` (of several codes
                of the density the one with the most natural face, see
                `ganssl.models.naturalness`; the density itself where the model cannot
                tell) or `prior` (N(0, 1)).
        """
        if source == "prior":
            return sample_prior(count, seed, self.latent_size, truncation, first)
        if source == NATURAL and self.naturalness is not None:
            return natural_codes(self.density, self.naturalness, count, seed, truncation, first)
        if source in DRAWS:
            return self.density.sample(count, seed, truncation, first)
        raise UserError(
            f"Codes are drawn from 'prior' or one of {', '.join(DRAWS)}, not from {source!r}."
        )

    @abstractmethod
    def bulk_generator(self, precision: str) -> Callable:
        """The generator for many faces: codes `[n, d]` → values `[n, s, s, 3]`, both tensors.

        Args:
            precision: `float32` or `bfloat16`, of the arithmetic, where the model has a choice.
        """

    def generator_graph(self) -> bytes:
        """The generator for ONNX Runtime: codes float32 `[n, d]` → faces uint8 `[n, s, s, 3]`.

        Of the weights as they are; for models whose `engines` name it.
        """
        raise NotImplementedError

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


class Compiled:
    """Functions made of a model's networks: each once, for the model and all copies of it."""

    def __init__(self) -> None:
        self._functions: dict[Hashable, Any] = {}
        self._lock = threading.RLock()

    def get(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """The function of a name; `make` gives it at the first call."""
        with self._lock:
            if name not in self._functions:
                self._functions[name] = make()
            return self._functions[name]
