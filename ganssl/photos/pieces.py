"""What makes TIFF and BMP cost more than their pixels: very many pieces, codes read one by one."""

from __future__ import annotations

import struct

from ganssl.errors import UserError

MOST_PIECES = 250_000
"""Strips or tiles of a TIFF; Pillow keeps an entry for each before a pixel is decoded."""

MOST_CODED = 5_000_000
"""Bytes of a BMP in run lengths, which Pillow decodes in Python."""

RUN_LENGTHS = (b"\1\0\0\0", b"\2\0\0\0")
"""BMP's compressions RLE8 and RLE4."""

OFFSETS = (273, 324)
"""TIFF's tags StripOffsets and TileOffsets."""


def check_pieces(data: bytes, name: str) -> None:
    """`UserError` for a TIFF or BMP that would take long or much memory for its size."""
    if data[:2] in (b"II", b"MM"):
        if _pieces(data) > MOST_PIECES:
            raise UserError(
                f"{name} is a TIFF in more than {MOST_PIECES:,} pieces; save it anew, or as PNG."
            )
    elif data[:2] == b"BM" and len(data) > MOST_CODED and data[30:34] in RUN_LENGTHS:
        raise UserError(
            f"{name} is a compressed BMP of more than {MOST_CODED // 10**6} MB; save it as PNG."
        )


def _pieces(data: bytes) -> int:
    """How many strips or tiles the first picture of a TIFF says that it has."""
    order, big = "<" if data[:2] == b"II" else ">", data[2:4] in (b"+\0", b"\0+")
    most = 0
    try:
        (start,) = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, 8 if big else 4)
        (entries,) = struct.unpack_from(f"{order}{'Q' if big else 'H'}", data, start)
        first, size = (start + 8, 20) if big else (start + 2, 12)
        for at in range(first, first + size * min(entries, 65_535), size):
            tag, _, count = struct.unpack_from(f"{order}HH{'Q' if big else 'I'}", data, at)
            if tag in OFFSETS:
                most = max(most, count)
    except (struct.error, OverflowError):  # it breaks off, which the decoder says
        pass
    return most
