"""Which threshold a classifier is judged with, why, and what the plain 0.5 would have given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganssl.classifier.classifier import Classifier, calibrated
from ganssl.metrics.threshold import DEFAULT, METHODS, check_method
from ganssl.metrics.threshold_by_bells import shifted_threshold

AUTO, OWN = "auto", "own"
CHOICES: tuple[str, ...] = (AUTO, OWN, *METHODS)
"""By the photos' scores where the classifier knows what they mean, where it is, and the rest."""


@dataclass(frozen=True)
class Placed:
    """A threshold with its reason.

    Attributes:
        threshold: scores from here on answer *present*.
        how: one of `CHOICES`; `own` where `auto` left it where it was.
        why: a clause for people.
        share: of the photos that are present by their scores; None where unknown.
        own: the classifier's threshold before.
    """

    threshold: float
    how: str
    why: str
    share: float | None
    own: float

    def to_dict(self, labels: np.ndarray, scores: np.ndarray) -> dict:
        """As JSON can hold it, with the accuracy at each threshold.

        Args:
            labels, scores: of the judged photos, `[n]`.
        """

        def accuracy(threshold: float) -> float:
            return float(np.mean((np.asarray(scores, np.float64) >= threshold) == (labels == 1)))

        return {
            **vars(self),
            "accuracy": accuracy(self.threshold),
            "accuracy_own": accuracy(self.own),
            "accuracy_at_half": accuracy(DEFAULT),
        }


def place_threshold(
    classifier: Classifier,
    features: np.ndarray,
    choice: str = AUTO,
    positive_share: float | None = None,
) -> tuple[Classifier, Placed]:
    """Place the threshold for photos by their features `[n, d]`; no label is looked at.

    Args:
        choice: one of `CHOICES`. `auto` takes the share of present ones from
            these photos' scores where the classifier knows what its scores mean
            among photos (see `shifted_threshold`), and else leaves it.
        positive_share: for `prior`.

    Raises `UserError` for another choice.
    """
    own = classifier.threshold
    if choice == AUTO and classifier.bells is not None:
        found = shifted_threshold(classifier.scores(features), classifier.bells)
        share = found.positive_share if found.trusted else None
        if not found.trusted or np.isclose(found.threshold, own):
            why = f"{classifier.threshold_from}; left {found.note}"
            return classifier, Placed(own, OWN, why, share, own)
        placed = classifier.with_threshold(found.threshold, found.note, classifier.bells)
        return placed, Placed(found.threshold, AUTO, found.note, share, own)
    if choice in (AUTO, OWN):
        return classifier, Placed(own, OWN, classifier.threshold_from, None, own)
    check_method(choice, positive_share)
    placed, found = calibrated(classifier, features, choice, positive_share)
    share = found.positive_share if found.trusted else None
    return placed, Placed(placed.threshold, choice, found.note, share, own)


def threshold_sentence(values: dict) -> str:
    """What `Placed.to_dict` says, in a sentence or two."""
    text = f"Threshold {values['threshold']:.3f}: {values['why']}."
    others = {}
    if values["threshold"] != DEFAULT:
        others["0.5"] = values["accuracy_at_half"]
    if values["own"] not in (values["threshold"], DEFAULT):
        others[f"{values['own']:.3f}, where it was,"] = values["accuracy_own"]
    if others:
        given = " and ".join(f"{name} would have given {hit:.3f}" for name, hit in others.items())
        text += f" It gives an accuracy of {values['accuracy']:.3f}; {given}."
    return text
