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
window.pictures = {};
window.sent = 0;
window.kept = null;
window.workers = [];
window.fades = 0;
addEventListener('transitionrun', ({target}) => {
  const root = document.documentElement;
  if (root.hasAttribute('data-face-moves') && target.matches('[data-stale]')) window.fades += 1;
}, true);
document.addEventListener('ganssl:face', ({detail}) => window.drawn.push(
  {code: Array.from(detail.code), rgba: detail.rgba, engine: detail.engine}));
document.addEventListener('ganssl:picture', ({detail}) => {
  window.pictures[detail.index] = Array.from(detail.code);
});
addEventListener('pointermove', (event) => { window.pointer = event; }, true);
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  window.sent += 1;
  if (window.kept) window.kept.push(() => send.call(this, data));
  else send.call(this, data);
};
const Plain = Worker;
window.Worker = class extends Plain {
  constructor(...parts) { super(...parts); window.workers.push(this); }
  set onmessage(call) {  // a busy machine is no slow device
    super.onmessage = (event) => {
      if (event.data.ms) event.data.ms = Math.min(event.data.ms, 20);
      call(event);
    };
  }
  terminate() { window.workers = window.workers.filter((one) => one !== this); super.terminate(); }
};
"""
"""Runs before the page: faces that were drawn, messages to the server, workers that live, elements
that begin to fade while the face is the browser's.
"""

PIXELS = """
const {rgba} = window.drawn[arguments[0]];
let text = '';
for (const value of rgba) text += String.fromCharCode(value);
return btoa(text);
"""

AHEAD = """
const {pointerId, clientX} = window.pointer;
window.dispatchEvent(new PointerEvent(
  'pointerrawupdate', {pointerId, clientX: clientX + arguments[0]}));
"""

ANSWER = "const {kept} = window; window.kept = null; kept.forEach((send) => send());"

ROOT = "document.querySelector('.st-key-after-face .stBidiComponent [data-testid]')?.shadowRoot"

READY = f"return Boolean({ROOT}?.querySelector('button:not([hidden])'));"

CANVAS = f"""
const canvas = {ROOT}?.querySelector('canvas');
return Boolean(canvas) && !canvas.hidden;
"""

SEEN = f"""
const canvas = {ROOT}.querySelector('canvas');
const {{data}} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
let text = '';
for (const value of data) text += String.fromCharCode(value);
return btoa(text);
"""

ROAM = f"{ROOT}.querySelector(`button[name=${{arguments[0]}}]`).click();"

DIMMED = """
const parts = document.querySelectorAll(
  'table.changes, .st-key-after-face [data-testid="stImageCaption"]');
return Array.from(parts).map((part) => getComputedStyle(part).opacity < 1);
"""


PAD = """
const root = document.querySelector('.st-key-explore-pad [data-testid]')?.shadowRoot;
return root?.querySelector(arguments[0]) ?? null;
"""

OVER = """
const root = document.querySelector(
  '[class*="st-key-live-pictures"] .stBidiComponent [data-testid]')?.shadowRoot;
