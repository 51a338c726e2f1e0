"""Explore a face model: from the state of the sliders to pictures.

The Explore page, the `generate` command and notebooks call these functions.
The face to edit is the one of the state's seed, or that of a given code, such
as the encoded photo of a visitor (`base`), whose detail can be put back
(`detail`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ganssl.attributes import Attribute
from ganssl.base.numbers_text import number_text
from ganssl.directions import edit_codes, slider_direction
from ganssl.directions.holding import step_worth
from ganssl.errors import UserError
from ganssl.face.provenance import provenance
from ganssl.face.state import FaceState
from ganssl.models.face_model import FaceModel
from ganssl.photos.images import png_bytes, read_image, read_provenance

if TYPE_CHECKING:
    from ganssl.face.detail import PhotoDetail

__all__ = [
    "Rendered",
    "SliderScale",
    "base_code",
    "describe",
    "enlarge",
    "face_code",
    "face_png",
    "filmstrip",
    "filmstrip_steps",
    "grid",
    "read_face",
    "render",
    "slider_ends",
    "slider_scale",
    "state_from_png",
]

FILMSTRIP_STEPS: tuple[float, ...] = (-3, -2, -1, 0, 1, 2, 3)
MAX_SIDE = 2048
SMALLEST_GAIN = 0.05
"""A slider has marks where its step moves a face by so much of the plain direction's step."""

PNG_START = b"\x89PNG"


@dataclass(frozen=True)
class Rendered:
    """One face and what it took.

    Attributes:
        code: float32 `[d]`.
        pixels: uint8 `[s, s, 3]`.
        milliseconds: for the code, the edits and the generator.
        device: such as `CPU (2 cores)`.
    """

    code: np.ndarray
    pixels: np.ndarray
    milliseconds: float
    device: str


def base_code(model: FaceModel, state: FaceState) -> np.ndarray:
    """The unedited code of the state's seed, float32 `[d]`."""
    return model.sample(1, state.seed, state.truncation, state.draw)[0]


def face_code(model: FaceModel, state: FaceState, base: np.ndarray | None = None) -> np.ndarray:
    """The edited code, float32 `[d]`.

    Args:
        base: the code to edit, float32 `[d]`; None takes the seed's.

    Raises `UserError` for an attribute without a slider, a face of another
    model, and an edit that the locks leave no room for.
    """
    base = base_code(model, state) if base is None else base
    return _edit(model, state, base[None])[0]


def render(
    model: FaceModel,
    state: FaceState,
    base: np.ndarray | None = None,
    detail: PhotoDetail | None = None,
) -> Rendered:
    """Generate the face of a state; see `face_code` for `base` and errors.

    Example:
        >>> import ganssl
        >>> model = ganssl.load_model()
        >>> state = ganssl.FaceState(seed=7, edits={"Smiling": 2.0}, locked=("Male",))
        >>> face = ganssl.render(model, state)
        >>> face.pixels.shape == (model.size, model.size, 3)
        True
        >>> ganssl.render(model, state.with_edit("Smilling", 1))
        Traceback (most recent call last):
        ...
        ganssl.errors.UserError: ... Did you mean Smiling?
    """
    start = time.perf_counter()
    code = face_code(model, state, base)
    pixels = _decode(model, code[None], detail)[0]
    milliseconds = 1000 * (time.perf_counter() - start)
    return Rendered(code, pixels, milliseconds, model.device)


def _decode(model: FaceModel, codes: np.ndarray, detail: PhotoDetail | None) -> np.ndarray:
    faces = model.decode(codes)
    return detail.on(faces) if detail else faces


def filmstrip(
    model: FaceModel,
    state: FaceState,
    attribute: str,
    steps: Sequence[float] = FILMSTRIP_STEPS,
    base: np.ndarray | None = None,
    detail: PhotoDetail | None = None,
) -> np.ndarray:
    """One attribute from step to step in σ, all other edits as they are.

    Returns uint8 `[len(steps), s, s, 3]`.
    """
    codes = [face_code(model, state.with_edit(attribute, step), base) for step in steps]
    return _decode(model, np.stack(codes), detail)


def grid(model: FaceModel, state: FaceState, count: int) -> np.ndarray:
    """Many faces under the same edit: those of seed, seed + 1, …; uint8 `[count, s, s, 3]`."""
    states = [state.with_seed(state.seed + i) for i in range(count)]
    codes = np.stack([base_code(model, one) for one in states])
    return model.decode(_edit(model, state, codes))


def _edit(model: FaceModel, state: FaceState, codes: np.ndarray) -> np.ndarray:
    state = state.check(model.id, model.directions.sliders)
    return edit_codes(
        codes,
        state.edits,
        model.directions,
        model.covariance,
        state.locked,
        rule=state.hold,
    )


