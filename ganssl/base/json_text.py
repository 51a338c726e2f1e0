"""JSON from anywhere: what is read holds finite numbers, encodable texts and few levels."""

from __future__ import annotations

import json
import math
from typing import Any

from ganssl.errors import UserError

LARGEST = 50_000_000
"""Bytes of a JSON text."""

DEEPEST = 30
"""Levels of objects and lists within each other."""

WHOLE_NUMBERS = 2**63
"""Whole numbers lie below it, on either side of 0, so that an int64 holds them."""


MOST_PARTS = 5_000_000
"""Objects and lists of a text; each takes a hundred bytes of memory, however short it is."""


def parse_json(data: bytes | str, name: str) -> Any:
    """The value of a JSON text that may come from a stranger.

    After this no number is infinite, NaN or beyond what int64 and float64
    hold, every text can be encoded, and nothing is nested deeply: what is
    written to JSON again will be the same.

    Args:
        data: UTF-8, with or without a byte-order mark.
        name: what messages call the file.

    Raises `UserError` for anything else.
    """
    if len(data) > LARGEST:
        raise UserError(f"{name} is larger than {LARGEST / 1e6:,.0f} MB, the most that is read.")
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        check_parts(text, name)
        values = json.loads(
            text, parse_int=_whole, parse_float=_finite, parse_constant=_no_constant
        )
    except UserError:
        raise
    except json.JSONDecodeError as error:
        raise UserError(f"{name} is not JSON: line {error.lineno}, {error.msg}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{name} is not JSON: the text is not UTF-8.") from error
    except RecursionError as error:
        raise UserError(f"{name} is not JSON that is read here: it is nested too deep.") from error
    except ValueError as error:
        raise UserError(f"{name} is not JSON that is read here: {error}.") from error
    _check(values, name)
    return values


def check_parts(text: str, name: str) -> None:
    """`UserError` for a text of very many objects and lists, before they are made."""
    if text.count("{") + text.count("[") > MOST_PARTS:
        raise UserError(
            f"{name} has more than {MOST_PARTS // 10**6} million objects and lists, which is more "
            f"than is read."
        )


def _check(values: Any, name: str) -> None:
    level, deep = [values], 0
    while level:
        deep += 1
        if deep > DEEPEST:
            raise UserError(f"{name} is not JSON that is read here: it is nested too deep.")
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += [*value.keys(), *value.values()]
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and not _encodable(value):
                raise UserError(
                    f"{name} is not JSON that is read here: a text holds half a character."
                )
        level = below


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(digits: str) -> int:
    if len(digits) > 20 or abs(number := int(digits)) >= WHOLE_NUMBERS:
        raise ValueError(f"a whole number of {len(digits)} digits is too large")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:20]} is too large")
    return number


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no number")
