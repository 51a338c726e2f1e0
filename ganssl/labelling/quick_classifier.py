"""A classifier that learns from a handful of labels in milliseconds, to help a labeller."""

from __future__ import annotations

import numpy as np
from threadpoolctl import ThreadpoolController

from ganssl.photos.label_file import UNKNOWN

COMPONENTS = 32
"""Principal components of the photos' features that are kept."""

PENALTY = 0.1
"""Inverse strength of the L2 penalty on components of variance 1.

With 200 of CelebA's validation photos and ten labels turned round, weaker
penalties made the classifier contradict more right labels than wrong ones.
"""

FOLDS = 5


class QuickClassifier:
    """A logistic regression on the main differences between these photos.

    The features of all photos, labelled or not, are reduced once; each fit
    then takes the labels that there are.

    Args:
        features: float32 `[n, d]`, such as those of the face network.
    """

    def __init__(self, features: np.ndarray) -> None:
        from sklearn.decomposition import PCA

        self._threads = ThreadpoolController()
        spread = features.std(axis=0)
        rows = (features - features.mean(axis=0)) / np.maximum(spread, 1e-6)
        count = min(COMPONENTS, *rows.shape)
        self.rows = PCA(count, whiten=True, random_state=0).fit_transform(rows)  # (n, k)

    def probabilities(self, labels: np.ndarray) -> np.ndarray:
        """How likely *yes* is for every photo, float `[n]`.

        Args:
            labels: int8 `[n]` of 1, 0 and -1 (unknown), both classes among them.
        """
        known = labels != UNKNOWN
        with self._one_thread():
            return _model().fit(self.rows[known], labels[known]).predict_proba(self.rows)[:, 1]

    def cross_validated(self, labels: np.ndarray, seed: int = 0) -> np.ndarray:
        """The same for labelled photos, each from labels of the others alone; NaN for the rest.

        Both classes are needed in `FOLDS` photos or more, otherwise all are NaN.
        """
        from sklearn.model_selection import StratifiedKFold, cross_val_predict

        found = np.full(len(labels), np.nan)
        known = np.flatnonzero(labels != UNKNOWN)
        if min(np.sum(labels == 0), np.sum(labels == 1)) >= FOLDS:
            folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
            rows = self.rows[known]
            with self._one_thread():
                found[known] = cross_val_predict(
                    _model(), rows, labels[known], cv=folds, method="predict_proba"
                )[:, 1]
        return found

    def _one_thread(self):
        """Rows so few are done sooner by one thread than by several that wait for each other."""
        return self._threads.limit(limits=1)


def _model():
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=PENALTY, max_iter=200)
