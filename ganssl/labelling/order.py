"""Which photo to label next: random, or the one that would teach the most.

The informative order is uncertainty sampling (Lewis and Gale 1994, "A
Sequential Algorithm for Training Text Classifiers") after a diverse start.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ganssl.labelling.quick_classifier import QuickClassifier

STARTS = 10
"""Photos near the centres of so many clusters are asked first."""


class Order(Protocol):
    """Chooses the next photo."""

    def next(self, labels: np.ndarray, waiting: np.ndarray) -> int:
        """The place of the photo to ask next.

        Args:
            labels: int8 `[n]`: 1, 0, or -1 for unsure and unanswered.
            waiting: bool `[n]`: photos without an answer, at least one.
        """
        ...


class RandomOrder:
    """A random order that the seed fixes."""

    def __init__(self, count: int, seed: int = 0) -> None:
        self.places = np.random.default_rng([seed, 1]).permutation(count)

    def next(self, labels: np.ndarray, waiting: np.ndarray) -> int:
        return int(self.places[waiting[self.places]][0])


class InformativeOrder:
    """First photos that differ from each other, then those that the classifier is unsurest of.

    The classifier is fitted again after every label.

    Args:
        features: float32 `[n, d]`.
    """

    def __init__(self, features: np.ndarray, seed: int = 0) -> None:
        self.classifier = QuickClassifier(features)
        self.starts = diverse_photos(self.classifier.rows, STARTS, seed)
        self.random = RandomOrder(len(features), seed)

    def next(self, labels: np.ndarray, waiting: np.ndarray) -> int:
        for place in self.starts:
            if waiting[place]:
                return place
        if not ((labels == 0).any() and (labels == 1).any()):
            return self.random.next(labels, waiting)
        unsure = np.abs(self.classifier.probabilities(labels) - 0.5)  # (n,)
        return int(np.argmin(np.where(waiting, unsure, np.inf)))


class ScoreOrder:
    """Nearest first to the boundary of a direction, where there are no features to learn from.

    Args:
        scores: float `[n]`, as `Direction.score` gives them; 0 is the boundary.
    """

    def __init__(self, scores: np.ndarray) -> None:
        self.distances = np.abs(scores)

    def next(self, labels: np.ndarray, waiting: np.ndarray) -> int:
        return int(np.argmin(np.where(waiting, self.distances, np.inf)))


def diverse_photos(rows: np.ndarray, count: int, seed: int = 0) -> list[int]:
    """The photos nearest to the centres of k-means clusters of rows `[n, k]`, the largest first."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import pairwise_distances_argmin

    count = min(count, len(rows))
    means = KMeans(count, n_init=4, random_state=seed).fit(rows)
    nearest = pairwise_distances_argmin(means.cluster_centers_, rows)
    largest_first = np.argsort(-np.bincount(means.labels_, minlength=count), kind="stable")
    return list(dict.fromkeys(int(place) for place in nearest[largest_first]))
