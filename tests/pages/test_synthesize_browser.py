"""The Synthesize page with the shipped weights in headless Chromium."""

from __future__ import annotations

import time
import zipfile

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys

from ganssl.synthesis import read_set
from ganssl.ui.shared.jobs import PERIOD
from tests.helpers.browser import STOPWATCH, Page, chromium, running_app, wait_until

pytestmark = pytest.mark.browser

COUNT = 1000
IMAGES = '[data-testid="stImage"] img'
BARS = '[data-testid="stProgress"]'
DOWNLOADS = '[data-testid="stLinkButton"] a'
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def open_page(window, address) -> Page:
    page = Page(window, f"{address}/synthesize")
    window.get(page.address)
    page.settle(lambda: len(page.all(IMAGES)) == 2)
    return page


def says(page: Page, words: str) -> bool:
    return words in page.window.execute_script("return document.body.innerText")


def test_a_small_set_is_made_and_taken_home(address, tmp_path):
    with chromium(tmp_path / "downloads") as window:
        page = open_page(window, address)
        page.fill("Faces", str(COUNT))
        page.settle(lambda: says(page, f"Make {COUNT:,} faces"))
        page.click("button", f"Make {COUNT:,} faces")
        page.settle(lambda: bool(page.all(BARS)))

        page.settle(lambda: bool(page.all(DOWNLOADS)))  # nobody touches the page meanwhile
        assert not page.all(BARS) and not page.errors()
        assert len(page.all(IMAGES)) == 4
        end = time.monotonic() + 3 * PERIOD
        while time.monotonic() < end:  # and it is not drawn again and again
            assert page.all(IDLE)

        page.click(DOWNLOADS, "Download ZIP")
        folder = tmp_path / "downloads"
        wait_until(lambda: bool(list(folder.glob("Smiling-*.zip"))))
        (path,) = folder.glob("Smiling-*.zip")
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "set")
        made = read_set(tmp_path / "set")
        assert len(made) == COUNT and made.faces([0]).shape == (1, 64, 64, 3)
        np.testing.assert_array_equal(made.labels, np.arange(COUNT) % 2)

        window.refresh()  # a reload is the same visit
        page.settle(lambda: bool(page.all(DOWNLOADS)))
    with chromium(tmp_path / "other") as window:  # and another browser is another one
        assert not open_page(window, address).all(DOWNLOADS)


def test_a_set_is_taken_home_under_a_base_path(tmp_path):
    with (
        running_app(tmp_path / "log", "studio") as address,
        chromium(tmp_path / "downloads") as window,
    ):
        page = open_page(window, address)
        page.fill("Faces", "20")
        page.settle(lambda: says(page, "Make 20 faces"))
        page.click("button", "Make 20 faces")
        page.settle(lambda: bool(page.all(DOWNLOADS)))
        page.click(DOWNLOADS, "Download ZIP")
        folder = tmp_path / "downloads"
        wait_until(lambda: bool(list(folder.glob("Smiling-*.zip"))))
        assert zipfile.is_zipfile(next(folder.glob("Smiling-*.zip")))


def test_sliders_answer_while_another_visitor_makes_many_faces(address, tmp_path, capsys):
    with chromium(tmp_path) as busy, chromium(tmp_path) as other:
        maker = open_page(busy, address)
        maker.fill("Faces", "100000")
        maker.settle(lambda: says(maker, "Make 100,000 faces"))
        maker.click("button", "Make 100,000 faces")
        maker.settle(lambda: bool(maker.all(BARS)))
        explorer = Page(other, address)
        explorer.open("?seed=1&truncation=0.3")
        other.execute_script(STOPWATCH, Page.AFTER)
        for key in (Keys.HOME, Keys.END, Keys.HOME, Keys.END):
            explorer.press("Smiling", key)
        assert not explorer.errors()
        assert maker.all(BARS) and not maker.errors()  # the faces are still being made
        waits = other.execute_script("return waits")
        with capsys.disabled():
            print(f"\na slider beside a running job: median {np.median(waits):.0f} ms")
        maker.click("button", "Cancel")
        maker.settle(lambda: not maker.all(BARS))
