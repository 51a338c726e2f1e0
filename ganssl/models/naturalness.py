"""Drawing well: of several codes that a seed gives, the one whose face looks most natural.

The generator draws some codes worse than others. A small network, which ships with
the model, tells from a code how natural its face looks, as people graded generated
faces (`ganssl.training.looks`); of `TRIES` codes the best is kept. That is the
rejection of weak samples of Azadi et al. 2019 (Discriminator Rejection Sampling), at
the price of a few products of matrices.

Left to itself such a choice takes the kind of person that the generator draws best.
So only codes on the same sides as the first one are compared, sides of planes
through the codes that tell perceived sex, age and skin tone: the shares of each kind
stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ganssl.errors import UserError
from ganssl.models.density import CodeDensity, truncate

TRIES = 1024
"""Codes that a face is chosen from, in models that learn today."""

FORMER_TRIES = 32
"""The same in files that do not say it."""

MOST_TRIES = 4096

CHUNK = 64
"""Faces whose codes are held at once."""

KEPT = 1000
"""Codes of single faces that are kept: one is asked for several times whenever a slider moves."""

HIDDEN = (128, 64)
PREFIX = "naturalness/"
PLANES, OFFSETS, TRIED = f"{PREFIX}planes", f"{PREFIX}offsets", f"{PREFIX}tries"


@dataclass(frozen=True, eq=False)
class Naturalness:
    """Layers of a perceptron on codes, with a rectifier between them.

    Attributes:
        weights: float32 `[inputs, outputs]` of each layer; the last gives one number.
        biases: float32 `[outputs]` of each layer.
        planes: float32 `[d, m]`: normals of the planes whose sides are kept.
        offsets: float32 `[m]`: a code's products with the normals are compared with these.
        tries: codes that a face is chosen from.
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    planes: np.ndarray
    offsets: np.ndarray
    tries: int = TRIES

    @classmethod
    def fit(
        cls,
        codes: np.ndarray,
        looks: np.ndarray,
        traits: np.ndarray | None = None,
        seed: int = 0,
    ) -> Naturalness:
        """Learn to tell looks from codes; the same input gives the same network.

        Args:
            codes: float32 `[n, d]`.
            looks: how natural the faces of the codes look, `[n]`; more is better.
            traits: `[n, m]`, present above 0; NaN is unknown. The planes tell them from
                codes, and as many codes lie above each as faces have the trait.
        """
        from sklearn.neural_network import MLPRegressor

        network = MLPRegressor(
            hidden_layer_sizes=HIDDEN, alpha=3.0, max_iter=150, early_stopping=True,
            random_state=seed,
        )  # fmt: skip
        network.fit(codes, (looks - looks.mean()) / looks.std())
        layers = network.coefs_, network.intercepts_
        weights, biases = (tuple(x.astype(np.float32) for x in each) for each in layers)
        return cls(weights, biases, *_planes(codes, traits))

    def scores(self, codes: np.ndarray) -> np.ndarray:
        """How natural the faces of codes `[n, d]` look: float64 `[n]`, in standard deviations."""
        x = codes.astype(np.float64)
        last = len(self.weights) - 1
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = x @ weight + bias
            x = x if i == last else np.maximum(x, 0)
        return x[:, 0]

    def best(self, codes: np.ndarray) -> np.ndarray:
        """Of each row of codes `[n, k, d]` the best that is like the first one: `[n, d]`."""
        above = codes @ self.planes > self.offsets  # (n, k, m)
        alike = (above == above[:, :1]).all(axis=2)
        scores = np.full(alike.shape, -np.inf)
        scores[alike] = self.scores(codes[alike])
        return codes[np.arange(len(codes)), scores.argmax(axis=1)]

    def to_arrays(self) -> dict[str, np.ndarray]:
        pairs = zip(self.weights, self.biases, strict=True)
        layers = {
            f"{PREFIX}{name}{i}": array
            for i, pair in enumerate(pairs)
            for name, array in zip(("weight", "bias"), pair, strict=True)
        }
        tries = np.array(self.tries, np.int32)
        return {**layers, PLANES: self.planes, OFFSETS: self.offsets, TRIED: tries}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], size: int) -> Naturalness | None:
        """The inverse of `to_arrays`, among other arrays; None where there is no part of it.

        Args:
            size: length of a code.

        Raises `UserError` for arrays that do not fit each other.
        """
        names = [name for name in arrays if name.startswith(PREFIX) and name != TRIED]
        if not names:
            return None
        count = len(names) // 2 - 1
        layers = {f"{PREFIX}{part}{i}" for i in range(count) for part in ("weight", "bias")}
        if set(names) != {*layers, PLANES, OFFSETS}:
            raise UserError("What tells natural faces is damaged: a part is missing.")
        weights = tuple(arrays[f"{PREFIX}weight{i}"] for i in range(count))
        biases = tuple(arrays[f"{PREFIX}bias{i}"] for i in range(count))
        width = size
        for weight, bias in zip(weights, biases, strict=True):
            numbers = all(x.dtype.kind == "f" and np.isfinite(x).all() for x in (weight, bias))
            if not numbers or weight.shape != (width, *bias.shape) or bias.ndim != 1:
                raise UserError("What tells natural faces is damaged: its layers do not fit.")
            width = len(bias)
        if width != 1:
            raise UserError("What tells natural faces is damaged: it gives more than one number.")
        planes, offsets = arrays[PLANES], arrays[OFFSETS]
        numbers = all(x.dtype.kind == "f" and np.isfinite(x).all() for x in (planes, offsets))
        if not numbers or offsets.ndim != 1 or planes.shape != (size, len(offsets)):
            raise UserError("What tells natural faces is damaged: its planes do not fit.")
        tries = arrays.get(TRIED, np.array(FORMER_TRIES))
        if tries.shape or tries.dtype.kind != "i" or not 1 <= tries <= MOST_TRIES:
            raise UserError("What tells natural faces is damaged: it tries no number of codes.")
        return cls(weights, biases, planes, offsets, int(tries))


