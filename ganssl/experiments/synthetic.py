"""A labelled set of generated faces out of a pool: who gets which label, and who is left out."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ganssl.classifier.anchor import supported
from ganssl.errors import UserError
from ganssl.experiments.views import Views
from ganssl.fitting.spread_labels import SpreadLabels
from ganssl.judgement.baselines import Rows

FEWEST = 10
"""Generated faces of each class that a head needs at the least."""


@dataclass(frozen=True)
class Labelling:
    """How faces of a pool are labelled.

    Attributes:
        margin: codes nearer to the boundary than this are left out, in σ.
        agreement: leave out faces whose features contradict the side of the
            boundary on which their code lies; a tenth of a side always stays.
        most: faces of both classes together.
    """

    margin: float = 0.3
    agreement: bool = True
    most: int = 20_000

    def to_dict(self) -> dict:
        return asdict(self)


def labelled_pool(
    pool: Views,
    spread: SpreadLabels,
    labelling: Labelling,
    rng: np.random.Generator,
    others: SpreadLabels | None = None,
) -> Rows:
    """Features and labels of as many generated faces of each class.

    A face is *present* when its code lies beyond the boundary. Nothing is known
    of it but what the few labels said.

    Args:
        others: of another attribute; both of its sides then get the same share
            of both classes.

    Raises `UserError` where the pool holds too few faces of a class.
    """
    scores = spread.code_scores(pool.codes)
    usable = np.abs(scores) >= labelling.margin
    if labelling.agreement:
        by_features = spread.feature_scores(pool.features)
        usable[usable] = supported(by_features[usable], scores[usable] >= 0)
    group = (scores >= 0).astype(int)
    if others is not None:
        group += 2 * (others.code_scores(pool.codes) >= 0)
    groups = 4 if others is not None else 2
    rows = [rng.permutation(np.flatnonzero(usable & (group == g))) for g in range(groups)]
    count = min(labelling.most // groups, min(map(len, rows)))
    if count < FEWEST:
        raise UserError(
            f"Of {len(pool):,} generated faces {min(map(len, rows))} are on one side of the "
            f"boundary, and {FEWEST} are needed. Use a larger pool."
        )
    chosen = np.sort(np.concatenate([members[:count] for members in rows]))
    return pool.features[chosen], (group[chosen] % 2).astype(np.int8)
