"""A trained classifier: attribute, features, standardisation, head and threshold in one piece."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ganssl.attributes import Attribute
from ganssl.classifier.heads.head import CurvePoint, Head
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor
from ganssl.metrics.bells import Bells
from ganssl.metrics.threshold import Calibration, calibrate_threshold
from ganssl.photos.preprocess import Preprocess


@dataclass(frozen=True)
class Source:
    """Where the rows of features came from, so that photos can be brought the same way.

    Attributes:
        features, features_id: name and id of the extractor.
        preprocess: what the training faces' pixels went through; photos must too.
        recipe: of the training set, as JSON can hold it.
        data_terms: the licence of the training faces, a sentence.
    """

    features: str = ""
    features_id: str = ""
    preprocess: Preprocess = field(default_factory=Preprocess)
    recipe: dict[str, Any] = field(default_factory=dict)
    data_terms: str = ""


@dataclass(frozen=True, eq=False)
class Classifier:
    """Answers one attribute's question about rows of features.

    Attributes:
        attribute: the question; the score is the probability of its positive class.
        head: fitted, see `ganssl.classifier.heads`.
        mean, scale: of the training faces' features, float32 `[d]`.
        source: what `features` must be made with.
        threshold: scores from here on answer *present*.
        threshold_from: how the threshold was placed.
        bells: what the logits of the scores look like among the photos that
            placed it; None where none did. They make the scores probabilities.
        metrics: what training measured, as JSON can hold it.
    """

    attribute: Attribute
    head: Head
    mean: np.ndarray
    scale: np.ndarray
    source: Source
    threshold: float = 0.5
    threshold_from: str = "default"
    metrics: dict[str, Any] = field(default_factory=dict)
    bells: Bells | None = None

    @property
    def size(self) -> int:
        """Length of a row of features."""
        return len(self.mean)

    @property
    def curve(self) -> list[CurvePoint]:
        """The learning curve; empty in a classifier that was loaded."""
        return self.head.curve

    def scores(self, features: np.ndarray) -> np.ndarray:
        """float32 `[n, d]` → float32 `[n]`: the probability of the positive class."""
        if features.ndim != 2 or features.shape[1] != self.size:
            raise UserError(
                f"This classifier reads {self.size} features a face, not {list(features.shape)}."
            )
        if not np.isfinite(features).all():
            raise UserError("The features of a face hold values that are no numbers.")
        return self.head.scores((features - self.mean) / self.scale)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """int8 `[n]`: 1 where the score reaches the threshold."""
        return (self.scores(features).astype(np.float64) >= self.threshold).astype(np.int8)

    def with_threshold(
        self, threshold: float, threshold_from: str, bells: Bells | None = None
    ) -> Classifier:
        """The same classifier with another threshold, and a word on where it comes from.

        Args:
            bells: of the photos that placed it.
        """
        return replace(self, threshold=float(threshold), threshold_from=threshold_from, bells=bells)

    def check_extractor(self, extractor: FeatureExtractor) -> None:
        """`UserError` unless the extractor has the weights that the classifier was trained on."""
        if (extractor.name, extractor.id) != (self.source.features, self.source.features_id):
            raise UserError(
                f"This classifier was trained on the features {self.source.features!r} with the "
                f"weights {self.source.features_id}, not on {extractor.name!r} with "
                f"{extractor.id}. Use those weights, or train it again."
            )


def calibrated(
    classifier: Classifier,
    features: np.ndarray,
    method: str = "mixture",
    positive_share: float | None = None,
) -> tuple[Classifier, Calibration]:
    """The classifier with its threshold placed for unlabelled photos `[n, d]`."""
    metrics = classifier.metrics
    train_share = metrics["trained_on_present"] / metrics["trained_on"]
    found = calibrate_threshold(classifier.scores(features), method, positive_share, train_share)
    return classifier.with_threshold(found.threshold, found.note), found
