"""Faces on the page: small, smooth pictures with words for those who cannot see them."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ganssl.attributes import FIRST_SLIDERS, Attribute
from ganssl.face.render import Rendered, describe, enlarge
from ganssl.face.state import FaceState

SIDE = 512
"""Pixels of a large picture: smooth on a projector, and quick to enlarge and encode."""

QUALITY = 92


@dataclass(frozen=True)
class Picture:
    """A rendered face, ready for the page.

    Attributes:
        url: data URL of the picture with `SIDE` pixels a side.
        probabilities: attribute readout, float32 `[a]`; None without a face network.
        skin_tone: individual typology angle in degrees; NaN where there is none.
    """

    rendered: Rendered
    url: str
    probabilities: np.ndarray | None
    skin_tone: float = float("nan")


def picture_url(pixels: np.ndarray, px: int = SIDE) -> str:
    """A face `[s, s, 3]` as a JPEG of `px` a side in a data URL, which saves a second request."""
    return photo_url(Image.fromarray(enlarge(pixels, px)))


def photo_url(picture: Image.Image) -> str:
    """A picture as a JPEG in a data URL: it lies on the page alone, in no store of the server."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def alt_text(
    subject: str,
    state: FaceState,
    attributes: tuple[str, ...] = (),
    probabilities: np.ndarray | None = None,
) -> str:
    """The face in words: where it comes from, its edits and what the probes read in it."""
    text = f"{subject}, {describe(state)}."
    if probabilities is not None:
        named = dict(zip(attributes, probabilities, strict=True))
        shown = dict.fromkeys(name for name in (*FIRST_SLIDERS, *state.edits) if name in named)
        words = [f"{Attribute(name).title} {named[name]:.0%}" for name in shown]
        text += f" The classifier reads: {', '.join(words)}."
    return text
