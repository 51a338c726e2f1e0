"""Which photos get the labels: so many of each class, or those that an order asks for.

Drawing 50 photos of each class takes labels to know the classes. The other
choices know none: a labeller answers for one photo after another, as on the
page *Label*, and each draw of the experiment is another folder of photos.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ganssl.errors import UserError
from ganssl.fitting.spread_directions import draw_few
from ganssl.labelling.order import (
    InformativeOrder,
    Order,
    RandomOrder,
    TypicalOrder,
    UncertainOrder,
)
from ganssl.labelling.quick_classifier import QuickClassifier
from ganssl.photos.label_file import UNKNOWN

PER_CLASS = "per class"
"""A random draw of so many photos of each class."""

ORDERS: dict[str, Callable[[np.ndarray, int, int], Order]] = {
    "random": lambda features, count, seed: RandomOrder(len(features), seed),
    "typical": lambda features, count, seed: TypicalOrder(
        QuickClassifier(features).rows, count, seed
    ),
    "uncertain": lambda features, count, seed: UncertainOrder(QuickClassifier(features), seed),
    "both": lambda features, count, seed: InformativeOrder(features, seed),
}
"""How an order is made for features, a number of labels and a seed."""

CHOICES: tuple[str, ...] = (PER_CLASS, *ORDERS)

FOLDER = 1000
"""Photos of one draw, among which an order chooses."""


WORDS = {"both": "typical, then uncertain"}
"""Choices that messages call by another word."""


def choose_labels(
    features: np.ndarray,
    labels: np.ndarray,
    per_class: int,
    attribute: str,
    seed: int = 0,
    choice: str = PER_CLASS,
    folder: int = FOLDER,
) -> np.ndarray:
    """The labels of a few photos, int8 `[n]`, -1 for all others.

    Args:
        features: float32 `[n, f]`.
        labels: int8 `[n]` of all photos; what was not asked is not looked at.
        per_class: an order asks for twice as many photos, of whatever class.
        choice: one of `CHOICES`.
        folder: an order chooses among so many photos, drawn by the seed.

    Raises `UserError` for too few photos.
    """
    if choice == PER_CLASS:
        return draw_few(labels, per_class, attribute, seed)
    rng = np.random.default_rng([seed, 3])  # the same folder for every attribute
    rows = np.sort(rng.permutation(len(labels))[:folder])
    if len(rows) < 2 * per_class:
        raise UserError(
            f"{2 * per_class:,} photos cannot be chosen from {len(rows):,}: name fewer labels, "
            "or choose among more photos."
        )
    order = ORDERS[choice](features[rows], 2 * per_class, seed)
    few = np.full(len(labels), UNKNOWN, np.int8)
    few[rows] = ask(order, labels[rows], 2 * per_class)
    return few


def ask(order: Order, answers: np.ndarray, count: int) -> np.ndarray:
    """What a labeller who knows all answers has said after `count` questions; int8 `[n]`."""
    labels = np.full(len(answers), UNKNOWN, np.int8)
    waiting = np.ones(len(answers), bool)
    for _ in range(count):
        place = order.next(labels, waiting)
        labels[place], waiting[place] = answers[place], False
    return labels


def photos_words(count: int, choice: str) -> str:
    """`50+50`, or for an order as many photos in all: `100 typical photos`."""
    if choice == PER_CLASS:
        return f"{count}+{count}"
    return f"{2 * count} {WORDS.get(choice, choice)} photos"
