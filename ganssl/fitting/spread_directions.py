"""Attribute directions from a few labelled photos per class, spread over unlabelled ones."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.progress import Stages
from ganssl.directions.direction import Direction
from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.holdout import measure_projection
from ganssl.errors import UserError
from ganssl.fitting.from_photos import EncodedPhotos, encode_photos
from ganssl.fitting.photo_check import known_share, with_checks
from ganssl.fitting.spread_labels import SpreadLabels, spread_labels

if TYPE_CHECKING:
    from ganssl.features.extractor import FeatureExtractor
    from ganssl.models.face_model import FaceModel
    from ganssl.photos import PhotoSet

FACE_SIZE = 64
"""Side of the faces whose features are compared, in pixels."""


def draw_few(labels: np.ndarray, per_class: int, attribute: str, seed: int = 0) -> np.ndarray:
    """Keep the labels of a random `per_class` photos of each class; int8 `[n]`, -1 elsewhere.

    The draw depends on the labels, the seed and the attribute's name alone,
    and a larger draw contains a smaller one.

    Raises `UserError` where a class has fewer.
    """
    rng = np.random.default_rng([seed, zlib.crc32(attribute.encode())])
    few = np.full(len(labels), -1, np.int8)
    for answer, word in enumerate(("absent", "present")):
        rows = rng.permutation(np.flatnonzero(labels == answer))
        if len(rows) < per_class:
            raise UserError(
                f"{attribute} has too few labels: it is {word} in {len(rows)} photos, "
                f"and {per_class} are needed."
            )
        few[rows[:per_class]] = answer
    return few


@dataclass(frozen=True)
class FewLabels:
    """How many labels of each class define a direction, and the seed that draws them."""

    per_class: int
    seed: int = 0

    def drawn(self, photos: PhotoSet, attribute: str) -> np.ndarray:
        """See `draw_few`."""
        return draw_few(photos.column(attribute), self.per_class, attribute, self.seed)


def keep_few(photos: PhotoSet, attribute: str, per_class: int, seed: int = 0) -> PhotoSet:
    """The photos with the labels of `draw_few` alone."""
    few = draw_few(photos.column(attribute), per_class, attribute, seed)
    return replace(photos, attributes=(attribute,), labels=few[:, None])


def fit_spread_directions(
    features: np.ndarray,
    train: EncodedPhotos,
    holdout: EncodedPhotos,
    labels: FewLabels,
    only: Sequence[str] | None = None,
    model_id: str = "",
    progress: Stages | None = None,
) -> DirectionSet:
    """Fit each attribute to a few labels of each class; all other photos serve without theirs.

    Args:
        features: float32 `[n, f]` of the train photos.
        holdout: labelled photos that measure a direction; they place nothing.
        only: fit these attributes; all when None.

    Raises `UserError` when no attribute has enough labels.
    """
    wanted = train.photos.attributes if only is None else only
    report = progress and progress("fitting directions to few labels")
    directions, skipped = [], {}
    for done, attribute in enumerate(wanted, start=1):
        try:
            few = labels.drawn(train.photos, attribute)
            held = holdout.codes, holdout.photos.column(attribute)
            directions.append(spread_direction(attribute, features, train.codes, few, held))
        except UserError as error:
            skipped[attribute] = str(error)
        if report:
            report(done, len(wanted))
    if not directions:
        raise UserError(next(iter(skipped.values()), "There is no attribute to fit."))
    return DirectionSet(model_id, directions, skipped)


def spread_direction(
    attribute: str,
    features: np.ndarray,
    codes: np.ndarray,
    few: np.ndarray,
    holdout: tuple[np.ndarray, np.ndarray],
) -> Direction:
    """The direction that a few labels define, with its boundary; see `spread_labels`.

    Args:
        features, codes: of all photos, float32 `[n, f]` and `[n, d]`.
        few: int8 `[n]`: 1, 0, and -1 for photos without a label.
        holdout: codes `[m, d]` and labels `[m]` of photos that measure it.
            They do not place the boundary.

    Raises `UserError` for too few labels.
    """
    held_labels = holdout[1]
    if min((held_labels == 0).sum(), (held_labels == 1).sum()) < 2:
        raise UserError(f"{attribute}: 2 or more labelled photos of each class must measure it.")
    spread = spread_labels(features, codes, few)
    known = held_labels >= 0
    center = float((codes @ spread.vector).mean(dtype=np.float64))
    held = (holdout[0][known] @ spread.vector - center) / spread.sigma  # in σ
    figures = measure_projection(held, held_labels[known])
    return Direction(
        attribute=attribute,
        method="logistic",
        vector=spread.vector,
        sigma=spread.sigma,
        center=center,
        boundary=spread.boundary,
        class_means=figures.means,
        auc=figures.auc,
        accuracy=figures.accuracy,
        majority=figures.majority,
        split_half_cosine=_halves_cosine(features, codes, few),
        labels_used=int((few >= 0).sum()),
    )


def spread_photo_directions(
    model: FaceModel,
    photos: PhotoSet,
    labels: FewLabels,
    only: Sequence[str] | None = None,
    extractor: FeatureExtractor | None = None,
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> DirectionSet:
    """The directions of a model from a few labels per class of a larger set of photos.

    Each carries what the few labelled and the other photos taught of face
    features, see `PhotoCheck`, and, where all photos are labelled, one number of
    all: the share that has the attribute.

    Args:
        photos: the train part fits and the validation part measures; of photos
            that are not divided a fifth is kept back to measure.
        extractor: the face network that ships when None.
        cache: folder that keeps codes and features for next time.

    Raises `UserError` for photos without labels or with too few.
    """
    from ganssl.features.extractor import get_extractor
    from ganssl.features.feature_cache import cached_features
    from ganssl.photos.preprocess import Preprocess

    photos.require_labels()
    train, held = _divided(photos, labels.seed)
    extractor = extractor or get_extractor()
    features = cached_features(
        extractor,
        train,
        Preprocess(FACE_SIZE),
        cache,
        progress and progress("face features"),
    )
    directions = fit_spread_directions(
        features,
        EncodedPhotos(train, encode_photos(model, train, cache, progress)),
        EncodedPhotos(held, encode_photos(model, held, cache, progress)),
        labels,
        only,
        model.id,
        progress,
    )
    return with_checks(
        directions,
        extractor,
        features,
        FACE_SIZE,
        lambda name: labels.drawn(train, name),
        progress and progress("checking what the few labels taught"),
        lambda name: known_share(train.column(name)),
    )


def few_directions(
    model: FaceModel,
    labels_per_class: int,
    attributes: Sequence[str],
    photos: PhotoSet | None = None,
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> DirectionSet:
    """Directions that so many labels of each class define.

    They are fitted to `photos` where these are given; without, they are those
    that came with the model.

    Raises `UserError` where the model has none of so many labels.
    """
    if photos is not None:
        return spread_photo_directions(
            model,
            photos,
            FewLabels(labels_per_class),
            attributes,
            cache=cache,
            progress=progress,
        )
    kept = model.few_directions
    if not len(kept):
        raise UserError(f"The model {model.name} brings no directions of few labels.")
    found = {kept.get(name).labels_used // 2 for name in attributes}
    if found != {labels_per_class}:
        raise UserError(
            f"The model {model.name} brings directions of {min(found)} labels per class, not of "
            f"{labels_per_class}; these must be fitted to labelled photos."
        )
    return kept


def _divided(photos: PhotoSet, seed: int) -> tuple[PhotoSet, PhotoSet]:
    if photos.partition is not None:
        return photos.part("train"), photos.part("validation")
    held = np.zeros(len(photos), bool)
    held[np.random.default_rng(seed).permutation(len(photos))[: len(photos) // 5]] = True
    return photos.subset(~held), photos.subset(held)


def _halves_cosine(features: np.ndarray, codes: np.ndarray, few: np.ndarray) -> float:
    """Cosine between the directions that each half of the few labels defines by itself."""
    halves: list[SpreadLabels] = []
    for first in (0, 1):
        half = np.full(len(few), -1, np.int8)
        for answer in (0, 1):
            half[np.flatnonzero(few == answer)[first::2]] = answer
        halves.append(spread_labels(features, codes, half))
    return float(halves[0].vector @ halves[1].vector)
