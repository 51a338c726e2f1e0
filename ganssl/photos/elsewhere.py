"""What befalls photos from elsewhere: small, compressed, in other light, grey, cropped otherwise.

Stronger than `ganssl.photos.degrade`, and each kind by its name, so that it can
be learnt from and judged by itself.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ganssl.errors import UserError

TIGHTEST, LOOSEST = 0.8, 1.25
"""Sides of other crops, as parts of the usual one."""


def small(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Enlarged again from a quarter to a half of its side."""
    side = len(face)
    image = Image.fromarray(face)
    less = max(4, round(side * rng.uniform(0.25, 0.5)))
    image = image.resize((less, less), Image.Resampling.BICUBIC)
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC))


def compressed(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As a JPEG of quality 8 to 30."""
    buffer = io.BytesIO()
    Image.fromarray(face).save(buffer, "JPEG", quality=int(rng.integers(8, 31)))
    return np.asarray(Image.open(buffer).convert("RGB"))


def light(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Darker or brighter by up to half, each colour by its own tenth, with another gamma."""
    gain = rng.uniform(0.5, 1.5) * rng.uniform(0.9, 1.1, 3)
    values = (face / 255.0) ** rng.uniform(0.7, 1.4) * gain
    return np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)


def grey(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Without colour."""
    return np.repeat(np.asarray(Image.fromarray(face).convert("L"))[:, :, None], 3, axis=2)


def crops(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Tighter, or looser with its edges drawn out, and a little off the middle."""
    return crop(face, rng.uniform(TIGHTEST, LOOSEST), *rng.uniform(-0.04, 0.04, 2))


def crop(face: np.ndarray, part: float, right: float = 0.0, down: float = 0.0) -> np.ndarray:
    """The square of so large a part of the side, resized to the whole.

    Args:
        face: uint8 `[s, s, 3]`; beyond its edges their pixels go on.
        part: below 1 tighter, above 1 looser.
        right, down: where its middle lies, as parts of the side.
    """
    side = len(face)
    edge = int(np.ceil(side * (max(part - 1.0, 0.0) / 2 + max(abs(right), abs(down)))))
    wide = np.pad(face, ((edge, edge), (edge, edge), (0, 0)), mode="edge")
    x, y = edge + side * (0.5 + right), edge + side * (0.5 + down)
    half = side * part / 2
    box = tuple(np.clip((x - half, y - half, x + half, y + half), 0, len(wide)))
    image = Image.fromarray(wide).resize((side, side), Image.Resampling.BICUBIC, box=box)
    return np.asarray(image)


def off_the_frame(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A square photo with the face turned by up to 20°, nearer or farther, and off the middle.

    Args:
        photo: RGB, a face in CelebA's aligned frame; beyond its edges their pixels go on.
    """
    side, (width, height) = min(photo.size), photo.size
    edge = side
    wide = np.pad(np.asarray(photo), ((edge, edge), (edge, edge), (0, 0)), mode="edge")
    turn = np.deg2rad(rng.uniform(-20, 20))
    scale = rng.uniform(TIGHTEST, LOOSEST)  # pixels of the photo for one of the square
    x, y = (edge + half + rng.uniform(-0.1, 0.1) * side for half in (width / 2, height * 0.55))
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    rows = (cos, -sin, x - (cos - sin) * side / 2), (sin, cos, y - (sin + cos) * side / 2)
    return Image.fromarray(wide).transform(
        (side, side), Image.Transform.AFFINE, (*rows[0], *rows[1]), Image.Resampling.BICUBIC
    )


KINDS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "small": small,
    "compressed": compressed,
    "light": light,
    "grey": grey,
    "crops": crops,
}


@dataclass(frozen=True)
class Damage:
    """Which of `KINDS` befall faces, for `augmented_features`.

    Attributes:
        kinds: names, in whatever order; they are applied in that of `KINDS`.
        share: of the faces that each of them befalls, 0 to 1.

    Raises `UserError` for kinds that there are not.
    """

    kinds: tuple[str, ...] = tuple(KINDS)
    share: float = 0.5

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise UserError(f"Faces can be damaged by {', '.join(KINDS)}; not {kind!r}.")
        if not self.kinds or not 0.0 < self.share <= 1.0:
            raise UserError("Name one or more kinds of damage, and a share from 0 to 1.")

    def __call__(self, faces: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Damaged copies of faces uint8 `[n, s, s, 3]`."""
        result = faces.copy()
        for i, face in enumerate(faces):
            for kind, befall in KINDS.items():
                if kind in self.kinds and rng.random() < self.share:
                    face = befall(face, rng)
            result[i] = face
        return result
