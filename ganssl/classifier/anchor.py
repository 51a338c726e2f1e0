"""What a few labelled photos can still do once faces were generated from them.

A boundary in latent space labels generated faces, and it errs where the codes
do. The few photos that defined it know something else: how the classes differ
in the face features. So they say which faces are contradicted, and, once a
head is trained, where its threshold lies among photos.

Where the photos are at hand `photo_anchor` brings them. Where they are not,
the direction that labelled the faces may carry what they taught, and
`taught_anchor` has generated faces stand in for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ganssl.classifier.classifier import Classifier
from ganssl.classifier.train import check_rows
from ganssl.classifier.watch import UNWATCHED, Watch
from ganssl.directions.check import PhotoCheck
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor
from ganssl.features.feature_cache import cached_features
from ganssl.fitting.photo_check import learn_view
from ganssl.fitting.spread_labels import fit_feature_view
from ganssl.metrics.expected import Expected
from ganssl.metrics.threshold_by_bells import (
    anchored_threshold,
    carried_threshold,
    soft_threshold,
    with_measured_bells,
)
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.prepared import LEAVE_OUT, labelled, prepare_photos
from ganssl.photos.preprocess import Preprocess
from ganssl.photos.report import Refusal

SMALLEST_KEPT = 0.1
"""The share of a class that stays, however many of its faces are contradicted."""

STAND_INS = 5000
"""So many generated faces stand in for photos that are not at hand."""

NEIGHBOURS = 3
"""A stand-in is drawn from so many faces on either side of the one that scores nearest."""

STREAM = 0x57A2  # sets this random stream apart from the others

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
        refused: labelled photos that were left out, unreadable or without a face.
        check: what was learnt from photos that are not at hand, for which these
            rows of features stand in; None where the rows are photos.
    """

    features: np.ndarray
    labels: np.ndarray
    unlabelled: np.ndarray
    photos: tuple[str, ...] = ()
    check: PhotoCheck | None = None
    refused: tuple[Refusal, ...] = ()

    def __post_init__(self) -> None:
        features, labels = check_rows(self.features, self.labels)
        object.__setattr__(self, "features", features)
        object.__setattr__(self, "labels", labels)
        if self.unlabelled.shape[1:] != self.features.shape[1:]:
            raise UserError("Labelled and unlabelled photos need the same features.")

    def supports(self, features: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Whether the photos speak for the labels `[n]` of faces `[n, f]`; bool `[n]`."""
        view = self.check.view if self.check else fit_feature_view(*self._photos())
        return supported(view.scores(features), labels)

    def place_threshold(self, classifier: Classifier) -> Classifier:
        """The classifier with its threshold for photos like these.

        Labels are few, but they say of all photos how likely each is to be
        present (`learn_view`), and there the classifier is cut; see
        `soft_threshold`, and `carried_threshold` where the photos are not at
        hand. Its metrics get `expected`, what accuracy to expect on such
        photos. With very few labels `anchored_threshold` places it.
        """
        if self.check:
            return self._placed_by_check(classifier, self.check)
        try:
            photos, present, expected, note = self._likely()
        except UserError:  # too few labels
            known = classifier.scores(self.features)
            others = classifier.scores(self.unlabelled) if len(self.unlabelled) else known
            found = anchored_threshold(others, known, self.labels)
            return classifier.with_threshold(found.threshold, found.note, found.bells)
        scores = classifier.scores(photos)
        found = soft_threshold(scores, present)
        if found.bells is None:
            return classifier.with_threshold(found.threshold, found.note)
        if len(self.unlabelled):
            known, others = np.split(scores, [len(self.labels)])
            found = with_measured_bells(found, others, known, self.labels)
        placed = classifier.with_threshold(found.threshold, note, found.bells)
        right = float(np.mean(np.where(scores >= found.threshold, present, 1.0 - present)))
        return _expecting(placed, expected.including("overlap", right))

    def _placed_by_check(self, classifier: Classifier, check: PhotoCheck) -> Classifier:
        scores, by_view = classifier.scores(self.features), check.view.scores(self.features)
        found = carried_threshold(scores, by_view, check.bells)
        if found.bells is None:
            return classifier.with_threshold(found.threshold, found.note)
        note = (
            f"placed by what {check.labels:,} labelled and {check.photos:,} other "
            f"photos taught of faces' features, {check.bells.share:.0%} of them present"
        )
        placed = classifier.with_threshold(found.threshold, note, found.bells)
        other = float(np.mean((scores >= found.threshold) != (by_view >= check.bells.cut())))
        expected = check.expected.including("overlap", found.bells.right())
        most = min(expected.accuracy + other, 1.0)  # right wherever the view is, and where not
        return _expecting(placed, expected.including("disagreement", most))

    def _likely(self) -> tuple[np.ndarray, np.ndarray, Expected, str]:
        """Features of all photos, how likely each is present, the accuracy to expect, a note."""
        photos, known = self._photos()
        view, bells, expected = learn_view(photos, known)
        present = np.where(known >= 0, known, bells.posteriors(view.scores(photos)))
        note = (
            f"placed by {len(self.labels):,} labelled photos and what they say of "
            f"{len(self.unlabelled):,} unlabelled ones, {bells.share:.0%} of them present"
        )
        return photos, present, expected, note

    def _photos(self) -> tuple[np.ndarray, np.ndarray]:
        """All photos' features, and their labels with -1 for the unlabelled ones."""
        photos = np.concatenate([self.features, self.unlabelled])
        known = np.full(len(photos), -1, np.int8)
        known[: len(self.labels)] = self.labels
        return photos, known


def photo_anchor(
    photos: PhotoSet,
    column: str,
    extractor: FeatureExtractor,
    preprocess: Preprocess,
    unlabelled: PhotoSet | None = None,
    no_face: str = LEAVE_OUT,
    watch: Watch = UNWATCHED,
) -> Anchor:
    """From labelled photos, aligned as those that are judged, and from others.

    Args:
        photos: those without a label in `column` count as unlabelled.
        preprocess: of the faces that the classifier learns from.
        unlabelled: more photos, in CelebA's geometry or cropped; of all of
            them `MOST_UNLABELLED` serve.
        no_face: what becomes of labelled photos without a face, see `prepare_photos`.
        watch: its stages; its cache keeps the features of the unlabelled ones.

    Raises `UserError` where no photo has a label or one class has none.
    """
    known, progress = labelled(photos, column), watch.progress
    prepared = prepare_photos(
        photos.subset(known),
        preprocess,
        progress and progress("reading labelled photos"),
        no_face=no_face,
    )
    rest = [part for part in (photos.subset(~known), unlabelled) if part is not None and len(part)]
    features = [np.empty((0, extractor.size), np.float32)]
    for part in rest:
        rows = np.random.default_rng(0).permutation(len(part))[: MOST_UNLABELLED // len(rest)]
        stage = progress and progress("features of unlabelled photos")
        features.append(
            cached_features(extractor, part.subset(np.sort(rows)), preprocess, watch.cache, stage)
        )
    used = prepared.photos
    return Anchor(
        extractor.features(prepared.pixels),
        used.column(column),
        np.concatenate(features),
        tuple(used.digest(i) for i in range(len(used))),
        refused=tuple(prepared.refused),
    )


def taught_anchor(check: PhotoCheck, features: np.ndarray) -> Anchor:
    """Generated faces that stand in for photos which are not at hand.

    The check knows how the photos of both classes score, and which share of
    them is present. For each of `STAND_INS` scores drawn so, a generated face is
    taken that scores about so, whatever its label. All of them are then moved
    by one step, so that their mean is that of the photos: what generated faces
    have in common and photos do not is no sign of a class.

    Args:
        features: of generated faces, float32 `[n, f]`.
    """
    rng = np.random.default_rng(STREAM)
    bells, scores = check.bells, check.view.scores(features)
    present = (rng.random(STAND_INS) < bells.share).astype(np.int8)
    present[:4] = 0, 1, 0, 1  # both classes, however rare one is
    wanted = np.where(present == 1, bells.high, bells.low) + bells.deviation * (
        rng.standard_normal(STAND_INS)
    )
    order = np.argsort(scores, kind="stable")
    places = np.searchsorted(scores[order], wanted)
    places += rng.integers(-NEIGHBOURS, NEIGHBOURS + 1, STAND_INS)
    stand_ins = features[order[np.clip(places, 0, len(order) - 1)]]
    moved = stand_ins + (check.view.mean - stand_ins.mean(axis=0))
    return Anchor(moved, present, features[:0], check=check)


def _expecting(classifier: Classifier, expected: Expected) -> Classifier:
    return replace(classifier, metrics=classifier.metrics | {"expected": expected.to_dict()})


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
