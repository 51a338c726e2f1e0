"""What the networks see in the photos that are being labelled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from ganssl.base.progress import Stages
from ganssl.labelling.order import InformativeOrder, Order, ScoreOrder
from ganssl.labelling.quick_classifier import QuickClassifier
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.preprocess import Preprocess

if TYPE_CHECKING:
    from ganssl.features.readout import Readout
    from ganssl.models.face_model import FaceModel


@dataclass(frozen=True, eq=False)
class PhotoAnalysis:
    """One row for each photo.

    Attributes:
        names: of the photos, `[n]`.
        model_id: the model that made the codes.
        codes: float32 `[n, d]`.
        features: of the face network, float32 `[n, f]`; the codes where none is installed.
        probabilities: what the shipped probes say of each photo, float `[n]` for
            each attribute; empty without a face network.
        scores: how far each photo lies beyond the boundary of each of the
            model's directions, float `[n]`.
        warnings: sentences about single photos, with their names.
    """

    names: list[str]
    model_id: str
    codes: np.ndarray
    features: np.ndarray
    probabilities: dict[str, np.ndarray]
    scores: dict[str, np.ndarray]
    warnings: list[str]

    def of(self, names: list[str]) -> PhotoAnalysis:
        """The rows of these photos in their order; `KeyError` for one that was not analysed."""
        row_of = {name: row for row, name in enumerate(self.names)}
        rows = [row_of[name] for name in names]
        return replace(
            self,
            names=names,
            codes=self.codes[rows],
            features=self.features[rows],
            probabilities={name: p[rows] for name, p in self.probabilities.items()},
            scores={name: score[rows] for name, score in self.scores.items()},
        )

    def order(self, question: str, seed: int = 0) -> Order:
        """Typical photos first, then doubtful ones, as far as the networks at hand can tell."""
        if not self.probabilities and question in self.scores:
            return ScoreOrder(self.scores[question])
        return InformativeOrder(self.features, seed)

    def cross_validated(self, labels: np.ndarray) -> np.ndarray:
        """See `QuickClassifier.cross_validated`; labels int8 `[n]`."""
        return QuickClassifier(self.features).cross_validated(labels)


def analyse_photos(
    model: FaceModel,
    photos: PhotoSet,
    readout: Readout | None = None,
    progress: Stages | None = None,
) -> PhotoAnalysis:
    """Find, align, encode and read the face of each photo.

    Where no face is found the middle of the photo is taken, with a warning: whoever labels
    the photos sees them, and may answer that one is none.

    Args:
        readout: face network and probes; None where they are not installed.
        progress: shows the stage `finding faces`.
    """
    from ganssl.photos.prepared import CROP, prepare_photos

    report = progress and progress("finding faces")
    prepared = prepare_photos(photos, Preprocess(), report, model.preprocess, CROP)
    codes = model.encode(prepared.for_model)
    features, probabilities = codes, {}
    if readout is not None:
        features = readout.network.features(prepared.pixels)
        found = expit(readout.logits(features))
        probabilities = dict(zip(readout.attributes, found.T, strict=True))
    directions = model.directions
    scores = {name: directions.get(name).score(codes) for name in directions.attributes}
    return PhotoAnalysis(
        prepared.photos.names,
        model.id,
        codes,
        features,
        probabilities,
        scores,
        prepared.warnings,
    )
