"""What a slider leaves alone unless it is asked to: skin tone, perceived sex and age.

In photos hair, make-up and glasses come with sex, age and skin tone, and a
direction fitted to labels takes them along. A rule says how they are taken out
of it. Which rule moves an attribute most in proportion to what it moves
besides is a question of measurement (`ganssl.laboratory.holding_trial`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from ganssl.base.once import OnceMade
from ganssl.directions.conditional import conditional_direction
from ganssl.directions.direction import Direction, base_attribute
from ganssl.directions.names import (
    COVARIANCE,
    DEFAULT_RULE,
    HELD,
    JOINT,
    RAW,
    READINGS,
    SKIN,
    check_rule,
)
from ganssl.directions.readings import ALL_ELSE

if TYPE_CHECKING:
    from ganssl.directions.direction_set import DirectionSet

ALIKE = 0.7
"""Cosine from which on a user's own direction counts as one of sex or age."""

MOST_KEPT = 200
"""So many directions of sliders are kept for a set; a page asks for the same ones at every move."""

_kept: WeakKeyDictionary[DirectionSet, OnceMade] = WeakKeyDictionary()


def held_by(directions: DirectionSet, attribute: str, rule: str = DEFAULT_RULE) -> list[Direction]:
    """What the slider of an attribute holds by a rule, as far as the set knows it.

    A user's own direction that nearly runs along that of sex or age is taken
    for a slider of it, whatever it is called.
    A set without a direction of skin tone, as older models have, cannot hold it.
    By `READINGS` no other direction is projected off; see `held_direction`.
    """
    rule = rule_of(directions, rule)
    if rule in (RAW, READINGS):
        return []
    held = [directions.skin_tone] if directions.skin_tone is not None else []
    if rule in (SKIN, JOINT):
        return held
    names = [n for n in HELD if n in directions.attributes and n != base_attribute(attribute)]
    own = directions.get(attribute) if attribute in directions.attributes else None
    for name in names:
        if own is not None and own.own and _alike(own, directions.get(name)):
            continue
        normal = rule == COVARIANCE and "logistic" in directions.methods(name)
        held.append(directions.get(name, "logistic" if normal else None))
    return held


def _alike(one: Direction, other: Direction) -> bool:
    return abs(float(one.vector @ other.vector)) >= ALIKE


def slider_direction(
    directions: DirectionSet,
    attribute: str,
    covariance: np.ndarray,
    rule: str = DEFAULT_RULE,
    locked: Sequence[str] = (),
    method: str | None = None,
    mean: np.ndarray | None = None,
) -> Direction:
    """The direction along which the slider of an attribute moves codes.

    Args:
        covariance: float `[d, d]` of the population's codes, and its `mean`
            `[d]` where the center of the projections is asked for.
        rule: of `RULES`.
        locked: further attributes that must not move.
        method: which direction; None takes the attribute's default, or that of the rule.

    Raises `UserError` where there is no such direction, and where what is held
    leaves next to nothing of it.
    """
    statistics = (
        covariance,
        mean,
    )  # kept beside what follows from them, so that no other has their id
    key = attribute, rule, tuple(locked), method, *map(id, statistics)

    def make() -> tuple[Direction, tuple]:
        direction = _held_direction(directions, attribute, covariance, rule, locked, method, mean)
        return direction, statistics

    return _kept.setdefault(directions, OnceMade(MOST_KEPT)).get(key, make)[0]


def _held_direction(
    directions: DirectionSet,
    attribute: str,
    covariance: np.ndarray,
    rule: str,
    locked: Sequence[str],
    method: str | None,
    mean: np.ndarray | None,
) -> Direction:
    if check_rule(rule) == JOINT and method is None and JOINT in directions.methods(attribute):
        direction = directions.get(attribute)
        direction = direction if direction.own else directions.get(attribute, JOINT)
    else:
        direction = directions.get(attribute, method)
    names = [name for name in dict.fromkeys(locked) if name != attribute]
    locks = [directions.get(name, method) for name in names]
    return held_direction(directions, direction, locks, covariance, rule, mean)


def held_direction(
    directions: DirectionSet,
    direction: Direction,
    locks: Sequence[Direction],
    covariance: np.ndarray,
    rule: str = DEFAULT_RULE,
    mean: np.ndarray | None = None,
) -> Direction:
    """What locks and a rule leave of one direction; errors as in `slider_direction`.

    Args:
        directions: whose skin tone, sex, age and readings the rule goes by.
        covariance, mean: as in `slider_direction`.
    """
    rule, readings = rule_of(directions, rule), directions.readings
    if rule == READINGS and readings is not None:
        locked = {base_attribute(lock.attribute) for lock in locks}
        held, cost = readings.alone(direction, covariance, locked, mean)
        if locks:
            held = conditional_direction(held, locks, covariance, np.linalg.inv(cost), mean)
        return readings.in_steps(held, direction)
    others = [*locks, *held_by(directions, direction.attribute, rule)]
    in_metric = covariance if rule in (COVARIANCE, JOINT) else None
    return conditional_direction(direction, others, covariance, in_metric, mean)


def step_worth(directions: DirectionSet, held: Direction, direction: Direction) -> float:
    """How many σ of a direction one step along what is held of it is worth.

    By the reading that it means where the set knows how faces read, since a step
    that holds all else leaves most of the plain direction alone; else along the vector.
    """
    if directions.readings is not None and ALL_ELSE in held.conditioned_on:
        return directions.readings.worth(held, direction)
    return held.sigma * float(held.vector @ direction.vector) / direction.sigma


def rule_of(directions: DirectionSet, rule: str) -> str:
    """The rule, or the one in its place where the set does not know how faces read."""
    missing = check_rule(rule) == READINGS and directions.readings is None
    return COVARIANCE if missing else rule
