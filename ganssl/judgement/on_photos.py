"""From labelled photos to a judgement: align, extract features, score, judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ganssl.classifier.classifier import Classifier
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor
from ganssl.judgement.judge import Judgement, judge
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.preprocess import Preprocess
from ganssl.photos.uploads import Refusal

Progress = Callable[[int, int], None] | None


@dataclass(frozen=True, eq=False)
class PreparedPhotos:
    """Photos that could be read, ready for an extractor.

    Attributes:
        photos: those that could be read, in the order of the rows below.
        pixels: uint8 `[n, s, s, 3]`.
        model_pixels: the same faces as a face model's encoder reads them,
            uint8 `[n, S, S, 3]`; None where nobody asked for them.
        how: how each face was found, see `ganssl.photos.align.prepare_face`.
        warnings: sentences about single photos, with their names.
        refused: what could not be read.
    """

    photos: PhotoSet
    pixels: np.ndarray
    model_pixels: np.ndarray | None
    how: list[str]
    warnings: list[str]
    refused: list[Refusal]

    def __len__(self) -> int:
        return len(self.pixels)

    def subset(self, rows: np.ndarray) -> PreparedPhotos:
        """The photos under a boolean mask `[n]`; warnings and refusals stay."""
        return replace(
            self,
            photos=self.photos.subset(rows),
            pixels=self.pixels[rows],
            model_pixels=None if self.model_pixels is None else self.model_pixels[rows],
            how=[self.how[i] for i in np.flatnonzero(rows)],
        )


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


def prepare_photos(
    photos: PhotoSet,
    preprocess: Preprocess,
    progress: Progress = None,
    model_preprocess: Preprocess | None = None,
) -> PreparedPhotos:
    """Read and align every photo; what cannot be read is refused and the rest goes on.

    Args:
        preprocess: of the extractor's faces.
        progress: called with (photos done, photos in all).
        model_preprocess: of a face model, to make `model_pixels` as well.

    Raises `UserError` when nothing is left.
    """
    from ganssl.photos.align import prepare_face

    pixels, model_pixels, rows, how, warnings, refused = [], [], [], [], [], []
    for index, name in enumerate(photos.names):
        try:
            face = prepare_face(photos.read(index), preprocess)
        except UserError as error:
            refused.append(Refusal(name, str(error)))
        else:
            pixels.append(face.pixels)
            if model_preprocess:
                model_pixels.append(model_preprocess(face.frame))
            rows.append(index)
            how.append(face.how)
            warnings += [f"{name}: {warning}" for warning in face.warnings]
        if progress:
            progress(index + 1, len(photos))
    if not pixels:
        reason = f" The first: {refused[0].reason}" if refused else ""
        raise UserError(f"No photo of {photos.source} can be used.{reason}")
    return PreparedPhotos(
        photos=photos.subset(np.array(rows)),
        pixels=np.stack(pixels),
        model_pixels=np.stack(model_pixels) if model_preprocess else None,
        how=how,
        warnings=warnings,
        refused=refused,
    )


def judge_photos(
    classifier: Classifier,
    extractor: FeatureExtractor,
    photos: PhotoSet,
    column: str | None = None,
    slices: Sequence[str] = (),
    progress: Progress = None,
) -> PhotoJudgement:
    """Judge a classifier on labelled photos, which go the way of its training faces.

    Photos without a label are left out. `ganssl.judgement.compare` sets other
    methods beside it.

    Args:
        extractor: with the weights that the classifier was trained on.
        column: the photos' column that answers the attribute; its name when None.
        slices: columns whose groups are judged by themselves.
        progress: called with (photos read, photos in all).

    Raises `UserError` for another extractor, columns that are not there, and
    where no labelled photo can be used.
    """
    classifier.check_extractor(extractor)
    column = column or classifier.attribute.name
    photos = photos.subset(labelled(photos, column))
    prepared = prepare_photos(photos, classifier.source.preprocess, progress)
    return judge_prepared(classifier, extractor.features(prepared.pixels), prepared, column, slices)


def judge_prepared(
    classifier: Classifier,
    features: np.ndarray,
    prepared: PreparedPhotos,
    column: str,
    slices: Sequence[str] = (),
) -> PhotoJudgement:
    """Judge on photos that all have a label, by their features float32 `[n, d]`."""
    labels = prepared.photos.column(column, complete=True)
    scores = classifier.scores(features)
    judgement = judge(
        labels,
        scores,
        classifier.threshold,
        classifier.attribute,
        {name: prepared.photos.column(name) for name in slices},
    )
    answers = (scores.astype(np.float64) >= classifier.threshold).astype(np.int8)
    return PhotoJudgement(judgement, prepared, labels, scores, answers)


def labelled(photos: PhotoSet, column: str) -> np.ndarray:
    """Which photos have a label in a column, bool `[n]`; `UserError` where none has."""
    known = photos.column(column) >= 0
    if not known.any():
        raise UserError(f"No photo of {photos.source} has a label for {column}.")
    return known


def extractor_of(classifier: Classifier, weights: str | Path | None = None) -> FeatureExtractor:
    """The extractor that a classifier was trained on; `UserError` where its weights differ."""
    from ganssl.features.extractor import get_extractor

    extractor = get_extractor(classifier.source.features, weights)
    classifier.check_extractor(extractor)
    return extractor
