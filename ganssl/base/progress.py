"""Progress of long work: on a terminal, and by callbacks that pages draw in their own way."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from ganssl.base.job import Cancelled

Progress = Callable[[int, int], None]
"""Is called with how much is done, and how much there is in all."""

Stages = Callable[[str], Progress]
"""Takes the name of a stage and gives its callback `(done, total)`, as `bar` does."""


_left: list[TextIO] = []
"""Where the line of a bar was not ended yet."""


def stages(progress: Stages | None, cancelled: Callable[[], bool] | None) -> Stages:
    """As `progress`, which may be None; its callbacks raise `Cancelled` when asked to stop."""

    def begin(name: str) -> Progress:
        report = progress(name) if progress else None

        def update(done: int, total: int) -> None:
            if cancelled is not None and cancelled():
                raise Cancelled
            if report:
                report(done, total)

        return update

    return begin


def bar(label: str, stream=None) -> Progress:
    """A callback `(done, total)` that keeps one line of count, rate and time left up to date."""
    stream = stream or sys.stderr
    start = time.monotonic()
    shown = 0.0

    def update(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown < 0.5 and done < total:
            return
        shown = now
        rate = done / max(now - start, 1e-9)
        left = clock_text((total - done) / rate) if rate else "?"
        end = "\n" if done >= total else ""
        print(
            f"\r{label}: {done:,} of {total:,}, {rate:,.0f}/s, {left} left ", end=end, file=stream
        )
        stream.flush()
        _left[:] = [] if end else [stream]

    return update


def end_line() -> None:
    """End the line of a bar that did not come to its end: what is said next has its own."""
    while _left:
        print(file=_left.pop())


def clock_text(seconds: float) -> str:
    """`1:02:03` or `4:05`; `?` while nothing is known."""
    if seconds == float("inf"):
        return "?"
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02d}:{second:02d}" if hour else f"{minute}:{second:02d}"
