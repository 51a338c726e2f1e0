"""Two views of the same faces, features and codes, in which one attribute is planted."""

from __future__ import annotations

import numpy as np

from ganssl.experiments.cell import Material, TestPhotos
from ganssl.experiments.views import Views

FEATURES, CODES = 40, 12


def planted_views(
    count: int, seed: int = 0, share: float = 0.5, separation: float = 2.5
) -> tuple[Views, np.ndarray]:
    """Both views show the attribute, each with noise of its own; labels are int8 `[n]`.

    The features have few loud and many quiet axes, and the attribute lies on
    loud ones, as in the embedding of a face network.
    """
    axes = np.random.default_rng(7)
    feature_axis = np.r_[axes.normal(size=8), np.zeros(FEATURES - 8)]
    code_axis = axes.normal(size=CODES)
    rng = np.random.default_rng(seed)
    labels = (rng.random(count) < share).astype(np.int8)
    signs = separation * (labels - 0.5)[:, None]
    loudness = np.r_[np.ones(8), np.full(FEATURES - 8, 0.4)]
    features = rng.normal(size=(count, FEATURES)) * loudness
    features += signs * feature_axis / np.linalg.norm(feature_axis) + 3.0
    codes = rng.normal(size=(count, CODES)) + signs * code_axis / np.linalg.norm(code_axis)
    return Views(codes.astype(np.float32), features.astype(np.float32)), labels


def planted_material(attributes=("Male",)) -> Material:
    """An experiment's material without any network; the pool's features are a little off."""
    train, labels = planted_views(1000, seed=1)
    held, held_labels = planted_views(500, seed=2)
    pool = planted_views(1500, seed=3)[0]
    return Material(
        train=train,
        labels={name: labels for name in attributes},
        pool=Views(pool.codes, pool.features + np.float32(0.3)),
        tests=(TestPhotos("validation", held, {name: held_labels for name in attributes}),),
    )
