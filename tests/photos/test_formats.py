"""Photos as phones, scanners and browsers write them: each format upright, in sRGB, bounded."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw

from ganssl.errors import UserError
from ganssl.photos.colour import to_srgb
from ganssl.photos.folder import read_folder
from ganssl.photos.images import check_image, read_image
from ganssl.photos.uploads import read_uploads
from tests.helpers.synthetic_photos import draw_photo, encoded

ROOT = Path(__file__).parents[2]
RED, GREEN, BLUE = (250, 0, 0), (0, 250, 0), (0, 0, 250)


def file_of(photo: Image.Image, format: str, **options) -> bytes:
    """A photo as a file; HEIC by `pillow-heif`, which the reader needs too."""
    if format == "HEIF":
        heif = pytest.importorskip("pillow_heif")
        heif.register_heif_opener(thumbnails=False)
    return encoded(photo, format, **options)


def plain(colour: tuple[int, ...], mode: str = "RGB", size: tuple[int, int] = (48, 32)):
    return Image.new(mode, size, colour)


LOSSY = {"JPEG": {"quality": 95}, "HEIF": {"quality": 90}, "AVIF": {"quality": 90}}
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "HEIF")
ENDINGS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".JPG", ".JFIF"),
    "MPO": (".mpo", ".jpg"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "AVIF": (".avif",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp",),
    "HEIF": (".heic", ".heif", ".HEIC", ".jpg"),
}
NAMED = [(format, ending) for format, endings in ENDINGS.items() for ending in endings]


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_keeps_its_colours_and_size(format):
    photo = plain((200, 40, 90))
    image = read_image(file_of(photo, format, **LOSSY.get(format, {})))
    assert image.mode == "RGB" and image.size == (48, 32) and not image.info
    assert np.abs(np.asarray(image).astype(int) - (200, 40, 90)).max() <= 6


@pytest.mark.parametrize(("format", "ending"), NAMED)
def test_every_usual_name_is_read_in_a_folder_and_handed_in(format, ending, tmp_path):
    data = file_of(draw_photo(3, 60, 72), format)
    (tmp_path / f"me{ending}").write_bytes(data)
    photos = read_folder(tmp_path)
    assert photos.names == [f"me{ending}"]
    photos.check(0)
    assert photos.read(0).size == (60, 72)
    upload = read_uploads([(f"me{ending}", data)])
    assert upload.photos.names == [f"me{ending}"] and not upload.refused


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize(("orientation", "corner"), [(3, (1, 1)), (6, (0, 1)), (8, (1, 0))])
def test_a_turned_camera_gives_an_upright_photo(format, orientation, corner):
    """The white corner lies top left as it is stored; `corner` is its row and column, 0 or 1."""
    photo = plain((0, 0, 0), size=(96, 64))
    photo.paste((255, 255, 255), (0, 0, 24, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = read_image(file_of(photo, format, exif=exif.tobytes()))
    assert image.size == ((96, 64) if orientation == 3 else (64, 96))
    rows, columns = np.nonzero(np.asarray(image)[:, :, 0] > 128)
    width, height = image.size
    assert (int(rows.mean() > height / 2), int(columns.mean() > width / 2)) == corner


# --- colour profiles


def profile(exchange: tuple[bytes, bytes] | None, name: str = "xRGB") -> bytes:
    """sRGB's profile under another name, with two of its three colours exchanged."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = data.replace("sRGB".encode("utf-16-be"), name.encode("utf-16-be"))
    if exchange is None:
        return data
    one, other = exchange
    count = int.from_bytes(data[128:132], "big")
    table = data[132 : 132 + 12 * count]
    table = table.replace(one, b"....").replace(other, one).replace(b"....", other)
    return data[:132] + table + data[132 + 12 * count :]


SWAPPED = profile((b"rXYZ", b"bXYZ"))
"""What this screen calls red is sRGB's blue."""

WITH_PROFILE = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")


