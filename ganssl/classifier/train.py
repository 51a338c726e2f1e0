"""Training a classifier on labelled rows of features, most often of synthetic faces."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ganssl.attributes import Attribute
from ganssl.classifier.classifier import Classifier, Source
from ganssl.classifier.heads.head import Fit
from ganssl.classifier.heads.logistic import LogisticHead
from ganssl.classifier.heads.registry import check_settings, make_head
from ganssl.classifier.watch import UNWATCHED, Watch
from ganssl.directions.estimators import code_scale
from ganssl.directions.holdout import split
from ganssl.errors import UserError

FEWEST_PER_CLASS = 2
FOLDS = 3
SEED_LIMIT = 2**32
OPTIONS = ("holdout_share", "doubtful_share", "seed")
"""Of `train_classifier`, beside the settings of its head."""


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """Rows of features to learn from.

    Attributes:
        features: float32 `[n, d]`.
        labels: int8 `[n]` of 0 and 1; 1 is the attribute's positive class.
        groups: int `[n]`; rows of one group, such as a face and its degraded
            copies, never lie on both sides of the holdout.
        weights: float `[n]`, how much each row counts.
        standard: float32 `[m, d]`, rows that give mean and scale in place of
            these; unlabelled photos serve where labels are few.
    """

    features: np.ndarray
    labels: np.ndarray
    groups: np.ndarray | None = None
    weights: np.ndarray | None = None
    standard: np.ndarray | None = None


def train_classifier(
    rows: LabelledRows,
    attribute: Attribute,
    head: str = "linear",
    holdout_share: float = 0.1,
    seed: int = 0,
    doubtful_share: float = 0.0,
    watch: Watch = UNWATCHED,
    **settings,
) -> Classifier:
    """Standardise, hold out, filter, and fit a head; the result is a function of data and seed.

    Args:
        head: one of `ganssl.classifier.heads.registry.HEADS`; `settings` are fields of it.
        holdout_share: of the faces of each class, kept back to stop the
            training early and to be measured; 0 keeps none.
        doubtful_share: the share of the training rows of each class that is
            dropped because it looks most like the other class
            (see `doubtful_rows`). The holdout is not filtered.
        watch: its curve and whether to stop; features are there already.

    Raises:
        UserError: rows that do not fit together, values that are no numbers,
            a single class, options that there are not.
        Cancelled: when asked to stop.
    """
    check_training(
        head, holdout_share=holdout_share, seed=seed, doubtful_share=doubtful_share, **settings
    )
    features, labels = check_rows(rows.features, rows.labels)
    groups, weights, standard = rows.groups, rows.weights, rows.standard
    rng = np.random.default_rng(seed)
    held = np.zeros(len(labels), dtype=bool)
    if holdout_share:
        held = split(labels, groups, holdout_share, rng)
    kept = ~held
    if doubtful_share:
        learning = np.flatnonzero(kept)
        doubtful = doubtful_rows(
            features[learning],
            labels[learning],
            doubtful_share,
            seed,
            None if groups is None else groups[learning],
        )
        kept[learning[doubtful]] = False
    for name, part in (("train on", labels[kept]), ("hold out", labels[held])):
        if len(part) and len(np.unique(part)) < 2:
            raise UserError(f"Too few faces of one class are left to {name}; make more of them.")
    standard = features[kept] if standard is None else standard
    mean = standard.mean(axis=0, dtype=np.float64).astype(np.float32)
    scale = feature_scale(standard)

    def standardised(which: np.ndarray) -> np.ndarray:
        return (features[which] - mean) / scale

    fit = Fit(
        holdout=(standardised(held), labels[held]) if held.any() else None,
        weights=None if weights is None else weights[kept],
        seed=seed,
        progress=watch.curve,
        cancelled=watch.cancelled,
    )
    fitted = make_head(head, **settings).fit(standardised(kept), labels[kept], fit)
    classifier = Classifier(attribute, fitted, mean, scale, Source())
    counts = {
        "seed": seed,
        "trained_on": int(kept.sum()),
        "trained_on_present": int((labels[kept] == 1).sum()),
        "dropped_as_doubtful": int((~kept & ~held).sum()),
        "held_out": int(held.sum()),
    }
    figures = _held_out_figures(classifier, features[held], labels[held])
    return replace(classifier, metrics=counts | figures)


def check_training(
    head: str,
    *,
    holdout_share: float = 0.1,
    seed: int = 0,
    doubtful_share: float = 0.0,
    **settings,
) -> None:
    """`UserError` for options that `train_classifier` refuses, before anything is computed."""
    check_settings(head, settings, OPTIONS)
    if not 0 <= holdout_share < 1:
        raise UserError(f"The held-out share must be at least 0 and below 1, not {holdout_share}.")
    if not 0 <= doubtful_share < 1:
        raise UserError(f"The doubtful share must be at least 0 and below 1, not {doubtful_share}.")
    if not 0 <= seed < SEED_LIMIT:
        raise UserError(f"The seed must be a whole number from 0 to {SEED_LIMIT - 1}.")


def doubtful_rows(
    features: np.ndarray,
    labels: np.ndarray,
    share: float,
    seed: int = 0,
    groups: np.ndarray | None = None,
) -> np.ndarray:
    """The rows whose label a cross-validated head believes least; bool `[n]`.

    A logistic regression judges each third of the rows after learning the
    other two. The same share of both classes is marked, so that the classes
    stay balanced, and a group is judged by one fold.

    Args:
        share: of each class, 0 to below 1.
        groups: as in `LabelledRows`.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    if not 0 <= share < 1:
        raise UserError(f"The doubtful share must be at least 0 and below 1, not {share}.")
    if np.bincount(labels, minlength=2).min() < FOLDS:
        raise UserError(f"Filtering doubtful faces takes {FOLDS} or more of each class.")
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    folds = kind(FOLDS, shuffle=True, random_state=seed).split(features, labels, groups)
    belief = np.empty(len(labels), np.float32)  # in the row's own label
    for learn, judge in folds:
        if len(np.unique(labels[learn])) < 2:
            raise UserError("Too few groups of faces to filter the doubtful ones; make more.")
        mean, scale = features[learn].mean(axis=0), feature_scale(features[learn])
        head = LogisticHead().fit((features[learn] - mean) / scale, labels[learn])
        scores = head.scores((features[judge] - mean) / scale)
        belief[judge] = np.where(labels[judge] == 1, scores, 1.0 - scores)
    marked = np.zeros(len(labels), dtype=bool)
    for answer in (0, 1):
        members = np.flatnonzero(labels == answer)
        order = members[np.argsort(belief[members], kind="stable")]
        marked[order[: int(share * len(members))]] = True
    return marked


