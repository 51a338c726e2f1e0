"""Codes for a set of several attributes: natural ones, chosen so that every label is taught.

Of up to three attributes every combination of their sides gets the same share
of the faces. Of more there are too many combinations, most of them empty; there
each face is chosen for one attribute and one side of it in turn, and its other
labels are those of its code. Where next to no code of a combination lies, its
places go to the others.
"""

from __future__ import annotations

import numpy as np

from ganssl.errors import UserError
from ganssl.models.face_model import FaceModel
from ganssl.synthesis.axes import Axes
from ganssl.synthesis.candidates import draw_candidates
from ganssl.synthesis.recipe import Recipe

CHUNK = 4096
PATIENCE = 100_000
"""A block looks at so many candidates before it gives places to other combinations."""


class CombinedCodes:
    """Draws natural codes whose places are divided among groups.

    A group is a combination of sides, or one side of one attribute; a code
    nearer to a boundary that counts than the recipe's margin is in none.
    """

    def __init__(self, model: FaceModel, recipe: Recipe, axes: Axes) -> None:
        self.model, self.recipe, self.axes = model, recipe, axes
        count = len(recipe.attributes)
        self.groups = 1 << count if recipe.combined else 2 * count

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Codes float32 `[count, d]`; place i is for group i modulo `groups`.

        Raises `UserError` where no code at all lies in a group.
        """
        wanted = np.arange(count) % self.groups
        codes = np.empty((count, self.model.latent_size), np.float32)
        filled, seen = np.zeros(count, bool), 0
        while not filled.all():
            found = draw_candidates(
                self.model, self.recipe.source, self.recipe.truncation, CHUNK, rng
            ).astype(np.float32)
            seen += CHUNK
            members = self.members(found)
            used = np.zeros(CHUNK, bool)
            for group in np.argsort(members.sum(axis=0), kind="stable"):  # the rarest first
                places = np.flatnonzero((wanted == group) & ~filled)
                hits = np.flatnonzero(members[:, group] & ~used)[: len(places)]
                codes[places[: len(hits)]] = found[hits]
                filled[places[: len(hits)]] = used[hits] = True
            if seen >= PATIENCE and not filled.all():
                spare = spread_out(members, used)
                if not len(spare):
                    raise UserError(
                        f"Next to no code lies {self.recipe.margin:g} σ from the boundaries of "
                        f"{self.recipe.title}. Lower the margin, or name fewer attributes."
                    )
                places = np.flatnonzero(~filled)[: len(spare)]
                codes[places] = found[spare[: len(places)]]
                filled[places] = True
        return codes

    def members(self, codes: np.ndarray) -> np.ndarray:
        """Which codes `[n, d]` serve which group, bool `[n, groups]`.

        The number of a combination has the side of the first attribute as bit
        0, of the second as bit 1, and so on; otherwise group 2j + s is side s
        of attribute j.
        """
        scores = np.stack([judge.score(codes) for judge in self.axes.judges], axis=1)
        clear, present = np.abs(scores) >= self.recipe.margin, scores >= 0
        if self.recipe.combined:
            number = present @ (1 << np.arange(scores.shape[1]))
            return (number[:, None] == np.arange(self.groups)) & clear.all(axis=1)[:, None]
        sides = np.stack([clear & ~present, clear & present], axis=2)  # (n, k, 2)
        return sides.reshape(len(codes), self.groups)


def spread_out(members: np.ndarray, used: np.ndarray) -> np.ndarray:
    """The rows that serve a group and are not used, the groups taking turns; int `[m]`."""
    rows = np.flatnonzero(members.any(axis=1) & ~used)
    group = members[rows].argmax(axis=1)
    turn = np.empty(len(rows), int)
    for one in np.unique(group):
        turn[group == one] = np.arange((group == one).sum())
    return rows[np.lexsort((group, turn))]
