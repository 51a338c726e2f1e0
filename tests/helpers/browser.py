"""Headless Chromium on a running app: start both, wait, measure."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    StaleElementReferenceException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from ganssl.benchmarks.served_app import served_app

PATIENCE = 180
"""Seconds; generous, since the machine may be busy with a training: a first page has taken over
two minutes beside one."""

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
)

# Notes the moment of a key or pointer release and of the next new picture that is ready to show.
STOPWATCH = """
window.waits = [];
let released = null, source = document.querySelector(arguments[0]).src;
for (const name of ['keyup', 'pointerup'])
  document.addEventListener(name, () => { released = performance.now(); }, true);
const look = async () => {
  const image = document.querySelector(arguments[0]);
  if (!image || image.src === source) return;
  source = image.src;
  await image.decode();
  requestAnimationFrame(() => window.waits.push(performance.now() - released));
};
new MutationObserver(look).observe(document.body,
  {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
"""

DRAWN = """
return document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-testid="stSkeleton"]');
"""

STAGE = """
const stage = document.querySelector('.st-key-stage-bar .stBidiComponent [data-testid]');
return Boolean(stage?.shadowRoot?.querySelector('.keys')?.textContent);
"""

PLACE = """
const {x, y, width, height} = arguments[0].getBoundingClientRect();
return [x, y, width, height];
"""


@contextmanager
def running_app(log: Path, base: str = "") -> Iterator[str]:
    """The address of the app; see `served_app`."""
    with served_app(log, base) as (address, _):
        yield address


def wait_until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, "gave up waiting"
        time.sleep(0.1)


@contextmanager
def chromium(
    downloads: Path, width: int = 1440, height: int = 1000, flags: tuple[str, ...] = ()
) -> Iterator[webdriver.Chrome]:
    """A fresh headless Chromium; the test is skipped where it is not installed."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (browser and driver):
        pytest.skip("chromium and chromedriver are not installed: this test drives a real browser")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--window-size={width},{height}", *flags):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield window
    finally:
        window.quit()


@contextmanager
def screen(page: Page, width: int, height: int) -> Iterator[None]:
    """The page on a screen of this size, in its own pixels."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    page.window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        yield
    finally:
        page.window.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


class Page:
    """The app's page in a browser, by what a visitor sees."""

    AFTER = '[data-testid="stImage"] img[alt^="After"]'

    def __init__(self, window: webdriver.Chrome, address: str) -> None:
        self.window, self.address = window, address

    def open(self, query: str = "") -> None:
        self.window.get(self.address + query)
        self.settle(lambda: bool(self.all(self.AFTER)))

    def all(self, css: str) -> list[WebElement]:
        return self.window.find_elements(By.CSS_SELECTOR, css)

    def first(self, css: str) -> WebElement:
        """The first of these elements, once there is one."""
        found: list[WebElement] = []

        def there() -> bool:
            found[:] = self.all(css)
            return bool(found)

        wait_until(there)
        return found[0]

    def settle(self, ready: Callable[[], bool]) -> None:
        """Wait until `ready`, the app has stopped running and all that it sent is drawn.

        A browser that shows a kind of widget for the first time fetches its code first.
        """
        wait = WebDriverWait(self.window, PATIENCE, poll_frequency=0.1)
        wait.until(lambda _: ready() and self.window.execute_script(DRAWN))

    def stage_ready(self) -> None:
        """Wait until presentation mode hears keys and fingers."""
        wait_until(lambda: self.window.execute_script(STAGE))

    def resting(self, element: WebElement) -> tuple[float, float]:
        """The middle of an element in the window, once it has stopped moving.

        What is above it may still unfold, or be drawn for the first time.
        """
        places: list[tuple[float, float]] = []

        def rests() -> bool:
            x, y, width, height = self.window.execute_script(PLACE, element)
            places.append((x + width / 2, y + height / 2))
            return len(places) > 3 and len(set(places[-4:])) == 1

        wait_until(rests)
        return places[-1]

    def picture(self) -> str:
        return self.window.execute_script(
            "return document.querySelector(arguments[0]).src", self.AFTER
        )

    def slider(self, name: str) -> WebElement:
        return self.first(f'input[type="range"][aria-label="{name}"]')

    def fill(self, label: str, value: str) -> None:
        """Type a value over what stands in a field, and enter it."""
        field = self.first(f'input[aria-label="{label}"]')
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(value, Keys.ENTER)

    def press(self, name: str, key: str) -> None:
        """Press a key on a slider and wait for the new picture."""
        old = self.picture()
        self.slider(name).send_keys(key)
        self.settle(lambda: self.picture() != old)

    def readout(self, attribute: str) -> tuple[int, int]:
        """An attribute's percent before and after."""
        for row in self.all("table.changes tbody tr"):
            head, _, numbers, _ = row.find_elements(By.CSS_SELECTOR, "th, td")
            if head.text == attribute:
                before, after = numbers.text.removesuffix("%").split("→")
                return int(before), int(after)
        raise AssertionError(f"{attribute} is not in the readout")

    def click(self, css: str, text: str) -> None:
        """Click the first element with this text, once there is one that lies free."""

        def clicked() -> bool:
            try:
                for element in self.all(css):
                    if text in element.text:
                        element.click()
                        return True
            except (ElementClickInterceptedException, StaleElementReferenceException):
                pass  # the page is being drawn anew
            return False

        wait_until(clicked)

    def errors(self) -> list[str]:
        boxes = self.all('[data-testid="stException"], [data-testid="stAlertContentError"]')
        return [box.text for box in boxes]
