"""The text of a file whose encoding nobody wrote down."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Collection, Iterable

from ganssl.errors import UserError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENCODINGS = {
    "Windows-1252": "cp1252",
    "Mac Roman": "mac_roman",
    "Windows-1250": "cp1250",
    "Windows-1251": "cp1251",
    "Windows-1253": "cp1253",
    "Windows-1254": "cp1254",
    "code page 850": "cp850",
    "KOI8-R": "koi8_r",
    "Shift JIS": "cp932",
    "GB 18030": "gb18030",
    "Big5": "big5",
    "EUC-KR": "cp949",
}
"""What programs wrote before UTF-8; which one it was is told by the names of photos."""

LOOKED_AT = 2_000_000
"""Bytes among which names of photos are sought."""

MOST_NAMES = 500
PUNCTUATION = "‚„…‘’“”–—·°ºª«»¡¿´`¨§€©®²³½ \u00a0"


def decoded(name: str, data: bytes, names: Collection[str] | None = None) -> tuple[str, str | None]:
    """The text of a file, and a note where its encoding had to be concluded.

    UTF-8, UTF-16 and UTF-32 with their marks, UTF-8 and UTF-16 without one; of older encodings
    the one in which the text holds the names of the photos, else Windows-1252 where it is
    certain: none of the bytes could be UTF-8, and all of them are letters or usual marks.

    Args:
        names: the photos, as `ganssl.photos.matching.loose_key` has them.

    Raises `UserError` with the line for anything else.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                text = data.decode(encoding).rstrip("\0\x1a").lstrip("\ufeff")
            except UnicodeDecodeError as error:
                raise UserError(
                    f"{name} begins as {encoding.upper()} but is damaged. Save it again as UTF-8."
                ) from error
            return _without_zeros(name, text), None
    if b"\0" in data and (wide := _wide(data)) is not None:
        return wide, f"{name} has no mark of its encoding and was read as UTF-16."
    data = data.rstrip(b"\0\x1a")  # what old programs put at the end
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        title = _named_encoding(data, names or ())
        if title is not None:
            return data.decode(ENCODINGS[title]), f"{name} is not UTF-8 and was read as {title}."
        if (windows := _windows(data)) is not None:
            return windows, f"{name} is not UTF-8 and was read as Windows-1252."
        raise UserError(
            f"{name}, line {line}: the text is not UTF-8. Save the file again as UTF-8."
        ) from error
    return _without_zeros(name, text), None


def _without_zeros(name: str, text: str) -> str:
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UserError(
            f"{name}, line {line}: the text is not UTF-8. Save the file again as UTF-8."
        )
    return text


def _wide(data: bytes) -> str | None:
    """The text in UTF-16 without a mark; None where the zeros do not stand as there, in every
    second place alone and about as often as Latin letters and marks do."""
    low, high = data[::2].count(0), data[1::2].count(0)
    if len(data) % 2 or min(low, high) or max(low, high) * 4 < len(data) // 2:
        return None
    try:
        text = data.decode("utf-16-le" if high else "utf-16-be")
    except UnicodeDecodeError:
        return None
    marks = {c for c in set(text) if unicodedata.category(c) in ("Cc", "Cn", "Co")}
    return text if marks <= set("\t\r\n") else None


def _named_encoding(data: bytes, names: Iterable[str]) -> str | None:
    """The encoding in which the text holds most names of photos; None where it holds none that
    needs an encoding."""
    telling = [name for name in names if not name.isascii()][:MOST_NAMES]
    found = {}
    for title, encoding in ENCODINGS.items() if telling else ():
        try:
            text = data[:LOOKED_AT].decode(encoding, "ignore").casefold()
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        found[title] = sum(name in text for name in telling)
    best = max(found, key=found.__getitem__, default=None)
    return best if best is not None and found[best] else None


def _windows(data: bytes) -> str | None:
    """The text in Windows-1252, or None where that is not certain."""
    if re.search(rb"[\xc2-\xf4][\x80-\xbf]", data):  # some of it is UTF-8
        return None
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    odd = {c for c in set(text) if ord(c) > 126 or (ord(c) < 32 and c not in "\t\r\n")}
    known = all(c in PUNCTUATION or unicodedata.category(c) in ("Ll", "Lu") for c in odd)
    return text if known else None
