"""From a recipe to latent codes with labels.

Faces are made in blocks of 1,024 that are drawn from a random stream of their
own, seeded by the recipe's seed and the block's number. So face i depends on
the recipe and on i alone, whichever process makes it and in whatever order,
and many candidates are drawn and tested at once. Candidates that lie too near
to the boundary, or on a side of which the block has enough, are thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from ganssl.directions.edit import moved_to
from ganssl.errors import UserError
from ganssl.models.density import truncate
from ganssl.models.face_model import FaceModel
from ganssl.synthesis.axes import Axes
from ganssl.synthesis.candidates import draw_candidates
from ganssl.synthesis.recipe import Recipe
from ganssl.synthesis.several import CombinedCodes

BLOCK = 1024
CHUNK = 4096
PATIENCE = 100_000
MOST_CANDIDATES = 1_000_000
"""A block may look at so many candidates; after `PATIENCE` it gives up if that cannot suffice."""

MOST_REPEATS = 20
"""How often a photo's code may be used in one class, on average."""

STREAM = 0x6A55  # sets these random streams apart from those of `FaceModel.sample`


@dataclass(frozen=True, eq=False)
class Codes:
    """Codes of consecutive faces of a set.

    Attributes:
        index: int64 `[n]`, the faces' numbers in the set.
        codes: float32 `[n, d]`.
        labels: int8 `[n]`: 1 with the attribute, 0 without.
        scores: float32 `[n]`: how far beyond the attribute's boundary, in σ.
        sides: int8 `[n, b]`: on which side of the boundary of each attribute
            of `balance_over` the codes lie, 1 present.
        pairs: int64 `[n]`: the number of the pair; -1 without pairs.
        photos: int64 `[n]`: the row of the photo's code; -1 for drawn codes.
        also: float32 `[n, a]`: the same as `scores` for each attribute of the
            recipe's `also`.
    """

    index: np.ndarray
    codes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    sides: np.ndarray
    pairs: np.ndarray
    photos: np.ndarray
    also: np.ndarray

    def __len__(self) -> int:
        return len(self.index)

    def part(self, rows: slice | np.ndarray) -> Codes:
        return Codes(*(getattr(self, f.name)[rows] for f in fields(self)))

    @classmethod
    def join(cls, parts: Sequence[Codes]) -> Codes:
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)))


