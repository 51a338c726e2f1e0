"""Where each slider breaks: its range, read off the card, and who gets none.

The bars stand in `ganssl.directions.reach`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ganssl.attributes import Attribute, implied_by, withheld
from ganssl.base.progress import Progress
from ganssl.directions import DEFAULT_RULE, DirectionSet
from ganssl.directions.reach import (
    FURTHEST,
    LEAST_IDENTITY,
    LEAST_OWN,
    MOST_OUTSIDE,
    TIED,
    Reach,
)
from ganssl.errors import UserError
from ganssl.laboratory.card import DirectionCard, StepReading, direction_card
from ganssl.laboratory.effects import Effect
from ganssl.laboratory.laboratory import Laboratory

STEPS: tuple[float, ...] = tuple(np.arange(-FURTHEST, FURTHEST + 0.25, 0.5))

SHORTEST = 1.0
"""A slider that breaks before so many σ on both sides is none."""

NEARLY_ALL = 0.97
"""A share of photos from which on an attribute hardly comes without the other."""

COMPANIONS: tuple[str, ...] = ("Male",)
"""With which attributes others may go so closely that they have no face without."""


def reach_of(card: DirectionCard, rule: str = DEFAULT_RULE) -> Reach:
    """From the card of a slider, measured at `STEPS`, to its range.

    Each side ends before the first step at which the own effect no longer
    grows or is less than a slider owes its name, another attribute has moved
    further, faces lose their identity, or codes leave the population.
    """
    middle = next(i for i, reading in enumerate(card.steps) if reading.step == 0)
    low = _end(card.steps[middle::-1], -1)
    high = _end(card.steps[middle:], 1)
    largest, two = largest_besides(card), card.at(2)
    if card.own is None:
        raise ValueError(f"the probes do not read {card.direction.attribute}")
    reach = Reach(
        low=low,
        high=high,
        rule=rule,
        own=card.own.spreads,
        besides=largest.attribute,
        its_effect=largest.spreads,
        steady=card.steady,
        skin_tone=two.skin_tone,
        identity=two.identity,
        outside=two.outside,
    )
    return replace(reach, fails=_why_not(reach))


def measure_reach(
    laboratory: Laboratory,
    directions: DirectionSet,
    rule: str = DEFAULT_RULE,
    progress: Progress | None = None,
) -> dict[str, Reach]:
    """The reach of every reliable attribute that the probes read, as its slider moves by a rule.

    An attribute of which holding leaves next to nothing fails.
    """
    names = [
        name
        for name in directions.attributes
        if name in laboratory.readout.attributes
        and not withheld(name)
        and directions.get(name).reliable
    ]
    found = {}
    for done, name in enumerate(names, start=1):
        direction = directions.get(name)
        try:
            card = direction_card(laboratory, direction, rule=rule, steps=STEPS)
        except UserError:
            found[name] = stuck(rule)
        else:
            found[name] = reach_of(card, rule)
        if progress:
            progress(done, len(names))
    return found


def stuck(rule: str) -> Reach:
    """Of an attribute that cannot move while the rule holds what it holds."""
    words = "cannot change while skin tone, sex and age stay as they are"
    return Reach(0, 0, rule, 0, "", 0, 0, 0, 1, 0, fails=words)


def with_companions(
    reaches: dict[str, Reach], labels: np.ndarray, attributes: Sequence[str]
) -> dict[str, Reach]:
    """Say which attribute nearly all photos with another share or lack.

    Args:
        labels: int8 `[n, a]` of 1, 0 and -1 (unknown), with `attributes` as columns.
    """
    found = dict(reaches)
    for name, reach in reaches.items():
        for companion in COMPANIONS:
            if companion == name or not {name, companion} <= set(attributes):
                continue
            present = labels[:, attributes.index(name)] == 1
            other = labels[present, attributes.index(companion)]
            other = other[other >= 0]
            if len(other) and not 1 - NEARLY_ALL < other.mean() < NEARLY_ALL:
                share = float(other.mean())
                found[name] = replace(reach, goes_with=companion, goes_with_share=share)
    return found


def _end(readings: Sequence[StepReading], sign: int) -> float:
    """The last step, from 0 outwards, up to which nothing has broken."""
    end, own = 0.0, 0.0
    for reading in readings[1:]:
        grown = sign * reading.own
        if grown <= own or reading.identity < LEAST_IDENTITY or reading.outside > MOST_OUTSIDE:
            break
        if abs(reading.step) >= SHORTEST and not _true_at(reading, sign):
            break
        end, own = reading.step, grown
    return float(end)


def _true_at(reading: StepReading, sign: int) -> bool:
    """Whether a step does what the slider is named after, by the bars of one σ.

    Half a σ moves all readings so little that chance would decide, and one σ so
    little that it decides a tie (`TIED`).
    """
    own = sign * reading.spreads
    enough = not own < LEAST_OWN * abs(reading.step)
    level = TIED if abs(reading.step) <= SHORTEST else 1.0
    return enough and not abs(reading.its_effect) > level * own


def largest_besides(card: DirectionCard) -> Effect:
    """The strongest side effect among other attributes, without those that the name implies."""
    others = [effect for effect in card.others if effect is not card.skin_tone]
    meant = implied_by(card.direction.attribute)
    return next((effect for effect in others if effect.attribute not in meant), others[0])


def _why_not(reach: Reach) -> str:
    other = Attribute(reach.besides).title
    if reach.own < LEAST_OWN:
        return f"hardly moves its own reading ({reach.own:+.2f} spreads for +1 σ)"
    if abs(reach.its_effect) > TIED * reach.own:
        return f"moves {other} further ({reach.its_effect:+.2f}) than itself ({reach.own:+.2f})"
    if max(-reach.low, reach.high) < SHORTEST:
        return f"breaks, or is not true to its name, before {SHORTEST:g} σ"
    return ""
