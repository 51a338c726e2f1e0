"""One cell of the experiment: an attribute, so many labels per class, and one draw of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganssl.attributes import Attribute
from ganssl.classifier.anchor import MOST_UNLABELLED
from ganssl.classifier.train import LabelledRows, train_classifier
from ganssl.directions.estimators import mean_difference
from ganssl.experiments.synthetic import Labelling, labelled_pool
from ganssl.experiments.views import Views, joined
from ganssl.fitting.spread_labels import (
    FEWEST_PER_CLASS,
    STEEPNESS,
    SpreadLabels,
    spread_labels,
    surest,
)
from ganssl.judgement.baselines import (
    ALL,
    BOTH,
    DIRECTION,
    FEW,
    SELF_TRAINING,
    SPREADING,
    Rows,
    Scored,
    baselines,
)
from ganssl.judgement.judge import MAJORITY
from ganssl.metrics.classification import area_under_curve
from ganssl.metrics.probability import sigmoid
from ganssl.metrics.threshold_by_bells import anchored_threshold

TUNED = "the few labels, features scaled alike"
CO_TRAINED = "spread labels on photos, no generator"
SYNTHETIC = "synthetic alone"
BY_HAND = "a slider of the few codes alone"
METHODS: tuple[str, ...] = (
    MAJORITY, BY_HAND, DIRECTION, FEW, TUNED, SELF_TRAINING, SPREADING, CO_TRAINED, SYNTHETIC, BOTH,
    ALL,
)  # fmt: skip
BRIEF: tuple[str, ...] = (MAJORITY, BY_HAND, DIRECTION, TUNED, SYNTHETIC, ALL)
"""What a brief cell leaves takes a third of the time."""

FEWEST_FOR_SLIDER = 4
"""Labels of a class below which no slider is made, see `fit_few_labels`."""

HEAD = "logistic"

Figures = dict[str, dict[str, float | None]]
"""Of each test: `accuracy`, `balanced_accuracy`, and `auc`, None for photos of a single class."""


@dataclass(frozen=True, eq=False)
class TestPhotos:
    """Labelled photos that judge and take part in nothing else.

    Attributes:
        name: such as `validation`.
        views: of the photos.
        labels: by attribute, int8 `[n]`; an attribute without labels is not judged.
    """

    name: str
    views: Views
    labels: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Material:
    """All that the cells share.

    Attributes:
        train: views of the train photos, whose labels are drawn from and otherwise unseen.
        labels: of the train photos by attribute, int8 `[n]`.
        pool: generated faces.
        tests: photos that judge; the first is the one that is reported.
    """

    train: Views
    labels: dict[str, np.ndarray]
    pool: Views
    tests: tuple[TestPhotos, ...]


@dataclass(frozen=True, eq=False)
class Scorer:
    """Scores a method's answers to the test photos, with a threshold that no test photo placed.

    The unlabelled photos and the few labelled ones place it
    (`ganssl.metrics.threshold_by_bells.anchored_threshold`).

    Attributes:
        tests: the photos that judge.
        attribute: the question.
        known: the few labelled photos.
        labels: int8 `[k]` of them.
        unlabelled: some of the others.
    """

    tests: tuple[TestPhotos, ...]
    attribute: str
    known: Views
    labels: np.ndarray
    unlabelled: Views

    @property
    def views(self) -> Views:
        """All that a method must score: test photos, unlabelled and labelled photos."""
        return joined([*(test.views for test in self.tests), self.unlabelled, self.known])

    def figures(self, scores: np.ndarray, threshold: float | None = None) -> dict[str, dict]:
        """Figures of each test.

        Args:
            scores: `[n]` probabilities of the positive class, for all of `views`.
            threshold: None places it.
        """
        judged, unlabelled, known = self.parts(scores)
        if threshold is None:
            threshold = anchored_threshold(unlabelled, known, self.labels).threshold
        return figures(self.tests, self.attribute, Scored(judged, threshold))

    def parts(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The scores of the test photos, of the unlabelled and of the labelled ones."""
        end = len(scores) - len(self.known)
        start = end - len(self.unlabelled)
        return scores[:start], scores[start:end], scores[end:]