def feature_scale(features: np.ndarray) -> np.ndarray:
    """Standard deviation of each feature, float32 `[d]`.

    It has a floor of a tenth of the features' overall spread: what hardly
    varies among generated faces must not be blown up in photos.
    """
    return np.maximum(code_scale(features), 1e-6).astype(np.float32)


def check_rows(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 `[n, d]` and int8 `[n]` that can be learnt from, or `UserError`."""
    features, labels = np.asarray(features, np.float32), np.asarray(labels)
    if features.ndim != 2 or labels.shape != (len(features),):
        raise UserError(
            f"Features {list(features.shape)} and labels {list(labels.shape)} do not fit "
            f"together: one row and one label a face are needed."
        )
    if not np.isfinite(features).all():
        raise UserError("The features of a face hold values that are no numbers.")
    if not np.isin(labels, (0, 1)).all():
        raise UserError("A classifier learns from the labels 0 and 1; leave unlabelled faces out.")
    absent, present = int((labels == 0).sum()), int((labels == 1).sum())
    if min(absent, present) < FEWEST_PER_CLASS:
        raise UserError(
            f"A classifier needs {FEWEST_PER_CLASS} or more faces of each class to learn from, "
            f"but has {present} present and {absent} absent."
        )
    return features, labels.astype(np.int8)


def _held_out_figures(classifier: Classifier, features: np.ndarray, labels: np.ndarray) -> dict:
    from sklearn.metrics import roc_auc_score

    if not len(labels):
        return {"held_out_accuracy": None, "held_out_auc": None}
    scores = classifier.scores(features)
    return {
        "held_out_accuracy": float(np.mean((scores >= classifier.threshold) == labels)),
        "held_out_auc": float(roc_auc_score(labels, scores)),
    }
