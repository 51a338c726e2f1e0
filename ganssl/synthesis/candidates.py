"""Natural latent codes as they come, before a recipe chooses among them."""

from __future__ import annotations

import numpy as np

from ganssl.models.density import CodeDensity, truncate
from ganssl.models.draws import DRAWS, NATURAL
from ganssl.models.face_model import FaceModel
from ganssl.models.naturalness import TRIES


def draw_candidates(
    model: FaceModel, source: str, truncation: float, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Codes from the density, the best of several, the prior or, by a coin, one of the two.

    Many at once, so other codes than `FaceModel.sample` gives. The arithmetic
    is float64 and rounded at the end, float32 `[count, d]`.
    """
    if source == NATURAL and model.naturalness is not None:
        normal = rng.standard_normal((count * TRIES, model.latent_size))
        drawn = from_density(model.density, normal, rng).reshape(count, TRIES, -1)
        chosen = drawn[np.arange(count), model.naturalness.choose(drawn)]
        return truncate(chosen, model.density.mean, truncation)
    normal = rng.standard_normal((count, model.latent_size))
    prior = truncate(normal, np.zeros(model.latent_size), truncation)
    if source == "prior":
        return prior
    density = truncate(from_density(model.density, normal, rng), model.density.mean, truncation)
    if source in DRAWS:
        return density
    return np.where(rng.random((count, 1)) < 0.5, prior, density)


def from_density(density: CodeDensity, normal: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn standard normal numbers `[n, d]` into codes of the mixture, float64 `[n, d]`."""
    weights = density.weights.astype(np.float64)
    component = rng.choice(len(weights), size=len(normal), p=weights / weights.sum())
    codes = density.means[component].astype(np.float64)
    for k, factor in enumerate(density.factors.astype(np.float64)):
        rows = component == k
        codes[rows] += normal[rows] @ factor.T
    return codes