def run_cell(
    material: Material,
    attribute: str,
    few: np.ndarray,
    seed: int,
    labelling: Labelling,
    brief: bool = False,
) -> dict[str, Figures]:
    """Figures of every method that learns from few labels: by method, then by test.

    Args:
        few: labels of the few photos, int8 `[n]`, -1 for all others; see
            `choose_labels`. Where hardly a photo of one class is among them,
            nothing can be learnt, and every method gives the answer of the other class.
        brief: the methods of `BRIEF` alone.
    """
    train, known = material.train, few >= 0
    names = [name for name in (BRIEF if brief else METHODS) if name not in (MAJORITY, ALL)]
    fewest = np.bincount(few[known], minlength=2).min()
    only = one_answer_figures(material.tests, attribute, few[known])
    if fewest < FEWEST_PER_CLASS:
        return dict.fromkeys(names, only)
    scorer = few_label_scorer(material, attribute, few)
    views = scorer.views
    spread = spread_labels(train.features, train.codes, few)
    rng = np.random.default_rng([seed, int(known.sum()) // 2])
    synthetic = labelled_pool(material.pool, spread, labelling, rng)
    scores = {
        TUNED: sigmoid(STEEPNESS * spread.feature_scores(views.features)),
        DIRECTION: sigmoid(STEEPNESS * spread.code_scores(views.codes)),
        BY_HAND: slider_scores(train.codes, few, views.codes),
        SYNTHETIC: head_scores(attribute, synthetic, views),
    }
    if not brief:
        scored = baselines(
            views.features,
            (train.features[known], few[known]),
            Attribute(attribute),
            scorer.unlabelled.features,
            synthetic,
        )
        scores |= {name: found.scores for name, found in scored.items()}
        scores[CO_TRAINED] = head_scores(attribute, spread_rows(train, spread, few), views)
    fixed = {FEW: 0.5}  # the plain way, as `train-classifier` leaves it
    found = {name: scorer.figures(scores[name], fixed.get(name)) for name in names}
    return found | {BY_HAND: only} if fewest < FEWEST_FOR_SLIDER else found


def slider_scores(codes: np.ndarray, few: np.ndarray, judged: np.ndarray) -> np.ndarray:
    """Where codes lie on a slider of a few labelled codes alone, 0 to 1; float `[m]`.

    It moves along the difference of the class means, as `fit_few_labels` has it; the page
    *Label* also spreads the labels over the photos beside them, as the direction itself does.

    Args:
        codes: of all photos, float32 `[n, d]`.
        few: int8 `[n]`, -1 without a label.
        judged: codes `[m, d]`.
    """
    known = few >= 0
    vector = mean_difference(codes[known].astype(np.float64), few[known])
    along = codes @ vector
    return sigmoid((judged @ vector - along.mean()) / along.std())


def few_label_scorer(material: Material, attribute: str, few: np.ndarray) -> Scorer:
    known = few >= 0
    rows = np.random.default_rng(0).permutation(np.flatnonzero(~known))[:MOST_UNLABELLED]
    train = material.train
    return Scorer(
        material.tests, attribute, train.part(known), few[known], train.part(np.sort(rows))
    )


def run_bounds(material: Material, attribute: str) -> dict[str, Figures]:
    """Figures of the majority class and of all labels, which no draw changes."""
    labels = material.labels[attribute]
    known = labels >= 0
    everything = material.train.features[known], labels[known]
    tests = joined([test.views for test in material.tests])
    scores = head_scores(attribute, everything, tests)
    return {
        MAJORITY: {
            test.name: majority_figures(test.labels[attribute])
            for test in material.tests
            if attribute in test.labels
        },
        ALL: figures(material.tests, attribute, Scored(scores, 0.5)),
    }


def one_answer_figures(
    tests: tuple[TestPhotos, ...], attribute: str, labels: np.ndarray
) -> Figures:
    """What the commoner of a few labels `[k]` reaches as the answer to every photo."""
    answer = float(np.mean(labels) >= 0.5)
    scores = np.full(sum(len(test.views) for test in tests), answer)
    return figures(tests, attribute, Scored(scores, 0.5))


def majority_figures(labels: np.ndarray) -> dict[str, float | None]:
    """What always giving the commoner answer of the test photos reaches."""
    share = float((labels[labels >= 0] == 1).mean())
    return {"accuracy": max(share, 1.0 - share), "balanced_accuracy": 0.5, "auc": 0.5}


def spread_rows(train: Views, spread: SpreadLabels, few: np.ndarray) -> Rows:
    """The few labelled photos and those of which both views together are surest."""
    labels = surest(spread.scores(train.features, train.codes), few)
    reached = labels >= 0
    return train.features[reached], labels[reached]


def head_scores(attribute: str, rows: Rows, views: Views) -> np.ndarray:
    """Train the common head on rows and score faces; float32 `[n]`."""
    classifier = train_classifier(
        LabelledRows(*rows), Attribute(attribute), HEAD, holdout_share=0.0
    )
    return classifier.scores(views.features)


def figures(tests: tuple[TestPhotos, ...], attribute: str, scored: Scored) -> Figures:
    """`accuracy`, `balanced_accuracy` and `auc` of each test that knows the attribute."""
    found: Figures = {}
    start = 0
    for test in tests:
        scores = scored.scores[start : start + len(test.views)]
        start += len(test.views)
        if attribute not in test.labels:
            continue
        labels = test.labels[attribute]
        known = labels >= 0
        right = (scores >= scored.threshold)[known] == (labels[known] == 1)
        found[test.name] = {
            "accuracy": float(right.mean()),
            "balanced_accuracy": float(
                np.mean([right[labels[known] == answer].mean() for answer in (0, 1)])
            ),
            "auc": area_under_curve(labels[known], scores[known]),
        }
    return found
