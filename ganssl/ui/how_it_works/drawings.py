"""Small drawings for the story: SVG that was drawn by hand here, on a light card of its own."""

from __future__ import annotations

import base64

WIDTH, HEIGHT = 160, 100

STYLE = (
    "svg{background:#f3f4f8}*{fill:none;stroke:#1b1d29;stroke-width:2.5;stroke-linecap:round;"
    "stroke-linejoin:round}.full,text{fill:#1b1d29;stroke:none}text{font:600 12px sans-serif;"
    "text-anchor:middle}.thick{stroke-width:6}.no{stroke:#c62828;stroke-width:5;opacity:.9}"
)


def face(x: float, y: float, size: float = 1.0) -> str:
    """A face, its middle at `x`, `y`; 20 wide on either side at size 1."""
    return (
        f'<g transform="translate({x} {y}) scale({size})"><circle r="20"/>'
        '<circle class="full" cx="-7" cy="-4" r="2.4"/>'
        '<circle class="full" cx="7" cy="-4" r="2.4"/>'
        '<path d="M-8 8q8 7 16 0"/></g>'
    )


def words(x: float, y: float, text: str) -> str:
    return f'<text x="{x}" y="{y}">{text}</text>'


def drawing_url(shapes: str) -> str:
    """A picture of such shapes, struck out, as a data URL."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="640" '
        f'height="400"><style>{STYLE}</style><rect class="card" width="{WIDTH}" '
        f'height="{HEIGHT}" style="fill:#f3f4f8;stroke:none"/>{shapes}'
        f'<path class="no" d="M12 {HEIGHT - 8}L{WIDTH - 12} 8"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def tag(x: float, y: float, text: str) -> str:
    """A label on a string, 52 wide."""
    return (
        f'<path d="M{x} {y}l8 -9h44v18h-44z"/><circle class="full" cx="{x + 9}" cy="{y}" r="1.6"/>'
        + words(x + 31, y + 4, text)
    )


TELLING = face(42, 52, 1.3) + tag(88, 22, "sex?") + tag(88, 50, "age?") + tag(88, 78, "ill?")
DECIDING = (
    face(30, 50)
    + '<path d="M54 50h22M70 44l7 6l-7 6"/><rect x="88" y="12" width="52" height="32" rx="4"/>'
    '<rect x="88" y="56" width="52" height="32" rx="4"/>'
    '<path d="M103 28l7 8l14 -16M104 62l20 20M124 62l-20 20"/>'
)
DECEIVING = (
    '<rect x="26" y="10" width="108" height="80" rx="4"/>'
    + words(80, 26, "NEWS")
    + '<path d="M36 32h88"/>'
    + face(58, 60)
    + '<path d="M88 46h34M88 56h34M88 66h34M88 76h20"/>'
)
IDENTIFYING = (
    face(66, 46)
    + '<circle cx="66" cy="46" r="33"/><path class="thick" d="M90 70l26 22"/>'
    + words(124, 30, "who?")
)
SELLING = (
    '<path d="M30 50l22 -30h84v60h-84z"/><circle class="full" cx="48" cy="50" r="3"/>'
    + face(84, 50, 0.9)
    + words(120, 56, "9.99")
)
