"""Which directions a recipe uses: one to label by, one to move along, one for each other side."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from ganssl.base.digest import short_digest
from ganssl.directions import Direction, DirectionSet, conditional_direction
from ganssl.errors import UserError
from ganssl.models.face_model import FaceModel
from ganssl.synthesis.recipe import Recipe

SMALLEST_GAIN = 0.1
"""How much of a step along the moving direction must be a step across the boundary."""


@dataclass(frozen=True)
class Axes:
    """The directions of one set.

    Attributes:
        judge: labels codes by the side of its boundary: of the attribute's
            directions the one with the best held-out AUC, or that of the
            recipe's method.
        mover: along which codes are moved: the attribute's default direction
            for edits, or that of the recipe's method, made orthogonal to `others`.
        others: the best judges of the attributes to balance over.
        also: those of the further attributes whose labels the set carries.
        used: the directions as they were measured, each once.
    """

    judge: Direction
    mover: Direction
    others: tuple[Direction, ...]
    used: tuple[Direction, ...]
    also: tuple[Direction, ...] = ()

    @classmethod
    def of(cls, model: FaceModel, recipe: Recipe) -> Axes:
        """Choose from the model's directions.

        Raises `UserError` where one is missing or cannot move while the others stay.
        """
        directions = model.directions
        others = tuple(best_judge(directions, name) for name in recipe.balance_over)
        if recipe.method:
            judge = mover = directions.get(recipe.attribute, recipe.method)
            also = tuple(directions.get(name, recipe.method) for name in recipe.also)
        else:
            judge = best_judge(directions, recipe.attribute)
            mover = directions.get(recipe.attribute)
            also = tuple(best_judge(directions, name) for name in recipe.also)
        used = [judge, *others, *also]
        if recipe.pairs or recipe.strategy == "push":
            used += [mover] if mover is not judge else []
            mover = _free_of(mover, others, judge, model.covariance)
        return cls(judge, mover, others, tuple(used), also)

    @property
    def judges(self) -> tuple[Direction, ...]:
        """Of all attributes whose labels the set carries."""
        return (self.judge, *self.also)

    @property
    def id(self) -> str:
        """12 hexadecimal digits of all vectors and figures."""
        parts = [[d.to_dict(), hashlib.sha256(d.vector.data).hexdigest()] for d in self.used]
        return short_digest(json.dumps(parts))


def best_judge(directions: DirectionSet, attribute: str) -> Direction:
    """The direction of an attribute with the best held-out AUC."""
    attribute = directions.get(attribute).attribute  # as it is spelt
    found = [directions.get(attribute, method) for method in directions.methods(attribute)]
    return max(found, key=lambda direction: direction.auc)


def _free_of(
    mover: Direction, others: tuple[Direction, ...], judge: Direction, covariance: np.ndarray
) -> Direction:
    names = ", ".join(other.attribute for other in others)
    try:
        free = conditional_direction(mover, others, covariance)
    except UserError as error:
        raise UserError(
            f"{mover.attribute} cannot be moved without {names}: their directions nearly coincide. "
            "Balance over other attributes, or label codes by position without pairs."
        ) from error
    if free.vector.astype(np.float64) @ judge.vector < SMALLEST_GAIN:
        raise UserError(
            f"Moving a code along its direction hardly changes on which side of {mover.attribute} "
            f"it lies{f' while {names} stay as they are' if others else ''}. "
            "Choose another method, or label codes by position without pairs."
        )
    return free
