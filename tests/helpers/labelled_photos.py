"""Drawn photos under labels, as a labelling session begins with them."""

from __future__ import annotations

from ganssl.attributes import Attribute
from ganssl.labelling.session import LabellingSession, unlabelled
from tests.helpers.synthetic_photos import draw_photo, encoded

SMILING = Attribute("Smiling")


def drawn_files(count: int, width: int = 45, height: int = 55) -> dict[str, bytes]:
    """PNGs `00.png` and so on; every second face smiles."""
    return {f"{i:02d}.png": encoded(draw_photo(i, width, height)) for i in range(count)}


def drawn_session(count: int, *questions: Attribute, seed: int = 0) -> LabellingSession:
    return LabellingSession(unlabelled(drawn_files(count)), questions or (SMILING,), seed)
