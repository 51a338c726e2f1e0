"""From labelled photos to a judgement: align, extract features, score, judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ganssl.classifier.classifier import Classifier
from ganssl.data.photo_set import PhotoSet
from ganssl.data.uploads import Refusal
from ganssl.errors import UserError
from ganssl.evaluate_classifier import Judgement, judge
from ganssl.features.extractor import FeatureExtractor
from ganssl.preprocess import Preprocess

Progress = Callable[[int, int], None] | None


@dataclass(frozen=True, eq=False)
class PreparedPhotos:
    """Photos that could be read, ready for an extractor.

    Attributes:
        pixels: uint8 `[n, s, s, 3]`.
        indices: int `[n]`, their places in the photo set.
        how: how each face was found, see `ganssl.align.prepare_face`.
        warnings: sentences about single photos, with their names.
        refused: what could not be read.
    """

    pixels: np.ndarray
    indices: np.ndarray
    how: list[str]
    warnings: list[str]
    refused: list[Refusal]


@dataclass(frozen=True, eq=False)
class PhotoJudgement:
    """A judgement with the photos that it rests on.

    Attributes:
        names: of the judged photos, `[n]`.
        pixels: as the extractor saw them, uint8 `[n, s, s, 3]`.
        labels, answers: int8 `[n]`.
        scores: float32 `[n]`.
        prepared: how they were read, and what was refused.
    """

    judgement: Judgement
    names: list[str]
    pixels: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    answers: np.ndarray
    prepared: PreparedPhotos

    def to_dict(self) -> dict:
        """The judgement, and the counts of what was done with the photos, as JSON can hold it."""
        return {
            **self.judgement.to_dict(),
            "aligned": dict(Counter(self.prepared.how)),
            "refused": [asdict(refusal) for refusal in self.prepared.refused],
            "warnings": self.prepared.warnings,
        }

    def csv(self) -> str:
        """One line for each photo: file, label, answer, score, how its face was found."""
        import csv
        import io

        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["file", "label", "answer", "score", "aligned"])
        classes = self.judgement.classes
        columns = self.names, self.labels, self.answers, self.scores, self.prepared.how
        for name, label, answer, score, how in zip(*columns, strict=True):
            writer.writerow([name, classes[label], classes[answer], f"{score:.4f}", how])
        return text.getvalue()


def prepare_photos(
    photos: PhotoSet, preprocess: Preprocess, progress: Progress = None
) -> PreparedPhotos:
    """Read and align every photo; what cannot be read is refused and the rest goes on.

    Raises `UserError` when nothing is left.
    """
    from ganssl.align import prepare_face

    pixels, indices, how, warnings, refused = [], [], [], [], []
    for index, name in enumerate(photos.names):
        try:
            face = prepare_face(photos.read(index), preprocess)
        except UserError as error:
            refused.append(Refusal(name, str(error)))
        else:
            pixels.append(face.pixels)
            indices.append(index)
            how.append(face.how)
            warnings += [f"{name}: {warning}" for warning in face.warnings]
        if progress:
            progress(index + 1, len(photos))
    if not pixels:
        reason = f" The first: {refused[0].reason}" if refused else ""
        raise UserError(f"No photo of {photos.source} can be used.{reason}")
    return PreparedPhotos(np.stack(pixels), np.array(indices), how, warnings, refused)


def judge_photos(
    classifier: Classifier,
    extractor: FeatureExtractor,
    photos: PhotoSet,
    column: str | None = None,
    slices: Sequence[str] = (),
    progress: Progress = None,
) -> PhotoJudgement:
    """Judge a classifier on labelled photos, which go the way of its training faces.

    Photos without a label are left out.

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
    known = photos.column(column) >= 0
    if not known.any():
        raise UserError(f"No photo of {photos.source} has a label for {column}.")
    photos = photos.subset(known)
    prepared = prepare_photos(photos, classifier.source.preprocess, progress)
    kept = photos.subset(prepared.indices)
    labels = kept.column(column)
    scores = classifier.scores(extractor.features(prepared.pixels))
    judgement = judge(
        labels,
        scores,
        classifier.threshold,
        classifier.attribute,
        {name: kept.column(name) for name in slices},
    )
    answers = (scores.astype(np.float64) >= classifier.threshold).astype(np.int8)
    return PhotoJudgement(judgement, kept.names, prepared.pixels, labels, scores, answers, prepared)


def extractor_of(classifier: Classifier, weights: str | Path | None = None) -> FeatureExtractor:
    """The extractor that a classifier was trained on; `UserError` where its weights differ."""
    from ganssl.features.extractor import get_extractor

    extractor = get_extractor(classifier.source.features, weights)
    classifier.check_extractor(extractor)
    return extractor
