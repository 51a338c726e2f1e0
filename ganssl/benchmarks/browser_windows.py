"""The app with a model, and browsers that have its Explore page open.

Needs Chromium, its driver and selenium (requirements-dev.txt), and for processor time
and memory Linux.
"""

from __future__ import annotations

import importlib.util
import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ganssl.benchmarks.served_app import PATIENCE, served_app, wait
from ganssl.errors import UserError

PAGE = "/?seed={seed}&truncation=0.3"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1440,1000")


@contextmanager
def running_app(model_folder: str | None, live: bool) -> Iterator[tuple[str, int]]:
    """Address and process of the app with a model, the default when None."""
    settings = {"GANSSL_LIVE": "1" if live else "0"}
    if model_folder:
        settings["GANSSL_MODEL"] = str(Path(model_folder).resolve())
    with (
        tempfile.TemporaryDirectory() as folder,
        served_app(Path(folder) / "log", settings=settings) as served,
    ):
        yield served


@contextmanager
def open_browser() -> Iterator[Any]:
    """A window of headless Chromium, as selenium drives it; `UserError` where there is none."""
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError as error:
        raise UserError("The browser is driven by selenium: pip install selenium.") from error
    browser, driver = _programs()
    if not (browser and driver):
        raise UserError("There is no chromium or no chromedriver on this machine.")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS:
        options.add_argument(flag)
    window = webdriver.Chrome(options=options, service=Service(driver))
    try:
        window.set_script_timeout(PATIENCE)
        yield window
    finally:
        window.quit()


def can_visit() -> bool:
    """Whether all that `running_app` and `open_browser` need is there."""
    return all(_programs()) and all(map(importlib.util.find_spec, ("selenium", "streamlit")))


def _programs() -> tuple[str | None, str | None]:
    return shutil.which("chromium"), shutil.which("chromedriver")


@contextmanager
def open_windows(
    address: str, count: int, script: str, ready: Callable[[Any], Any]
) -> Iterator[list[Any]]:
    """Browsers of their own, each with the page open at a face of its own.

    Args:
        script: runs before the page.
        ready: is asked whether the page of a window is there.

    Raises `UserError` where Chromium, its driver or selenium is missing.
    """
    with ExitStack() as stack:
        windows = []
        for seed in range(1, count + 1):
            window = stack.enter_context(open_browser())
            window.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
            window.get(address + PAGE.format(seed=seed))
            wait(partial(ready, window), "the page")
            windows.append(window)
        time.sleep(3)
        yield windows


def used(roots: Sequence[int]) -> float:
    """Seconds of processor time of processes and all that they started; NaN without `/proc`."""
    processes = _processes()
    if not processes:
        return math.nan
    ticks = sum(processes[one][1] for one in _with_children(roots, processes))
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_mebibytes(roots: Sequence[int]) -> float:
    """Memory of processes and all that they started: pages that `n` processes share count 1/n.

    NaN where the system does not tell (Linux does, as PSS).
    """
    total = 0
    processes = _processes()
    if not processes:
        return math.nan
    for one in _with_children(roots, processes):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="utf-8")
        except OSError:
            return math.nan
        total += int(text.partition("\nPss:")[2].split()[0])
    return total / 1024


def _processes() -> dict[int, tuple[int, int]]:
    """Parent and ticks of processor time of every process there is."""
    processes = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        processes[int(path.parent.name)] = (int(fields[1]), int(fields[11]) + int(fields[12]))
    return processes


def _with_children(roots: Sequence[int], processes: dict[int, tuple[int, int]]) -> list[int]:
    found: list[int] = []
    waiting = [root for root in roots if root in processes]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += [child for child, (parent, _) in processes.items() if parent == one]
    return found
