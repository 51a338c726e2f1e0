"""Probabilities and what it costs to be wrong about them."""

from __future__ import annotations

import numpy as np
from scipy.special import expit


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """float32 probabilities; large logits of either sign do not overflow."""
    return expit(np.asarray(logits, np.float64)).astype(np.float32)


def cross_entropy(
    labels: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """Mean of `-log p(label)` in nats; probabilities are kept 1e-6 from 0 and 1."""
    scores = np.clip(np.asarray(scores, np.float64), 1e-6, 1.0 - 1e-6)
    losses = -np.log(np.where(np.asarray(labels) == 1, scores, 1.0 - scores))
    return float(np.average(losses, weights=weights))
