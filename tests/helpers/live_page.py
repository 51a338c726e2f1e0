"""A page whose face follows the hand, and what the browser does meanwhile."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.helpers.browser import Page, wait_until

WATCH = """
window.drawn = [];
window.sent = 0;
window.kept = null;
window.workers = [];
document.addEventListener('ganssl:face', ({detail}) => window.drawn.push(
  {code: Array.from(detail.code), rgba: detail.rgba, engine: detail.engine}));
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  window.sent += 1;
  if (window.kept) window.kept.push(() => send.call(this, data));
  else send.call(this, data);
};
const Plain = Worker;
window.Worker = class extends Plain {
  constructor(...parts) { super(...parts); window.workers.push(this); }
  terminate() { window.workers = window.workers.filter((one) => one !== this); super.terminate(); }
};
"""
"""Runs before the page: faces that were drawn, messages to the server, workers that live."""

PIXELS = """
const {rgba} = window.drawn[arguments[0]];
let text = '';
for (const value of rgba) text += String.fromCharCode(value);
return btoa(text);
"""

ANSWER = "const {kept} = window; window.kept = null; kept.forEach((send) => send());"

ROOT = "document.querySelector('.st-key-after-face .stBidiComponent [data-testid]')?.shadowRoot"

READY = f"""
const button = {ROOT}?.querySelector('button');
return Boolean(button) && !button.hidden;
"""

CANVAS = f"""
const canvas = {ROOT}?.querySelector('canvas');
return Boolean(canvas) && !canvas.hidden;
"""

PLAY = f"{ROOT}.querySelector('button:not([hidden])').click();"

DIMMED = """
const parts = document.querySelectorAll(
  'table.changes, .st-key-after-face [data-testid="stImageCaption"]');
return Array.from(parts).map((part) => getComputedStyle(part).opacity < 1);
"""


@dataclass(frozen=True)
class Drawn:
    """A face that the browser drew: its code float32 `[d]`, and its pixels uint8 `[s, s, 3]`."""

    code: np.ndarray
    pixels: np.ndarray
    engine: str


class LivePage(Page):
    """`Page`, with a hand on a slider."""

    def watch(self) -> None:
        """To be called once for a window, before a page is opened."""
        self.window.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})

    def open(self, query: str = "") -> None:
        super().open(query)
        self.ready()

    def ready(self) -> None:
        """Wait until sliders are there and the component listens to them."""
        wait_until(lambda: self.window.execute_script(READY))
        wait_until(lambda: bool(self.all('input[type="range"]')))

    @contextmanager
    def slow_server(self) -> Iterator[None]:
        """What the page tells the server stays in the browser until the end.

        A server that answers before a face is drawn makes this face too late to be shown.
        """
        self.window.execute_script("window.kept = [];")
        yield
        self.window.execute_script(ANSWER)

    @property
    def count(self) -> int:
        return self.window.execute_script("return window.drawn.length")

    @property
    def sent(self) -> int:
        """Messages to the server; each asks for a run of the script."""
        return self.window.execute_script("return window.sent")

    @property
    def workers(self) -> int:
        return self.window.execute_script("return window.workers.length")

    @property
    def covered(self) -> bool:
        """Whether the canvas lies over the server's picture."""
        return self.window.execute_script(CANVAS)

    @property
    def dimmed(self) -> list[bool]:
        """Whether what is said beside the face steps back: of the readout and of the caption."""
        return self.window.execute_script(DIMMED)

    def drawn(self, index: int) -> Drawn:
        index %= self.count
        code, engine = self.window.execute_script(
            "const {code, engine} = window.drawn[arguments[0]]; return [code, engine]", index
        )
        raw = base64.b64decode(self.window.execute_script(PIXELS, index))
        rgba = np.frombuffer(raw, np.uint8)
        side = round((len(rgba) / 4) ** 0.5)
        return Drawn(np.array(code, np.float32), rgba.reshape(side, side, 4)[..., :3], engine)

    def slider(self, name: str) -> WebElement:
        """The slider of a name, with or without a remark on the locks behind it."""
        label = f'input[type="range"][aria-label{{}}="{name}{{}}"]'
        return self.all(f"{label.format('', '')}, {label.format('^', ' ·')}")[0]

    def hold(self, name: str) -> None:
        """Press the button over the thumb of a slider."""
        thumb = self.slider(name).find_element(By.XPATH, "../..")
        ActionChains(self.window, duration=0).click_and_hold(thumb).perform()

    def move(self, pixels: int) -> None:
        """Move what is held at one go, which gives one face, and wait for it."""
        before = self.count
        ActionChains(self.window, duration=0).move_by_offset(pixels, 0).perform()
        wait_until(lambda: self.count > before)

    def release(self) -> None:
        ActionChains(self.window, duration=0).release().perform()

    def play(self) -> None:
        """Press the button that moves a slider by itself, or stops it."""
        self.window.execute_script(PLAY)

    def settled(self) -> None:
        """Wait until the server's picture is what is seen."""
        self.settle(lambda: not self.covered)

    def value(self, name: str) -> float:
        return float(self.slider(name).get_attribute("value"))