@dataclass(frozen=True)
class SliderScale:
    """What an attribute's slider means for one face.

    Attributes:
        absent, present: the amounts in σ that bring the face as far as the mean
            of the photos annotated without and with the attribute; may lie
            outside ±3. NaN where no room is left.
        remaining: the share of the direction that lies outside what is locked and held.
    """

    absent: float
    present: float
    remaining: float


def slider_scale(
    model: FaceModel, state: FaceState, attribute: str, code: np.ndarray
) -> SliderScale:
    """The scale of a slider at the edited code, float32 `[d]`."""
    direction = model.directions.get(attribute)
    try:
        moved = slider_direction(
            model.directions, attribute, model.covariance, state.hold, state.locked
        )
    except UserError:
        return SliderScale(np.nan, np.nan, 0.0)
    # σ of the plain direction that one step of the slider is worth
    gain = step_worth(model.directions, moved, direction)
    if gain < SMALLEST_GAIN:  # so far off that the marks would mean nothing
        return SliderScale(np.nan, np.nan, remaining=moved.remaining)
    unmoved = code - state.amount(attribute) * moved.sigma * moved.vector
    position = (float(unmoved @ direction.vector) - direction.center) / direction.sigma
    absent, present = ((mean - position) / gain for mean in direction.class_means)
    return SliderScale(absent, present, moved.remaining)


def slider_ends(model: FaceModel, state: FaceState, attribute: str) -> tuple[float, float]:
    """Where an attribute's slider ends, in σ: where it breaks, or at the edit that a link asks for.

    A direction of a user's own, or one that has not been measured, goes to ±3.
    """
    low, high = model.directions.get(attribute).ends
    amount = state.amount(attribute)
    return min(low, amount), max(high, amount)


def filmstrip_steps(model: FaceModel, attribute: str, count: int = 7) -> tuple[float, ...]:
    """Steps in σ from one end of a slider to the other, kept to tenths, 0 among them."""
    low, high = model.directions.get(attribute).ends
    below = round((count - 1) * -low / (high - low)) if high > low else 0
    steps = [*np.linspace(low, 0, below + 1), *np.linspace(0, high, count - below)[1:]]
    return tuple(dict.fromkeys(round(float(step), 1) + 0.0 for step in steps))


def describe(state: FaceState) -> str:
    """The edits in words: `Smiling +2 σ, Male −1.5 σ; Young locked`."""
    edits = [f"{Attribute(name).title} {signed(amount)} σ" for name, amount in state.edits.items()]
    locks = [f"{Attribute(name).title} locked" for name in state.locked]
    return "; ".join(part for part in (", ".join(edits) or "no edits", ", ".join(locks)) if part)


def signed(amount: float) -> str:
    """`+2`, `−1.5`, `0`, with a real minus sign."""
    return number_text(amount, "+.1f").removesuffix(".0") if round(amount, 1) else "0"


def enlarge(pixels: np.ndarray, px: int) -> np.ndarray:
    """Resize a face `[s, s, 3]` uint8 to `px` a side (Lanczos); `UserError` outside 16 to 2048."""
    if not 16 <= px <= MAX_SIDE:
        raise UserError(f"A picture can have a side of 16 to {MAX_SIDE} pixels, not {px}.")
    if px == len(pixels):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((px, px), Image.Resampling.LANCZOS))


def face_png(model: FaceModel, state: FaceState, px: int | None = None) -> bytes:
    """The seed's face as PNG with its provenance; `px` is the side, None the model's own."""
    pixels = enlarge(render(model, state).pixels, px or model.size)
    return png_bytes(pixels, provenance(model, state))


def read_face(data: bytes, name: str = "The file") -> FaceState:
    """A saved face: the JSON of `FaceState.to_json`, or a picture made here (PNG, JPEG, WebP)."""
    if data.startswith((PNG_START, b"\xff\xd8\xff")) or data[8:12] == b"WEBP":
        return state_from_png(data, name)
    return FaceState.from_json(data, name)


def state_from_png(png: bytes, name: str = "The picture") -> FaceState:
    """The state that a picture made here brings; `UserError` where there is none."""
    read_image(png, name)  # refuses what is damaged or too large
    try:
        found = read_provenance(png)
    except (OSError, ValueError) as error:
        raise UserError(f"{name} is damaged, or what it says about itself is damaged.") from error
    if isinstance(found, dict) and found.get("ai_edited"):
        raise UserError(
            f"{name} was made from a photo, which it does not hold. Give the photo on the page "
            "Your photo, and load its sliders from the saved JSON."
        )
    if not isinstance(found, dict) or "face" not in found:
        raise UserError(f"{name} does not say from which face it was made.")
    return FaceState.from_dict(found["face"], name)
