"""A slider of the page is dragged, as a hand does, and what was painted meanwhile is noted."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganssl.benchmarks.browser_windows import used
from ganssl.benchmarks.served_app import PATIENCE
from ganssl.errors import UserError

SLIDER = 'input[type="range"]:is([aria-label="Smiling"], [aria-label^="Smiling ·"])'
RESTED = 0.5
"""Seconds for which the hand rests on the slider before it lets go."""

MOVES = 90
"""Pointer moves a second, at most."""

SWING = 1.6
"""Seconds from one end of the slider to the other and back."""

WATCH = """
window.moves = []; window.painted = []; window.sent = 0;
window.released = null; window.rested = null;
addEventListener('pointermove', (event) => window.moves.push(event.timeStamp), true);
addEventListener('pointerup', (event) => { window.released = event.timeStamp; }, true);
document.addEventListener('ganssl:face', ({detail}) => {
  window.engine = detail.engine;
  const {asked} = detail;
  requestAnimationFrame(() => {  // the message comes after the frame was painted
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.painted.push([asked, performance.now()]);
    channel.port2.postMessage(0);
  });
});
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) { window.sent += 1; send.call(this, data); };
document.addEventListener('ganssl:rest', () => { window.rested = performance.now(); });
const source = () => document.querySelector('.st-key-after-face [data-testid="stImage"] img')?.src;
let before = null;
addEventListener('pointerdown', () => { before = source(); }, true);
new MutationObserver(async () => {
  if (before === null || !window.released || window.pictured || source() === before) return;
  window.pictured = -1;
  await document.querySelector('.st-key-after-face [data-testid="stImage"] img').decode();
  requestAnimationFrame(() => { window.pictured = performance.now(); });
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
"""

SEEN = """
const done = arguments[arguments.length - 1];
const end = performance.now() + arguments[0];
const look = () => {
  if (pictured > 0 && (rested || !painted.length)) done(true);
  else if (performance.now() > end) done(false);
  else setTimeout(look, 20);
};
look();
"""
"""Waits in the page, which costs next to nothing, for the picture and for the canvas to go."""

BARE = """
const done = arguments[arguments.length - 1];
const address = performance.getEntriesByType('resource').map((entry) => entry.name)
  .find((name) => name.endsWith('/worker.js'));
const model = new URL(arguments[0], location.origin + location.pathname).href;
const worker = new Worker(address);
const ask = (message) => new Promise((resolve) => {
  worker.onmessage = ({data}) => resolve(data);
  worker.postMessage(message);
});
(async () => {
  const ready = await ask(
    {start: 'wasm', program: `${model}/program.json`, weights: `${model}/weights.bin`});
  const times = [];
  for (let i = 0; i < 60 && ready.ready; i += 1) {
    const start = performance.now();
    await ask({code: new Float32Array(arguments[1]).map(() => Math.random())});
    times.push(performance.now() - start);
  }
  worker.terminate();
  done(times.sort((a, b) => a - b)[times.length / 2] ?? null);
})();
"""


@dataclass(frozen=True)
class Drag:
    """What one visitor's drag showed.

    Attributes:
        rate: different painted faces a second while the button was down.
        waits: milliseconds from a pointer move to its painted face, `[n]`.
        committed: milliseconds from the release to the server's picture, decoded.
        engine: that drew; empty where none did.
        asked: messages to the server while the button was down.
        cores: processors that server and browser kept busy while the button was down.
    """

    rate: float
    waits: np.ndarray
    committed: float
    engine: str
    asked: int
    cores: tuple[float, float]


def drag_slider(window: Any, server: int, seconds: float, stop: float = 0.3) -> Drag:
    """Swing the slider to and fro, and let it go on the other side of the middle.

    Args:
        stop: where it is let go, as a share of the way that it swings from the middle.
    """
    window.execute_script(
        "moves = []; painted = []; sent = 0; released = rested = pictured = null;"
    )
    left, y, width = thumb_place(window)
    middle, reach = left + width / 2, 0.4 * width
    place = _amount(window)
    roots = [server], [window.service.process.pid]
    before = [used(processes) for processes in roots]
    _mouse(window, "mousePressed", middle + place * width, y)
    begun, moves = time.perf_counter(), 0
    while (passed := time.perf_counter() - begun) < seconds:
        _mouse(window, "mouseMoved", middle + reach * math.sin(2 * math.pi * passed / SWING), y)
        moves += 1
        time.sleep(max(0.0, begun + moves / MOVES - time.perf_counter()))
    end = middle + (stop if place < 0 else -stop) * reach
    _mouse(window, "mouseMoved", end, y)
    down = time.perf_counter() - begun
    cores = [(used(p) - start) / down for p, start in zip(roots, before, strict=True)]
    time.sleep(RESTED)
    asked = window.execute_script("return sent")
    _mouse(window, "mouseReleased", end, y)
    if not window.execute_async_script(SEEN, 900 * PATIENCE):
        raise UserError(f"Waited {PATIENCE:.0f} s for the picture.")
    moved, painted, released, seen, engine = window.execute_script(
        "return [moves, painted, released, rested ?? pictured, window.engine ?? '']"
    )
    waits = [
        done - max((move for move in moved if move <= asked), default=asked)
        for asked, done in painted
    ]
    rate = len(painted) / down  # but for the last one, which may come while the hand rests
    return Drag(rate, np.array(waits), seen - released, engine, asked, (cores[0], cores[1]))


def thumb_place(window: Any) -> Any:
    """Left end, height and width of the slider's track; None before the page is drawn."""
    return window.execute_script(
        """
        const input = document.querySelector(arguments[0]);
        const thumb = input?.parentElement.parentElement.getBoundingClientRect();
        const track = input?.closest('[data-testid="stSlider"]').getBoundingClientRect();
        return thumb && [track.x, thumb.y + thumb.height / 2, track.width];
        """,
        SLIDER,
    )


def _amount(window: Any) -> float:
    """Where the thumb is, from −0.5 to 0.5 of the track."""
    return window.execute_script(
        """
        const {value, min, max} = document.querySelector(arguments[0]);
        return (value - min) / (max - min) - 0.5;
        """,
        SLIDER,
    )


def _mouse(window: Any, kind: str, x: float, y: float) -> None:
    event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
    window.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def bare_face(window: Any, faces_key: str, latent_size: int) -> float:
    """Milliseconds of one face of the processor's engine, alone, from message to message."""
    from ganssl.models.browser_program import address_part

    model = f"live/model/{address_part(faces_key)}"
    return window.execute_async_script(BARE, model, latent_size) or math.nan