return Array.from(root?.querySelectorAll('canvas:not([hidden])') ?? []).length;
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
        away = ActionChains(self.window, duration=0)  # the pointer is over no slider
        away.w3c_actions.pointer_action.move_to_location(1, 1)
        away.perform()
        super().open(query)
        self.ready()

    def ready(self) -> None:
        """Wait until sliders are there and the component listens to them."""
        wait_until(lambda: self.window.execute_script(READY))
        self.first('input[type="range"]')

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
    def fades(self) -> int:
        """How many elements began to fade while the canvas lay over the server's picture."""
        return self.window.execute_script("return window.fades")

    @property
    def workers(self) -> int:
        return self.window.execute_script("return window.workers.length")

    @property
    def covered(self) -> bool:
        """Whether the canvas lies over the server's picture."""
        return self.window.execute_script(CANVAS)

    def canvas(self) -> np.ndarray:
        """What the canvas shows, uint8 `[512, 512, 3]`."""
        rgba = np.frombuffer(base64.b64decode(self.window.execute_script(SEEN)), np.uint8)
        side = round((len(rgba) / 4) ** 0.5)
        return rgba.reshape(side, side, 4)[..., :3]

    @property
    def dimmed(self) -> list[bool]:
        """Whether what is said beside the face steps back: of the readout and of the caption."""
        return self.window.execute_script(DIMMED)

    @property
    def codes(self) -> np.ndarray:
        """The codes of all faces that were drawn, float32 `[n, d]`."""
        codes = self.window.execute_script("return window.drawn.map(({code}) => code)")
        return np.array(codes, np.float32)

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
        return self.first(f"{label.format('', '')}, {label.format('^', ' ·')}")

    def thumb(self, name: str) -> WebElement:
        """What a hand takes of a slider."""
        return self.slider(name).find_element(By.XPATH, "../..")

    def hold(self, name: str) -> None:
        """Press the button over the thumb of a slider."""
        thumb = self.thumb(name)
        self.resting(thumb)
        ActionChains(self.window, duration=0).click_and_hold(thumb).perform()

    def move(self, pixels: int) -> None:
        """Move what is held at one go, which gives one face, and wait for it."""
        before = self.count
        ActionChains(self.window, duration=0).move_by_offset(pixels, 0).perform()
        wait_until(lambda: self.count > before)

    def slide(self, pixels: int) -> None:
        """Move what is held at one go, and wait for no face but for the slider's own value."""
        thumb = self.window.switch_to.active_element
        before = thumb.get_attribute("value")
        ActionChains(self.window, duration=0).move_by_offset(pixels, 0).perform()
        wait_until(lambda: thumb.get_attribute("value") != before)

    def announce(self, pixels: int) -> None:
        """Tell the page, and not its slider, that the pointer has moved on."""
        self.window.execute_script(AHEAD, pixels)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """A finger: `touchStart`, `touchMove` or `touchEnd`, at places of the window."""
        places = [{"x": x, "y": y} for x, y in points]
        self.window.execute_cdp_cmd(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": places}
        )

    def pad(self, part: str = ".point") -> WebElement | None:
        """A part of the pad, once it is there."""
        return self.window.execute_script(PAD, part)

    def hold_pad(self) -> None:
        """Bring the pad into view and press the button over its point."""
        self.pad_place()
        ActionChains(self.window, duration=0).click_and_hold(self.pad()).perform()

    def move_pad(self, right: int, down: int) -> None:
        """Move the pad's point by pixels, and wait for the face."""
        before = self.count
        ActionChains(self.window, duration=0).move_by_offset(right, down).perform()
        wait_until(lambda: self.count > before)

    def pad_place(self) -> tuple[float, float]:
        """Where the pad's point rests in the window, once it is brought into view."""
        self.resting(self.pad())  # what holds it unfolds slowly
        self.window.execute_script("arguments[0].scrollIntoView({block: 'center'})", self.pad())
        return self.resting(self.pad())

    @property
    def face_in_view(self) -> bool:
        """Whether the middle of the face is within the window."""
        return self.window.execute_script(
            """
            const {top, height} = document.querySelector(
              '.st-key-after-face [data-testid="stImage"]').getBoundingClientRect();
            return top + height / 2 > 0 && top + height / 2 < innerHeight;
            """
        )

    def undo(self) -> None:
        self.window.execute_script("document.querySelector('.stMain').scrollTo(0, 0)")
        self.click("button", "Undo")

    @property
    def over(self) -> int:
        """How many pictures of a filmstrip or a grid are covered by faces of the browser."""
        return self.window.execute_script(OVER)

    def followed(self) -> dict[int, np.ndarray]:
        """The codes that these were drawn from last, float32 `[d]`, by their places."""
        codes = self.window.execute_script("return window.pictures")
        return {int(index): np.array(code, np.float32) for index, code in codes.items()}

    def release(self) -> None:
        ActionChains(self.window, duration=0).release().perform()

    def roam(self, name: str) -> None:
        """Press `play`, which moves a slider by itself, or `walk`; once more stops it."""
        self.window.execute_script(ROAM, name)

    @property
    def tooltip(self) -> str | None:
        """What is said to those who point at the picture."""
        return self.window.execute_script(
            "return document.querySelector('.st-key-after-face').getAttribute('title')"
        )

    def settled(self) -> None:
        """Wait until the server's picture is what is seen."""
        self.settle(lambda: not self.covered)

    def value(self, name: str) -> float:
        return float(self.slider(name).get_attribute("value"))
