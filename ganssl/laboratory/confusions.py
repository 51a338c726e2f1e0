"""Which faces does a direction get wrong? Its errors in groups of like codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganssl.directions import Direction
from ganssl.directions.estimators import code_scale
from ganssl.errors import UserError

SMALLEST_GROUP = 5
MOST_TELLING = 3


@dataclass(frozen=True, eq=False)
class Confusion:
    """One group of photos on the wrong side of a direction's boundary.

    Attributes:
        present: what their labels say: False for false alarms, True for misses.
        rows: numbers of the photos, the most typical of the group first.
        telling: attributes with the share of the group that has them and the
            share of all photos with the same label; the largest difference first.
    """

    present: bool
    rows: np.ndarray
    telling: tuple[tuple[str, float, float], ...]

    @property
    def title(self) -> str:
        return "missed" if self.present else "false alarms"


def confusions(
    direction: Direction,
    codes: np.ndarray,
    labels: np.ndarray,
    table: np.ndarray | None = None,
    attributes: Sequence[str] = (),
    groups: int = 3,
    seed: int = 0,
) -> list[Confusion]:
    """Cluster the false alarms and the misses of a direction by their codes (k-means).

    Args:
        codes: float32 `[n, d]`, best of photos that did not define the direction.
        labels: int8 `[n]`: 1 present, 0 absent, -1 unknown (left out).
        table, attributes: int8 `[n, a]`, labels of other attributes, for `telling`.
        groups: at most so many of each kind; fewer where they would be smaller
            than `SMALLEST_GROUP`.

    Raises `UserError` for a direction without a boundary.
    """
    from sklearn.cluster import KMeans

    if not np.isfinite(direction.boundary):
        raise UserError(
            f"{direction.attribute} has no boundary; measure it on labelled photos first."
        )
    says = direction.score(codes) > 0
    scaled = codes / code_scale(codes)
    found = []
    for present in (False, True):
        wrong = np.flatnonzero((labels == present) & (says != present))
        count = min(groups, len(wrong) // SMALLEST_GROUP)
        if count == 0:
            continue
        kmeans = KMeans(count, n_init=4, random_state=seed).fit(scaled[wrong])
        gaps = kmeans.transform(scaled[wrong])  # (wrong, count)
        for group in range(count):
            inside = np.flatnonzero(kmeans.labels_ == group)
            rows = wrong[inside[np.argsort(gaps[inside, group])]]
            telling = ()
            if table is not None:
                telling = _telling(table[rows], table[labels == present], attributes)
            found.append(Confusion(present, rows, telling))
    return sorted(found, key=lambda confusion: (confusion.present, -len(confusion.rows)))


def _telling(group: np.ndarray, rest: np.ndarray, attributes: Sequence[str]):
    shares = [_share(rows) for rows in (group, rest)]
    rows = list(zip(attributes, *shares, strict=True))
    rows = [(name, float(a), float(b)) for name, a, b in rows if np.isfinite([a, b]).all()]
    return tuple(sorted(rows, key=lambda row: -abs(row[1] - row[2]))[:MOST_TELLING])


def _share(table: np.ndarray) -> np.ndarray:
    known = (table >= 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (table == 1).sum(axis=0) / known
