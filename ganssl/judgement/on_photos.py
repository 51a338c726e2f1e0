"""From labelled photos to a judgement: align, extract features, score, judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ganssl.base.progress import Progress
from ganssl.classifier.classifier import Classifier
from ganssl.features.extractor import FeatureExtractor
from ganssl.judgement.judge import Judgement, judge
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.prepared import LEAVE_OUT, PreparedPhotos, labelled, prepare_photos
from ganssl.photos.skin_tone import TITLE, groups_of, skin_tone


@dataclass(frozen=True, eq=False)
class PhotoJudgement:
    """A judgement with the photos that it rests on.

    Attributes:
        prepared: the judged photos, how they were read, and what was refused.
        labels, answers: int8 `[n]`.
        scores: float32 `[n]`.
    """

    judgement: Judgement
    prepared: PreparedPhotos
    labels: np.ndarray
    scores: np.ndarray
    answers: np.ndarray

    @property
    def names(self) -> list[str]:
        """Of the judged photos, `[n]`."""
        return self.prepared.photos.names

    def to_dict(self) -> dict:
        """The judgement, and the counts of what was done with the photos, as JSON can hold it."""
        return {
            **self.judgement.to_dict(),
            "aligned": dict(Counter(self.prepared.how)),
            "refused": [asdict(refusal) for refusal in self.prepared.refused],
            "warnings": self.prepared.warnings,
        }


def judge_photos(
    classifier: Classifier,
    extractor: FeatureExtractor,
    photos: PhotoSet,
    column: str | None = None,
    slices: Sequence[str] = (),
    progress: Progress | None = None,
    no_face: str = LEAVE_OUT,
) -> PhotoJudgement:
    """Judge a classifier on labelled photos, which go the way of its training faces.

    Photos without a label are left out. `ganssl.judgement.compare` sets other
    methods beside it.

    Args:
        extractor: with the weights that the classifier was trained on.
        column: the photos' column that answers the attribute; its name when None.
        slices: columns whose groups are judged by themselves.
        progress: called with (photos read, photos in all).
        no_face: what becomes of photos without a face, see `prepare_photos`.

    Raises `UserError` for another extractor, columns that are not there, and
    where no labelled photo can be used.

    Example:
        A second set of generated faces stands in for labelled photos.

        >>> import ganssl
        >>> model, extractor = ganssl.load_model(), ganssl.get_extractor()
        >>> for folder, seed in (("set", 0), ("photos", 1)):
        ...     _ = ganssl.synthesize(model, ganssl.Recipe("Smiling", 40, seed), folder)
        >>> classifier = ganssl.train_on_set(ganssl.read_set("set"), extractor)
        >>> smiling = ganssl.Attribute("Smiling")
        >>> photos = ganssl.read_photos("photos", "photos/labels.csv", smiling)
        >>> found = ganssl.judge_photos(classifier, extractor, photos)
        >>> found.judgement.n
        40
    """
    classifier.check_extractor(extractor)
    column = column or classifier.attribute.name
    photos = photos.subset(labelled(photos, column))
    prepared = prepare_photos(photos, classifier.source.preprocess, progress, no_face=no_face)
    return judge_prepared(classifier, extractor.features(prepared.pixels), prepared, column, slices)


def judge_prepared(
    classifier: Classifier,
    features: np.ndarray,
    prepared: PreparedPhotos,
    column: str,
    slices: Sequence[str] = (),
) -> PhotoJudgement:
    """Judge on photos that all have a label, by their features float32 `[n, d]`.

    The last slices are the groups of skin tone, as the photos' pixels show it.
    """
    labels = prepared.photos.column(column, complete=True)
    scores = classifier.scores(features)
    tones = skin_tone(prepared.pixels, classifier.source.preprocess)
    groups = {name: prepared.photos.slice_values(name) for name in slices}
    judgement = judge(
        labels,
        scores,
        classifier.threshold,
        classifier.attribute,
        {**groups, TITLE: groups_of(tones)},
    )
    answers = (scores.astype(np.float64) >= classifier.threshold).astype(np.int8)
    return PhotoJudgement(judgement, prepared, labels, scores, answers)


def extractor_of(classifier: Classifier, weights: str | Path | None = None) -> FeatureExtractor:
    """The extractor that a classifier was trained on; `UserError` where its weights differ."""
    from ganssl.features.extractor import get_extractor

    extractor = get_extractor(classifier.source.features, weights)
    classifier.check_extractor(extractor)
    return extractor
