"""From one face to another: paths between latent codes, and an attribute taken across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ganssl.attributes import slider_names
from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.face.carried import with_carried
from ganssl.face.detail import PhotoDetail, to_uint8
from ganssl.face.from_photo import EditablePhoto
from ganssl.face.provenance import photo_source
from ganssl.face.render import face_code
from ganssl.face.state import FaceState
from ganssl.models.face_model import FaceModel

PATHS = ("sphere", "line")
STRIP = 7
"""Faces of a preview strip."""


@dataclass(frozen=True, eq=False)
class MorphEnd:
    """One of the two faces.

    Attributes:
        code: float32 `[d]`.
        source: where it comes from, for the provenance: `FaceState.to_dict()`
            or `photo_source(…)`.
        detail: puts a photo's detail back near this end.
    """

    code: np.ndarray
    source: dict
    detail: PhotoDetail | None = None


def generated_end(model: FaceModel, state: FaceState) -> MorphEnd:
    """The face of a state; `UserError` where the model cannot make it."""
    model, state = with_carried(model, state)
    state = state.check(model.id, model.directions.sliders)
    return MorphEnd(face_code(model, state), state.to_dict())


def photo_end(
    model: FaceModel, photo: EditablePhoto, state: FaceState, strength: float = 1.0
) -> MorphEnd:
    """The face of a photo under the edits of a state, with `strength` of its detail."""
    detail = photo.detail(strength)
    code = face_code(model, state, photo.code)
    return MorphEnd(code, photo_source(model, state, detail), detail)


def slerp(a: np.ndarray, b: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Codes on the arc from `a` to `b` about the origin (Shoemake 1985; White 2016).

    The angle grows evenly, and so does the distance from the origin where the
    two ends differ in it. Where no arc is defined (one end is 0, or both lie
    on one line) it is the straight line.

    Args:
        a, b: float32 `[d]`.
        positions: float `[n]`, 0 at `a`, 1 at `b`.

    Returns float32 `[n, d]`.
    """
    radius_a, radius_b = np.linalg.norm(a), np.linalg.norm(b)
    if radius_a == 0 or radius_b == 0:
        return line(a, b, positions)
    unit_a, unit_b = a.astype(np.float64) / radius_a, b.astype(np.float64) / radius_b
    angle = np.arccos(np.clip(unit_a @ unit_b, -1.0, 1.0))
    if np.sin(angle) < 1e-6:
        return line(a, b, positions)
    t = np.asarray(positions, dtype=np.float64)[:, None]  # (n, 1)
    arc = (np.sin((1 - t) * angle) * unit_a + np.sin(t * angle) * unit_b) / np.sin(angle)
    return (((1 - t) * radius_a + t * radius_b) * arc).astype(np.float32)


def line(a: np.ndarray, b: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Codes on the straight line from `a` to `b`; see `slerp`."""
    t = np.asarray(positions, dtype=np.float64)[:, None]
    return ((1 - t) * a + t * b).astype(np.float32)


def morph_positions(count: int, loop: bool = False) -> np.ndarray:
    """Where the frames lie between 0 and 1, float64 `[count]`.

    One way they go from 0 to 1. In a loop they go to 1 and back, and the last
    one is a step before the first, so that the animation runs on evenly.
    """
    if not loop:
        return np.linspace(0.0, 1.0, count)
    return 1 - np.abs(1 - 2 * np.arange(count) / count)


def morph_frames(
    model: FaceModel,
    a: MorphEnd,
    b: MorphEnd,
    positions: np.ndarray,
    path: str = "sphere",
) -> np.ndarray:
    """The faces between two ends.

    The detail of each end fades with the distance from it.

    Args:
        positions: float `[n]`, 0 to 1.
        path: `sphere` (`slerp`) or `line`.

    Returns uint8 `[n, s, s, 3]`. Raises `UserError` for another path.
    """
    if path not in PATHS:
        raise UserError(f"A morph goes along {' or '.join(PATHS)}, not {path!r}.")
    codes = (slerp if path == "sphere" else line)(a.code, b.code, positions)
    faces = model.decode(codes)
    t = np.asarray(positions, dtype=np.float32)[:, None, None, None]
    values = faces.astype(np.float32)
    if a.detail:
        values += (1 - t) * a.detail.addition(faces)
    if b.detail:
        values += t * b.detail.addition(faces)
    return to_uint8(values)


def with_taken(
    a: MorphEnd, b: MorphEnd, attributes: Sequence[str], directions: DirectionSet
) -> MorphEnd:
    """`b` with attributes taken from `a`, see `take_attributes`."""
    if not attributes:
        return b
    attributes = slider_names(attributes, directions.sliders)
    code = take_attributes(a.code, b.code, attributes, directions)
    return replace(b, code=code, source={**b.source, "taken_from_a": list(attributes)})


def take_attributes(
    a: np.ndarray, b: np.ndarray, attributes: Sequence[str], directions: DirectionSet
) -> np.ndarray:
    """Move `b` along attribute directions until it lies where `a` lies in each of them.

    The step is the shortest one, also where directions are not orthogonal.

    Args:
        a, b: float32 `[d]`.

    Returns float32 `[d]`. Raises `UserError` for an attribute without a slider.
    """
    if not attributes:
        return b
    attributes = slider_names(attributes, directions.sliders)
    vectors = np.stack([directions.get(name).vector for name in attributes]).astype(np.float64)
    step = np.linalg.lstsq(vectors, vectors @ (a - b).astype(np.float64), rcond=1e-6)[0]  # (d,)
    return (b + step).astype(np.float32)
