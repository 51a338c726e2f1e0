"""Weights that inference has folded together: batch norms, and doublings as plain convolutions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

EPSILON = 1e-3
"""Of the batch norms, as Keras has it by default."""


def batch_norm(
    take: Callable[[str, tuple[int, ...]], np.ndarray], name: str, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Factor and summand of each channel, float32 `[width]`, that a batch norm comes to."""
    parts = ("gamma", "beta", "moving_mean", "moving_variance")
    gamma, beta, mean, variance = (
        take(f"{name}_bn/{part}", (width,)).astype(np.float64) for part in parts
    )
    gain = gamma / np.sqrt(variance + EPSILON)
    return gain.astype(np.float32), (beta - mean * gain).astype(np.float32)


def phases(kernel: np.ndarray) -> np.ndarray:
    """`[3, 3, i, o]` over a doubled image → `[2, 2, i, 2, 2, o]` over the image itself.

    The last axes but one say which pixel of an unfolded square the kernel gives;
    squares begin one pixel before the cells, so the cell's second pixel comes first.
    """
    rows = np.stack(  # [place in the square, row of the small kernel, …]
        [
            np.stack([kernel[0] + kernel[1], kernel[2]]),  # sees its cell and the next
            np.stack([kernel[0], kernel[1] + kernel[2]]),  # sees the one before and its own
        ]
    )
    columns = np.stack(
        [
            np.stack([rows[:, :, 0] + rows[:, :, 1], rows[:, :, 2]]),
            np.stack([rows[:, :, 0], rows[:, :, 1] + rows[:, :, 2]]),
        ]
    )  # [place across, column, place down, row, i, o]
    return columns.transpose(3, 1, 4, 2, 0, 5)
