"""A user's own directions: what they are called, and which are too poor to be one."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ganssl.attributes import LONGEST_NAME, Attribute
from ganssl.directions.direction import MINE, Direction, base_attribute
from ganssl.errors import UserError

LEAST_AUC = 0.6
"""On labels that did not define it; below it a direction tells next to nothing apart."""

LEAST_COSINE = 0.0
"""Between halves of its labels: below it they point apart, and other labels would do so too."""


def own_name(name: str, taken: Collection[str]) -> str:
    """A name beside those that are taken: `Smiling · mine`, then `Smiling · mine 2`."""
    if name not in taken:
        return name
    first = base_attribute(name)[: LONGEST_NAME - len(MINE) - 4].strip() + MINE  # 4 for a number
    number, free = 1, first
    while free in taken:
        number += 1
        free = f"{first} {number}"
    return free


def own_title(direction: Direction) -> str:
    """Such as `Smiling · mine, 20 labels`; of the model's own direction its title alone."""
    title = Attribute(direction.attribute).title
    if not direction.own:
        return title
    mine = "" if MINE in title else MINE
    labels = f", {direction.labels_used:,} labels" if direction.labels_used else ", no labels"
    return f"{title}{mine}{labels}" + (", poor" if why_not(direction) else "")


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
