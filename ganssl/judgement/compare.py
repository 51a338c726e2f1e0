"""A classifier from generated faces, judged on photos beside what else could be done.

All methods see the same features of the same photos: the commoner answer, the
attribute direction itself, and, where some of the photos serve as the few
labelled ones, learning from these directly. The page and the command
`evaluate` call `compare_methods`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.progress import Stages, stages
from ganssl.classifier.classifier import Classifier
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor
from ganssl.judgement.baselines import Rows, Scored
from ganssl.judgement.comparison import Comparison
from ganssl.judgement.judge import comparison_table
from ganssl.judgement.methods import METHODS, Case, Judging
from ganssl.judgement.on_photos import judge_prepared
from ganssl.judgement.placing import place_threshold
from ganssl.metrics.threshold import DEFAULT
from ganssl.photos.prepared import PreparedPhotos, labelled
from ganssl.photos.report import listed

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel
    from ganssl.photos.photo_set import PhotoSet

THIS = "this classifier"
AT_HALF = "this classifier, threshold 0.5"
FEWEST_PER_CLASS = 2
USUAL = Judging()


def compare_methods(
    classifier: Classifier,
    extractor: FeatureExtractor,
    prepared: PreparedPhotos,
    judging: Judging = USUAL,
    model: FaceModel | None = None,
    synthetic: Rows | None = None,
    progress: Stages | None = None,
) -> Comparison:
    """Judge a classifier on prepared photos, with other methods beside it.

    Args:
        prepared: from `prepare_photos` with the classifier's preprocessing;
            the direction needs `model_pixels` too.
        judging: what is asked.
        model: whose direction of the attribute is set beside the classifier.
        synthetic: features and labels of the faces that trained the classifier,
            to which the few photos are added.
        progress: shows the stages; a callback that raises `Cancelled` stops it.

    Raises `UserError` for another extractor, columns that are not there, and too
    few labelled photos.
    """
    classifier.check_extractor(extractor)
    column = judging.column or classifier.attribute.name
    known = labelled(prepared.photos, column)
    labels = prepared.photos.column(column)
    seen = photos_seen(classifier, prepared.photos)
    if not (known & ~seen).any():
        raise UserError("The classifier has learnt from all of these photos; judge it on others.")
    free = np.where(seen, np.int8(-1), labels)
    few = draw_few(free, judging.few_per_class, classifier.attribute.classes, judging.seed)
    judged = known & ~few & ~seen

    stage = stages(progress, None)
    features = extractor.features(prepared.pixels, stage("face features"))
    classifier, placed = place_threshold(
        classifier, features[~few], judging.threshold, judging.positive_share
    )
    result = judge_prepared(
        classifier, features[judged], prepared.subset(judged), column, judging.slices
    )
    case = Case(
        classifier=classifier,
        features=features,
        labels=labels,
        known=known,
        few=few,
        judged=judged,
        asked=judging,
        synthetic=synthetic,
        model=model,
        model_pixels=prepared.model_pixels,
        stage=stage,
    )
    methods = {THIS: Scored(result.scores, classifier.threshold)}
    if classifier.threshold != DEFAULT:
        methods[AT_HALF] = Scored(result.scores, DEFAULT)
    notes = _left_out(seen, prepared)
    for answer in METHODS:
        scored, said = answer(case)
        methods |= scored
        notes += said
    return Comparison(
        classifier=classifier,
        extractor=extractor.title,
        result=result,
        table=comparison_table(labels[judged], methods, classifier.attribute),
        notes=notes,
        prepared=prepared,
        labels=labels,
        scores=classifier.scores(features),
        few=few,
        seen=seen,
        seed=judging.seed,
        threshold=placed.to_dict(result.labels, result.scores),
    )


def _left_out(seen: np.ndarray, prepared: PreparedPhotos) -> list[str]:
    """Which photos are not judged, and why.

    Args:
        seen: bool `[n]`, those that the classifier has learnt from.
    """
    notes = []
    if seen.any():
        notes.append(
            f"The classifier has learnt from {int(seen.sum()):,} of these photos, so they are not "
            "judged."
        )
    if faceless := prepared.without_face:
        notes.append(
            f"No face was found in {len(faceless):,} photo{'' if len(faceless) == 1 else 's'}, "
            f"which {'is' if len(faceless) == 1 else 'are'} left out: {listed(faceless)}."
        )
    return notes


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
