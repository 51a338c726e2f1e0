"""Augmentation that gradients pass through (Zhao et al. 2020): light, shift, cut-out.

A discriminator that sees real and generated faces under the same random changes
cannot learn 20,000 photos by heart. On `keras.ops` alone.
"""

from __future__ import annotations

from keras import ops

CHANCES = 5
"""Random numbers that one face takes: light, colour, contrast, and the place of the cut-out."""

LIGHT, COLOUR, CONTRAST = 0.25, 0.5, 0.25
CUT = 0.35
"""Side of the square that is blanked, as a share of the face's."""

SHIFT = 12
"""Faces move by up to so many pixels both ways, all of a batch alike."""


def augment(faces, chances, place):
    """Change light and colour, move and blank a part.

    Args:
        faces: float `[n, s, s, 3]` in [-1, 1].
        chances: uniform in [0, 1), `[n, CHANCES]`: equal rows change faces alike.
        place: uniform in [0, 1), `[2]`.
    """
    centred = ops.reshape(2.0 * chances - 1.0, (-1, CHANCES, 1, 1, 1))
    x = faces + LIGHT * centred[:, 0]
    grey = ops.mean(x, axis=3, keepdims=True)
    x = grey + (x - grey) * (1.0 + COLOUR * centred[:, 1])
    level = ops.mean(x, axis=(1, 2, 3), keepdims=True)
    x = level + (x - level) * (1.0 + CONTRAST * centred[:, 2])
    return _cut(_moved(x, place), chances[:, 3], chances[:, 4])


def _moved(x, place):
    side, span = x.shape[1], 2 * SHIFT + 1
    start = ops.cast(ops.floor(place * span), "int32")
    padded = ops.pad(x, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)))
    rows = start[0] + ops.arange(side, dtype="int32")
    columns = start[1] + ops.arange(side, dtype="int32")
    return ops.take(ops.take(padded, rows, axis=1), columns, axis=2)


def _cut(x, row, column):
    side = x.shape[1]
    places = (ops.arange(side, dtype=x.dtype) + 0.5) / side
    outside_rows = ops.abs(places[None, :] - row[:, None]) > CUT / 2
    outside_columns = ops.abs(places[None, :] - column[:, None]) > CUT / 2
    kept = ops.logical_or(outside_rows[:, :, None], outside_columns[:, None, :])
    return x * ops.cast(kept, x.dtype)[..., None]
