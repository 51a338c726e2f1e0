"""What a classifier from synthetic faces must be held against: same features, same test photos.

`ganssl.judgement.judge.comparison_table` puts these beside it, and adds
the majority class.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ganssl.attributes import Attribute
from ganssl.base.progress import Progress
from ganssl.classifier.classifier import calibrated
from ganssl.classifier.train import LabelledRows, check_rows, feature_scale, train_classifier
from ganssl.directions import Direction
from ganssl.directions.holdout import best_threshold
from ganssl.features.probes import REGULARISATION
from ganssl.metrics.probability import sigmoid

Rows = tuple[np.ndarray, np.ndarray]
"""Features float32 `[n, d]` and labels int8 `[n]` of 0 and 1."""

FEW, SELF_TRAINING, SPREADING = "the few labels directly", "self-training", "label spreading"
ALL, BOTH, DIRECTION = "all labels", "synthetic + the few labels", "the direction itself"
CROSS_VALIDATED = "all other labels"

SELF_TRAINING_ROUNDS = 10
SPREADING_NEIGHBOURS = 15
FOLDS = 5


class Scored(NamedTuple):
    """Scores of the test photos, float32 `[m]` in (0, 1), and the threshold for *present*."""

    scores: np.ndarray
    threshold: float


def baselines(
    test: np.ndarray,
    labelled: Rows,
    attribute: Attribute,
    unlabelled: np.ndarray | None = None,
    synthetic: Rows | None = None,
    placing: tuple[str, float | None] | None = None,
    progress: Progress | None = None,
) -> dict[str, Scored]:
    """Train each baseline, a logistic regression, and score the test photos.

    What lacks its data is left out.

    Args:
        test: features of the photos to be judged, float32 `[m, d]`.
        labelled: the few labelled photos that defined the direction.
        unlabelled: features of photos without labels, for self-training and
            label spreading; they also give mean and scale to all that learn
            from the few labels.
        synthetic: labelled generated faces; the few real ones are added with
            half of the total weight.
        placing: method and share of present ones by which the unlabelled photos place
            each threshold, see `ganssl.metrics.threshold`; None leaves 0.5.
        progress: called with (baselines done, baselines in all).

    Returns scores by name: `FEW`, `SELF_TRAINING`, `SPREADING`, `BOTH`.
    """
    few, labels = check_rows(*labelled)
    standard = unlabelled if unlabelled is not None and len(unlabelled) else None
    lessons = {FEW: LabelledRows(few, labels, standard=standard)}
    if standard is not None:
        for name, spread in ((SELF_TRAINING, self_trained_rows), (SPREADING, spread_rows)):
            lessons[name] = LabelledRows(*spread(few, labels, standard), standard=standard)
    if synthetic is not None:
        lessons[BOTH] = mixed_rows(synthetic, (few, labels))
    scored: dict[str, Scored] = {}
    for name, rows in lessons.items():
        classifier = train_classifier(rows, attribute, "logistic", holdout_share=0.0)
        if placing is not None and standard is not None:
            classifier, _ = calibrated(classifier, standard, *placing)
        scored[name] = Scored(classifier.scores(test), classifier.threshold)
        if progress:
            progress(len(scored), len(lessons))
    return scored


def cross_validated(
    features: np.ndarray,
    labels: np.ndarray,
    judged: np.ndarray,
    attribute: Attribute,
    head: str = "logistic",
    seed: int = 0,
    progress: Progress | None = None,
) -> Scored:
    """Score each fifth of the judged photos by what all other labelled photos teach.

    The upper bound where no labelled photos are at hand but those to be judged.

    Args:
        features, labels: of all labelled photos, float32 `[n, d]` and int8 `[n]`.
        judged: bool `[n]`; `FOLDS` or more of each class.
        progress: called with (fifths done, fifths in all).

    Returns scores of the judged photos, in their order.
    """
    from sklearn.model_selection import StratifiedKFold

    rows = np.flatnonzero(judged)
    scores = np.empty(len(rows), np.float32)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, labels[rows])
    for done, (_, fold) in enumerate(folds, start=1):
        learn = np.ones(len(labels), bool)
        learn[rows[fold]] = False
        classifier = train_classifier(
            LabelledRows(features[learn], labels[learn]),
            attribute,
            head,
            holdout_share=0.0,
            seed=seed,
        )
        scores[fold] = classifier.scores(features[rows[fold]])
        if progress:
            progress(done, FOLDS)
    return Scored(scores, 0.5)


def direction_scores(
    direction: Direction, codes: np.ndarray, labelled: Rows | None = None
) -> Scored:
    """The direction itself as the classifier of encoded photos `[m, d]`.

    Args:
        labelled: codes and labels that place the boundary, most fairly the few
            that defined the direction. Without them it is the direction's own,
            which more held-out labels may have placed.
    """
    scores = direction.score(codes)  # (m,), in σ
    if labelled is not None:
        known, labels = check_rows(*labelled)
        scores = scores - best_threshold(direction.score(known), labels == 1, np.ones(len(labels)))
    return Scored(sigmoid(scores), 0.5)


def self_trained_rows(few: np.ndarray, labels: np.ndarray, unlabelled: np.ndarray) -> Rows:
    """The few rows and the half of the unlabelled ones that self-training is surest of.

    A logistic regression labels the rows it is surest of, a twentieth of all
    in each of ten rounds, and learns anew (Yarowsky 1995; scikit-learn).
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.semi_supervised import SelfTrainingClassifier

    rows, answers = _with_unlabelled(few, labels, unlabelled)
    count = max(1, len(unlabelled) // (2 * SELF_TRAINING_ROUNDS))
    model = SelfTrainingClassifier(
        LogisticRegression(C=REGULARISATION, max_iter=300),
        criterion="k_best",
        k_best=count,
        max_iter=SELF_TRAINING_ROUNDS,
    ).fit(_standardised(rows, unlabelled), answers)
    found = model.transduction_
    return rows[found >= 0], found[found >= 0].astype(np.int8)


def spread_rows(few: np.ndarray, labels: np.ndarray, unlabelled: np.ndarray) -> Rows:
    """All rows, labelled by their neighbours (Zhou et al. 2004; scikit-learn).

    Rows that no label reaches are left out.
    """
    from sklearn.semi_supervised import LabelSpreading

    rows, answers = _with_unlabelled(few, labels, unlabelled)
    neighbours = min(SPREADING_NEIGHBOURS, len(rows) - 1)
    model = LabelSpreading(kernel="knn", n_neighbors=neighbours, max_iter=100)
    model.fit(_standardised(rows, unlabelled), answers)
    reached = model.label_distributions_.sum(axis=1) > 0
    return rows[reached], model.transduction_[reached].astype(np.int8)


def mixed_rows(synthetic: Rows, few: Rows) -> LabelledRows:
    """Both sets of rows with weights that give each set half of the total."""
    rows = np.concatenate([synthetic[0], few[0]])
    labels = np.concatenate([synthetic[1], few[1]]).astype(np.int8)
    weights = np.ones(len(rows), np.float32)
    weights[len(synthetic[0]) :] = len(synthetic[0]) / len(few[0])
    return LabelledRows(rows, labels, weights=weights * len(rows) / weights.sum())


def _with_unlabelled(few, labels, unlabelled) -> Rows:
    rows = np.concatenate([few, unlabelled])
    return rows, np.concatenate([labels, np.full(len(unlabelled), -1, np.int8)])


def _standardised(rows: np.ndarray, standard: np.ndarray) -> np.ndarray:
    return (rows - standard.mean(axis=0)) / feature_scale(standard)
