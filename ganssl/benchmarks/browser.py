"""The live face in a real browser: the app's Explore page in headless Chromium, a slider dragged.

Needs Chromium, its driver and selenium (requirements-dev.txt), and for processor time Linux.
"""

from __future__ import annotations

import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np

from ganssl.benchmarks.measurement import Measurement
from ganssl.errors import UserError

APP = Path(__file__).parents[2] / "app.py"
PAGE = "/?seed=1&truncation=0.3"
SLIDER = "Smiling"
MOVES = 90
"""Pointer moves a second, at most."""

SWING = 1.6
"""Seconds from one end of the slider to the other and back."""

VISITORS = (1, 4)
PATIENCE = 300.0

FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1440,1000")

WATCH = """
window.moves = []; window.painted = []; window.released = null; window.rested = null;
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
    """

    rate: float
    waits: np.ndarray
    committed: float
    engine: str


def measure_browser(
    faces_key: str, latent_size: int, model_folder: str | None = None, seconds: float = 5.0
) -> Iterator[Measurement]:
    """Frames, waits and processor time of the live face, for one and for four visitors.

    Each stands beside the bare renderer in the same browser, or beside the page
    with the live face switched off, where the server alone draws.
    """
    with _app(model_folder, live=False) as (address, _), _windows(address, 1) as windows:
        old = _drag(windows[0], seconds)
    with _app(model_folder, live=True) as (address, server):
        bare = math.nan
        for count in VISITORS:
            with _windows(address, count) as windows:
                _drag(windows[0], 1.0)  # engines are chosen after the first touch
                time.sleep(10)
                if count == 1:
                    bare = _bare(windows[0], faces_key, latent_size)
                used = _Processors(server, [window.service.process.pid for window in windows])
                drags = _together(windows, seconds)
                yield from _lines(drags, bare, old, used.since(), count)


def _lines(
    drags: list[Drag], bare: float, old: Drag, used: tuple[float, float], count: int
) -> Iterator[Measurement]:
    who = f"{count} visitor" + "s" * (count > 1)
    rate = float(np.mean([drag.rate for drag in drags]))
    waits = np.concatenate([drag.waits for drag in drags])
    committed = float(np.median([drag.committed for drag in drags]))
    renderer = f"the bare renderer ({drags[0].engine} drew the page)"
    yield Measurement(
        f"{who}: faces a second", rate, "1/s", 1e3 / bare, rate * bare / 1e3, renderer
    )
    for percent in (50, 95):
        wait = float(np.percentile(waits, percent)) if len(waits) else math.nan
        name = f"{who}: move to picture, p{percent}"
        yield Measurement(name, wait, "ms", bare, bare / wait, renderer)
    today = "the page without the live face"
    ratio = old.committed / committed
    yield Measurement(f"{who}: release to committed", committed, "ms", old.committed, ratio, today)
    for name, value in zip(("server", "browser"), used, strict=True):
        share = value / count
        yield Measurement(
            f"{who}: processors, {name}", value, "cores", 1.0, share, "one core a visitor"
        )


@contextmanager
def _app(model_folder: str | None, live: bool) -> Iterator[tuple[str, int]]:
    """Address and process of the app."""
    if not APP.is_file():
        raise UserError(f"There is no {APP}: the browser is measured from a working tree.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    command += ["--server.fileWatcherType=none", "--server.baseUrlPath="]
    environment = {**os.environ, "GANSSL_LIVE": "1" if live else "0"}
    if model_folder:
        environment["GANSSL_MODEL"] = str(Path(model_folder).resolve())
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=APP.parent, stdout=log, stderr=log, env=environment)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(lambda: _healthy(address) or server.poll() is not None, "the app to start")
            yield address, server.pid
        finally:
            server.terminate()
            server.wait()


@contextmanager
def _windows(address: str, count: int) -> Iterator[list[Any]]:
    """Browsers, each with the page open and a face on it."""
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError as error:
        raise UserError("The browser is driven by selenium: pip install selenium.") from error
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (browser and driver):
        raise UserError("There is no chromium or no chromedriver on this machine.")
    with ExitStack() as stack:
        windows = []
        for _ in range(count):
            options = webdriver.ChromeOptions()
            options.binary_location = browser
            for flag in FLAGS:
                options.add_argument(flag)
            window = webdriver.Chrome(options=options, service=Service(driver))
            stack.callback(window.quit)
            window.set_script_timeout(PATIENCE)
            window.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
            window.get(address + PAGE)
            _wait(lambda window=window: _thumb(window), "the page")
            windows.append(window)
        time.sleep(3)
        yield windows


