"""A generator before a judge that had no part in its training.

Photos of the validation part are the reference. What the model makes is compared
with them in the judge's feature space: reconstructions of these very photos,
faces as the app draws them, faces of the fitted density as they come, and of the prior.
Train photos in their place give the floor. The distances are the kernel distance
(Bińkowski et al. 2018, unbiased) and the Fréchet distance (Heusel et al. 2017),
here on a network and a resolution of their own: compare rows, not papers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np

from ganssl.base.progress import Progress
from ganssl.errors import UserError
from ganssl.face.state import DEFAULT_TRUNCATION
from ganssl.metrics.distribution import frechet_distance, kernel_distance, precision_recall
from ganssl.models.draws import NATURAL, PLAIN
from ganssl.models.face_model import FaceModel

FEWEST = 50


class Judge(Protocol):
    """A fixed network: uint8 faces `[n, s, s, 3]` → float32 features `[n, size]`."""

    name: str
    size: int

    def features(self, pixels: np.ndarray) -> np.ndarray: ...


def judge_gan(
    models: dict[str, FaceModel],
    judge: Judge,
    validation: np.ndarray,
    training: np.ndarray,
    count: int = 2000,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict:
    """Compare what models make with photos, in the feature space of a judge.

    Args:
        models: by the name to call them.
        validation, training: photos, uint8 `[n, s, s, 3]`, preprocessed for the models.
        count: images of each kind, at most; the smallest set gives it.

    Returns a dictionary that JSON can hold: `judge`, `n`, and `rows` with
    `images`, `source`, `kernel` (× 1000), `frechet`, `precision`, `recall`.

    Raises `UserError` for fewer than `FEWEST` photos of a kind.
    """
    n = min(count, len(validation), len(training))
    if n < FEWEST:
        raise UserError(f"A judge needs {FEWEST} photos of each part; there are {n}.")
    rng = np.random.default_rng(seed)
    held = np.array(validation[np.sort(rng.permutation(len(validation))[:n])])
    known = np.array(training[np.sort(rng.permutation(len(training))[:n])])
    kinds: list[tuple[str, str, Callable[[], np.ndarray]]] = [
        ("real", "train photos", lambda: known)
    ]
    for name, model in models.items():
        kinds += [
            (name, "reconstructions", partial(_rebuilt, model, held)),
            (
                name,
                f"default draw, truncation {DEFAULT_TRUNCATION:g}",
                _drawn(model, n, seed, DEFAULT_TRUNCATION, NATURAL),
            ),
            (name, "density, truncation 0.8", _drawn(model, n, seed, 0.8, PLAIN)),
            (name, "density, truncation 1", _drawn(model, n, seed, 1.0, PLAIN)),
            (name, "prior", _drawn(model, n, seed, 1.0, "prior")),
        ]
    reference = judge.features(held)
    rows = []
    for i, (images, source, made) in enumerate(kinds, start=1):
        features = judge.features(made())
        kernel, _ = kernel_distance(reference, features, size=min(1000, n // 2), seed=seed)
        precision, recall = precision_recall(reference, features)
        rows.append(
            {
                "images": images,
                "source": source,
                "kernel": 1000 * kernel,
                "frechet": frechet_distance(reference, features),
                "precision": precision,
                "recall": recall,
            }
        )
        if progress:
            progress(i, len(kinds))
    return {"judge": f"{judge.name}, {judge.size} values", "n": n, "seed": seed, "rows": rows}


def _rebuilt(model: FaceModel, faces: np.ndarray) -> np.ndarray:
    return model.decode(model.encode(faces))


def _drawn(model: FaceModel, count: int, seed: int, truncation: float, source: str):
    return lambda: model.decode(model.sample(count, seed, truncation, source=source))
