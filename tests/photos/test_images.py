"""The one decoder: every odd photo comes out as upright 8-bit RGB, or as a clear message."""

from __future__ import annotations

import io
import struct
import threading
import zlib

import numpy as np
import pytest
from PIL import Image

from ganssl.errors import UserError
from ganssl.photos.images import png_bytes, read_image, read_provenance, tile
from tests.helpers.synthetic_photos import draw_photo, encoded


def gradient16() -> np.ndarray:
    """uint16 `[16, 256]`: column c holds the value that means c of 255."""
    return np.tile(np.arange(256, dtype=np.uint16) * 257, (16, 1))


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_lossless_pixels_are_unchanged(format):
    photo = draw_photo(1, 40, 30)
    image = read_image(encoded(photo, format, lossless=True))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), np.asarray(photo))


def test_path_and_bytes_give_the_same_pixels(tmp_path):
    data = encoded(draw_photo(2), "JPEG")
    (tmp_path / "a.jpg").write_bytes(data)
    assert np.array_equal(np.asarray(read_image(tmp_path / "a.jpg")), np.asarray(read_image(data)))
    assert np.array_equal(
        np.asarray(read_image(str(tmp_path / "a.jpg"))), np.asarray(read_image(data))
    )


def test_16_bit_grey_is_scaled_and_not_clipped():
    pixels = np.asarray(read_image(encoded(Image.fromarray(gradient16()))))
    assert pixels.shape == (16, 256, 3)
    for channel in range(3):
        assert np.array_equal(pixels[0, :, channel], np.arange(256))


def test_16_bit_colour_is_scaled():
    pixels = np.asarray(read_image(colour_png16(red=0xFFFF, green=0x8080, blue=0x0101)))
    assert pixels[0, 0].tolist() == [255, 128, 1]


