"""Move codes along attribute directions, with other attributes locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.holding import slider_direction
from ganssl.directions.names import RAW
from ganssl.errors import UserError


def edit_codes(
    codes: np.ndarray,
    edits: Mapping[str, float | np.ndarray],
    directions: DirectionSet,
    covariance: np.ndarray,
    locked: Sequence[str] = (),
    method: str | None = None,
    rule: str = RAW,
) -> np.ndarray:
    """Codes plus the sum of `amount · σ · unit vector`.

    What is locked, other than the edited attribute itself, and what the rule
    holds is first taken out of every edited direction, so no edit moves the
    projection on a locked direction but that attribute's own.

    Args:
        codes: float32 `[n, d]`.
        edits: for each attribute an amount in σ along its (conditional)
            direction: one number, or one for each code `[n]`.
        covariance: float `[d, d]` of the population's codes.
        locked: attributes that the edits of others must not move.
        method: which directions to take; None: each attribute's default.
        rule: what sliders hold, see `ganssl.directions.holding`.

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
    for name in locked:
        directions.get(name, method)  # an unknown name is told even where nothing is edited
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
        direction = slider_direction(directions, name, covariance, rule, locked, method)
        change += amount[..., None] * (direction.sigma * direction.vector.astype(np.float64))
    return np.where(change == 0.0, codes, codes + change).astype(np.float32)


class Judge(Protocol):
    """What tells codes apart: a unit vector `[d]`, where *present* begins along it, and σ."""

    @property
    def vector(self) -> np.ndarray: ...

    @property
    def boundary(self) -> float: ...

    @property
    def sigma(self) -> float: ...


def moved_to(codes: np.ndarray, targets: np.ndarray, judge: Judge, along: np.ndarray) -> np.ndarray:
    """Move codes along a unit vector until they lie where they shall; float32 `[n, d]`.

    Args:
        codes: float32 `[n, d]`.
        targets: float `[n]`, in σ beyond the judge's boundary.
        along: `[d]`; the judge's own vector, or one that is not orthogonal to it.
    """
    along = along.astype(np.float64)
    position = (codes.astype(np.float64) @ judge.vector - judge.boundary) / judge.sigma
    step = (targets - position) * judge.sigma / float(along @ judge.vector)
    return (codes + step[:, None] * along).astype(np.float32)
