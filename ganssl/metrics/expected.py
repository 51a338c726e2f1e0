"""What accuracy to expect of a classifier before any labelled photo judges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganssl.errors import UserError
from ganssl.metrics.intervals import CONFIDENCE

DRAWS = 4000
WORDS = {
    "cross_validation": "by cross-validation of the {labels:,} labelled photos",
    "agreement": "by how often two classifiers agree that learnt from one half of them each",
    "overlap": "by how far the scores of the two classes overlap",
    "disagreement": "as it seldom answers otherwise than the labelled photos taught, at most",
}
"""The ways to estimate it, in words."""


@dataclass(frozen=True)
class Expected:
    """An accuracy that is expected, with the interval in which it should lie.

    Attributes:
        accuracy: among photos like those behind it, of which `share` are present.
        low, high: hold the 95 % interval of the cross-validation and what the
            other ways say.
        share: of present ones among these photos.
        labels: labelled photos that it rests on.
        ways: what each way estimates, by its name in `WORDS`.
    """

    accuracy: float
    low: float
    high: float
    share: float
    labels: int
    ways: dict[str, float]

    def including(self, way: str, accuracy: float) -> Expected:
        """The same with one more way, which the interval is made to hold."""
        low, high = min(self.low, accuracy), max(self.high, accuracy)
        ways = {**self.ways, way: accuracy}
        return Expected(self.accuracy, low, high, self.share, self.labels, ways)

    @property
    def sentence(self) -> str:
        """For people: the figure, its interval, where it comes from and what it is not."""
        ways = ", ".join(
            f"{WORDS[way].format(labels=self.labels)} {value:.2f}"
            for way, value in self.ways.items()
        )
        return (
            f"Expected on photos like those behind the labels: an accuracy of about "
            f"{self.accuracy:.2f}, between {self.low:.2f} and {self.high:.2f} ({ways}; "
            f"{self.share:.0%} of such photos are present). This is an estimate without a judge: "
            "other photos can turn out otherwise, and only labelled ones tell."
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(vars(self))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Expected:
        """The inverse of `to_dict`; `UserError` where entries are missing or unreadable."""
        try:
            accuracy, low, high, share = (
                _share(values[name]) for name in ("accuracy", "low", "high", "share")
            )
            ways = {str(way): _share(value) for way, value in values["ways"].items()}
            if not set(ways) <= set(WORDS):
                raise ValueError(f"unknown ways {sorted(set(ways) - set(WORDS))}")
            return cls(accuracy, low, high, share, int(values["labels"]), ways)
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
            raise UserError(f"The expected accuracy is unreadable: {error}.") from error


def expected_by_classes(right: np.ndarray, labels: np.ndarray, share: float) -> Expected:
    """From answers to a few photos of both classes to the accuracy among all photos.

    The classes of the few are weighed as they are in the population. The
    interval is that of two Beta posteriors under Jeffreys' prior, since the
    shares answered rightly of a rare and of a common class are known unequally
    well (Brown, Cai & DasGupta 2001).

    Args:
        right: bool `[k]`, whether a photo that taught nothing was answered rightly.
        labels: `[k]` of 0 and 1, with both classes.
        share: of present ones in the population.
    """
    rng = np.random.default_rng(0)
    accuracy, drawn = 0.0, np.zeros(DRAWS)
    for answer, weight in ((1, share), (0, 1.0 - share)):
        hits = int(right[labels == answer].sum())
        misses = int((labels == answer).sum()) - hits
        accuracy += weight * hits / (hits + misses)
        drawn += weight * rng.beta(hits + 0.5, misses + 0.5, DRAWS)
    tail = (1.0 - CONFIDENCE) / 2
    low, high = (float(end) for end in np.quantile(drawn, (tail, 1.0 - tail)))
    ways = {"cross_validation": accuracy}
    return Expected(accuracy, min(low, accuracy), max(high, accuracy), share, len(labels), ways)


def accuracy_of_agreement(agreement: float) -> float:
    """How right two equally good classifiers are that agree so often and err by themselves.

    They agree where both are right or both are wrong, `a² + (1 − a)²` (the
    simplest case of Platanios, Blum & Mitchell 2014). Where they err on the same
    photos they are less right than this.

    Args:
        agreement: share of photos, 0 to 1; below one half counts as chance.
    """
    return float((1.0 + np.sqrt(max(0.0, 2.0 * agreement - 1.0))) / 2.0)


def _share(value: Any) -> float:
    number = float(value)
    if not 0.0 <= number <= 1.0:
        raise ValueError(f"{value!r} is no share")
    return number
