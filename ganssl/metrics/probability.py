"""Probabilities and what it costs to be wrong about them."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

CLIP = 1e-4
"""Probabilities are kept so far from 0 and 1 before their logit is taken."""


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """float32 probabilities; large logits of either sign do not overflow."""
    return expit(np.asarray(logits, np.float64)).astype(np.float32)


def clipped_logits(scores: np.ndarray) -> np.ndarray:
    """float64 logits of probabilities, between about -9.2 and 9.2."""
    return logit(np.clip(np.asarray(scores, np.float64), CLIP, 1.0 - CLIP))


def cross_entropy(
    labels: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """Mean of `-log p(label)` in nats; probabilities are kept 1e-6 from 0 and 1."""
    scores = np.clip(np.asarray(scores, np.float64), 1e-6, 1.0 - 1e-6)
    losses = -np.log(np.where(np.asarray(labels) == 1, scores, 1.0 - scores))
    return float(np.average(losses, weights=weights))
