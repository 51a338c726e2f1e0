"""From readings of the same faces at several steps to effects, with intervals over faces."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ganssl.metrics.intervals import mean_interval


@dataclass(frozen=True)
class Effect:
    """What one σ along a direction does to one attribute, as a probe sees it.

    Attributes:
        logit: mean change of the probe's logit (of skin tone: in degrees) for
            +1 σ, half the paired difference between +1 and −1 σ.
        low, high: 95 % interval of that mean over faces.
        spreads: `logit` over the probe's standard deviation between natural faces.
    """

    attribute: str
    logit: float
    low: float
    high: float
    spreads: float

    def to_dict(self) -> dict:
        return asdict(self)


def side_difference(logits: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Half the difference between +1 and −1 σ for each face; `[s, n, a]` → float64 `[n, a]`."""
    up, down = (logits[np.flatnonzero(steps == side)[0]] for side in (1, -1))
    return (up.astype(np.float64) - down) / 2


def effects_of(
    logits: np.ndarray, steps: np.ndarray, attributes: tuple[str, ...], spread: np.ndarray
) -> list[Effect]:
    """The effects on all attributes, in their order; see `MovedFaces` for the arrays."""
    mean, low, high = mean_interval(side_difference(logits, steps))
    rows = zip(attributes, mean, low, high, mean / spread, strict=True)
    return [Effect(name, *map(float, numbers)) for name, *numbers in rows]


def steady_share(logits: np.ndarray) -> float:
    """Share of faces `[s, n]` whose logit rises at every step."""
    return float((np.diff(logits, axis=0) > 0).all(axis=0).mean())


def rank_correlation(logits: np.ndarray) -> float:
    """Spearman's correlation of logit and step, the mean over faces `[s, n]`; -1 to 1.

    A face whose logit does not change counts as 0.
    """
    from scipy.stats import rankdata

    ranks = rankdata(logits, axis=0)
    ranks = ranks - ranks.mean(axis=0)
    order = np.arange(len(logits)) - (len(logits) - 1) / 2
    lengths = np.linalg.norm(ranks, axis=0) * np.linalg.norm(order)
    return float(np.mean(order @ ranks / np.where(lengths == 0, 1.0, lengths)))
