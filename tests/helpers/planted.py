"""Codes whose true attribute axes are known, and directions with chosen vectors."""

from __future__ import annotations

import numpy as np

from ganssl.directions import Direction
from ganssl.directions.check import FeatureView, PhotoCheck
from ganssl.metrics.bells import Bells
from ganssl.metrics.expected import Expected

SIZE = 32


def planted_codes(count: int = 4000, seed: int = 0, correlation: float = 0.6):
    """Gaussian codes in which two orthogonal axes carry two correlated attributes.

    Returns codes float32 `[n, 32]`, labels int8 `[n, 3]` of Male, Makeup and
    Coin (tossed, in no relation to the codes), and the axes `[2, 32]`.
    """
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(SIZE, 2)))[0].T  # (2, d)
    male = rng.random(count) < 0.5
    same = rng.random(count) < (1 + correlation) / 2
    labels = np.stack([male, male == same, rng.random(count) < 0.5], axis=1)
    codes = rng.normal(size=(count, SIZE)) + 1.5 * (2 * labels[:, :2] - 1) @ axes
    return codes.astype(np.float32), labels.astype(np.int8), axes


def make_direction(attribute: str, vector, method: str = "mean", **figures) -> Direction:
    """A direction along `vector`, with good figures where none are given."""
    vector = np.asarray(vector, dtype=np.float64)
    values = dict(
        sigma=1.0,
        center=0.0,
        boundary=0.25,
        class_means=(-1.0, 1.0),
        auc=0.9,
        accuracy=0.85,
        majority=0.6,
        split_half_cosine=0.9,
        labels_used=100,
    )
    return Direction(attribute, method, vector / np.linalg.norm(vector), **{**values, **figures})


def make_check(seed: int = 0) -> PhotoCheck:
    """What photos taught of faces' features, of six numbers each."""
    rng = np.random.default_rng(seed)
    mean, weights = rng.normal(size=(2, 6)).astype(np.float32)
    return PhotoCheck(
        features="face-network",
        features_id="aaaaaaaaaaaa",
        size=64,
        view=FeatureView(mean, 0.5, weights, -0.25),
        bells=Bells(-1.0, 2.0, 0.8, 0.1),
        expected=Expected(0.95, 0.9, 0.98, 0.1, 100, {"cross_validation": 0.95}),
        labels=100,
        photos=900,
    )
