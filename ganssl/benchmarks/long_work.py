"""Long work beside the visitors of an app: a set that one of them makes, and a training."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ganssl.benchmarks.browser_windows import open_browser
from ganssl.benchmarks.served_app import wait
from ganssl.errors import UserError

FACES = 100_000
"""Of the set: about as many as a visitor may keep; to draw them takes minutes."""

COUNT = 'input[aria-label="Faces"]'
START = ".st-key-synthesize-start button"
BAR = '[data-testid="stProgress"]'
CANCEL = '[class*="st-key-job-cancel"] button'
REFUSED = '[data-testid="stAlertContentError"]'

TEXT = "return document.querySelector(arguments[0])?.innerText ?? ''"
CLICK = "document.querySelector(arguments[0])?.click()"

TRAINING = """
import os
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from ganssl.base.device import training_dtype
from ganssl.base.priority import STEPS_BACK
from ganssl.models.config import ModelConfig
from ganssl.models.vaegan import Objective
from ganssl.training.clock import TrainingClock
from ganssl.training.gan import GanTraining, TrainingSettings

faces = np.random.default_rng(0).integers(0, 256, (256, 64, 64, 3), np.uint8)
clock = TrainingClock(64, 4, minutes=600)
settings = TrainingSettings(dtype=training_dtype(None))
training = GanTraining(faces, ModelConfig(size=64), Objective(), settings, clock)


def learned(*_):
    if sys.platform == "linux":
        for thread in map(int, os.listdir("/proc/self/task")):
            with suppress(OSError):  # it may have ended
                level = max(os.getpriority(os.PRIO_PROCESS, thread), STEPS_BACK)
                os.setpriority(os.PRIO_PROCESS, thread, level)
    print("learned", flush=True)


training.run(Path(sys.argv[1]), learned, report_every=1)
"""


@contextmanager
def set_being_made(address: str) -> Iterator[Callable[[], bool]]:
    """A further visitor makes a set on the app's page; gives whether it is still being made.

    In the end it is cancelled. `UserError` where the page does not begin, with what it says.
    """
    with open_browser() as window:
        window.get(f"{address}/synthesize")
        wait(lambda: window.execute_script(TEXT, START), "the page Synthesize")
        _enter(window, str(FACES))
        wait(lambda: f"{FACES:,}" in window.execute_script(TEXT, START), "the count to be taken")
        window.execute_script(CLICK, START)

        def going() -> bool:
            return f" of {FACES:,}" in window.execute_script(TEXT, BAR)

        def refusal() -> str:
            return window.execute_script(TEXT, REFUSED)

        wait(lambda: going() or refusal(), "the set to be begun")
        if not going():
            raise UserError(f"The page makes no set: {refusal().splitlines()[-1]}")
        yield going
        window.execute_script(CLICK, CANCEL)
        wait(lambda: not window.execute_script(TEXT, BAR), "the set to be cancelled")


def _enter(window: Any, count: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    field = window.find_element(By.CSS_SELECTOR, COUNT)
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(count, Keys.ENTER)


@contextmanager
def training_running() -> Iterator[Callable[[], bool]]:
    """A face model of 64 pixels learns in a process of its own; gives whether it still does.

    It has the widths that `train-gan` takes, no face network, and noise for photos: what one
    batch costs does not depend on what is to be seen. It begins when the first batch is learned,
    and stands back from then on, as `nice -n 10` before the command makes it do.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            command = [sys.executable, "-c", TRAINING, folder]
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait(lambda: _learned(log) or process.poll() is not None, "the training to begin")
            if process.poll() is not None:
                raise UserError(f"The training ended: {_last_line(log)}")
            yield lambda: process.poll() is None
        finally:
            process.kill()
            process.wait()


def _learned(log: Path) -> bool:
    return b"learned" in log.read_bytes()


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing."
