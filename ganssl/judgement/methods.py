"""What is set beside a classifier: each method is a function of one case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.progress import Stages
from ganssl.classifier.anchor import MOST_UNLABELLED, Anchor
from ganssl.classifier.classifier import Classifier
from ganssl.classifier.train import LabelledRows, train_classifier
from ganssl.judgement.baselines import (
    BOTH,
    CROSS_VALIDATED,
    DIRECTION,
    FOLDS,
    Rows,
    Scored,
    baselines,
    cross_validated,
    direction_scores,
)
from ganssl.judgement.placing import AUTO
from ganssl.metrics.threshold import METHODS as THRESHOLDS

if TYPE_CHECKING:
    from ganssl.directions import Direction
    from ganssl.models.face_model import FaceModel

CHECKED = "synthetic, checked by the few labels"


@dataclass(frozen=True)
class Judging:
    """What is asked of `compare_methods`.

    Attributes:
        column: of the labels; that of the classifier's attribute when None.
        slices: columns whose groups are judged apart as well.
        few_per_class: so many labelled photos of each class are drawn at random
            and not judged; the methods that learn from few labels get them.
        seed: of that draw, and of the learning.
        threshold, positive_share: place the threshold by the photos that are
            not among the few, without their labels, see
            `ganssl.judgement.placing.place_threshold`.
    """

    column: str | None = None
    slices: Sequence[str] = ()
    few_per_class: int = 0
    seed: int = 0
    threshold: str = AUTO
    positive_share: float | None = None


@dataclass(frozen=True, eq=False)
class Case:
    """What a method may use, and which photos it is judged on.

    Attributes:
        classifier: the one that all others are set beside, its threshold in place.
        features: float32 `[n, f]`, of all photos.
        labels: int8 `[n]`: 1, 0, or -1 for unknown.
        known, few, judged: bool `[n]`: photos with a label, those of them that
            serve as the few labelled ones, and those that are judged.
        asked: how many photos of each class are among the few, the seed, the threshold.
        synthetic: features and labels of the faces that trained the classifier.
        model: the face model, for its direction.
        model_pixels: the photos as it takes them, uint8 `[n, s, s, 3]`.
        stage: to report to; its callbacks raise `Cancelled` when somebody asked to stop.
    """

    classifier: Classifier
    features: np.ndarray
    labels: np.ndarray
    known: np.ndarray
    few: np.ndarray
    judged: np.ndarray
    asked: Judging
    synthetic: Rows | None
    model: FaceModel | None
    model_pixels: np.ndarray | None
    stage: Stages


Answer = tuple[dict[str, Scored], list[str]]
"""Scores of the judged photos by the method's name, and sentences for people."""


def by_direction(case: Case) -> Answer:
    """The attribute's direction itself, its boundary placed by the few photos if there are any."""
    model = case.model
    direction = None if model is None else labelling_direction(case.classifier, model)
    if model is None or direction is None:
        return {}, ["There is no direction of this attribute to set beside the classifier."]
    if case.model_pixels is None:
        return {}, []
    codes = model.encode(case.model_pixels, case.stage("encoding photos"))
    few = (codes[case.few], case.labels[case.few]) if case.few.any() else None
    scored = direction_scores(direction, codes[case.judged], few)
    return {DIRECTION: scored}, [_direction_note(direction, case.asked.few_per_class)]


def by_few_labels(case: Case) -> Answer:
    """What learns from the few labelled photos, and from generated faces with them."""
    if not case.few.any():
        return {}, [
            "No photos were named as the few labelled ones, so nothing that learns from few labels "
            "is in the table."
        ]
    asked, few = case.asked, (case.features[case.few], case.labels[case.few])
    unlabelled = case.features[_some(~case.few, MOST_UNLABELLED, asked.seed)]
    scored = baselines(
        case.features[case.judged],
        few,
        case.classifier.attribute,
        unlabelled=unlabelled,
        synthetic=case.synthetic,
        placing=(asked.threshold, asked.positive_share) if asked.threshold in THRESHOLDS else None,
        progress=case.stage("methods with few labels"),
    )
    if case.synthetic is not None:
        anchor = Anchor(*few, unlabelled)
        judged = case.features[case.judged]
        scored[CHECKED] = checked_by(anchor, case.synthetic, case.classifier, judged)
    return scored, _few_notes(asked.few_per_class, len(unlabelled), BOTH in scored)


