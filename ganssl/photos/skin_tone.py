"""Skin tone read off the pixels of an aligned face: the individual typology angle.

ITA = arctan((L* − 50) / b*) in degrees, in CIELAB under D65 (Chardon, Cretois
& Hourseau 1991): high for light skin, below 0 for brown and dark skin. It is
measured on both cheeks and the forehead, and the middle one of the three
angles counts, so that hair on the forehead or shade on one cheek does not
decide. Light, camera and make-up move it too: it says how a picture shows a
skin, and nothing about a person.
"""

from __future__ import annotations

import numpy as np

from ganssl.errors import UserError
from ganssl.photos.preprocess import Preprocess

NAME = "Skin_Tone"
"""How tables name the row; no annotator's label has this name."""

TITLE = "Skin tone (ITA)"

PATCHES: tuple[tuple[float, float], ...] = ((65.0, 133.0), (113.0, 133.0), (88.5, 84.0))
"""Centres of the cheeks and the forehead, in pixels of CelebA's aligned 178×218 photo."""

HALF_SIDE = 7.0
"""Of a patch, in the same pixels."""

GROUPS: tuple[tuple[str, float], ...] = (
    ("very light", 55.0),
    ("light", 41.0),
    ("intermediate", 28.0),
    ("tan", 10.0),
    ("brown", -30.0),
    ("dark", -np.inf),
)
"""The usual groups with the angle above which each begins."""

UNKNOWN = "unknown"
SLICES: tuple[str, ...] = tuple(f"{name} skin" for name in (*(g for g, _ in GROUPS), UNKNOWN))
"""Names of groups of photos, from light to dark."""

NOTICEABLE = 3.0
"""A change of the angle by so many degrees counts as one."""

LEAST_YELLOW = 1.0
"""A patch whose b* is lower is grey or blue, as in a black-and-white photo: it has no angle."""

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip
WHITE = np.array([0.95047, 1.0, 1.08883])
"""sRGB's primaries and D65's white (IEC 61966-2-1)."""


def skin_tone(faces: np.ndarray, preprocess: Preprocess | None = None) -> np.ndarray:
    """The individual typology angle of aligned faces.

    Args:
        faces: uint8 `[n, s, s, 3]` RGB, as `preprocess` makes them and as a face
            model draws them.
        preprocess: says where the face lies in them; None takes the default crop.

    Returns float32 `[n]` in degrees, -90 to 90; NaN where two of the three
    patches have no angle.
    """
    faces = np.asarray(faces)
    if faces.ndim != 4 or faces.shape[3] != 3 or faces.dtype != np.uint8:
        raise UserError(f"Skin tone is read off uint8 faces [n, s, s, 3], not {faces.shape}.")
    angles = np.stack(
        [
            _patch_angle(faces[:, rows, columns])
            for rows, columns in _boxes(faces.shape[1], preprocess or Preprocess())
        ]
    )  # (3, n)
    known = np.isfinite(angles)
    middle = np.full(len(faces), np.nan)
    enough = known.sum(axis=0) >= 2
    middle[enough] = np.nanmedian(angles[:, enough], axis=0)
    return middle.astype(np.float32)


def typology_angle(lab: np.ndarray) -> np.ndarray:
    """CIELAB colours `[..., 3]` → degrees `[...]`; NaN for grey and blue ones."""
    lightness, yellow = lab[..., 0], lab[..., 2]
    angle = np.degrees(np.arctan2(lightness - 50.0, np.maximum(yellow, LEAST_YELLOW)))
    return np.where(yellow < LEAST_YELLOW, np.nan, angle)


def cielab(rgb: np.ndarray) -> np.ndarray:
    """sRGB uint8 `[..., 3]` → CIELAB float64 `[..., 3]` (CIE 15, D65)."""
    value = np.asarray(rgb, np.float64) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    ratio = linear @ TO_XYZ.T / WHITE
    cut = (6 / 29) ** 3
    x, y, z = np.moveaxis(
        np.where(ratio > cut, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29), -1, 0
    )
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def group_of(angle: float) -> str:
    """The name of an angle's group, `UNKNOWN` for NaN."""
    if not np.isfinite(angle):
        return UNKNOWN
    return next(name for name, above in GROUPS if angle > above)


def groups_of(angles: np.ndarray) -> np.ndarray:
    """The groups of angles `[n]` as a slice of photos names them, see `SLICES`."""
    return np.array([f"{group_of(angle)} skin" for angle in angles])


def _patch_angle(patch: np.ndarray) -> np.ndarray:
    """The angle of the median colour of patches uint8 `[n, h, w, 3]`; float64 `[n]`."""
    pixels = cielab(patch).reshape(len(patch), patch.shape[1] * patch.shape[2], 3)
    return typology_angle(np.median(pixels, axis=1))


def _boxes(side: int, preprocess: Preprocess) -> list[tuple[slice, slice]]:
    """Rows and columns of the patches in a face of a side."""
    left, top, right, bottom = preprocess.crop
    boxes = []
    for x, y in PATCHES:
        columns = _span((x - left) / (right - left), HALF_SIDE / (right - left), side)
        boxes.append((_span((y - top) / (bottom - top), HALF_SIDE / (bottom - top), side), columns))
    return boxes


def _span(centre: float, half: float, side: int) -> slice:
    """Pixels from `centre - half` to `centre + half`, both in sides; one at the least."""
    first = min(max(round((centre - half) * side), 0), side - 1)
    return slice(first, max(round((centre + half) * side), first + 1))
