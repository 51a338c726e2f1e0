"""PNGs that are written here and read by Pillow."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from ganssl.photos.images import png_bytes, read_provenance
from ganssl.photos.quick_png import SIGNATURE, quick_png
from tests.helpers.synthetic_photos import draw_photo

NOISE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
PICTURES = {
    "noise": NOISE,
    "white beside black": np.tile(np.array([[[255]], [[0]]], np.uint8), (8, 9, 3)),
    "broad": NOISE[:3],
    "high": NOISE[:, :5],
    "one pixel": NOISE[:1, :1],
    "every other": NOISE[::2, ::3],
}


@pytest.mark.parametrize("pixels", PICTURES.values(), ids=PICTURES)
def test_every_pixel_comes_back(pixels):
    with Image.open(io.BytesIO(quick_png(pixels, {}))) as image:
        assert image.format == "PNG" and image.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_chunks_are_whole_and_in_order():
    data = quick_png(NOISE, {"Comment": "a face", "ganssl": "{}"})
    assert data.startswith(SIGNATURE)
    kinds, place = [], len(SIGNATURE)
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 4 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0] == zlib.crc32(
            body
        )
        kinds.append(kind)
        place += 12 + length
    assert kinds == [b"IHDR", b"tEXt", b"tEXt", b"IDAT", b"IEND"]


def test_it_says_of_a_face_what_the_usual_png_says():
    face = np.asarray(draw_photo(6, 32, 32))
    provenance = {"model": "0123456789ab", "label": "é", "index": 7}
    quick, usual = (png_bytes(face, provenance, quick=quick) for quick in (True, False))
    assert read_provenance(quick) == provenance
    with Image.open(io.BytesIO(quick)) as one, Image.open(io.BytesIO(usual)) as other:
        assert one.info == other.info
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_smooth_pictures_become_small():
    ramp = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    pixels = np.repeat(ramp[..., None], 3, axis=2)
    assert len(quick_png(pixels, {})) < pixels.nbytes / 5
