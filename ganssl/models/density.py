"""Where natural codes lie: a Gaussian mixture fitted to the codes of the training photos.

The encoder's codes do not fill the prior N(0, 1) evenly; codes drawn from the
mixture decode to more natural faces than codes drawn from the prior. Only
averages over many photos are kept, never a photo's own code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ganssl.errors import UserError

CODES_PER_NUMBER = 10  # codes that a component needs for each number of the code


@dataclass(frozen=True, eq=False)
class CodeDensity:
    """A Gaussian mixture over latent codes.

    Attributes:
        weights: float32 `[k]`, summing to 1.
        means: float32 `[k, d]`.
        factors: float32 `[k, d, d]`, lower Cholesky factors of the covariances.
    """

    weights: np.ndarray
    means: np.ndarray
    factors: np.ndarray

    @classmethod
    def standard(cls, latent_size: int) -> CodeDensity:
        """The prior itself: one component, N(0, 1)."""
        eye = np.eye(latent_size, dtype=np.float32)
        return cls(np.ones(1, np.float32), np.zeros((1, latent_size), np.float32), eye[None])

    @classmethod
    def fit(cls, codes: np.ndarray, components: int = 8, seed: int = 0) -> CodeDensity:
        """Fit by expectation maximisation (scikit-learn), full covariances, lightly regularised.

        Raises `UserError` where there are fewer than ten codes for each number of the code.
        """
        from sklearn.mixture import GaussianMixture

        count, size = codes.shape
        need = CODES_PER_NUMBER * size
        if count < need:
            raise UserError(
                f"{count} photos are too few for a density over {size} numbers; use {need} or more."
            )
        components = min(components, count // need)
        mixture = GaussianMixture(
            components, reg_covar=1e-4, max_iter=60, tol=1e-2, random_state=seed
        )
        mixture.fit(codes.astype(np.float64))
        factors = np.linalg.cholesky(mixture.covariances_)
        parts = (mixture.weights_, mixture.means_, factors)
        return cls(*(part.astype(np.float32) for part in parts))

    @property
    def mean(self) -> np.ndarray:
        """float32 `[d]`."""
        return (self.weights[:, None] * self.means).sum(axis=0)

    def sample(self, count: int, seed: int, truncation: float = 1.0, first: int = 0) -> np.ndarray:
        """Draw codes, float32 `[count, d]`.

        Code `i` depends on the seed and on `first + i` alone, so that shards of
        a set and single faces agree. `truncation` pulls towards the mean: 0
        gives the mean code, 1 the density as fitted.
        """
        codes = draw_codes(self.draw, count, seed, first, self.means.shape[1])
        return truncate(codes, self.mean, truncation)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """One code, float32 `[d]`."""
        k = int(np.searchsorted(self._cuts, rng.random(), side="right"))
        return self.means[k] + self.factors[k] @ rng.standard_normal(len(self.means[k]), np.float32)

    def draw_many(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Codes at once, float32 `[count, d]`; other ones than so many calls of `draw` give."""
        components = np.searchsorted(self._cuts, rng.random(count), side="right")
        codes = self.means[components]
        normal = rng.standard_normal(codes.shape, np.float32)
        for k in np.unique(components):
            rows = components == k
            codes[rows] += normal[rows] @ self.factors[k].T
        return codes

    @cached_property
    def _cuts(self) -> np.ndarray:
        """Where a number in [0, 1) passes from one component to the next."""
        return np.cumsum(self.weights.astype(np.float64))[:-1]

    def log_density(self, codes: np.ndarray) -> np.ndarray:
        """Natural logarithm of the density at `codes` `[n, d]`, float64 `[n]`."""
        from scipy.linalg import solve_triangular
        from scipy.special import logsumexp

        size = self.means.shape[1]
        parts = []
        for weight, mean, factor in zip(self.weights, self.means, self.factors, strict=True):
            scaled = solve_triangular(factor.astype(np.float64), (codes - mean).T, lower=True)
            log_volume = np.log(np.diag(factor.astype(np.float64))).sum()
            constant = np.log(weight) - log_volume - 0.5 * size * np.log(2 * np.pi)
            parts.append(constant - 0.5 * (scaled**2).sum(axis=0))
        return logsumexp(np.stack(parts), axis=0)

    def to_arrays(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights, "means": self.means, "factors": self.factors}


def sample_prior(
    count: int, seed: int, latent_size: int, truncation: float = 1.0, first: int = 0
) -> np.ndarray:
    """Codes from the prior N(0, 1), float32 `[count, d]`; see `CodeDensity.sample`."""
    codes = draw_codes(
        lambda rng: rng.standard_normal(latent_size, np.float32), count, seed, first, latent_size
    )
    return truncate(codes, np.zeros(latent_size, np.float32), truncation)


def draw_codes(
    one: Callable[[np.random.Generator], np.ndarray], count: int, seed: int, first: int, size: int
) -> np.ndarray:
    """`count` codes, each from a generator of its own that is seeded by `(seed, index)`."""
    codes = np.empty((count, size), np.float32)
    for i in range(count):
        codes[i] = one(np.random.default_rng([seed, first + i]))
    return codes


def truncate(codes: np.ndarray, mean: np.ndarray, truncation: float) -> np.ndarray:
    """Pull codes towards the mean; 1 leaves them as they are, bit for bit."""
    if truncation == 1.0:
        return codes
    return (mean + np.float32(truncation) * (codes - mean)).astype(np.float32)
