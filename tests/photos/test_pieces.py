"""TIFFs of millions of strips and BMPs of millions of codes are refused at once."""

from __future__ import annotations

import struct

import pytest

from ganssl.errors import UserError
from ganssl.photos.images import read_image
from ganssl.photos.pieces import MOST_CODED, MOST_PIECES, check_pieces
from tests.helpers.synthetic_photos import draw_photo, encoded


def tiff(tag: int, pieces: int, order: str = "<", big: bool = False) -> bytes:
    """The head of a TIFF whose first picture says that it has so many strips or tiles."""
    number = "Q" if big else "I"
    entry = struct.pack(f"{order}HH{number}", tag, 4, pieces).ljust(20 if big else 12, b"\0")
    magic = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}H", 43 if big else 42)
    if big:
        magic += struct.pack(f"{order}HH", 8, 0)
    count = struct.pack(f"{order}{'Q' if big else 'H'}", 1)
    start = struct.pack(f"{order}{number}", 16 if big else 8)
    return magic + start + count + entry


@pytest.mark.parametrize("tag", [273, 324])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_a_tiff_of_very_many_pieces_is_refused(tag, order, big):
    check_pieces(tiff(tag, MOST_PIECES, order, big), "a.tif")
    with pytest.raises(UserError, match=r"a\.tif is a TIFF in more than 250,000 pieces"):
        read_image(tiff(tag, MOST_PIECES + 1, order, big), "a.tif")
    for end in range(18):  # broken off anywhere it is merely damaged
        check_pieces(tiff(tag, MOST_PIECES + 1, order, big)[:end], "a.tif")


def test_a_bmp_of_very_many_codes_is_refused():
    head = b"BM" + bytes(28) + b"\1\0\0\0"
    check_pieces(head.ljust(MOST_CODED, b"\0"), "a.bmp")
    with pytest.raises(UserError, match=r"a\.bmp is a compressed BMP of more than 5 MB"):
        read_image(head.ljust(MOST_CODED + 1, b"\0"), "a.bmp")
    check_pieces((b"BM" + bytes(60)).ljust(MOST_CODED + 1, b"\0"), "plain.bmp")


@pytest.mark.parametrize("format", ["TIFF", "BMP", "PNG", "JPEG"])
def test_usual_files_pass(format):
    check_pieces(encoded(draw_photo(1), format), "a")
