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
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np

from ganssl.benchmarks.measurement import Measurement
from ganssl.errors import UserError

APP = Path(__file__).parents[2] / "app.py"
PAGE = "/?seed=1&truncation=0.3"
SLIDER = 'input[type="range"]:is([aria-label="Smiling"], [aria-label^="Smiling ·"])'
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
        cores: processors that server and browser kept busy while the button was down.
    """

    rate: float
    waits: np.ndarray
    committed: float
    engine: str
    cores: tuple[float, float]


@dataclass(frozen=True)
class Together:
    """Drags of several visitors at once.

    Attributes:
        seconds: of processor time that the server and all browsers took, commits included.
    """

    drags: list[Drag]
    seconds: tuple[float, float]

    def mean(self, figure: Callable[[Drag], float]) -> float:
        return float(np.mean([figure(drag) for drag in self.drags]))

    @property
    def committed(self) -> float:
        return float(np.median([drag.committed for drag in self.drags]))


def measure_browser(
    faces_key: str, latent_size: int, model_folder: str | None = None, seconds: float = 5.0
) -> Iterator[Measurement]:
    """Frames, waits and processor time of the live face, for one and for four visitors.

    Each stands beside the bare renderer in the same browser, or beside the page
    with the live face switched off, where the server alone draws and nothing
    moves while the button is down.
    """
    with _app(model_folder, live=False) as (address, server):
        without = {count: _visitors(address, server, count, seconds) for count in VISITORS}
    with _app(model_folder, live=True) as (address, server):
        bare = math.nan
        for count in VISITORS:
            with _windows(address, count) as windows:
                _together(windows, server, 1.0)  # engines are chosen after the first touch
                time.sleep(10)
                if count == 1:
                    bare = _bare(windows[0], faces_key, latent_size)
                yield from _lines(_together(windows, server, seconds), without[count], bare)


def _visitors(address: str, server: int, count: int, seconds: float) -> Together:
    with _windows(address, count) as windows:
        _together(windows, server, 1.0)
        return _together(windows, server, seconds)


def _lines(live: Together, without: Together, bare: float) -> Iterator[Measurement]:
    count = len(live.drags)
    who = f"{count} visitor" + "s" * (count > 1)
    rate, waits = live.mean(lambda drag: drag.rate), np.concatenate([d.waits for d in live.drags])
    renderer = f"the bare renderer ({live.drags[0].engine} drew the page)"
    yield Measurement(f"{who}: faces", rate, "1/s", 1e3 / bare, rate * bare / 1e3, renderer)
    for percent in (50, 95):
        wait = float(np.percentile(waits, percent)) if len(waits) else math.nan
        name = f"{who}: move to picture, p{percent}"
        yield Measurement(name, wait, "ms", bare, bare / wait, renderer)
    today = "the page without the live face"

    def beside(name: str, value: float, unit: str, other: float) -> Measurement:
        ratio = other / value if value else math.nan
        return Measurement(f"{who}: {name}", value, unit, other, ratio, today)

    yield beside("release to committed", live.committed, "ms", without.committed)
    for i, part in enumerate(("server", "browser")):
        cores = [side.mean(partial(_cores, i)) for side in (live, without)]
        yield beside(f"{part} while dragging", cores[0], "cores", cores[1])
    for i, part in enumerate(("server", "browsers")):
        yield beside(f"{part}, drag and commit", live.seconds[i], "cpu s", without.seconds[i])


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


def _together(windows: list[Any], server: int, seconds: float) -> Together:
    """Drag in all windows at once."""
    browsers = [window.service.process.pid for window in windows]
    before = _used([server]), _used(browsers)
    with ThreadPoolExecutor(len(windows)) as pool:
        drags = list(pool.map(lambda window: _drag(window, server, seconds), windows))
    after = _used([server]), _used(browsers)
    return Together(drags, (after[0] - before[0], after[1] - before[1]))


def _drag(window: Any, server: int, seconds: float) -> Drag:
    """Swing the slider to and fro, and let it go off the middle."""
    window.execute_script("moves = []; painted = []; released = rested = pictured = null;")
    left, y, width = _thumb(window)
    middle, reach = left + width / 2, 0.4 * width
    place = _amount(window)
    roots = [server], [window.service.process.pid]
    before = [_used(processes) for processes in roots]
    _mouse(window, "mousePressed", middle + place * width, y)
    begun, moves = time.perf_counter(), 0
    while (passed := time.perf_counter() - begun) < seconds:
        _mouse(window, "mouseMoved", middle + reach * math.sin(2 * math.pi * passed / SWING), y)
        moves += 1
        time.sleep(max(0.0, begun + moves / MOVES - time.perf_counter()))
    end = middle + (0.3 if place < 0 else -0.3) * reach
    _mouse(window, "mouseMoved", end, y)
    down = time.perf_counter() - begun
    cores = [(_used(p) - start) / down for p, start in zip(roots, before, strict=True)]
    time.sleep(0.5)
    _mouse(window, "mouseReleased", end, y)
    _wait(lambda: (window.execute_script("return pictured") or 0) > 0, "the picture")
    if window.execute_script("return painted.length > 0"):
        _wait(lambda: window.execute_script("return rested"), "the canvas to go")
    moved, painted, released, seen, engine = window.execute_script(
        "return [moves, painted, released, rested ?? pictured, window.engine ?? '']"
    )
    waits = [
        done - max((move for move in moved if move <= asked), default=asked)
        for asked, done in painted
    ]
    rate = len(painted) / down  # but for the last one, which may come while the hand rests
    return Drag(rate, np.array(waits), seen - released, engine, (cores[0], cores[1]))


def _thumb(window: Any) -> Any:
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


def _bare(window: Any, faces_key: str, latent_size: int) -> float:
    """Milliseconds of one face of the processor's engine, alone, from message to message."""
    from ganssl.models.browser_program import address_part

    model = f"live/model/{address_part(faces_key)}"
    return window.execute_async_script(BARE, model, latent_size) or math.nan


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


def _cores(part: int, drag: Drag) -> float:
    return drag.cores[part]


def _wait(ready, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            raise UserError(f"Waited {PATIENCE:.0f} s for {what}.")
        time.sleep(0.05)
