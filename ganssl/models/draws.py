"""The words for how a seed's face is drawn."""

from __future__ import annotations

from ganssl.errors import UserError

NATURAL, PLAIN = "natural", "density"
DRAWS: dict[str, str] = {
    NATURAL: "of several faces the one that looks most natural",
    PLAIN: "every face as it comes",
}
"""How a seed's face is drawn from the density of photos' codes."""


def check_draw(draw: str) -> str:
    """The draw; `UserError` for one that there is not."""
    if draw not in DRAWS:
        raise UserError(f"{draw!r} is no way to draw faces; choose from {', '.join(DRAWS)}.")
    return draw
