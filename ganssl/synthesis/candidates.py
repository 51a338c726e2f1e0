"""Natural latent codes as they come, before a recipe chooses among them."""

from __future__ import annotations

import numpy as np

from ganssl.models.density import CodeDensity, truncate
from ganssl.models.draws import DRAWS, NATURAL
from ganssl.models.face_model import FaceModel
from ganssl.models.naturalness import CHUNK, Naturalness

MOST_TRIES = 256
"""Codes that a face of a set is chosen from at most: a set draws several faces for each that it
keeps, and more codes would take longer than the faces.
"""


def draw_candidates(
    model: FaceModel, source: str, truncation: float, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Codes from the density, the best of several, the prior or, by a coin, one of the two.

    Many at once, so other codes than `FaceModel.sample` gives. The arithmetic
    is float64 and rounded at the end, float32 `[count, d]`.
    """
    if source == NATURAL and model.naturalness is not None:
        return truncate(
            _natural(model, model.naturalness, count, rng), model.density.mean, truncation
        )
    normal = rng.standard_normal((count, model.latent_size))
    prior = truncate(normal, np.zeros(model.latent_size), truncation)
    if source == "prior":
        return prior
    density = truncate(from_density(model.density, normal, rng), model.density.mean, truncation)
    if source in DRAWS:
        return density
    return np.where(rng.random((count, 1)) < 0.5, prior, density)


def _natural(
    model: FaceModel, naturalness: Naturalness, count: int, rng: np.random.Generator
) -> np.ndarray:
    tries = min(naturalness.tries, MOST_TRIES)
    chosen = np.empty((count, model.latent_size))
    for start in range(0, count, CHUNK):
        rows = min(CHUNK, count - start)
        normal = rng.standard_normal((rows * tries, model.latent_size))
        drawn = from_density(model.density, normal, rng).reshape(rows, tries, -1)
        chosen[start : start + rows] = naturalness.best(drawn)
    return chosen


def from_density(density: CodeDensity, normal: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn standard normal numbers `[n, d]` into codes of the mixture, float64 `[n, d]`."""
    weights = density.weights.astype(np.float64)
    component = rng.choice(len(weights), size=len(normal), p=weights / weights.sum())
    codes = density.means[component].astype(np.float64)
    for k, factor in enumerate(density.factors.astype(np.float64)):
        rows = component == k
        codes[rows] += normal[rows] @ factor.T
    return codes