def by_all_labels(case: Case) -> Answer:
    """Each fifth of the judged photos by all other labelled ones: what the features allow."""
    if np.bincount(case.labels[case.judged], minlength=2).min() < FOLDS:
        return {}, [f"Learning from all labels takes {FOLDS} or more judged photos of each class."]
    scored = cross_validated(
        case.features[case.known],
        case.labels[case.known],
        case.judged[case.known],
        case.classifier.attribute,
        seed=case.asked.seed,
        progress=case.stage("all labels"),
    )
    return {CROSS_VALIDATED: scored}, [
        f"{CROSS_VALIDATED!r}: each fifth of the judged photos is answered by a logistic "
        "regression that learnt from all other labelled photos: about what the features allow."
    ]


METHODS: tuple[Callable[[Case], Answer], ...] = (by_direction, by_few_labels, by_all_labels)
"""What is set beside the classifier, in the order of the table."""


def checked_by(
    anchor: Anchor, synthetic: Rows, classifier: Classifier, judged: np.ndarray
) -> Scored:
    """Train on the generated faces that few labelled photos do not contradict; they cut, too.

    Args:
        synthetic: features and labels of the faces that trained `classifier`.
        judged: features of the photos to score, float32 `[m, d]`.
    """
    rows, labels = synthetic
    kept = anchor.supports(rows, labels)
    trained = train_classifier(
        LabelledRows(rows[kept], labels[kept]), classifier.attribute, "logistic", holdout_share=0.0
    )
    trained = anchor.place_threshold(trained)
    return Scored(trained.scores(judged), trained.threshold)


def labelling_direction(classifier: Classifier, model: FaceModel) -> Direction | None:
    """The direction by which the model labels faces for the attribute; None without one.

    It is that of the method in the recipe of the training set, or else the one
    with the best held-out AUC.
    """
    from ganssl.synthesis.axes import best_judge

    name, directions = classifier.attribute.name, model.directions
    method = classifier.source.recipe.get("method")
    if method in directions.methods(name):
        return directions.get(name, method)
    return best_judge(directions, name) if name in directions.attributes else None


def _some(mask: np.ndarray, most: int, seed: int) -> np.ndarray:
    """At most so many of the rows under a mask, drawn at random, ascending."""
    rows = np.flatnonzero(mask)
    return np.sort(np.random.default_rng(seed).permutation(rows)[:most])


def _direction_note(direction: Direction, few_per_class: int) -> str:
    placed = (
        "its boundary was placed by the few labelled photos"
        if few_per_class
        else "its boundary is the one that the held-out photos of the model placed"
    )
    return (
        f"{DIRECTION!r}: the photos are encoded and told apart by the side of the boundary on "
        f"which they lie. {direction.labels_used:,} labels define it ({direction.method}), and "
        f"{placed}."
    )


def _few_notes(per_class: int, unlabelled: int, both: bool) -> list[str]:
    notes = [
        f"{per_class} labelled photos of each class were drawn and not judged. What learns from "
        "few labels learns from these, by logistic regression.",
        f"Self-training and label spreading also saw {unlabelled:,} photos, the judged ones among "
        "them, without their labels.",
    ]
    if both:
        notes.append(
            f"{CHECKED!r}: faces whose features contradict their label by the few photos are left "
            "out, and the few photos place the threshold too."
        )
    else:
        notes.append(
            "Generated faces with the few photos added are not in the table: the set that trained "
            "this classifier is not at hand."
        )
    return notes
