"""What a few labelled photos can still do once faces were generated from them.

A boundary in latent space labels generated faces, and it errs where the codes
do. The few photos that defined it know something else: how the classes differ
in the face features. So they say which faces are contradicted, and, once a
head is trained, where its threshold lies among photos.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganssl.base.progress import Stages
from ganssl.classifier.classifier import Classifier
from ganssl.classifier.train import check_rows
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor
from ganssl.features.feature_cache import cached_features
from ganssl.fitting.spread_labels import fit_feature_view
from ganssl.metrics.threshold import anchored_threshold
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.preprocess import Preprocess

SMALLEST_KEPT = 0.1
"""The share of a class that stays, however many of its faces are contradicted."""

MOST_UNLABELLED = 5000
"""So many unlabelled photos say where the classes part, and serve methods that learn from them."""


@dataclass(frozen=True, eq=False)
class Anchor:
    """The few labelled photos, and others without labels.

    Attributes:
        features: float32 `[k, f]`.
        labels: int8 `[k]`, with both classes.
        unlabelled: float32 `[n, f]` of photos whose labels are not known; may be empty.
        photos: `PhotoSet.digest` of each labelled one, so that none of them is judged on.
    """

    features: np.ndarray
    labels: np.ndarray
    unlabelled: np.ndarray
    photos: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        features, labels = check_rows(self.features, self.labels)
        object.__setattr__(self, "features", features)
        object.__setattr__(self, "labels", labels)
        if self.unlabelled.shape[1:] != self.features.shape[1:]:
            raise UserError("Labelled and unlabelled photos need the same features.")

    def supports(self, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Whether the photos speak for the labels `[n]` of faces `[n, f]`; bool `[n]`."""
        photos = np.concatenate([self.features, self.unlabelled])
        known = np.full(len(photos), -1, np.int8)
        known[: len(self.labels)] = self.labels
        return supported(fit_feature_view(photos, known).scores(features), labels)

    def place_threshold(self, classifier: Classifier) -> Classifier:
        """The classifier with its threshold for photos like these; see `anchored_threshold`."""
        known = classifier.scores(self.features)
        others = classifier.scores(self.unlabelled) if len(self.unlabelled) else known
        found = anchored_threshold(others, known, self.labels)
        return classifier.with_threshold(found.threshold, found.note, found.bells)


def photo_anchor(
    photos: PhotoSet,
    column: str,
    extractor: FeatureExtractor,
    preprocess: Preprocess,
    unlabelled: PhotoSet | None = None,
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> Anchor:
    """From labelled photos, aligned as those that are judged, and from others.

    Args:
        photos: those without a label in `column` count as unlabelled.
        preprocess: of the faces that the classifier learns from.
        unlabelled: more photos, in CelebA's geometry or cropped; of all of
            them `MOST_UNLABELLED` serve.
        cache: keeps the features of the unlabelled ones.

    Raises `UserError` where no photo has a label or one class has none.
    """
    from ganssl.photos.prepared import labelled, prepare_photos

    known = labelled(photos, column)
    prepared = prepare_photos(
        photos.subset(known), preprocess, progress and progress("reading labelled photos")
    )
    rest = [part for part in (photos.subset(~known), unlabelled) if part is not None and len(part)]
    features = [np.empty((0, extractor.size), np.float32)]
    for part in rest:
        rows = np.random.default_rng(0).permutation(len(part))[: MOST_UNLABELLED // len(rest)]
        stage = progress and progress("features of unlabelled photos")
        features.append(
            cached_features(extractor, part.subset(np.sort(rows)), preprocess, cache, stage)
        )
    used = prepared.photos
    return Anchor(
        extractor.features(prepared.pixels),
        used.column(column),
        np.concatenate(features),
        tuple(used.digest(i) for i in range(len(used))),
    )


def supported(by_features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The faces of each class for which their features speak, bool `[n]`; a tenth always stays.

    Args:
        by_features: float `[n]`, present above 0.
        labels: `[n]` of 1 and 0.
    """
    kept = np.zeros(len(labels), bool)
    support = np.where(labels == 1, by_features, -by_features)
    for answer in (0, 1):
        rows = np.flatnonzero(labels == answer)
        order = rows[np.argsort(-support[rows], kind="stable")]
        kept[order[: max(int((support[rows] >= 0).sum()), int(SMALLEST_KEPT * len(rows)))]] = True
    return kept
