"""From labelled and unlabelled photos to the check that a direction carries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from ganssl.attributes import withheld
from ganssl.base.progress import Progress
from ganssl.directions.check import FEWEST_LABELS, FeatureView, PhotoCheck
from ganssl.directions.direction_set import DirectionSet
from ganssl.errors import UserError
from ganssl.fitting.spread_labels import fit_feature_view, unplaced_view
from ganssl.metrics.bells import Bells, measured_bells
from ganssl.metrics.expected import Expected, accuracy_of_agreement, expected_by_classes

if TYPE_CHECKING:
    from ganssl.features.extractor import FeatureExtractor

FOLDS = 5
MOST_LABELS = 4000
"""More labelled photos than this make a check no better, and cross-validation slow."""

MOST_HALVED = 1000
"""Halves of more labels err on the same photos, so that how often they agree tells nothing."""


def with_checks(
    directions: DirectionSet,
    extractor: FeatureExtractor,
    features: np.ndarray,
    size: int,
    labels_of: Callable[[str], np.ndarray],
    progress: Progress | None = None,
    share_of: Callable[[str], float | None] = lambda name: None,
) -> DirectionSet:
    """The directions with what the photos behind them taught of their attributes.

    An attribute that the features do not tell, or that no slider offers, keeps its
    directions without one.

    Args:
        features: of the photos that the directions were fitted to, float32 `[n, f]`,
            from faces of `size` pixels.
        labels_of: gives an attribute's labels, int8 `[n]`: 1, 0, and -1 for
            photos that may serve without theirs.
        progress: called with (attributes done, attributes in all).
        share_of: gives the share of all photos that have an attribute, where it is known.
    """
    checks = {}
    for done, name in enumerate(directions.attributes, start=1):
        if not withheld(name):
            with suppress(UserError):
                checks[name] = fit_photo_check(
                    features, labels_of(name), extractor, size, share_of(name)
                )
        if progress:
            progress(done, len(directions.attributes))
    return directions.with_checks(checks)


def fit_photo_check(
    features: np.ndarray,
    labels: np.ndarray,
    extractor: FeatureExtractor,
    size: int,
    share: float | None = None,
) -> PhotoCheck:
    """Fit the check of one attribute.

    Args:
        features: float32 `[n, f]` of the extractor, from faces of `size` pixels.
        labels: int8 `[n]`: 1, 0, and -1 for photos without one. Of more than
            `MOST_LABELS` some serve.
        share: of all photos that have the attribute, where it is known; else the
            unlabelled ones tell it, which says too much of what few have.

    Raises `UserError` for fewer than `FEWEST_LABELS` labels, fewer than `FOLDS`
    of a class, and features that do not tell the classes apart.
    """
    labels = _some(labels)
    view, bells, expected = learn_view(features, labels, share)
    known = int((labels >= 0).sum())
    if known < FEWEST_LABELS:
        raise UserError(f"A check takes {FEWEST_LABELS} or more labelled photos, not {known}.")
    return PhotoCheck(
        features=extractor.name,
        features_id=extractor.id,
        size=size,
        view=view,
        bells=bells,
        expected=expected,
        labels=known,
        photos=len(labels) - known,
    )


def learn_view(
    features: np.ndarray, labels: np.ndarray, share: float | None = None
) -> tuple[FeatureView, Bells, Expected]:
    """A linear view of one attribute, its scores among the photos, and how right it is.

    The labelled photos are scored by views that did not learn from them, so that
    they lie among the others as others of their class do.

    Args:
        features: float32 `[n, f]`.
        labels: int8 `[n]`: 1, 0, and -1 for photos without one.
        share: as in `fit_photo_check`.

    Raises `UserError` as `fit_photo_check`.
    """
    known = np.flatnonzero(labels >= 0)
    answers = labels[known]
    if np.bincount(answers, minlength=2).min() < FOLDS:
        raise UserError(f"Cross-validation takes {FOLDS} or more labelled photos of each class.")
    view = fit_feature_view(features, labels)
    scores = view.scores(features)
    moved = view.bias - unplaced_view(features, labels).bias
    held = _cross_validated(features, labels, known) + moved
    bells = measured_bells(scores[labels < 0], held, answers, share)
    if bells is None:
        raise UserError("The features do not tell the labelled photos of both classes apart.")
    expected = expected_by_classes((held >= bells.cut()) == (answers == 1), answers, bells.share)
    if len(known) <= MOST_HALVED:
        agreement = _agreement(features, labels, bells.share)
        expected = expected.including("agreement", accuracy_of_agreement(agreement))
    return view, bells, expected


def known_share(labels: np.ndarray) -> float | None:
    """The share of present ones where every photo has its label `[n]` of 1 and 0, else None."""
    return None if (labels < 0).any() else float(np.mean(labels == 1))


def _cross_validated(features: np.ndarray, labels: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Scores of the labelled photos, each by an `unplaced_view` of the other folds."""
    from sklearn.model_selection import StratifiedKFold

    scores = np.empty(len(known), np.float32)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(known, labels[known])
    for _, fold in folds:
        others = labels.copy()
        others[known[fold]] = -1
        scores[fold] = unplaced_view(features, others).scores(features[known[fold]])
    return scores


def _agreement(features: np.ndarray, labels: np.ndarray, share: float) -> float:
    """How often views that learnt from one half of the labels each give the same answer.

    Both call the same share of the photos present, that of the population.
    """
    answers = []
    for first in (0, 1):
        half = np.full(len(labels), -1, np.int8)
        for answer in (0, 1):
            half[np.flatnonzero(labels == answer)[first::2]] = answer
        scores = unplaced_view(features, half).scores(features)
        answers.append(scores >= np.quantile(scores, 1.0 - share))
    return float(np.mean(answers[0] == answers[1]))


def _some(labels: np.ndarray) -> np.ndarray:
    """At most `MOST_LABELS` of the labels, drawn at random; the rest become -1."""
    known = np.flatnonzero(labels >= 0)
    if len(known) <= MOST_LABELS:
        return labels
    kept = np.full(len(labels), -1, np.int8)
    rows = np.random.default_rng(0).permutation(known)[:MOST_LABELS]
    kept[rows] = labels[rows]
    return kept
