"""The pictures of the README: the app in headless Chromium, on generated faces alone.

    python docs/make_pictures.py

writes `docs/pictures/app.png` and `docs/pictures/slider.gif`. It needs
Chromium with its driver and requirements-dev.txt.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image
from selenium.webdriver.common.keys import Keys

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ganssl.face.state import LIMIT  # noqa: E402
from tests.helpers.browser import Page, chromium, running_app  # noqa: E402

FACE = "?seed=7&truncation=0.6"
ATTRIBUTE = "Smiling"
SMALL_STEPS = 5
"""Presses of an arrow key, a tenth of σ each, from one frame to the next."""

WIDTH, HEIGHT = 1280, 860
GIF_WIDTH = 800
MILLISECONDS = 220
COLOURS = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument(
        "--face", default=FACE, help="the address of the face (default: %(default)s)"
    )
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        app = running_app(scratch / "app.log")
        with app as address, chromium(scratch, WIDTH, HEIGHT) as window:
            page = Page(window, address)
            page.open(args.face)
            screenshot(page).save(args.out / "app.png", optimize=True)
            save_animation(slide(page), args.out / "slider.gif")
    print(f"wrote app.png and slider.gif to {args.out}")


def screenshot(page: Page) -> Image.Image:
    """What the window shows now."""
    return Image.open(io.BytesIO(page.window.get_screenshot_as_png())).convert("RGB")


def slide(page: Page) -> list[Image.Image]:
    """The page at each step of the slider, from its left end to its right."""
    page.press(ATTRIBUTE, Keys.HOME)
    frames = [screenshot(page)]
    for _ in range(round(2 * LIMIT * 10 / SMALL_STEPS)):
        for _ in range(SMALL_STEPS):
            page.press(ATTRIBUTE, Keys.ARROW_RIGHT)
        frames.append(screenshot(page))
    return frames


def save_animation(frames: list[Image.Image], path: Path) -> None:
    """There and back again, reduced to the width of a page of text."""
    height = round(GIF_WIDTH * frames[0].height / frames[0].width)
    small = [frame.resize((GIF_WIDTH, height), Image.Resampling.LANCZOS) for frame in frames]
    palette = small[0].quantize(COLOURS)
    pictures = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    loop = [*pictures, *pictures[-2:0:-1]]
    loop[0].save(
        path, save_all=True, append_images=loop[1:], duration=MILLISECONDS, loop=0, optimize=True
    )


if __name__ == "__main__":
    main()
