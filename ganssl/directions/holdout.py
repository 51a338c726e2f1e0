"""Splits of labelled codes, and what a direction achieves on codes that did not define it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganssl.errors import UserError


@dataclass(frozen=True)
class HeldOutFigures:
    """What `measure_projection` finds.

    `boundary` and `means` (absent, present) have the unit of the projections.
    """

    boundary: float
    means: tuple[float, float]
    auc: float
    accuracy: float
    majority: float

    def of_direction(self, sigma: float, center: float) -> dict:
        """The entries of a `Direction` with this σ and center, of projections in σ from it."""
        return {
            "sigma": sigma,
            "center": center,
            "boundary": center + sigma * self.boundary,
            "class_means": self.means,
            "auc": self.auc,
            "accuracy": self.accuracy,
            "majority": self.majority,
        }


def measure_projection(projection: np.ndarray, labels: np.ndarray) -> HeldOutFigures:
    """How well projections `[n]` onto a direction tell labels 0 and 1 apart.

    The projections may have any unit: code units, or σ from a center.

    Each half of the faces is classified with the most accurate threshold of
    the other half, so that the accuracy is not flattered by its own threshold.
    """
    from sklearn.metrics import roc_auc_score  # slow to import

    present = labels == 1
    share = float(present.mean())
    balanced = np.where(present, 0.5 / share, 0.5 / (1.0 - share))
    hits = 0
    halves = np.zeros(len(labels), dtype=bool)
    for members in (np.flatnonzero(present), np.flatnonzero(~present)):
        halves[members[::2]] = True
    for half in (halves, ~halves):
        threshold = best_threshold(projection[~half], present[~half], np.ones((~half).sum()))
        hits += int(((projection[half] >= threshold) == present[half]).sum())
    return HeldOutFigures(
        boundary=best_threshold(projection, present, balanced),
        means=(float(projection[~present].mean()), float(projection[present].mean())),
        auc=float(roc_auc_score(labels, projection)),
        accuracy=hits / len(labels),
        majority=max(share, 1.0 - share),
    )


def best_threshold(projection: np.ndarray, present: np.ndarray, weights: np.ndarray) -> float:
    """The cut `t` for which `projection >= t` agrees with `present` for the most weight.

    It lies midway between two neighbouring projections, or just outside all.
    """
    order = np.argsort(projection)
    values = projection[order]
    gain = np.cumsum(np.where(present, -weights, weights)[order])  # of calling 0…i absent
    gain = np.concatenate([[0.0], gain])
    gain[1:-1][values[1:] == values[:-1]] = -np.inf  # no cut between equal values
    cut = int(np.argmax(gain))
    if cut == 0:
        return float(values[0])
    if cut == len(values):
        return float(np.nextafter(values[-1], np.inf))
    return float((values[cut - 1] + values[cut]) / 2)


def split(
    labels: np.ndarray,
    groups: np.ndarray | None,
    share: float,
    rng: np.random.Generator,
    fewest: int = 1,
) -> np.ndarray:
    """Draw about `share` of the codes, the same share of both classes: bool `[n]`.

    Args:
        labels: int8 `[n]` of 0 and 1.
        groups: int `[n]`; codes of one group (a person's photos) stay
            together, and a group counts as present if one of its codes is.
            None: each code is its own group.
        fewest: draw so many groups of each class at the least.
    """
    group_of, classes = _groups_of_classes(labels, groups)
    drawn = np.zeros(group_of.max() + 1, dtype=bool)
    for members in classes:
        count = max(fewest, round(share * len(members)))
        drawn[rng.permutation(members)[:count]] = True
    return drawn[group_of]


def parts(
    labels: np.ndarray, groups: np.ndarray | None, count: int, rng: np.random.Generator
) -> np.ndarray:
    """The part of each code in a cross-validation, int `[n]`, both classes spread evenly over all.

    Args:
        labels, groups: as in `split`.
        count: of the parts; fewer where a class has not so many groups.

    Raises `UserError` where a class has a single group.
    """
    group_of, classes = _groups_of_classes(labels, groups)
    count = min(count, *map(len, classes))
    if count < 2:
        raise UserError("Photos of two or more people are needed, with and without the attribute.")
    part = np.empty(group_of.max() + 1, dtype=int)
    for members in classes:
        part[rng.permutation(members)] = np.arange(len(members)) % count
    return part[group_of]


def _groups_of_classes(
    labels: np.ndarray, groups: np.ndarray | None
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The group of each code, int `[n]`, and the groups that count as present and as absent."""
    groups = np.arange(len(labels)) if groups is None else groups
    unique, group_of = np.unique(groups, return_inverse=True)
    has_present = np.zeros(len(unique), dtype=bool)
    has_present[group_of[labels == 1]] = True
    return group_of, (np.flatnonzero(has_present), np.flatnonzero(~has_present))
