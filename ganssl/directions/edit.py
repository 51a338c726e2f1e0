"""Move codes along attribute directions, with other attributes locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ganssl.directions.direction import Direction
from ganssl.directions.direction_set import DirectionSet
from ganssl.errors import UserError

SMALLEST_REMAINDER = 0.05
"""Below this share of its length a conditional direction is mostly rounding and noise."""


def edit_codes(
    codes: np.ndarray,
    edits: Mapping[str, float | np.ndarray],
    directions: DirectionSet,
    covariance: np.ndarray,
    locked: Sequence[str] = (),
    method: str | None = None,
) -> np.ndarray:
    """Codes plus the sum of `amount · σ · unit vector`.

    Every edited direction is first made orthogonal to the span of the locked
    ones other than itself, so no edit moves the projection on a locked
    direction but that attribute's own.

    Args:
        codes: float32 `[n, d]`.
        edits: for each attribute an amount in σ along its (conditional)
            direction: one number, or one for each code `[n]`.
        covariance: float `[d, d]` of the population's codes.
        locked: attributes that the edits of others must not move.
        method: which directions to take; None: each attribute's default.

    Returns:
        float32 `[n, d]`; equal to `codes` bit by bit where all amounts are 0.

    Raises `UserError` for an attribute without a direction, an amount that is
    no finite number, and an edit that the locks leave no room for.

    Example:
        >>> import numpy as np
        >>> from ganssl import edit_codes, fit_directions
        >>> rng = np.random.default_rng(0)
        >>> codes = rng.normal(size=(400, 8)).astype(np.float32)
        >>> labels = (codes[:, :1] > 0).astype(np.int8)  # the first number decides
        >>> directions = fit_directions(codes, labels, ["Smiling"])
        >>> edited = edit_codes(codes, {"Smiling": 2.0}, directions, np.cov(codes.T))
        >>> bool(np.all(edited[:, 0] > codes[:, 0]))
        True
    """
    codes = np.asarray(codes, dtype=np.float32)
    lock = {name: directions.get(name, method) for name in dict.fromkeys(locked)}
    change = np.zeros(codes.shape, dtype=np.float64)  # (n, d)
    for name, amount in edits.items():
        amount = np.asarray(amount, dtype=np.float64)  # () or (n,)
        if amount.shape not in ((), codes.shape[:1]) or not np.isfinite(amount).all():
            raise UserError(f"The amount for {name} must be a finite number, one or one per code.")
        direction = directions.get(name, method)
        if len(direction.vector) != codes.shape[1]:
            raise UserError(
                f"These codes have {codes.shape[1]} numbers, but the direction of {name} has "
                f"{len(direction.vector)}: they belong to different models."
            )
        if not amount.any():
            continue
        others = [other for other in lock.values() if other.attribute != name]
        direction = conditional_direction(direction, others, covariance)
        change += amount[..., None] * (direction.sigma * direction.vector.astype(np.float64))
    return np.where(change == 0.0, codes, codes + change).astype(np.float32)


def conditional_direction(
    direction: Direction, others: Sequence[Direction], covariance: np.ndarray
) -> Direction:
    """The part of a direction that is orthogonal to all others, at length 1 again.

    With Q a basis of the others' span this is `p − QQᵀp`, the conditional
    manipulation of Shen et al. 2020 (InterFaceGAN); least squares gives the
    same projection and does not mind others that coincide. σ is recomputed
    from `covariance`, the center from the others' centers; held-out figures
    become NaN.

    Args:
        covariance: float `[d, d]` of the population's codes.

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
    weights = np.linalg.lstsq(span, vector, rcond=1e-6)[0]  # (k,)
    rest = vector - span @ weights
    remaining = float(np.linalg.norm(rest) / np.linalg.norm(vector))
    if remaining < SMALLEST_REMAINDER:
        raise UserError(
            f"{direction.attribute} cannot change while {', '.join(names)} cannot: only "
            f"{remaining:.0%} of its direction lies outside theirs. Unlock one of them."
        )
    unit = rest / np.linalg.norm(rest)
    centers = np.array([other.center for other in others])
    nan = float("nan")
    return replace(
        direction,
        vector=unit,
        sigma=float(np.sqrt(unit @ covariance.astype(np.float64) @ unit)),
        center=float((direction.center - centers @ weights) / np.linalg.norm(rest)),
        boundary=nan,
        class_means=(nan, nan),
        auc=nan,
        accuracy=nan,
        majority=nan,
        split_half_cosine=nan,
        conditioned_on=(*direction.conditioned_on, *names),
        remaining=remaining * direction.remaining,
    )
