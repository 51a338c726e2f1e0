"""The app on a server of its own, and browsers that have its Explore page open.

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
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from ganssl.errors import UserError

APP = Path(__file__).parents[2] / "app.py"
PAGE = "/?seed=1&truncation=0.3"
PATIENCE = 300.0
FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1440,1000")


@contextmanager
def running_app(model_folder: str | None, live: bool) -> Iterator[tuple[str, int]]:
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
            wait(lambda: _healthy(address) or server.poll() is not None, "the app to start")
            yield address, server.pid
        finally:
            server.terminate()
            server.wait()


@contextmanager
def open_windows(
    address: str, count: int, script: str, ready: Callable[[Any], Any]
) -> Iterator[list[Any]]:
    """Browsers of their own, each with the page open.

    Args:
        script: runs before the page.
        ready: is asked whether the page of a window is there.

    Raises `UserError` where Chromium, its driver or selenium is missing.
    """
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
            window.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
            window.get(address + PAGE)
            wait(partial(ready, window), "the page")
            windows.append(window)
        time.sleep(3)
        yield windows


def used(roots: list[int]) -> float:
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


def wait(ready: Callable[[], Any], what: str) -> None:
    """Wait until `ready`; `UserError`, with the words for what is waited for, after `PATIENCE`."""
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            raise UserError(f"Waited {PATIENCE:.0f} s for {what}.")
        time.sleep(0.05)
