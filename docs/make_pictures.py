"""The pictures of the README: the app in headless Chromium, on generated faces alone.

    python docs/make_pictures.py

writes `docs/pictures/app.png` and `docs/pictures/slider.webp`. It needs
Chromium with its driver and requirements-dev.txt. The face is one of the shipped
model's gallery, which was chosen by eye.

    python docs/make_pictures.py --curve assets/experiments/label_efficiency.json

draws the figure of `python -m ganssl experiment` from its numbers, as a PNG beside them.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ganssl.face.gallery import load_gallery  # noqa: E402
from ganssl.models.catalogue import load_model  # noqa: E402
from tests.helpers import browser  # noqa: E402
from tests.helpers.live_page import LivePage  # noqa: E402

ATTRIBUTE, AMOUNT = "Smiling", 2.0
SMALL_STEPS = 5
"""Presses of an arrow key, a tenth of σ each, from one frame to the next."""

WIDTH, HEIGHT = 1280, 860
ANIMATION_WIDTH = 800
MILLISECONDS = 220
PATIENCE = 900
"""Seconds for one picture: a training may have the processor."""

QUALITY = 80


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument(
        "--face", help="its title in the gallery (default: the one that the app opens with)"
    )
    parser.add_argument(
        "--curve", type=Path, help="label_efficiency.json, to draw its figure and nothing else"
    )
    args = parser.parse_args()
    if args.curve:
        path = args.curve.with_suffix(".png")
        draw_curve(args.curve).save(path, optimize=True)
        print(f"wrote {path}")
        return
    address = link(args.face)
    args.out.mkdir(parents=True, exist_ok=True)
    browser.PATIENCE = PATIENCE
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        app = browser.running_app(scratch / "app.log")
        with app as server, browser.chromium(scratch, WIDTH, HEIGHT) as window:
            page = LivePage(window, server)
            page.open(address)
            pictures = slide(page)
    amounts = list(pictures)
    nearest = min(amounts, key=lambda amount: abs(amount - AMOUNT))
    pictures[nearest].save(args.out / "app.png", optimize=True)
    save_animation(list(pictures.values()), args.out / "slider.webp")
    print(f"wrote app.png and slider.webp to {args.out}")


def draw_curve(numbers: Path) -> Image.Image:
    """The label-efficiency figure, as a browser draws it."""
    from ganssl.experiments.figure import label_efficiency_figure

    found = json.loads(numbers.read_text(encoding="utf-8"))["summary"]
    figure = label_efficiency_figure(found)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        page = scratch / "figure.html"
        page.write_text(figure.to_html(config=dict(displayModeBar=False)), encoding="utf-8")
        width, height = figure.layout.width, figure.layout.height
        with browser.chromium(scratch, width + 40, height + 200) as window:
            window.get(page.as_uri())
            drawn = WebDriverWait(window, PATIENCE).until(
                lambda at: at.find_element(By.CSS_SELECTOR, ".svg-container")
            )
            return Image.open(io.BytesIO(drawn.screenshot_as_png)).convert("RGB")


def link(title: str | None) -> str:
    """The address of a face of the shipped model's gallery; its first when None."""
    gallery = load_gallery(load_model())
    faces = dict(gallery.faces)
    if title is not None and title not in faces:
        sys.exit(f"The gallery has no face {title!r}; it has {', '.join(faces)}.")
    state = gallery.first if title is None else faces[title]
    return "?" + urlencode(state.to_query(), doseq=True)


def screenshot(page: LivePage) -> Image.Image:
    """What the window shows now."""
    return Image.open(io.BytesIO(page.window.get_screenshot_as_png())).convert("RGB")


def slide(page: LivePage) -> dict[float, Image.Image]:
    """The page by the amount in σ at each step of the slider, from its left end to its right."""
    pictures: dict[float, Image.Image] = {}
    keys = Keys.HOME
    while moved(page, keys):
        pictures[page.value(ATTRIBUTE)] = screenshot(page)
        keys = Keys.ARROW_RIGHT * SMALL_STEPS
    return pictures


def moved(page: LivePage, keys: str) -> bool:
    """Press keys on the slider and wait for the server's picture; False at the slider's end."""
    amount, picture = page.value(ATTRIBUTE), page.picture()
    page.slider(ATTRIBUTE).send_keys(keys)
    if page.value(ATTRIBUTE) == amount:
        return False
    page.settle(lambda: page.picture() != picture and not page.covered)
    return True


def save_animation(frames: list[Image.Image], path: Path) -> None:
    """There and back again, reduced to the width of a page of text."""
    height = round(ANIMATION_WIDTH * frames[0].height / frames[0].width)
    size = (ANIMATION_WIDTH, height)
    small = [frame.resize(size, Image.Resampling.LANCZOS) for frame in frames]
    loop = [*small, *small[-2:0:-1]]
    loop[0].save(
        path,
        save_all=True,
        append_images=loop[1:],
        duration=MILLISECONDS,
        loop=0,
        quality=QUALITY,
        method=6,
    )


if __name__ == "__main__":
    main()