def _planes(codes: np.ndarray, traits: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Normals `[d, m]` and offsets `[m]` that tell traits `[n, m]` from codes, by least squares."""
    traits = np.zeros((len(codes), 0)) if traits is None else traits
    planes = np.zeros((codes.shape[1], traits.shape[1]), np.float32)
    offsets = np.zeros(traits.shape[1], np.float32)
    middle = codes.mean(axis=0)
    for i, trait in enumerate(traits.T):
        known = np.isfinite(trait)
        planes[:, i] = np.linalg.lstsq(codes[known] - middle, trait[known], rcond=None)[0]
        offsets[i] = np.quantile(codes[known] @ planes[:, i], 1 - (trait[known] > 0).mean())
    return planes, offsets


def natural_codes(
    density: CodeDensity,
    naturalness: Naturalness,
    count: int,
    seed: int,
    truncation: float = 1.0,
    first: int = 0,
) -> np.ndarray:
    """Draw codes of which each is the most natural of several, float32 `[count, d]`.

    The first of them is what `CodeDensity.sample` draws. Code `i` depends on the
    seed and on `first + i` alone. The choice is made before codes are pulled
    towards the mean, so that `truncation` moves a face and does not exchange it.
    """
    choose = _kept_codes if count == 1 else _chosen_codes  # one: a visitor's face, again and again
    return truncate(choose(density, naturalness, count, seed, first), density.mean, truncation)


def _chosen_codes(
    density: CodeDensity, naturalness: Naturalness, count: int, seed: int, first: int
) -> np.ndarray:
    """The same before truncation."""
    size = density.means.shape[1]
    chosen = np.empty((count, size), np.float32)
    for start in range(0, count, CHUNK):
        end = min(start + CHUNK, count)
        codes = np.empty((end - start, naturalness.tries, size), np.float32)
        for i in range(start, end):
            rng = np.random.default_rng([seed, first + i])
            codes[i - start, 0] = density.draw(rng)
            codes[i - start, 1:] = density.draw_many(rng, naturalness.tries - 1)
        chosen[start:end] = naturalness.best(codes)
    return chosen


@lru_cache(maxsize=KEPT)
def _kept_codes(*arguments) -> np.ndarray:
    """The same, chosen once; the array cannot be written to, since others get it, too."""
    codes = _chosen_codes(*arguments)
    codes.flags.writeable = False
    return codes
