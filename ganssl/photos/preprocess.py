"""From a photo to what the networks see, and back: one object for every photo.

A `Preprocess` is stored with the model, and real photos of every source pass
through it: training, directions, evaluation and uploads get the same pixels.
Generated faces leave the generator in its value range and need no crop.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image

from ganssl.errors import UserError

ALIGNED_SIZE = (178, 218)
"""Width and height of CelebA's aligned photos; other sizes with their ratio are cropped alike."""


@dataclass(frozen=True)
class Preprocess:
    """Crop, resize and value range.

    A photo of CelebA's aligned proportions is cut to `crop`; any other is
    taken as a face crop and cut to its central square.

    Attributes:
        size: side of the square result in pixels.
        crop: left, top, right, bottom in pixels of the 178×218 photo. The
            default keeps the hair; the eyes come to lie at about (0.35, 0.47)
            and (0.64, 0.47) of the side.
        low, high: the networks' value range for 0 and 255.
        resampling: `bicubic`, antialiased, or `bilinear`, which mixes the four
            nearest pixels whatever the scale, for networks that were trained so.
    """

    size: int = 128
    crop: tuple[float, float, float, float] = (19.0, 45.0, 159.0, 185.0)
    low: float = -1.0
    high: float = 1.0
    resampling: str = "bicubic"

    def __post_init__(self) -> None:
        object.__setattr__(self, "crop", tuple(float(edge) for edge in self.crop))
        left, top, right, bottom = self.crop
        if int(self.size) != self.size or self.size < 8:
            raise UserError(f"Preprocessing needs a whole size of 8 or more, not {self.size}.")
        object.__setattr__(self, "size", int(self.size))
        if not (0 <= left < right <= 178 and 0 <= top < bottom <= 218):
            raise UserError(f"Preprocessing needs a crop inside 178×218, not {self.crop}.")
        if not -np.inf < self.low < self.high < np.inf:
            raise UserError("Preprocessing needs low < high, both finite.")
        if self.resampling not in ("bicubic", "bilinear"):
            raise UserError(f"Preprocessing resamples bicubic or bilinear, not {self.resampling}.")

    def box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """The part of a `width`×`height` photo that is kept: left, top, right, bottom."""
        if is_aligned(width, height):
            x, y = width / ALIGNED_SIZE[0], height / ALIGNED_SIZE[1]
            left, top, right, bottom = self.crop
            return left * x, top * y, right * x, bottom * y
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2  # whole pixels: no blur
        return left, top, left + side, top + side

    def __call__(self, photo: Image.Image) -> np.ndarray:
        """Crop and resize an RGB photo; returns uint8 `[size, size, 3]`."""
        box = self.box(*photo.size)
        photo = photo if photo.mode == "RGB" else photo.convert("RGB")  # which would copy it
        if self.resampling == "bilinear":
            return _resize_bilinear(np.asarray(photo), box, self.size)
        return np.asarray(photo.resize((self.size, self.size), Image.Resampling.BICUBIC, box=box))

    def to_network(self, pixels: np.ndarray) -> np.ndarray:
        """uint8 `[..., 3]` to float32 in `[low, high]`."""
        scale = np.float32((self.high - self.low) / 255.0)
        return np.asarray(pixels).astype(np.float32) * scale + np.float32(self.low)

    def to_pixels(self, values: np.ndarray) -> np.ndarray:
        """Network values `[..., 3]` to uint8; what lies outside the range is clipped."""
        unit = (np.asarray(values, dtype=np.float32) - self.low) / (self.high - self.low)
        return np.rint(np.clip(unit, 0.0, 1.0) * 255.0).astype(np.uint8)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Preprocess:
        try:
            return cls(**values)
        except UserError:
            raise
        except (TypeError, ValueError, OverflowError) as error:
            raise UserError(f"The preprocessing settings are not readable: {error}.") from error


def _resize_bilinear(
    photo: np.ndarray, box: tuple[float, float, float, float], size: int
) -> np.ndarray:
    """The `box` of uint8 `[h, w, 3]` at `size`, read at the centres of the new pixels."""
    from scipy.ndimage import affine_transform

    left, top, right, bottom = box
    x, y = (right - left) / size, (bottom - top) / size
    face = affine_transform(
        photo,
        (y, x, 1),
        offset=(top + y / 2 - 0.5, left + x / 2 - 0.5, 0),
        output_shape=(size, size, 3),
        output=np.float64,
        order=1,
        mode="nearest",
    )
    return np.rint(face).astype(np.uint8)


def is_aligned(width: int, height: int) -> bool:
    """Whether a photo has CelebA's aligned proportions, to the pixel's rounding."""
    expected = height * ALIGNED_SIZE[0] / ALIGNED_SIZE[1]
    return abs(width - expected) <= max(1.0, 0.005 * width)
