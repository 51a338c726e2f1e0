"""Damage that keeps a file's structure: fields of ZIPs, pieces of pictures, marks of encodings.

Plain changes of bytes rarely get beyond a checksum or a length; these put both right, so that
what lies behind them is read.
"""

from __future__ import annotations

import codecs
import struct
import zlib
from random import Random

SIZES = (0, 1, 2, 7, 8, 255, 256, 0x7FFF, 0x8000, 0xFFFF)
LONG = (*SIZES, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
FIELDS = {  # where fields of two and of four bytes lie behind each mark of a ZIP
    b"PK\x03\x04": ((4, 6, 8, 26, 28), (14, 18, 22)),
    b"PK\x01\x02": ((4, 6, 8, 10, 28, 30, 32, 34, 36), (16, 20, 24, 38, 42)),
    b"PK\x05\x06": ((4, 6, 8, 10, 20), (12, 16)),
}


def mutate_zip(data: bytes, rng: Random) -> bytes:
    """One to three fields of the headers of a ZIP, or a second and longer table of contents."""
    found = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        mark = rng.choice(list(FIELDS))
        places = [i for i in range(len(found) - 3) if found[i : i + 4] == mark]
        if not places:
            continue
        at, (short, long) = rng.choice(places), FIELDS[mark]
        if rng.random() < 0.5:
            _put(found, at + rng.choice(short), "<H", rng.choice((*SIZES, 12, 14, 63, 93, 0x800)))
        elif rng.random() < 0.9:
            _put(found, at + rng.choice(long), "<I", rng.choice(LONG))
        else:  # the long form of a ZIP's end, which says something else
            record = b"PK\x06\x06" + struct.pack("<Q", 44) + bytes(rng.choices(range(256), k=44))
            place = b"PK\x06\x07" + struct.pack("<IQI", 0, rng.choice(LONG), 1)
            found[at:at] = record + place
    return bytes(found)


def mutate_tar(data: bytes, rng: Random) -> bytes:
    """A header of a tar with another type, size or name, its checksum put right."""
    found = bytearray(data)
    at = 512 * rng.randrange(max(len(found) // 512, 1))
    header = found[at : at + 512]
    if len(header) < 512:
        return data
    numbers = (b"77777777777\0", b"-0000000001\0", b"\x80" + b"\xff" * 11, b"9 x 9", b"\0" * 12)
    way = rng.randint(0, 3)
    if way == 0:
        header[156:157] = rng.choice((b"L", b"K", b"x", b"g", b"S", b"1", b"5", b"7", b"\xff"))
    elif way == 1:
        header[124:136] = rng.choice(numbers).ljust(12, b"\0")
    elif way == 2:
        header[0:100] = rng.choice((b"", b"../up", b"\xff" * 100)).ljust(100, b"\0")
    else:
        found[at:at] = bytes(header) * rng.choice((1, 2, 1500))
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    found[at : at + 512] = header
    return bytes(found)


def _put(data: bytearray, at: int, form: str, value: int) -> None:
    if 0 <= at <= len(data) - struct.calcsize(form):
        struct.pack_into(form, data, at, value)


def mutate_picture(data: bytes, rng: Random) -> bytes:
    """A piece of a picture that is missing, doubled, elsewhere, or holds something else."""
    if data[:4] == b"\x89PNG":
        return _changed_pieces(data[:8], _png_pieces(data), rng, _png_piece)
    if data[:2] == b"\xff\xd8":
        return _changed_pieces(data[:2], _jpeg_pieces(data), rng, _jpeg_piece)
    if data[:4] == b"RIFF":
        return _riff(_changed_pieces(b"", _riff_pieces(data), rng, _riff_piece), rng)
    if data[:2] in (b"II", b"MM"):
        return _mutated_tiff(data, rng)
    if data[:2] == b"BM":
        found = bytearray(data)
        _put(found, rng.choice((2, 10, 14, 18, 22, 34, 46, 50)), "<I", rng.choice(LONG))
        _put(found, rng.choice((26, 28, 30)), "<H", rng.choice((*SIZES, 3, 4, 16, 24, 32)))
        return bytes(found)
    return _mutated_boxes(data, rng)


Piece = tuple[bytes, bytes]
"""What a piece is called, and what it holds."""


def _changed_pieces(start: bytes, pieces: list[Piece], rng: Random, write) -> bytes:
    for _ in range(rng.randint(1, 2)):
        if not pieces:
            break
        at, way = rng.randrange(len(pieces)), rng.randint(0, 5)
        name, content = pieces[at]
        if way == 0:
            del pieces[at]
        elif way == 1:
            pieces[at:at] = [pieces[at]] * rng.choice((1, 3, 400))
        elif way == 2:
            pieces.insert(rng.randrange(len(pieces)), pieces.pop(at))
        elif way == 3:
            pieces[at] = (rng.choice(pieces)[0], content)
        elif content:
            new = bytearray(content)
            place = rng.randrange(len(new))
            new[place : place + 4] = rng.choice(
                (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f", b"\0\0\x40\0", bytes(1), b"")
            )
            pieces[at] = (name, bytes(new))
    return start + b"".join(write(name, content) for name, content in pieces)


def _png_pieces(data: bytes) -> list[Piece]:
    pieces, at = [], 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        pieces.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    text = b"Comment\0\0" + zlib.compress(b"a" * 3_000_000)
    return [*pieces, (b"zTXt", text), (b"iCCP", text), (b"tRNS", b"\0\1"), (b"acTL", bytes(8))]


def _png_piece(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def _jpeg_pieces(data: bytes) -> list[Piece]:
    pieces, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        mark, (length,) = data[at : at + 2], struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if mark == b"\xff\xda":  # with the picture's data up to the next piece
            while end < len(data) - 1 and (data[end] != 0xFF or data[end + 1] in (0, 0xFF)):
                end += 1
        pieces.append((mark, data[at + 4 : end]))
        at = end
    return [*pieces, (b"\xff\xe1", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"), (b"\xff\xdd", b"\0\1")]


def _jpeg_piece(name: bytes, content: bytes) -> bytes:
    header = {0xC0: 15, 0xC2: 15}.get(name[1], len(content))
    length = len(content) if name != b"\xff\xda" else min(header, 10)
    return name + struct.pack(">H", (length + 2) & 0xFFFF) + content


def _riff_pieces(data: bytes) -> list[Piece]:
    pieces, at = [], 12
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        pieces.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    frame = (b"VP8X", b"\x3e\0\0\0" + b"\xff\x3f\0" * 2)
    return [frame, *pieces] if len(pieces) < 2 else pieces


def _riff_piece(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _riff(content: bytes, rng: Random) -> bytes:
    size = rng.choice((len(content) + 4,) * 4 + LONG)
    return b"RIFF" + struct.pack("<I", size & 0xFFFFFFFF) + b"WEBP" + content


def _mutated_tiff(data: bytes, rng: Random) -> bytes:
    """Entries of the first directory: another tag, type, count or value."""
    order, found = "<" if data[:2] == b"II" else ">", bytearray(data)
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    if start + 2 > len(data):
        return data
    (entries,) = struct.unpack_from(f"{order}H", data, start)
    for _ in range(rng.randint(1, 3)):
        at = start + 2 + 12 * rng.randrange(max(entries, 1))
        way = rng.randint(0, 4)
        if way == 0:
            tags = (256, 257, 258, 259, 262, 273, 277, 278, 279, 322, 330, 338, 34675, 34665)
            _put(found, at, f"{order}H", rng.choice(tags))
        elif way == 1:
            _put(found, at + 2, f"{order}H", rng.choice((0, 1, 2, 5, 7, 11, 12, 13, 16, 99)))
        elif way == 2:
            _put(found, at + 4, f"{order}I", rng.choice(LONG))
        elif way == 3:
            _put(found, at + 8, f"{order}I", rng.choice((*LONG, start, start + 2)))
        else:
            _put(found, start, f"{order}H", rng.choice(SIZES))
    return bytes(found)


def _mutated_boxes(data: bytes, rng: Random) -> bytes:
    """The lengths and names of the boxes of HEIC and AVIF, and plain bytes of a GIF."""
    found = bytearray(data)
    names = (b"ftyp", b"meta", b"hdlr", b"iloc", b"iinf", b"iprp", b"ipco", b"ispe", b"pixi",
             b"av1C", b"hvcC", b"colr", b"irot", b"mdat", b"pitm", b"Exif")  # fmt: skip
    places = [found.find(name) for name in names if found.find(name) >= 4]
    if not places:
        found[rng.randrange(len(found))] = rng.randrange(256)
        return bytes(found)
    at = rng.choice(places)
    way = rng.randint(0, 3)
    if way == 0:
        _put(found, at - 4, ">I", rng.choice(LONG))
    elif way == 1:
        found[at : at + 4] = rng.choice(names)
    elif way == 2:
        _put(found, at + 4 + rng.randint(0, 16), ">I", rng.choice(LONG))
    else:
        (length,) = struct.unpack_from(">I", found, at - 4)
        found[at - 4 : at - 4] = found[at - 4 : at - 4 + min(length, 4000)]
    return bytes(found)


MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE,
         codecs.BOM_UTF32_BE, b"\xef\xbb", codecs.BOM_UTF8 * 2)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "shift_jis", "utf-7")


def mutate_encoding(data: bytes, rng: Random) -> bytes:
    """Another mark before a text, another encoding of it, or one declared that it does not have."""
    way = rng.randint(0, 3)
    if way == 0:
        return rng.choice(MARKS) + data
    text = data.decode("utf-8", "replace")
    at = rng.randint(0, len(text))
    if way == 1:
        odd = rng.choice(("\0", "\x1a", "\u2028", "\x85", "\ufeff", "\udc80", "é" * 50, "\r"))
        text = text[:at] + odd + text[at:]
    elif way == 2:
        declared = rng.choice(
            (*ENCODINGS, "none such", "hex", "idna", "undefined", "cp037", "punycode")
        )
        return f"<?xml version='1.0' encoding='{declared}'?>".encode() + data
    else:
        long = rng.choice(("a" * 140_000, "9" * 5000, '"' * 3, "<a>" * 3000))
        text = text[:at] + long + text[at:]
    return text.encode(rng.choice(ENCODINGS) if rng.random() < 0.7 else "utf-8", "replace")
