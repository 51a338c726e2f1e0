"""How good is a classifier on labelled photos, said so that nobody is fooled.

Accuracy stands beside the majority class, a constant predictor is called one,
and "better than a constant answer" is not said when the interval includes what
always giving the commoner answer would reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.metrics.classification import (
    area_under_curve,
    auc_interval,
    checked,
    mcnemar,
)
from ganssl.metrics.intervals import balanced_interval, wilson_interval
from ganssl.photos.skin_tone import SLICES

MAJORITY = "majority class"


@dataclass(frozen=True)
class SliceFigures:
    """The figures of one group of photos, such as those labelled *Young*.

    Attributes:
        column, value: what the group has in common.
        n, present: photos, and how many of them have the attribute.
        accuracy, ci95: with Wilson's interval.
        balanced_accuracy, balanced_ci95, auc, auc_ci95: None where the group holds
            a single class.
    """

    column: str
    value: str
    n: int
    present: int
    accuracy: float
    ci95: tuple[float, float]
    balanced_accuracy: float | None
    balanced_ci95: tuple[float, float] | None
    auc: float | None
    auc_ci95: tuple[float, float] | None


@dataclass(frozen=True)
class Judgement:
    """What labelled photos say about a classifier.

    Attributes:
        n: photos judged.
        accuracy, ci95: share answered rightly, with Wilson's 95 % interval (1927).
        balanced_accuracy, balanced_ci95: mean share answered rightly of the two
            classes; None for photos of a single class.
        auc, auc_ci95: area under the ROC curve (0.5 is chance) with its 95 %
            interval, which holds for few photos too; None for photos of a single class.
        majority_baseline: accuracy of always giving the commoner answer.
        confusion_matrix: counts; rows are the labels, columns the answers,
            both in the order of `classes`.
        classes: names of the negative and the positive class.
        constant_predictor: whether every photo got the same answer.
        slices: the figures of groups of photos.
    """

    attribute: str
    n: int
    accuracy: float
    ci95: tuple[float, float]
    balanced_accuracy: float | None
    balanced_ci95: tuple[float, float] | None
    auc: float | None
    auc_ci95: tuple[float, float] | None
    majority_baseline: float
    confusion_matrix: tuple[tuple[int, int], tuple[int, int]]
    classes: tuple[str, str]
    constant_predictor: bool
    threshold: float
    slices: tuple[SliceFigures, ...] = ()

    @property
    def better(self) -> bool:
        """Whether it is shown to be better than a constant answer."""
        return not self.constant_predictor and self.ci95[0] > self.majority_baseline

    @property
    def exchanged(self) -> bool:
        """Whether photos with the attribute score lower: its labels look exchanged."""
        return self.auc_ci95 is not None and self.auc_ci95[1] < 0.5

    @property
    def verdict(self) -> str:
        """What the figures allow to say, in a sentence or two."""
        matrix = np.array(self.confusion_matrix)
        commoner = self.classes[int(matrix[1].sum() >= matrix[0].sum())]
        if self.auc is None:
            photos = "The one photo is" if self.n == 1 else f"All {self.n:,} photos are"
            return (
                f"{photos} labelled {commoner!r}, so nothing can be said about telling the "
                f"classes apart; {np.trace(matrix):,} answers of {self.n:,} agree with the label."
            )
        reached = f"Its accuracy is {self.accuracy:.2f} ({_interval(self.ci95)})"
        baseline = f"always answering {commoner!r} reaches {self.majority_baseline:.2f}"
        if self.constant_predictor:
            answer = self.classes[int(matrix[:, 1].any())]
            return (
                f"This is a constant predictor: it answers {answer!r} to every photo. "
                f"{reached}; {baseline}.{self._ranking}"
            )
        if self.ci95[1] < self.majority_baseline:
            return f"It is worse than a constant answer. {reached}; {baseline}.{self._ranking}"
        if self.ci95[0] <= self.majority_baseline:
            return (
                f"It is not shown to be better than a constant answer. {reached}, and {baseline}, "
                f"which the interval includes.{self._ranking}"
            )
        return f"It is better than a constant answer. {reached}; {baseline}."

    @property
    def _ranking(self) -> str:
        if self.auc_ci95 is None:
            return ""
        if self.exchanged:
            return (
                f" The labels look exchanged: photos labelled {self.classes[0]!r} score higher "
                f"than those labelled {self.classes[1]!r} (AUC {self.auc:.2f}, "
                f"{_interval(self.auc_ci95)})."
            )
        if self.auc_ci95[0] <= 0.5:
            return ""
        return (
            f" Its scores do rank the photos (AUC {self.auc:.2f}, {_interval(self.auc_ci95)}): "
            "the threshold may be misplaced, or the other class too rare for accuracy to show it."
        )

    def to_dict(self) -> dict:
        """As JSON can hold it, with the verdict and whether the labels look exchanged."""
        return asdict(self) | {
            "verdict": self.verdict,
            "labels_look_exchanged": self.exchanged,
        }


def judge(
    labels: np.ndarray,
    scores: np.ndarray,
    threshold: float,
    attribute: Attribute,
    slices: Mapping[str, np.ndarray] | None = None,
    seed: int = 0,
) -> Judgement:
    """Judge answers to one attribute's question.

    Args:
        labels: `[n]` of 0 and 1.
        scores: float `[n]`, higher for *present*; any finite numbers.
        threshold: scores from here on answer *present*.
        slices: other columns by name, `[n]` each: labels 0, 1 and -1 (unknown:
            left out), or any values that group the photos.
        seed: of the bootstrap.

    Raises `UserError` for no photos, arrays that do not fit together, labels
    that are not 0 or 1, and scores that are no numbers.
    """
    labels, scores = checked(labels, scores)
    answers = (scores >= threshold).astype(np.int8)
    matrix = _confusion(labels, answers)
    (no_no, no_yes), (yes_no, yes_yes) = matrix.tolist()
    share = float(labels.mean())
    return Judgement(
        attribute=attribute.name,
        n=len(labels),
        accuracy=float(np.mean(labels == answers)),
        ci95=wilson_interval(int((labels == answers).sum()), len(labels)),
        **_telling_apart(labels, scores, matrix, seed),
        majority_baseline=max(share, 1.0 - share),
        confusion_matrix=((no_no, no_yes), (yes_no, yes_yes)),
        classes=attribute.classes,
        constant_predictor=len(np.unique(answers)) == 1,
        threshold=float(threshold),
        slices=_slices(labels, scores, answers, slices or {}, seed),
    )


def comparison_table(
    labels: np.ndarray,
    methods: Mapping[str, tuple[np.ndarray, float]],
    attribute: Attribute,
    reference: str | None = None,
    seed: int = 0,
) -> list[dict]:
    """One row for each method on the same photos, the majority class first.

    Args:
        labels: `[n]` of 0 and 1.
        methods: by name, scores `[n]` and threshold.
        reference: the method that the others are paired with; the first when None.

    Returns dicts of `method`, the figures of `Judgement`, and for all but the
    reference `difference` in accuracy to it and McNemar's `p` (None for the
    reference itself).
    """
    if MAJORITY in methods:
        raise ValueError(f"{MAJORITY!r} is added by the table itself")
    labels, _ = checked(labels, np.zeros(len(labels)))
    commoner = float(labels.mean() >= 0.5)
    rows = {MAJORITY: (np.full(len(labels), commoner), 0.5), **methods}
    reference = reference or next(iter(methods), MAJORITY)
    answers = {name: (np.asarray(s) >= t).astype(np.int8) for name, (s, t) in rows.items()}
    table = []
    for name, (scores, threshold) in rows.items():
        row = {"method": name, **judge(labels, scores, threshold, attribute, seed=seed).to_dict()}
        pair = mcnemar(labels, answers[name], answers[reference]) if name != reference else None
        row["difference"], row["p"] = (pair.difference, pair.p) if pair else (None, None)
        table.append(row)
    return table


def _confusion(labels: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """int `[2, 2]`: rows labels, columns answers."""
    return np.bincount(2 * labels + answers, minlength=4).reshape(2, 2)


def _telling_apart(labels: np.ndarray, scores: np.ndarray, matrix: np.ndarray, seed: int) -> dict:
    """Balanced accuracy and AUC with their intervals; None, all four, for a single class."""
    counts, right = matrix.sum(axis=1), np.diag(matrix)
    both = bool(counts.all())
    return {
        "balanced_accuracy": float((right / counts).mean()) if both else None,
        "balanced_ci95": balanced_interval(right.tolist(), counts.tolist()) if both else None,
        "auc": area_under_curve(labels, scores),
        "auc_ci95": auc_interval(labels, scores, seed) if both else None,
    }


def _slices(
    labels: np.ndarray,
    scores: np.ndarray,
    answers: np.ndarray,
    columns: Mapping[str, np.ndarray],
    seed: int,
) -> tuple[SliceFigures, ...]:
    figures = []
    for column, values in columns.items():
        values = np.asarray(values)
        if values.shape != labels.shape:
            raise UserError(f"The column {column} does not have one value for each photo.")
        yes_no = np.issubdtype(values.dtype, np.integer) and np.isin(values, (-1, 0, 1)).all()
        for value in _groups(values[values >= 0] if yes_no else values):
            rows = np.flatnonzero(values == value)
            right = int((labels[rows] == answers[rows]).sum())
            figures.append(
                SliceFigures(
                    column=column,
                    value=Attribute(column).classes[value] if yes_no else str(value),
                    n=len(rows),
                    present=int(labels[rows].sum()),
                    accuracy=right / len(rows),
                    ci95=wilson_interval(right, len(rows)),
                    **_telling_apart(
                        labels[rows], scores[rows], _confusion(labels[rows], answers[rows]), seed
                    ),
                )
            )
    return tuple(figures)


def _groups(values: np.ndarray) -> list:
    """Each value once: skin tones from light to dark and *unknown* last, all else ascending."""
    found = list(np.unique(values))
    return sorted(found, key=SLICES.index) if set(found) <= set(SLICES) else found


def _interval(ends: tuple[float, float]) -> str:
    return f"95 % interval {ends[0]:.2f} to {ends[1]:.2f}"
