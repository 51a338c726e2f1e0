"""Labels that a classifier strongly contradicts: worth a second look before they are used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganssl.photos.label_file import UNKNOWN

SURE = 0.9
"""For a probe that learned from many photos.

In the article's 100 labels, of which 16 are wrong by a slip, the probe for *Male*
contradicts 15, all of them wrong ones; in CelebA's labels of these photos it contradicts none.
"""

SURE_OF_FEW = 0.8
"""For a classifier cross-validated on the labels themselves, which is seldom so sure.

Of 80 labels that it named, 45 were among the 90 that had been turned round (200 of CelebA's
photos with ten wrong labels each; Smiling, Male and Eyeglasses, three draws).
"""


@dataclass(frozen=True)
class Contradiction:
    """A label against which a classifier speaks.

    Attributes:
        place: of the photo.
        label: 0 or 1, as it was given.
        probability: how likely the classifier finds the other label, 0 to 1.
    """

    place: int
    label: int
    probability: float


def contradictions(
    labels: np.ndarray, probabilities: np.ndarray, sure: float = SURE
) -> list[Contradiction]:
    """Labels whose opposite a classifier finds likely, the surest first.

    A classifier that learned from the labels must not have seen the one it
    judges: see `QuickClassifier.cross_validated`.

    Args:
        labels: int8 `[n]`: 1, 0, or -1 for unknown.
        probabilities: of *present*, float `[n]`, NaN where there is none.
        sure: how likely the opposite has to be.
    """
    against = np.where(labels == 1, 1.0 - probabilities, probabilities)
    against = np.where(labels == UNKNOWN, np.nan, against)
    places = np.flatnonzero(against >= sure)
    places = places[np.argsort(-against[places], kind="stable")]
    return [Contradiction(int(i), int(labels[i]), float(against[i])) for i in places]
