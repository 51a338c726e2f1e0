"""Generated faces, the same before and after steps along any direction, and what reads them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import solve_triangular

from ganssl.base.once import OnceMade
from ganssl.base.progress import Progress
from ganssl.directions import Direction
from ganssl.laboratory.known_readings import KnownReadings
from ganssl.photos.skin_tone import NAME, skin_tone

if TYPE_CHECKING:
    from ganssl.features.readout import Readout
    from ganssl.models.face_model import FaceModel

STEPS: tuple[float, ...] = (-3, -2, -1, 0, 1, 2, 3)
SIDES: tuple[float, ...] = (-1, 0, 1)
"""Enough for the effect of one σ."""

FACES = 32
REFERENCE_FACES = 256
KEPT = 300
"""Directions whose measured faces are remembered."""

RARE = 0.01
"""The share of natural codes that are less likely than the bar of `outside`."""

SMALLEST_VARIANCE = 1e-6


@dataclass(frozen=True, eq=False)
class MovedFaces:
    """Faces read at every step along one direction.

    Attributes:
        steps: float64 `[s]` in σ, ascending, 0 among them.
        logits: float32 `[s, n, a]`, of the probes on the face network; the last
            column is skin tone in degrees (`ganssl.photos.skin_tone`).
        identity: float32 `[s, n]`: cosine of the network's embedding to that
            of the unmoved face.
        distance: float32 `[s, n]`: Mahalanobis distance of the code from the
            mean code, divided by √d: about 1 for natural codes.
        log_density: float64 `[s, n]`, natural logarithm.
    """

    steps: np.ndarray
    logits: np.ndarray
    identity: np.ndarray
    distance: np.ndarray
    log_density: np.ndarray

    @property
    def zero(self) -> int:
        """The row of the unmoved faces."""
        return int(np.flatnonzero(self.steps == 0)[0])


@dataclass(frozen=True, eq=False)
class Scales:
    """What is usual among natural faces, in which effects are told.

    Attributes:
        spread: float32 `[a]`: standard deviation of each probe's logit, and of
            skin tone in degrees, over `REFERENCE_FACES` natural faces.
        strangers: mean cosine between embeddings of two different faces, the
            scale of `MovedFaces.identity`.
        rare_density: the log density below which `RARE` of natural codes lie.
    """

    spread: np.ndarray
    strangers: float
    rare_density: float


class Laboratory:
    """Moves the same generated faces along any direction, and remembers what it saw.

    The networks are called for a direction once; a page keeps one laboratory
    for each model. The methods are safe to call from several threads.

    Args:
        model: whose generator is measured, at the bulk rate (see `face_decoder`).
        readout: reads attributes and identity off the pixels.
        faces: how many faces are moved; the intervals shrink with its root.
        seed: of the faces.
        scales: those that were measured with this model and readout; measured where None.
        known: what was read of these very faces before; the networks are then called for other
            directions alone. It is of no use without scales.

    Attributes:
        codes: float32 `[faces, d]`, unmoved.
        scales: what is usual among natural faces.
    """

    def __init__(
        self,
        model: FaceModel,
        readout: Readout,
        faces: int = FACES,
        seed: int = 0,
        scales: Scales | None = None,
        known: KnownReadings | None = None,
    ) -> None:
        self.model, self.readout = model, readout
        self._factor = np.linalg.cholesky(
            model.covariance.astype(np.float64) + SMALLEST_VARIANCE * np.eye(model.latent_size)
        )
        self._unmoved = OnceMade(1)
        self._known = known if scales and known and known.faces == faces else None
        if scales:
            self.codes, self.scales = model.sample(faces, seed), scales
        else:
            codes = model.sample(max(faces, REFERENCE_FACES), seed)
            logits, unit = self._read_unmoved(codes)
            self.codes, self.scales = codes[:faces], _measured_scales(model, logits, unit, seed)
            self._unmoved.get(None, lambda: (logits[:faces], unit[:faces]))
        self._seen: OrderedDict[tuple, MovedFaces] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def attributes(self) -> tuple[str, ...]:
        """What is read off the faces, `a` names: those of the probes, and skin tone."""
        return (*self.readout.attributes, NAME)

    @property
    def spread(self) -> np.ndarray:
        return self.scales.spread

    @property
    def strangers(self) -> float:
        return self.scales.strangers

    @property
    def rare_density(self) -> float:
        return self.scales.rare_density

    def move(self, direction: Direction, steps: Sequence[float] = STEPS) -> MovedFaces:
        """Read the faces at steps in σ, 0 among them.

        Where more steps were read before, these are given.
        """
        key = direction.vector.tobytes(), direction.sigma
        with self._lock:
            seen = self._seen.get(key)
        if seen is not None and set(steps) <= set(seen.steps):
            return seen
        moved = self._move(direction, np.asarray(steps, dtype=np.float64))
        with self._lock:
            self._seen[key] = moved
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        return moved

    def stranger_cosines(self) -> np.ndarray:
        """Cosines between the embeddings of any two of the unmoved faces, float32 `[pairs]`."""
        unit = self._start()[1]
        return (unit @ unit.T)[np.triu_indices(len(unit), 1)]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Codes `[n, d]` → faces uint8 `[n, s, s, 3]`, at the bulk rate."""
        from ganssl.base.device import fast_arithmetic
        from ganssl.models.full_rate import face_decoder

        return face_decoder(self.model, *fast_arithmetic(self.model.engines))(codes)

    def known_readings(
        self, directions: Sequence[Direction], progress: Progress | None = None
    ) -> KnownReadings:
        """The faces read at all of `STEPS` along each direction, for laboratories to come."""
        steps = np.array(STEPS, float)
        logits, embeddings = self._start()
        moved = []
        for direction in directions:
            moved.append(self._read_moved(direction, steps))
            if progress:
                progress(len(moved), len(directions))
        return KnownReadings(
            logits=logits,
            embeddings=embeddings,
            steps=steps,
            vectors=np.stack([direction.vector for direction in directions]).astype(np.float32),
            sigmas=np.array([direction.sigma for direction in directions], float),
            change=np.stack([read - logits for read, _ in moved]).astype(np.float16),
            identity=np.stack([identity for _, identity in moved]).astype(np.float16),
        )

    def _start(self) -> tuple[np.ndarray, np.ndarray]:
        """Logits `[n, a]` and unit embeddings `[n, e]` of the unmoved faces."""
        if self._known is not None:
            return self._known.logits, self._known.embeddings
        return self._unmoved.get(None, lambda: self._read_unmoved(self.codes))

    def _read_unmoved(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same of any codes; a skin tone that is not known is the mean of the others."""
        features, logits = self._read(codes)
        tone = logits[:, -1]
        tone[np.isnan(tone)] = np.nanmean(tone) if np.isfinite(tone).any() else 0.0
        return logits, self._unit_embeddings(features)

    def _move(self, direction: Direction, steps: np.ndarray) -> MovedFaces:
        known = self._known
        found = known.find(direction) if known and set(steps) <= set(known.steps) else None
        if known and found:
            steps = known.steps
        logits, identity = found or self._read_moved(direction, steps)
        codes = self._moved_codes(direction, steps)
        flat = codes.reshape(-1, codes.shape[2])
        return MovedFaces(
            steps=steps,
            logits=logits,
            identity=identity,
            distance=self.distance(flat).reshape(codes.shape[:2]),
            log_density=self.model.density.log_density(flat).reshape(codes.shape[:2]),
        )

    def _moved_codes(self, direction: Direction, steps: np.ndarray) -> np.ndarray:
        """The faces' codes at steps `[s]` in σ, float64 `[s, n, d]`."""
        shift = direction.sigma * direction.vector.astype(np.float64)  # (d,)
        return self.codes + steps[:, None, None] * shift

    def _read_moved(self, direction: Direction, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`MovedFaces.logits` and `MovedFaces.identity` at steps `[s]`, off the pixels."""
        codes = self._moved_codes(direction, steps)
        logits = np.empty((*codes.shape[:2], len(self.attributes)), np.float32)
        identity = np.ones(codes.shape[:2], np.float32)
        start_logits, start_embeddings = self._start()
        away = steps != 0
        logits[~away] = start_logits
        features, read = self._read(codes[away].reshape(-1, codes.shape[2]).astype(np.float32))
        logits[away] = read.reshape(logits[away].shape)
        unknown = np.isnan(logits[..., -1])  # a skin that has lost its colour tells nothing
        logits[..., -1] = np.where(unknown, start_logits[:, -1], logits[..., -1])
        embeddings = self._unit_embeddings(features).reshape(away.sum(), len(self.codes), -1)
        identity[away] = (embeddings * start_embeddings).sum(axis=2)
        return logits, identity

    def distance(self, codes: np.ndarray) -> np.ndarray:
        """Mahalanobis distance of codes `[n, d]` from the mean code over √d; float32 `[n]`."""
        scaled = solve_triangular(self._factor, (codes - self.model.mean).T, lower=True)
        return np.sqrt((scaled**2).mean(axis=0)).astype(np.float32)

    def _read(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features of the faces of codes `[n, d]`, and what the probes and pixels say `[n, a]`."""
        faces = self.decode(codes)
        features = self.readout.network.features(faces)
        tone = skin_tone(faces, self.model.preprocess)
        return features, np.column_stack([self.readout.logits(features), tone])

    def _unit_embeddings(self, features: np.ndarray) -> np.ndarray:
        embeddings = features[:, : self.readout.network.config.embedding]
        return embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9)


def _measured_scales(model: FaceModel, logits: np.ndarray, unit: np.ndarray, seed: int) -> Scales:
    """Of natural faces: what was read of them `[n, a]`, and their unit embeddings `[n, e]`."""
    count = len(unit)
    total = np.sum(unit.sum(axis=0) ** 2)  # of all cosines, each face with itself as well
    density = model.density.log_density(model.sample(1000, seed + 1))
    return Scales(
        spread=np.maximum(logits.std(axis=0), 1e-6),
        strangers=float((total - count) / (count * (count - 1))),
        rare_density=float(np.quantile(density, RARE)),
    )