def _together(windows: list[Any], seconds: float) -> list[Drag]:
    drags: list[Drag | None] = [None] * len(windows)

    def drag(index: int) -> None:
        drags[index] = _drag(windows[index], seconds)

    threads = [threading.Thread(target=drag, args=(i,)) for i in range(len(windows))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [drag for drag in drags if drag is not None]


def _drag(window: Any, seconds: float) -> Drag:
    """Swing the slider to and fro, and let it go off the middle."""
    window.execute_script("moves = []; painted = []; released = rested = pictured = null;")
    left, y, width = _thumb(window)
    middle, reach = left + width / 2, 0.4 * width
    place = _amount(window)
    _mouse(window, "mousePressed", middle + place * width, y)
    begun, moves = time.perf_counter(), 0
    while (passed := time.perf_counter() - begun) < seconds:
        _mouse(window, "mouseMoved", middle + reach * math.sin(2 * math.pi * passed / SWING), y)
        moves += 1
        time.sleep(max(0.0, begun + moves / MOVES - time.perf_counter()))
    end = middle + (0.3 if place < 0 else -0.3) * reach
    _mouse(window, "mouseMoved", end, y)
    down = 1000 * (time.perf_counter() - begun)
    time.sleep(0.5)
    _mouse(window, "mouseReleased", end, y)
    _wait(lambda: (window.execute_script("return pictured") or 0) > 0, "the picture")
    if window.execute_script("return painted.length > 0"):
        _wait(lambda: window.execute_script("return rested"), "the canvas to go")
    log = window.execute_script(
        "return [moves, painted, released, rested ?? pictured, window.engine ?? '']"
    )
    moved, painted, released, seen, engine = log
    waits = [
        done - max((move for move in moved if move <= asked), default=asked)
        for asked, done in painted
    ]
    return Drag(1000 * len(painted) / down, np.array(waits), seen - released, engine)


def _thumb(window: Any) -> Any:
    """Left end, height and width of the slider's track; None before the page is drawn."""
    return window.execute_script(
        """
        const input = document.querySelector(`input[type="range"][aria-label="${arguments[0]}"]`);
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
        const {value, min, max} = document.querySelector(`input[aria-label="${arguments[0]}"]`);
        return (value - min) / (max - min) - 0.5;
        """,
        SLIDER,
    )


def _mouse(window: Any, kind: str, x: float, y: float) -> None:
    event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
    window.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def _bare(window: Any, faces_key: str, latent_size: int) -> float:
    """Milliseconds of one face of the processor's engine, alone, from message to message."""
    from ganssl.models.browser_program import address_part

    return window.execute_async_script(BARE, f"live/model/{address_part(faces_key)}", latent_size)


class _Processors:
    """Processor time of a server and of browsers from now on."""

    def __init__(self, server: int, browsers: list[int]) -> None:
        self.groups = ([server], browsers)
        self.start = [_used(roots) for roots in self.groups]
        self.begun = time.perf_counter()

    def since(self) -> tuple[float, float]:
        """Processors that were kept busy, on average: of the server and of the browsers."""
        passed = time.perf_counter() - self.begun
        server, browsers = (
            (_used(roots) - start) / passed
            for roots, start in zip(self.groups, self.start, strict=True)
        )
        return server, browsers


def _used(roots: list[int]) -> float:
    """Seconds of processor time of processes and all that they started; NaN without `/proc`."""
    processes = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        processes[int(path.parent.name)] = (int(fields[1]), int(fields[11]) + int(fields[12]))
    if not processes:
        return math.nan
    total, waiting = 0, list(roots)
    while waiting:
        one = waiting.pop()
        total += processes.get(one, (0, 0))[1]
        waiting += [child for child, (parent, _) in processes.items() if parent == one]
    return total / os.sysconf("SC_CLK_TCK")


def _healthy(address: str) -> bool:
    try:
        with urlopen(f"{address}/_stcore/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def _wait(ready, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            raise UserError(f"Waited {PATIENCE:.0f} s for {what}.")
        time.sleep(0.05)