def recipe_codes(
    model: FaceModel,
    recipe: Recipe,
    first: int = 0,
    count: int | None = None,
    *,
    photo_codes: np.ndarray | None = None,
) -> Codes:
    """The codes of faces `first` to `first + count` of a set (None: all from `first` on).

    They are labelled by the model's directions; `FaceModel.with_directions` gives it others,
    such as those of few labels.

    Args:
        photo_codes: float32 `[m, d]`, for the source `photos`.

    Raises `UserError` where the recipe does not fit the model, and where next
    to no code lies in a part of latent space that the recipe asks for.
    """
    count = recipe.count - first if count is None else count
    if not (first >= 0 and count >= 1 and first + count <= recipe.count):
        raise UserError(f"The set has the faces 0 to {recipe.count - 1}, not all that were asked.")
    maker = CodeMaker(model, recipe, photo_codes)
    blocks = range(first // BLOCK, -(-(first + count) // BLOCK))
    codes = Codes.join([maker.block(number) for number in blocks])
    start = first - blocks[0] * BLOCK
    return codes.part(slice(start, start + count))


class CodeMaker:
    """Makes the blocks of one set; arguments and errors as in `recipe_codes`."""

    def __init__(
        self,
        model: FaceModel,
        recipe: Recipe,
        photo_codes: np.ndarray | None = None,
    ) -> None:
        self.model, self.recipe = model, recipe
        self.axes = Axes.of(model, recipe)
        self.sided = recipe.strategy == "position"
        self.groups = (2 if self.sided else 1) << len(recipe.balance_over)
        if (recipe.source == "photos") != (photo_codes is not None):
            raise UserError("Codes of photos are needed for the source 'photos', and only for it.")
        self.photo_codes, self.photo_rows = None, []
        if photo_codes is not None:
            self.photo_codes = self._truncated_photos(photo_codes)
            self.photo_rows = self._rows_by_group(self.photo_codes)

    @property
    def blocks(self) -> int:
        return -(-self.recipe.count // BLOCK)

    def block(self, number: int) -> Codes:
        """The faces of one block; the last may be shorter."""
        if self.recipe.also:
            return self._combined_block(number)
        repeat = 2 if self.recipe.pairs else 1  # faces made of one natural code
        index = np.arange(number * BLOCK, (number + 1) * BLOCK)  # a short block is drawn whole
        labels = index % 2
        if self.sided or self.recipe.pairs:
            base = index[::repeat] // repeat
            group, turn = base % self.groups, base // self.groups
        else:  # the sides of others change after every two labels
            group, turn = index // 2 % self.groups, index // 2 // self.groups * 2 + labels
        if self.photo_codes is None:
            codes, photos = self._draw(number, group), np.full(len(group), -1)
        else:
            photos = self._turns_of_photos(group, turn)
            codes = self.photo_codes[photos]
        if self.sided:  # a pair's other half lies just as far on the other side
            distance = np.abs(self.axes.judge.score(codes))
            moved = labels != np.repeat(group % 2, repeat)
        else:
            rng = np.random.default_rng([STREAM, self.recipe.seed, number, 1])
            distance = rng.uniform(*self.recipe.strength, len(group))
            moved = np.full(BLOCK, True)
        targets = np.where(labels == 1, 1, -1) * np.repeat(distance, repeat)
        codes = np.repeat(codes, repeat, axis=0)
        axes = self.axes
        codes[moved] = moved_to(codes[moved], targets[moved], axes.judge, axes.mover.vector)
        made = Codes(
            index=index,
            codes=codes,
            labels=labels.astype(np.int8),
            scores=self.axes.judge.score(codes),
            sides=self._sides(codes),
            pairs=index // 2 if self.recipe.pairs else np.full(BLOCK, -1),
            photos=np.repeat(photos, repeat),
            also=np.empty((BLOCK, 0), np.float32),
        )
        return made.part(index < self.recipe.count)

    def _combined_block(self, number: int) -> Codes:
        """Natural codes of several attributes, each labelled by where it lies."""
        index = np.arange(number * BLOCK, (number + 1) * BLOCK)
        rng = np.random.default_rng([STREAM, self.recipe.seed, number, 2])
        codes = CombinedCodes(self.model, self.recipe, self.axes).draw(BLOCK, rng)
        scores = self.axes.judge.score(codes)
        made = Codes(
            index=index,
            codes=codes,
            labels=(scores >= 0).astype(np.int8),
            scores=scores,
            sides=self._sides(codes),
            pairs=np.full(BLOCK, -1),
            photos=np.full(BLOCK, -1),
            also=np.stack([judge.score(codes) for judge in self.axes.also], axis=1),
        )
        return made.part(index < self.recipe.count)

    def _draw(self, number: int, group: np.ndarray) -> np.ndarray:
        """Draw candidates until every place has one of its group; float32 `[len(group), d]`."""
        rng = np.random.default_rng([STREAM, self.recipe.seed, number, 0])
        codes = np.empty((len(group), self.model.latent_size), np.float32)
        places = [np.flatnonzero(group == g) for g in range(self.groups)]
        filled = np.zeros(self.groups, int)
        needed = np.array([len(rows) for rows in places])
        seen = 0
        while (filled < needed).any():
            self._check_patience(filled, needed, seen)
            found = draw_candidates(
                self.model, self.recipe.source, self.recipe.truncation, CHUNK, rng
            ).astype(np.float32)
            seen += CHUNK
            groups = self._groups(found)
            for g in np.flatnonzero(filled < needed):
                hits = np.flatnonzero(groups == g)[: needed[g] - filled[g]]
                codes[places[g][filled[g] : filled[g] + len(hits)]] = found[hits]
                filled[g] += len(hits)
        return codes

    def _check_patience(self, filled: np.ndarray, needed: np.ndarray, seen: int) -> None:
        if seen < PATIENCE:
            return
        reach = filled * (MOST_CANDIDATES / seen)  # what the limit would bring at this rate
        short = np.flatnonzero((filled < needed) & ((reach < needed) | (seen >= MOST_CANDIDATES)))
        if len(short):
            g = short[np.argmin(filled[short])]
            raise UserError(
                f"Next to no code lies where this set needs it: {filled[g]} of {seen:,} are "
                f"{self._group_title(g)}. {self._advice()}"
            )

    def _truncated_photos(self, codes: np.ndarray) -> np.ndarray:
        codes = np.asarray(codes, np.float32)
        if codes.ndim != 2 or codes.shape[1] != self.model.latent_size or not len(codes):
            raise UserError(
                f"The photos' codes must be a table [n, {self.model.latent_size}], "
                f"not {list(codes.shape)}."
            )
        if not np.isfinite(codes).all():
            raise UserError("The photos' codes hold values that are no numbers.")
        return truncate(codes, self.model.mean, self.recipe.truncation)

    def _rows_by_group(self, codes: np.ndarray) -> list[np.ndarray]:
        """The photos of each group in random order; `UserError` where they are too few."""
        order = np.random.default_rng([STREAM, self.recipe.seed]).permutation(len(codes))
        groups = self._groups(codes)[order]
        rows = [order[groups == g] for g in range(self.groups)]
        bases = self.recipe.count // (2 if self.recipe.pairs else 1)
        for g, members in enumerate(rows):
            if bases / self.groups > MOST_REPEATS * len(members):
                raise UserError(
                    f"Of {len(codes):,} photos {len(members)} are {self._group_title(g)}, and each "
                    f"may serve {MOST_REPEATS} times. Ask for fewer faces. {self._advice()}"
                )
        return rows

    def _turns_of_photos(self, group: np.ndarray, turn: np.ndarray) -> np.ndarray:
        """Every photo of a group once, then the next round; int64 rows `[len(group)]`."""
        picked = np.empty(len(group), np.int64)
        for g, rows in enumerate(self.photo_rows):
            picked[group == g] = rows[turn[group == g] % len(rows)]
        return picked

    def _sides(self, codes: np.ndarray) -> np.ndarray:
        sides = [other.score(codes) >= 0 for other in self.axes.others]
        return np.stack(sides, axis=1).astype(np.int8) if sides else np.empty((len(codes), 0), "i1")

    def _groups(self, codes: np.ndarray) -> np.ndarray:
        """The number of each code's group; -1 within the margin.

        Bit 0 is the label where position decides it, then the sides of `others`.
        """
        group = np.zeros(len(codes), int)
        for bit, side in enumerate(self._sides(codes).T, start=int(self.sided)):
            group += side.astype(int) << bit
        if self.sided:
            score = self.axes.judge.score(codes)
            group += score >= self.recipe.margin
            group[np.abs(score) < self.recipe.margin] = -1
        return group

    def _group_title(self, group: int) -> str:
        """`not Male (by 0.3 σ or more) and Smiling`."""
        parts = []
        if self.sided:
            name = self.recipe.label_type.classes[group & 1]
            parts.append(f"{name} (by {self.recipe.margin:g} σ or more)")
        for bit, other in enumerate(self.axes.others, start=int(self.sided)):
            parts.append(("" if group >> bit & 1 else "not ") + other.attribute)
        return " and ".join(parts)

    def _advice(self) -> str:
        advice = ["choose another source of codes"]
        if self.sided:
            advice.append("lower the margin")
        if self.recipe.balance_over:
            advice.append("balance over fewer attributes")
        text = ", or ".join(advice)
        return text[0].upper() + text[1:] + "."
