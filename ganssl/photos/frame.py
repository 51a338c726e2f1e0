"""A face that was found, and how it is laid into CelebA's aligned frame.

Points are pixels (x, y) with pixel centres at whole numbers. Left and right are
the viewer's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.ndimage import affine_transform

from ganssl.photos.preprocess import ALIGNED_SIZE

PLACES = np.array([(69.2, 111.3), (107.9, 111.2), (70.8, 152.4), (106.0, 152.3)])
"""Left eye, right eye and the mouth corners in CelebA's 178×218 photos.

The means of what mtcnn 1.0.0 finds in 400 photos, drawn at random from CelebA's
validation part; the standard deviations are 1.3 to 1.8 pixels for the eyes and
1.7 to 3.4 for the mouth.
"""

WEIGHTS = np.array([2.0, 2.0, 1.0, 1.0])
"""How much the points count in the fit.

On those photos, which are aligned, this moves the corners of the training crop
by 3.7 pixels (mean of the root mean square); equal weights move them by 4.1,
the eyes alone by 7.1.
"""

Point = tuple[float, float]


@dataclass(frozen=True)
class Face:
    """A face that was found in a photo.

    Attributes:
        box: left, top, width, height.
        confidence: 0 to 1, the detector's score.
    """

    box: tuple[float, float, float, float]
    confidence: float
    left_eye: Point
    right_eye: Point
    nose: Point
    left_mouth: Point
    right_mouth: Point

    @property
    def points(self) -> np.ndarray:
        """Eyes and mouth corners in the order of `PLACES`, float64 `[4, 2]`."""
        return np.array([self.left_eye, self.right_eye, self.left_mouth, self.right_mouth])

    @property
    def area(self) -> float:
        return self.box[2] * self.box[3]

    @property
    def turn(self) -> float:
        """How far the nose lies off the middle between the eyes, along their line.

        In eye distances: 0 in a frontal face, 0.5 under an eye, more in profile.
        """
        left, right, nose = (
            complex(*point) for point in (self.left_eye, self.right_eye, self.nose)
        )
        return abs(((nose - left) / (right - left)).real - 0.5)


def align_face(photo: Image.Image, face: Face) -> Image.Image:
    """Lay a face into CelebA's frame: RGB, 178×218.

    Outside the photo its edge is repeated, as it is in CelebA itself.
    """
    turn, shift = similarity(face.points, PLACES, WEIGHTS)
    turn, shift = 1 / turn, -shift / turn  # now from the frame to the photo
    width, height = ALIGNED_SIZE
    corners = np.array([0, width, 1j * height, width + 1j * height]) * turn + shift
    scale = max(abs(turn), 1.0)  # pixels of the photo per pixel of the frame, if more
    patch, corner, step = _cut(photo, corners, math.ceil(4 * scale), scale)

    # the place (y, x) in the patch of each place (y, x) of the frame
    matrix = np.array([[turn.real, turn.imag], [-turn.imag, turn.real]]) / step[::-1, None]
    offset = ((np.array([shift.imag, shift.real]) + 0.5) - corner[::-1]) / step[::-1] - 0.5
    pixels = np.asarray(patch, dtype=np.float32)
    channels = [
        affine_transform(pixels[:, :, c], matrix, offset, (height, width), order=3, mode="nearest")
        for c in range(3)
    ]
    return Image.fromarray(np.rint(np.clip(np.stack(channels, axis=2), 0, 255)).astype(np.uint8))


def _cut(
    photo: Image.Image, corners: np.ndarray, margin: int, scale: float
) -> tuple[Image.Image, np.ndarray, np.ndarray]:
    """The part of the photo around complex `corners`, reduced by `scale` with antialiasing.

    Returns the part, its upper left corner (x, y) in the photo, and the size
    (x, y) of its pixels in pixels of the photo.
    """
    low = np.floor([corners.real.min(), corners.imag.min()]) - margin
    high = np.ceil([corners.real.max(), corners.imag.max()]) + margin
    low = np.clip(low, 0, np.array(photo.size) - 1)
    high = np.clip(high, low + 1, photo.size)
    size = np.maximum(1, np.rint((high - low) / scale)).astype(int)
    part = photo.resize(tuple(size), Image.Resampling.BICUBIC, box=(*low, *high))
    return part, low, (high - low) / size


def similarity(
    source: np.ndarray, target: np.ndarray, weights: np.ndarray
) -> tuple[complex, complex]:
    """The rotation, scale and shift that bring `source` nearest to `target`, both `[n, 2]`.

    Least squares in closed form (Umeyama 1991), without reflection. With a
    point (x, y) written as x + iy it is `turn * point + shift`: `abs(turn)` is
    the scale and its angle the rotation.

    Returns `(turn, shift)`.
    """
    p, q = source @ (1, 1j), target @ (1, 1j)
    weights = weights / weights.sum()
    p_mean, q_mean = weights @ p, weights @ q
    turn = weights @ (np.conj(p - p_mean) * (q - q_mean)) / (weights @ np.abs(p - p_mean) ** 2)
    return complex(turn), complex(q_mean - turn * p_mean)