@pytest.mark.parametrize("format", WITH_PROFILE)
def test_colours_of_a_profile_become_srgb(format):
    data = file_of(plain(RED), format, icc_profile=SWAPPED, **LOSSY.get(format, {}))
    middle = np.asarray(read_image(data))[16, 24].astype(int)
    assert np.abs(middle - BLUE).max() <= 8


@pytest.mark.parametrize("format", WITH_PROFILE)
def test_srgb_itself_and_a_profile_that_says_nothing_change_no_colour(format):
    for data in (profile(None, "sRGB"), b"no profile at all" * 20):
        file = file_of(plain(RED), format, icc_profile=data, **LOSSY.get(format, {}))
        middle = np.asarray(read_image(file))[16, 24].astype(int)
        assert np.abs(middle - RED).max() <= 8


def test_profiles_of_palettes_and_of_clear_pictures_count_too():
    clear = plain((*RED, 255), "RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 10, 32))
    pixels = np.asarray(read_image(encoded(clear, icc_profile=SWAPPED))).astype(int)
    assert np.abs(pixels[16, 30] - BLUE).max() <= 8
    assert pixels[16, 3].tolist() == [255, 255, 255]  # laid over white after the conversion
    palette = plain(RED).convert("P", palette=Image.Palette.ADAPTIVE)
    pixels = np.asarray(read_image(encoded(palette, icc_profile=SWAPPED))).astype(int)
    assert np.abs(pixels[16, 24] - BLUE).max() <= 8


def test_a_profile_of_another_kind_of_colour_is_left_aside():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    image = plain(RED)
    image.info["icc_profile"] = lab
    assert to_srgb(image) is image
    grey = plain((90,), "L")
    grey.info["icc_profile"] = SWAPPED  # a profile of colours on grey
    assert to_srgb(grey) is grey


# --- depth and channels


def test_tiffs_of_scanners():
    ramp = np.tile(np.arange(256, dtype=np.uint16) * 257, (16, 1))
    for packing in ("raw", "tiff_lzw", "tiff_deflate"):
        data = encoded(Image.fromarray(ramp), "TIFF", compression=packing)
        assert np.asarray(read_image(data))[3, :, 1].tolist() == list(range(256))
    pages = encoded(plain(RED), "TIFF", save_all=True, append_images=[plain(BLUE)])
    assert np.asarray(read_image(pages))[5, 5].tolist() == list(RED)
    ink = encoded(plain(GREEN).convert("CMYK"), "TIFF")
    assert np.abs(np.asarray(read_image(ink))[5, 5].astype(int) - GREEN).max() <= 6
    part = encoded(Image.fromarray(np.full((12, 12), 0.5, np.float32)), "TIFF")
    assert abs(int(np.asarray(read_image(part))[5, 5, 0]) - 128) <= 1
    lines = plain((255,), "L", (40, 24))
    ImageDraw.Draw(lines).rectangle((0, 0, 19, 23), fill=0)
    fax = encoded(lines.convert("1"), "TIFF", compression="group4")
    assert np.asarray(read_image(fax))[5, [5, 30], 0].tolist() == [0, 255]


@pytest.mark.parametrize("format", ["GIF", "WEBP", "AVIF", "PNG", "TIFF"])
def test_of_moving_pictures_the_first_is_taken(format):
    frames = {"save_all": True, "append_images": [plain(BLUE), plain(GREEN)]}
    data = file_of(plain(RED), format, **frames)
    with Image.open(io.BytesIO(data)) as image:
        assert image.n_frames == 3
    assert np.abs(np.asarray(read_image(data))[9, 9].astype(int) - RED).max() <= 8


def test_a_moving_gif_with_a_clear_first_frame_is_laid_over_white():
    clear = Image.new("P", (20, 20), 0)
    clear.putpalette([0, 0, 0, *RED])
    clear.paste(1, (10, 0, 20, 20))
    data = encoded(clear, "GIF", transparency=0, save_all=True, append_images=[plain(BLUE)])
    pixels = np.asarray(read_image(data))
    assert pixels[5, 3].tolist() == [255, 255, 255] and pixels[5, 15].tolist() == list(RED)


@pytest.mark.parametrize("colours", [2, 16, 256])
def test_palettes_of_every_depth(colours):
    ramp = np.tile(np.linspace(0, 255, 256).astype(np.uint8), (16, 1))
    photo = Image.fromarray(ramp).convert("P", palette=Image.Palette.ADAPTIVE, colors=colours)
    expected = np.asarray(photo.convert("RGB"))
    for format in ("PNG", "GIF", "BMP", "TIFF"):
        assert np.array_equal(np.asarray(read_image(encoded(photo, format))), expected), format


# --- JPEG


def test_a_jpeg_of_inks_turned_by_the_camera():
    ink = plain((30, 160, 220), size=(60, 40)).convert("CMYK")
    exif = Image.Exif()
    exif[0x0112] = 6
    image = read_image(encoded(ink, "JPEG", quality=95, exif=exif))
    assert image.size == (40, 60)
    assert np.abs(np.asarray(image).astype(int) - (30, 160, 220)).max() <= 8


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_jpeg_may_lack_its_end_but_no_part_of_the_picture(progressive, missing):
    photo = draw_photo(5, 320, 400)
    data = encoded(photo, "JPEG", quality=90, progressive=progressive)
    whole = np.asarray(read_image(data)).astype(int)
    cut = np.asarray(read_image(data[:-missing])).astype(int)
    assert np.abs(cut[:-16] - whole[:-16]).max() == 0  # the last blocks may lack some bits
    check_image(data[:-missing])
    for read in (read_image, check_image):
        for part in (0.45, 0.7, 0.9):
            with pytest.raises(UserError, match=r"half\.jpg is damaged"):
                read(data[: int(len(data) * part)], "half.jpg")


# --- large photos


IN_CHILD = """
import resource, sys
from ganssl.photos.images import check_image, read_image
read_image({small!r})  # libraries are loaded
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
{read}({large!r})
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def megabytes_for(path: Path, small: Path, read: str = "read_image") -> int:
    """MiB that a process of its own takes for a photo, beyond what it held."""
    code = IN_CHILD.format(small=str(small), large=str(path), read=read)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=ROOT, check=True
    )
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.filterwarnings("error")  # Pillow's warning would stand among a command's words
@pytest.mark.parametrize(
    ("size", "mode", "most"),
    [((8064, 6048), "RGB", 190), ((12_000, 9_000), "L", 190), ((12_000, 9_000), "RGB", 300)],
)
def test_48_and_108_megapixels_are_reduced_while_they_are_decoded(size, mode, most, tmp_path):
    """Decoded whole, three bytes a pixel would be 139 and 309 MiB before any copy."""
    large, small = tmp_path / "large.jpg", tmp_path / "small.jpg"
    photo = Image.new(mode, size, 60)
    photo.paste(200, (0, 0, size[0] // 2, size[1]))  # bright on the left
    photo.save(large, quality=80)
    del photo
    draw_photo(0, 40, 40).save(small)
    image = read_image(large)
    assert image.mode == "RGB" and image.width * image.height <= 25_000_000
    assert image.width / image.height == pytest.approx(size[0] / size[1], rel=0.01)
    middle = np.asarray(image)[image.height // 2]
    assert abs(int(middle[10].max()) - 200) <= 3 and int(middle[-10].min()) <= 63
    assert megabytes_for(large, small) <= most
    assert megabytes_for(large, small, "check_image") <= 40


def test_a_large_photo_of_another_format_is_reduced_and_stays_upright():
    photo = Image.new("L", (6800, 6400), 30)
    photo.paste(220, (0, 0, 3400, 3200))
    exif = Image.Exif()
    exif[0x0112] = 6
    image = read_image(encoded(photo, "PNG", exif=exif))
    assert image.size == (3200, 3400)
    pixels = np.asarray(image)[..., 0]
    assert pixels[10, -10] == 220 and pixels[10, 10] == 30 and pixels[-10, -10] == 30
