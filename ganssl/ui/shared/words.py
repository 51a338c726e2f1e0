"""Names that people give, inside Streamlit's Markdown."""

from __future__ import annotations

import re

MARKS = re.compile(r"([\\`*_{}\[\]<>#$~|:!])")
"""What Markdown would take for its signs, or Streamlit for a formula, an icon or a colour."""


def literal(text: str) -> str:
    """A text as Markdown that shows it letter by letter: `*y*` is no slanted y.

    Example:
        >>> print(literal("Smiling · mine, 20 labels"), literal("$z$ *y*"))
        Smiling · mine, 20 labels \\$z\\$ \\*y\\*
    """
    return MARKS.sub(r"\\\1", text)
