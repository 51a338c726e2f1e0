"""A user's own directions: what they are called, and which are too poor to be one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from ganssl.attributes import LONGEST_NAME, Attribute, joined, meant_name
from ganssl.directions.direction import Direction, base_attribute
from ganssl.directions.names import MINE
from ganssl.errors import UserError

LEAST_AUC = 0.6
"""On labels that did not define it; below it a direction tells next to nothing apart."""

LEAST_COSINE = 0.0
"""Between halves of its labels: below it they point apart, and other labels would do so too."""


def own_name(name: str, of_model: Collection[str], mine: Collection[str] = ()) -> str:
    """A name beside those that are taken: `Smiling · mine`, then `Smiling · mine 2`.

    Another spelling of a name that is taken is taken as well, and so is what would have
    the same title as another own direction.

    Args:
        of_model: names of the model's own directions, and `mine` those of the user's.
    """
    taken = {joined(other) for other in of_model}
    said = {joined(_with_mine(other)) for other in mine}

    def free(one: str) -> bool:
        return joined(one) not in taken and joined(_with_mine(one)) not in said

    base, mark, number_given = name.partition(MINE)
    base = meant_name(base, of_model) or base
    wanted = base + mark + number_given
    if free(wanted):
        return wanted
    first = base[: LONGEST_NAME - len(MINE) - 4].strip() + MINE  # 4 for a number
    number, found = 1, first
    while not free(found):
        number += 1
        found = f"{first} {number}"
    return found


def _with_mine(name: str) -> str:
    return name if MINE in name else name + MINE


def names_by_owner(directions: Iterable[Direction]) -> tuple[list[str], list[str]]:
    """The names of the model's directions, and those of the user's own."""
    named = {direction.attribute: direction.own for direction in directions}
    return [n for n, own in named.items() if not own], [n for n, own in named.items() if own]


def same_direction(one: Direction, other: Direction) -> bool:
    """Whether two own directions move faces alike, whatever they are called."""
    own = one.own and other.own
    return own and np.array_equal(one.vector, other.vector) and one.sigma == other.sigma


def own_title(direction: Direction) -> str:
    """Such as `Smiling · mine, 20 labels`; of the model's own direction its title alone."""
    title = Attribute(direction.attribute).title
    if not direction.own:
        return title
    labels = f", {direction.labels_used:,} labels" if direction.labels_used else ", no labels"
    return f"{_with_mine(title)}{labels}" + (", poor" if why_not(direction) else "")


def why_not(direction: Direction) -> str:
    """Why a direction is too poor for a slider, in a sentence; empty where it is not.

    What was never measured, as of directions found without labels, is no reason.
    """
    reasons = []
    if direction.auc < LEAST_AUC:
        reasons.append(
            f"on labels that did not define it, its AUC is {direction.auc:.2f}, and chance alone "
            "reaches 0.50"
        )
    if direction.split_half_cosine <= LEAST_COSINE:
        reasons.append(
            f"halves of its labels disagree (cosine {direction.split_half_cosine:.2f}), so that "
            "other photos would have given another direction"
        )
    if not reasons:
        return ""
    name = Attribute(base_attribute(direction.attribute)).title
    return f"This is no direction of {name}: {' and '.join(reasons)}. Label more photos."


def require_fair(direction: Direction) -> None:
    """`UserError` for a direction that is too poor for a slider."""
    if reason := why_not(direction):
        raise UserError(reason)


def figures_words(direction: Direction) -> str:
    """Its held-out figures in words, for people: never a number that was not measured."""
    if np.isfinite(direction.auc):
        interval = direction.auc_interval
        ends = f" ({interval[0]:.2f} to {interval[1]:.2f})" if interval else ""
        auc = f"AUC {direction.auc:.2f}{ends}"
    else:
        auc = "not measured"
    labels = f"{direction.labels_used:,} labels" if direction.labels_used else "no labels"
    return f"{auc}, {labels}"