def colour_png16(red: int, green: int, blue: int, side: int = 8) -> bytes:
    """A 16-bit RGB PNG, which Pillow reads but does not write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    row = b"\0" + struct.pack(">HHH", red, green, blue) * side
    header = struct.pack(">IIBBBBB", side, side, 16, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * side)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("colour", [(255, 0, 0), (255, 255, 255), (0, 0, 0), (40, 90, 160)])
def test_cmyk_jpeg_keeps_its_colours(colour):
    photo = Image.new("RGB", (32, 32), colour).convert("CMYK")
    pixels = np.asarray(read_image(encoded(photo, "JPEG", quality=95))).astype(int)
    assert np.abs(pixels - np.array(colour)).max() <= 6


def test_grey_and_two_level_images():
    ramp = np.tile(np.arange(0, 256, 8, dtype=np.uint8), (16, 1))
    grey = np.asarray(read_image(encoded(Image.fromarray(ramp))))
    assert np.array_equal(grey, np.repeat(ramp[:, :, None], 3, axis=2))
    black_white = np.asarray(read_image(encoded(Image.fromarray(ramp > 100))))
    assert np.array_equal(black_white[:, :, 1], np.where(ramp > 100, 255, 0))


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_alpha_is_laid_over_white(format):
    pixels = np.zeros((16, 16, 4), dtype=np.uint8)
    pixels[:, :, 0] = 200
    pixels[:, 4:8, 3] = 128
    pixels[:, 8:, 3] = 255
    result = np.asarray(read_image(encoded(Image.fromarray(pixels), format, lossless=True)))
    assert result[0, 0].tolist() == [255, 255, 255]
    assert np.abs(result[0, 5].astype(int) - [227, 127, 127]).max() <= 1
    assert result[0, 12].tolist() == [200, 0, 0]


def test_grey_with_alpha_is_laid_over_white():
    image = Image.new("LA", (16, 16), (10, 0))
    assert np.asarray(read_image(encoded(image)))[3, 3].tolist() == [255, 255, 255]


def test_palette_with_a_transparent_colour():
    image = Image.new("P", (16, 16), 0)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.paste(1, (8, 0, 16, 16))
    plain = np.asarray(read_image(encoded(image)))
    assert plain[0, 0].tolist() == [10, 20, 30]
    assert plain[0, 8].tolist() == [200, 100, 50]
    clear = np.asarray(read_image(encoded(image, transparency=0)))
    assert clear[0, 0].tolist() == [255, 255, 255]
    assert clear[0, 8].tolist() == [200, 100, 50]


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_the_first_frame_of_an_animation_is_taken(format):
    red, blue = Image.new("RGB", (16, 16), (255, 0, 0)), Image.new("RGB", (16, 16), (0, 0, 255))
    data = encoded(red, format, save_all=True, append_images=[blue], duration=100, lossless=True)
    with Image.open(io.BytesIO(data)) as check:
        assert check.n_frames == 2
    assert np.asarray(read_image(data))[8, 8].tolist() == [255, 0, 0]


def test_a_jpeg_with_two_pictures_gives_the_first():
    red, blue = Image.new("RGB", (32, 32), (250, 0, 0)), Image.new("RGB", (32, 32), (0, 0, 250))
    data = encoded(red, "MPO", save_all=True, append_images=[blue])
    assert np.asarray(read_image(data))[16, 16, 0] > 240


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, "top left"), (2, "top right"), (3, "bottom right"), (4, "bottom left"),
     (5, "top left"), (6, "top right"), (7, "bottom right"), (8, "bottom left")],
)  # fmt: skip
def test_exif_rotation_is_applied_and_stripped(format, orientation, corner):
    pixels = np.zeros((32, 64, 3), dtype=np.uint8)
    pixels[:16, :16] = 255  # the white mark sits top left as it is stored
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "taken at home"
    image = read_image(encoded(Image.fromarray(pixels), format, exif=exif))
    assert image.size == ((64, 32) if orientation < 5 else (32, 64))
    rows, columns = np.nonzero(np.asarray(image)[:, :, 0] > 128)
    vertical = "top" if rows.mean() < image.size[1] / 2 else "bottom"
    horizontal = "left" if columns.mean() < image.size[0] / 2 else "right"
    assert f"{vertical} {horizontal}" == corner
    assert not image.getexif()
    assert "exif" not in image.info


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_does_not_cost_the_photo(format):
    data = encoded(draw_photo(3, 40, 30), format, exif=b"Exif\0\0no TIFF header")
    assert read_image(data).size == (40, 30)


def test_no_metadata_survives():
    data = encoded(draw_photo(0, 20, 20), "PNG", icc_profile=b"profile", dpi=(300, 300))
    assert read_image(data).info == {}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_file_that_breaks_off_is_damaged(format):
    data = encoded(draw_photo(4), format)
    with pytest.raises(UserError, match=r"face\.jpg is damaged"):
        read_image(data[: len(data) // 2], "face.jpg")


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"P6 20 20 255 " + bytes(1200), encoded(draw_photo(0, 20, 20), "ICO"),
             encoded(draw_photo(0, 20, 20), "PDF")],
    ids=["empty", "text", "ppm", "ico", "pdf"],
)  # fmt: skip
def test_other_files_are_refused(data):
    with pytest.raises(UserError, match=r"x\.bin is not a JPEG, PNG or WebP image"):
        read_image(data, "x.bin")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(8000, 7000), (12_000, 9_000), (15_000, 14_000)])
def test_too_many_pixels_are_refused_before_decoding(size):
    data = encoded(Image.new("1", size), "PNG")
    assert len(data) < 200_000
    with pytest.raises(UserError, match=r"more than 50 megapixels|larger than 178 megapixels"):
        read_image(data, "big.png")


def test_25_megapixels_are_allowed():
    assert read_image(encoded(Image.new("1", (5000, 5000)), "PNG")).size == (5000, 5000)


def test_tiny_images_are_refused():
    with pytest.raises(UserError, match=r"dot\.png has only 30×7 pixels"):
        read_image(encoded(draw_photo(0, 30, 7)), "dot.png")
    assert read_image(encoded(draw_photo(0, 30, 8))).size == (30, 8)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"gone\.jpg cannot be read"):
        read_image(tmp_path / "gone.jpg")
    with pytest.raises(UserError, match="cannot be read"):
        read_image(tmp_path)


def test_reading_in_threads_leaves_the_warning_filters_alone():
    import warnings

    before, data = list(warnings.filters), encoded(draw_photo(5), "JPEG")
    threads = [
        threading.Thread(target=lambda: [read_image(data) for _ in range(30)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warnings.filters == before


def test_provenance_round_trip():
    face = np.asarray(draw_photo(6, 32, 32))
    provenance = {"model": "0123456789ab", "seed": 7, "edits": {"Smiling": 1.5, "é": "ü"}}
    data = png_bytes(face, provenance)
    assert read_provenance(data) == provenance
    assert np.array_equal(np.asarray(read_image(data)), face)
    with Image.open(io.BytesIO(data)) as image:
        assert "AI-generated" in image.info["Comment"]
        assert image.info["DigitalSourceType"] == "trainedAlgorithmicMedia"


def test_files_without_provenance_give_none():
    photo = draw_photo(0, 32, 32)
    assert read_provenance(png_bytes(np.asarray(photo))) is None
    assert read_provenance(encoded(photo, "JPEG")) is None
    assert read_provenance(b"no image") is None
    assert read_provenance(png_bytes(np.asarray(photo), {"seed": 1})[:40]) is None


def test_tile_lays_faces_out_row_by_row_on_white():
    faces = np.stack([np.full((4, 5, 3), value, np.uint8) for value in (10, 20, 30)])
    sheet = tile(faces, columns=2, gap=1)
    assert sheet.shape == (9, 11, 3)
    assert sheet[0, 0, 0] == 10 and sheet[0, 6, 0] == 20 and sheet[5, 0, 0] == 30
    assert (sheet[5:, 6:] == 255).all() and (sheet[4] == 255).all() and (sheet[:, 5] == 255).all()


def test_the_scans_of_a_jpeg_are_judged_by_its_own_size():
    """A small frame in what comes before the picture says nothing of it."""
    large = encoded(Image.new("RGB", (4000, 4000)), "JPEG", progressive=True)
    at = large.index(b"\xff\xda")
    scan = large[at : large.index(b"\xff\xda", at + 2)]
    many = large[:at] + scan * 80 + large[at:]
    fake = b"\xff\xc2\x00\x0b\x08\x00\x01\x00\x01\x01\x11\x00"
    comment = b"\xff\xfe" + (2 + len(fake)).to_bytes(2, "big") + fake
    for data in (many, many[:2] + comment + many[2:]):
        with pytest.raises(UserError, match="scans, which takes too long"):
            read_image(data)
