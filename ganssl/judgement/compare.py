"""A classifier from generated faces, judged on photos beside what else could be done.

All methods see the same features of the same photos: the commoner answer, the
attribute direction itself, and, where some of the photos serve as the few
labelled ones, learning from these directly. The page and the command
`evaluate` call `compare_methods`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.progress import Stages, stages
from ganssl.classifier.anchor import MOST_UNLABELLED, Anchor
from ganssl.classifier.classifier import Classifier, calibrated
from ganssl.classifier.train import train_classifier
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor
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
from ganssl.judgement.comparison import Comparison
from ganssl.judgement.judge import comparison_table
from ganssl.judgement.on_photos import judge_prepared
from ganssl.photos.prepared import PreparedPhotos, labelled

if TYPE_CHECKING:
    from ganssl.directions import Direction
    from ganssl.models.face_model import FaceModel
    from ganssl.photos.photo_set import PhotoSet

THIS = "this classifier"
CHECKED = "synthetic, checked by the few labels"
FEWEST_PER_CLASS = 2


def compare_methods(
    classifier: Classifier,
    extractor: FeatureExtractor,
    prepared: PreparedPhotos,
    column: str | None = None,
    slices: Sequence[str] = (),
    *,
    few_per_class: int = 0,
    seed: int = 0,
    threshold: str | None = None,
    positive_share: float | None = None,
    model: FaceModel | None = None,
    synthetic: Rows | None = None,
    progress: Stages | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Comparison:
    """Judge a classifier on prepared photos, with other methods beside it.

    Args:
        prepared: from `prepare_photos` with the classifier's preprocessing;
            the direction needs `model_pixels` too.
        column, slices: as in `judge_photos`.
        few_per_class: so many labelled photos of each class are drawn at random
            and not judged; the methods that learn from few labels get them.
        threshold, positive_share: place the threshold by the photos that are
            not among the few, without their labels, see
            `ganssl.metrics.threshold`; None leaves it where it is.
        model: whose direction of the attribute is set beside the classifier.
        synthetic: features and labels of the faces that trained the classifier,
            to which the few photos are added.

    Raises `UserError` for another extractor, columns that are not there, too
    few labelled photos, and `Cancelled` when asked to stop.
    """
    classifier.check_extractor(extractor)
    column = column or classifier.attribute.name
    known = labelled(prepared.photos, column)
    labels = prepared.photos.column(column)
    seen = photos_seen(classifier, prepared.photos)
    if not (known & ~seen).any():
        raise UserError("The classifier has learnt from all of these photos; judge it on others.")
    free = np.where(seen, np.int8(-1), labels)
    few = draw_few(free, few_per_class, classifier.attribute.classes, seed)
    judged = known & ~few & ~seen

    stage = stages(progress, cancelled)
    features = extractor.features(prepared.pixels, stage("face features"))
    if threshold is not None:
        classifier, _ = calibrated(classifier, features[~few], threshold, positive_share)
    result = judge_prepared(classifier, features[judged], prepared.subset(judged), column, slices)
    methods = {THIS: Scored(result.scores, classifier.threshold)}
    notes = []
    if seen.any():
        notes.append(
            f"The classifier has learnt from {int(seen.sum()):,} of these photos, so they are not "
            "judged."
        )
    direction = model and labelling_direction(classifier, model)
    if direction is None:
        notes.append("There is no direction of this attribute to set beside the classifier.")
    elif prepared.model_pixels is not None:
        codes = model.encode(prepared.model_pixels, stage("encoding photos"))
        known_codes = (codes[few], labels[few]) if few.any() else None
        methods[DIRECTION] = direction_scores(direction, codes[judged], known_codes)
        notes.append(_direction_note(direction, few_per_class))
    if few.any():
        unlabelled = features[_some(~few, MOST_UNLABELLED, seed)]
        methods |= baselines(
            features[judged],
            (features[few], labels[few]),
            classifier.attribute,
            unlabelled=unlabelled,
            synthetic=synthetic,
            seed=seed,
            threshold=threshold,
            positive_share=positive_share,
            progress=stage("methods with few labels"),
            cancelled=cancelled,
        )
        if synthetic is not None:
            few_photos = Anchor(features[few], labels[few], unlabelled)
            methods[CHECKED] = checked_by(few_photos, synthetic, classifier, features[judged])
        notes += _few_notes(few_per_class, len(unlabelled), BOTH in methods)
    else:
        notes.append(
            "No photos were named as the few labelled ones, so nothing that learns from few labels "
            "is in the table."
        )
    if np.bincount(labels[judged], minlength=2).min() >= FOLDS:
        methods[CROSS_VALIDATED] = cross_validated(
            features[known],
            labels[known],
            judged[known],
            classifier.attribute,
            seed=seed,
            progress=stage("all labels"),
        )
        notes.append(
            f"{CROSS_VALIDATED!r}: each fifth of the judged photos is answered by a logistic "
            "regression that learnt from all other labelled photos: about what the features allow."
        )
    else:
        notes.append(f"Learning from all labels takes {FOLDS} or more judged photos of each class.")
    table = comparison_table(labels[judged], methods, classifier.attribute)
    return Comparison(
        classifier=classifier,
        extractor=extractor.title,
        result=result,
        table=table,
        notes=notes,
        prepared=prepared,
        labels=labels,
        scores=classifier.scores(features),
        few=few,
        seen=seen,
        seed=seed,
    )


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
        rows[kept], labels[kept], classifier.attribute, "logistic", holdout_share=0.0
    )
    trained = anchor.place_threshold(trained)
    return Scored(trained.scores(judged), trained.threshold)


def photos_seen(classifier: Classifier, photos: PhotoSet) -> np.ndarray:
    """Which photos were labelled ones that the classifier has learnt from; bool `[n]`."""
    learnt = set(classifier.metrics.get("anchor_photos", ()))
    if not learnt:
        return np.zeros(len(photos), bool)
    return np.array([photos.digest(i) in learnt for i in range(len(photos))])


def draw_few(
    labels: np.ndarray, per_class: int, classes: tuple[str, str], seed: int = 0
) -> np.ndarray:
    """Draw the few labelled photos; bool `[n]`.

    Args:
        labels: int8 `[n]`: 1, 0, or -1 for unknown.
        per_class: 0 draws none.
        classes: names of the classes 0 and 1, for messages.

    Raises `UserError` where none of a class would be left to be judged.
    """
    few = np.zeros(len(labels), bool)
    if per_class == 0:
        return few
    if per_class < FEWEST_PER_CLASS:
        raise UserError(f"The few labelled photos must be {FEWEST_PER_CLASS} or more a class.")
    rng = np.random.default_rng(seed)
    for answer, name in enumerate(classes):
        rows = np.flatnonzero(labels == answer)
        if len(rows) <= per_class:
            raise UserError(
                f"{len(rows)} photos are labelled {name!r}: with {per_class} of them as the few "
                "labelled ones none is left to be judged. Name fewer, or hand in more photos."
            )
        few[rng.permutation(rows)[:per_class]] = True
    return few


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
