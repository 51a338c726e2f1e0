"""Numbers for people: with a real minus sign, which is as wide as a plus."""

from __future__ import annotations

MINUS = "−"


def number_text(number: float, form: str) -> str:
    """A number in a format of Python's, such as `+.2f`, with a real minus sign.

    Example:
        >>> number_text(-1.5, "+.2f"), number_text(3.0, "+.0f"), number_text(-0.25, ".2f")
        ('−1.50', '+3', '−0.25')
    """
    return format(number, form).replace("-", MINUS)
