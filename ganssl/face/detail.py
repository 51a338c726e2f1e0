"""The detail of a photo that its reconstruction lacks, put back where an edit leaves it valid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from ganssl.errors import UserError

FADE = 20.0
"""Where the edit changes the picture by this much (mean of the channels, 0 to 255), 1/e is left.

With the model faces-128, Smiling by +2 σ and full strength, on 60 validation
photos of CelebA: identity similarity to the photo 0.83 (0.67 without detail, 0.89
without fading), readout of Smiling 0.90 (0.94 and 0.82).
"""

SPREAD = 3 / 128
"""How far the change is averaged, as the σ of a gaussian in sides of the picture."""


@dataclass(frozen=True, eq=False)
class PhotoDetail:
    """What to add to edited faces of a photo.

    Attributes:
        photo: the aligned photo, uint8 `[s, s, 3]`.
        reconstruction: the face of its code, uint8 `[s, s, 3]`.
        strength: 0 adds nothing, 1 all.

    Raises `UserError` for a strength outside 0 to 1.
    """

    photo: np.ndarray
    reconstruction: np.ndarray
    strength: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength <= 1.0:
            raise UserError(f"The detail must be a number from 0 to 1, not {self.strength}.")

    def addition(self, faces: np.ndarray) -> np.ndarray:
        """The difference of photo and reconstruction, faded where faces differ from the latter.

        Old teeth do not belong into a new mouth: the weight of a pixel is
        exp(−(change / FADE)²), where `change` is the mean absolute difference
        around it between the edited and the unedited face.

        Args:
            faces: uint8 `[n, s, s, 3]`, decoded from edited codes of the photo.

        Returns:
            float32 `[n, s, s, 3]`, from -255 to 255.
        """
        start = self.reconstruction.astype(np.float32)
        change = np.abs(faces - start).mean(axis=3)  # (n, s, s)
        change = gaussian_filter(change, SPREAD * faces.shape[1], axes=(1, 2), mode="nearest")
        weight = self.strength * np.exp(-np.square(change / FADE))
        return weight[..., None] * (self.photo - start)

    def on(self, faces: np.ndarray) -> np.ndarray:
        """Faces with the detail; uint8 `[n, s, s, 3]`, as `addition` takes them."""
        return to_uint8(faces + self.addition(faces)) if self.strength else faces


def to_uint8(values: np.ndarray) -> np.ndarray:
    """Round and clip values from 0 to 255."""
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)
