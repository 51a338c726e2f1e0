"""The live face in a real browser: a slider of the app's Explore page is dragged in Chromium."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ganssl.benchmarks.browser_windows import open_windows, running_app, used
from ganssl.benchmarks.live_drag import WATCH, Drag, bare_face, drag_slider, thumb_place
from ganssl.benchmarks.measurement import Measurement

VISITORS = (1, 4)
RELEASES = 7
"""One wait for a committed picture says little; the median of so many does."""
SHORT = 0.5
"""Seconds of the drags that are made for their releases alone."""

RATE, P95, COMMITTED, ASKED = (
    "faces",
    "move to picture, p95",
    "release to committed",
    "messages to the server while dragging",
)


@dataclass(frozen=True)
class Goal:
    """What a figure of one visitor should be on two quiet processor cores without a GPU.

    Attributes:
        figure: its name, without the visitor.
        words: what it should be.
        reached: whether a value is that.
    """

    figure: str
    words: str
    reached: Callable[[float], bool]


GOALS = (
    Goal(RATE, "30 a second", lambda value: value >= 30),
    Goal(P95, "under 60 ms", lambda value: value < 60),
    Goal(COMMITTED, "under 150 ms", lambda value: value < 150),
    Goal(ASKED, "none", lambda value: value == 0),
)


@dataclass(frozen=True)
class Together:
    """Drags of several visitors at once.

    Attributes:
        seconds: of processor time that the server and all browsers took, commits included.
        short: further drags, for their releases alone.
    """

    drags: list[Drag]
    seconds: tuple[float, float]
    short: tuple[Drag, ...] = ()

    def mean(self, figure: Callable[[Drag], float]) -> float:
        return float(np.mean([figure(drag) for drag in self.drags]))

    @property
    def committed(self) -> float:
        return float(np.median([drag.committed for drag in (*self.drags, *self.short)]))


def measure_browser(
    faces_key: str, latent_size: int, model_folder: str | None = None, seconds: float = 5.0
) -> Iterator[Measurement]:
    """Frames, waits and processor time of the live face, for one and for four visitors.

    Each stands beside the bare renderer in the same browser, or beside the page
    with the live face switched off, where the server alone draws and nothing
    moves while the button is down.
    """
    with running_app(model_folder, live=False) as (address, server):
        without = {count: _visitors(address, server, count, seconds) for count in VISITORS}
    with running_app(model_folder, live=True) as (address, server):
        bare = math.nan
        for count in VISITORS:
            with open_windows(address, count, WATCH, thumb_place) as windows:
                _together(windows, server, 1.0)  # engines are chosen after the first touch
                time.sleep(10)
                if count == 1:
                    bare = bare_face(windows[0], faces_key, latent_size)
                yield from _lines(_measured(windows, server, seconds), without[count], bare)


def _visitors(address: str, server: int, count: int, seconds: float) -> Together:
    with open_windows(address, count, WATCH, thumb_place) as windows:
        _together(windows, server, 1.0)
        return _measured(windows, server, seconds)


def _measured(windows: list[Any], server: int, seconds: float) -> Together:
    """A long drag in all windows at once, and short ones for their releases."""
    long = _together(windows, server, seconds)
    others = [_together(windows, server, SHORT) for _ in range(RELEASES - 1)]
    return replace(long, short=tuple(drag for other in others for drag in other.drags))


def _lines(live: Together, without: Together, bare: float) -> Iterator[Measurement]:
    count = len(live.drags)
    who = f"{count} visitor" + "s" * (count > 1)
    rate, waits = live.mean(lambda drag: drag.rate), np.concatenate([d.waits for d in live.drags])
    renderer = f"the bare renderer ({live.drags[0].engine} drew the page)"
    yield Measurement(f"{who}: {RATE}", rate, "1/s", 1e3 / bare, rate * bare / 1e3, renderer)
    for percent in (50, 95):
        wait = float(np.percentile(waits, percent)) if len(waits) else math.nan
        name = f"{who}: move to picture, p{percent}"
        yield Measurement(name, wait, "ms", bare, bare / wait, renderer)
    today = "the page without the live face"

    def beside(name: str, value: float, unit: str, other: float) -> Measurement:
        ratio = other / value if value else math.nan
        return Measurement(f"{who}: {name}", value, unit, other, ratio, today)

    yield beside(COMMITTED, live.committed, "ms", without.committed)
    asked = [side.mean(_asked) for side in (live, without)]
    yield beside(ASKED, asked[0], "", asked[1])
    for i, part in enumerate(("server", "browser")):
        cores = [side.mean(partial(_cores, i)) for side in (live, without)]
        yield beside(f"{part} while dragging", cores[0], "cores", cores[1])
    for i, part in enumerate(("server", "browsers")):
        yield beside(f"{part}, drag and commit", live.seconds[i], "cpu s", without.seconds[i])


def _together(windows: list[Any], server: int, seconds: float) -> Together:
    """Drag in all windows at once."""
    browsers = [window.service.process.pid for window in windows]
    before = used([server]), used(browsers)
    with ThreadPoolExecutor(len(windows)) as pool:
        drags = list(pool.map(lambda window: drag_slider(window, server, seconds), windows))
    after = used([server]), used(browsers)
    return Together(drags, (after[0] - before[0], after[1] - before[1]))


def goal_lines(figures: Sequence[Measurement]) -> list[str]:
    """Each of `GOALS` in words, and whether the figures of one visitor reach it."""
    values = {figure.name: figure.value for figure in figures}
    lines = ["Goals for one visitor, on two quiet processor cores without a GPU:"]
    for goal in GOALS:
        value = values.get(f"1 visitor: {goal.figure}", math.nan)
        found = "missed" if not goal.reached(value) else "reached"
        found = "not measured" if math.isnan(value) else f"{found} ({value:.1f})"
        lines.append(f"  {goal.figure}: {goal.words} · {found}")
    return lines


def _asked(drag: Drag) -> int:
    return drag.asked


def _cores(part: int, drag: Drag) -> float:
    return drag.cores[part]
