"""Your photo with the shipped weights in headless Chromium; a generated face is the photo."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from ganssl.face.animation import kinds
from ganssl.face.from_photo import editable_photo, load_photo
from ganssl.face.gallery import load_gallery
from ganssl.face.render import enlarge, render
from ganssl.models.catalogue import load_model
from ganssl.photos.images import read_image, read_provenance
from ganssl.ui.your_photo.morph import KIND_WORDS
from tests.helpers.browser import Page, chromium, running_app, wait_until
from tests.helpers.live_page import LivePage
from tests.helpers.synthetic_photos import encoded

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def photo(model, tmp_path_factory):
    """A file that shows a generated face in a larger picture."""
    canvas = Image.new("RGB", (500, 400), (120, 120, 120))
    face = render(model, load_gallery(model).first).pixels  # chosen by eye: it takes a smile
    canvas.paste(Image.fromarray(enlarge(face, 220)), (150, 80))
    path = tmp_path_factory.mktemp("photo") / "me-at-home.png"
    path.write_bytes(encoded(canvas))
    return path


def test_a_visitor_edits_a_photo_takes_it_along_and_removes_it(model, photo, tmp_path):
    log = tmp_path / "streamlit.log"
    with running_app(log) as address, chromium(tmp_path) as window:
        page = Page(window, address)
        page.open()
        page.click('[data-testid="stSidebarNavLink"]', "Your photo")
        page.settle(lambda: bool(page.all('input[type="file"]')))
        page.all('input[type="file"]')[0].send_keys(str(photo))
        page.settle(lambda: bool(page.all(Page.AFTER)))
        assert not page.errors()
        assert page.slider("Smiling").location["y"] < 720  # on the first screen

        page.press("Smiling", Keys.HOME)
        start, serious = page.picture(), page.readout("Smiling")
        page.press("Smiling", Keys.END)
        smiling = page.readout("Smiling")
        assert page.picture() != start and serious[1] + 20 < smiling[1]
        words = page.all(Page.AFTER)[0].get_attribute("alt")
        assert "AI-edited face from your photo" in words

        page.click('[role="tab"]', "Save")
        page.settle(lambda: len(page.all('[data-testid="stDownloadButton"] button')) == 2)
        page.click('[data-testid="stDownloadButton"] button', "PNG")
        png = tmp_path / "edited-photo.png"
        wait_until(png.exists)
        said = read_provenance(png.read_bytes())
        assert said["source"]["from"] == "photo" and said["source"]["edits"] == {"Smiling": 3.0}
        assert read_image(png).size == (512, 512)

        page.click('[role="tab"]', "Two faces")
        page.settle(lambda: len(page.all('[alt*="of the way"]')) == 7)
        kind = kinds()[0]  # one that keeps all colours
        page.click('[data-testid="stDownloadButton"] button', KIND_WORDS[kind])
        morph = tmp_path / f"morph.{kind}"
        wait_until(morph.exists)
        assert b"AI-edited" in morph.read_bytes()
        if kind == "webp":
            with Image.open(morph) as animation:
                assert animation.n_frames == 64 and animation.size == (256, 256)
        page.click('[data-testid="stCheckbox"] label', "Play it here")
        page.settle(lambda: len(page.all('img[src^="data:image/webp"]')) == 1)

        asked = window.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)"
        )
        assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
        window.execute_script("document.querySelector('.stMain').scrollTo(0, 0)")
        page.click("button", "Remove the photo")
        page.settle(lambda: not page.all(Page.AFTER))
        assert not page.errors() and page.all('input[type="file"]')
    assert "me-at-home" not in log.read_text(encoding="utf-8")


def test_the_face_of_a_photo_follows_the_hand_with_its_detail(model, photo, tmp_path):
    face = editable_photo(model, load_photo(photo.read_bytes(), "The photo"))
    with running_app(tmp_path / "streamlit.log") as address, chromium(tmp_path) as window:
        page = LivePage(window, address)
        page.watch()
        page.open()
        page.click('[data-testid="stSidebarNavLink"]', "Your photo")
        page.settle(lambda: bool(page.all('input[type="file"]')))
        page.all('input[type="file"]')[0].send_keys(str(photo))
        page.settle(lambda: bool(page.all(Page.AFTER)))
        page.ready()
        asked = page.sent
        page.hold("Smiling")
        for _ in range(5):
            page.move(10)
        assert page.covered and page.sent == asked
        page.release()
        page.settled()
        assert page.sent == asked + 1
        for index in range(page.count):
            drawn = page.drawn(index)
            expected = face.detail(1.0).on(model.decode(drawn.code[None]))[0]
            assert np.abs(drawn.pixels.astype(int) - expected).max() <= 2
        window.execute_script("document.querySelector('.stMain').scrollTo(0, 0)")
        page.click("button", "Remove the photo")
        page.settle(lambda: not page.all(Page.AFTER))
        wait_until(lambda: page.workers == 0)


def test_one_click_from_a_presentation_to_a_face_of_the_camera(model, photo, tmp_path):
    with Image.open(photo) as picture:
        picture.convert("RGB").save(tmp_path / "camera.mjpeg", "JPEG", quality=95)
    camera = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'camera.mjpeg'}",
    )
    log = tmp_path / "streamlit.log"
    with running_app(log) as address, chromium(tmp_path, 1280, 860, camera) as window:
        page = Page(window, address)
        page.open("/?present=1")
        page.click(".st-key-stage-bar a", "Try it on me")
        shutter = '[data-testid="stCameraInputButton"]:not([disabled])'
        page.settle(lambda: bool(page.all(shutter)) and bool(page.all("video")))
        wait_until(
            lambda: window.execute_script("return document.querySelector('video').videoWidth")
        )
        page.all(shutter)[0].click()
        page.settle(lambda: len(page.all(".st-key-stage-me img")) == 3)
        assert not page.errors()
        said: list[str] = []

        def told() -> bool:
            said[:] = [m.text for m in page.all(".stMarkdown") if "reads Smiling" in m.text]
            return bool(said)

        page.settle(told)
        before, after = (int(share) for share in re.findall(r"(\d+)%", said[0]))
        assert after >= max(before, 80)
        feet = [image.rect["y"] + image.rect["height"] for image in page.all("main img, img")]
        assert max(feet) < page.all(".st-key-stage-bar")[0].rect["y"]
        page.stage_ready()
        ActionChains(window).send_keys("r").perform()
        page.settle(lambda: bool(page.all("video")))
        page.stage_ready()
        ActionChains(window).send_keys(Keys.ESCAPE).perform()
        page.settle(lambda: page.all("h1")[0].text == "Your photo" if page.all("h1") else False)
