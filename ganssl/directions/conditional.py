"""The part of a direction that leaves others where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ganssl.directions.direction import Direction
from ganssl.errors import UserError

SMALLEST_REMAINDER = 0.05
"""Below this share of its length a conditional direction is mostly rounding and noise."""

NOISE = 1e-6
"""Added to the variances, as a share of their mean, before a covariance is inverted."""


def conditional_direction(
    direction: Direction,
    others: Sequence[Direction],
    covariance: np.ndarray,
    metric: np.ndarray | None = None,
    mean: np.ndarray | None = None,
) -> Direction:
    """The part of a direction along which the projections on all others stay, at length 1 again.

    With Q a basis of the others' span this is `p − QQᵀp`, the conditional
    manipulation of Shen et al. 2020 (InterFaceGAN); least squares gives the
    same projection and does not mind others that coincide. In the metric of a
    covariance Σ it is `p − ΣN(NᵀΣN)⁻¹Nᵀp` with the others as columns of N: of
    all changes that leave the others alone the one nearest to `p` in
    Mahalanobis distance, which takes away what natural codes have in common
    with them and not the bare vectors (see Haufe et al. 2014). σ is recomputed
    from `covariance`; held-out figures become NaN.

    Args:
        covariance: float `[d, d]` of the population's codes.
        metric: None takes right angles; else a covariance Σ `[d, d]`.
        mean: of the population's codes, `[d]`: gives the center in the metric
            of a covariance, where it is NaN without.

    Returns:
        A direction with `conditioned_on` and `remaining`, the share of the
        length that is left. Without others it is `direction` itself.

    Raises `UserError` where less than `SMALLEST_REMAINDER` is left.
    """
    if not others:
        return direction
    names = tuple(other.attribute for other in others)
    vector = direction.vector.astype(np.float64)  # (d,)
    span = np.stack([other.vector for other in others], axis=1).astype(np.float64)  # (d, k)
    rest, remaining, center = (
        _at_right_angles(direction, others, vector, span)
        if metric is None
        else _in_metric(vector, span, np.asarray(metric, np.float64), mean)
    )
    if remaining < SMALLEST_REMAINDER:
        raise UserError(
            f"{direction.attribute} cannot change while {', '.join(names)} cannot: only "
            f"{remaining:.0%} of its direction lies outside theirs. Unlock one of them."
        )
    moved = direction.along(rest, covariance, center, names)
    return replace(moved, remaining=remaining * direction.remaining)


def _at_right_angles(
    direction: Direction, others: Sequence[Direction], vector: np.ndarray, span: np.ndarray
) -> tuple[np.ndarray, float, float]:
    """What is left of `vector`, its share of the length, and the mean projection on it."""
    weights = np.linalg.lstsq(span, vector, rcond=1e-6)[0]  # (k,)
    rest = vector - span @ weights
    centers = np.array([other.center for other in others])
    share = float(np.linalg.norm(rest) / np.linalg.norm(vector))
    return rest, share, float(direction.center - centers @ weights)


def _in_metric(
    vector: np.ndarray, span: np.ndarray, metric: np.ndarray, mean: np.ndarray | None
) -> tuple[np.ndarray, float, float]:
    """The same in the metric of a covariance, lengths as Mahalanobis distances."""
    noise = NOISE * np.trace(metric) / len(metric)
    metric = metric + noise * np.eye(len(metric))
    patterns = metric @ span  # (d, k): how natural codes differ where the others differ
    weights = np.linalg.lstsq(span.T @ patterns, span.T @ vector, rcond=1e-6)[0]  # (k,)
    rest = vector - patterns @ weights
    whole = vector @ np.linalg.solve(metric, vector)
    left = whole - weights @ (span.T @ vector)  # what was taken away stands at right angles to it
    center = float("nan") if mean is None else float(mean.astype(np.float64) @ rest)
    return rest, float(np.sqrt(max(left, 0.0) / whole)), center
