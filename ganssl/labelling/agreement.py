"""How far two lists of labels agree, and whether one of them has slipped by a photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganssl.errors import UserError
from ganssl.metrics.intervals import wilson_interval
from ganssl.photos.label_file import UNKNOWN

SHUFFLES = 1000
CHANCE = 0.01
"""A slip is reported when so small a share of shuffles looks as much like one."""

SMALLEST_GAIN = 4
"""Moving the labels back has to explain so many disagreements at the least."""


@dataclass(frozen=True)
class Agreement:
    """Two labels for each photo that has both.

    Attributes:
        n: photos compared.
        agreed: how many got the same label twice.
        ci95: of the share that agreed, Wilson's interval.
        kappa: Cohen's kappa (Cohen 1960): 1 is perfect, 0 what chance would
            give; None where both lists hold one and the same class alone.
        counts: `counts[a][b]` photos labelled a first and b second.
        disagreements: (photo, first label, second label), in the photos' order.
    """

    n: int
    agreed: int
    ci95: tuple[float, float]
    kappa: float | None
    counts: tuple[tuple[int, int], tuple[int, int]]
    disagreements: list[tuple[str, int, int]]

    @property
    def share(self) -> float:
        return self.agreed / self.n


@dataclass(frozen=True)
class Slip:
    """Labels that sit on the wrong photo from some place on.

    Attributes:
        offset: 1 when each label belongs to the photo before it (a label too
            many was written), -1 when to the photo after it (one was skipped).
        first, last: between these places, counted from 0, the slip begins;
            the labels between them fit either way.
        wrong: disagreements as the labels stand, among those compared.
        mended: disagreements that would be left after moving them back.
        chance: the share of shuffles of the disagreements that look as much like a slip.
    """

    offset: int
    first: int
    last: int
    wrong: int
    mended: int
    chance: float

    def sentence(self, names: Sequence[str]) -> str:
        """What to tell the labeller; `names` are the photos in the order of the labels."""
        neighbour = "before" if self.offset == 1 else "after"
        cause = "one label too many" if self.offset == 1 else "one label left out"
        place = f"the {ordinal(self.last + 1)} photo ({names[self.last]})"
        if self.first < self.last:
            place += f", or up to {self.last - self.first} photos before it"
        return (
            f"The labels seem to have slipped by one, beginning with {place}. From there on they "
            f"fit the photo {neighbour} theirs better than their own, as after {cause}. "
            f"Moving them back would leave {self.mended} of {self.wrong} disagreements."
        )


def compare(names: Sequence[str], first: np.ndarray, second: np.ndarray) -> Agreement:
    """Compare two labels of the same photos.

    Args:
        first, second: int8 `[n]`: 1, 0, or -1 for unknown, which is left out.

    Raises `UserError` when no photo has both.
    """
    from sklearn.metrics import cohen_kappa_score, confusion_matrix  # slow to import

    both = np.flatnonzero((first != UNKNOWN) & (second != UNKNOWN))
    if not len(both):
        raise UserError("There is no photo that has a label in both.")
    a, b = first[both], second[both]
    agreed = int((a == b).sum())
    alike = len(np.unique(np.concatenate([a, b]))) == 1
    (both_no, only_b), (only_a, both_yes) = confusion_matrix(a, b, labels=[0, 1]).tolist()
    return Agreement(
        n=len(both),
        agreed=agreed,
        ci95=wilson_interval(agreed, len(both)),
        kappa=None if alike else float(cohen_kappa_score(a, b)),
        counts=((both_no, only_b), (only_a, both_yes)),
        disagreements=[(names[i], int(first[i]), int(second[i])) for i in both[a != b]],
    )


def find_slip(labels: np.ndarray, reference: np.ndarray, seed: int = 0) -> Slip | None:
    """Whether labels are one photo late or early from some place on.

    For each place k and each offset s of ±1 the labels from k on are held
    against the reference s photos earlier, and the best k is kept. Chance is
    judged by shuffling: the same disagreements at random places seldom gather
    behind one place, and seldom vanish by moving the labels.

    Args:
        labels: int8 `[n]` in the order in which they were written, 1, 0 or -1.
        reference: int8 `[n]`, another labeller's or a classifier's answers to
            the same photos.
        seed: of the shuffles.

    Returns None where nothing looks like a slip.
    """
    known = (labels != UNKNOWN) & (reference != UNKNOWN)
    wrong = known & (labels != reference)
    gain, offset, first, last = _best_move(labels, reference)
    if gain < SMALLEST_GAIN:
        return None
    rng = np.random.default_rng(seed)
    alike = 0
    for _ in range(SHUFFLES):
        shuffled = labels.copy()
        shuffled[known] = np.where(
            rng.permutation(wrong[known]), 1 - reference[known], reference[known]
        )
        alike += _best_move(shuffled, reference)[0] >= gain
    chance = (alike + 1) / (SHUFFLES + 1)
    if chance >= CHANCE:
        return None
    count = int(wrong.sum())
    return Slip(offset, first, last, count, count - gain, chance)


def _best_move(labels: np.ndarray, reference: np.ndarray) -> tuple[int, int, int, int]:
    """`(gain, offset, first, last)` of the move that explains the most disagreements.

    The gain is how many more labels agree; the best places run from first to last.
    """
    best = (0, 0, 0, 0)
    for offset in (1, -1):
        moved = np.full(len(reference), UNKNOWN, dtype=np.int8)  # moved[i] = reference[i - offset]
        if offset == 1:
            moved[1:] = reference[:-1]
        else:
            moved[:-1] = reference[1:]
        both = (labels != UNKNOWN) & (reference != UNKNOWN) & (moved != UNKNOWN)
        step = ((labels == moved).astype(int) - (labels == reference)) * both  # (n,)
        gains = np.cumsum(step[::-1])[::-1]  # of moving all labels from place k on
        gain = int(gains.max(initial=0))
        if gain > best[0]:
            places = np.flatnonzero(gains == gain)
            best = (gain, offset, int(places[0]), int(places[-1]))
    return best


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th …"""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"
