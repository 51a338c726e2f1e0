"""How long visitors wait for the server's picture: alone, beside a set in the making, a training.

One of them has a browser, whose wait is measured; the others, as visitors with machines of their
own, are to the server what a browser is (`ganssl.ui.shared.wire_visitors`), and take next to
nothing of the machine that is measured. The one browser and the training run on it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from ganssl.benchmarks.browser_windows import PAGE, open_windows, running_app
from ganssl.benchmarks.live_drag import RESTED, WATCH, drag_slider, thumb_place
from ganssl.benchmarks.long_work import set_being_made, training_running
from ganssl.benchmarks.measurement import Measurement
from ganssl.errors import UserError

VISITORS = 8
MOST_VISITORS = 50
DRAGS = 40
"""Of the visitor with a browser, beside each kind of long work."""

FIRST_DRAGS = 3
"""Of each visitor before the measurement: the page, the engine and the server's caches are warm."""

HELD = 0.3
"""Seconds for which a slider is moved before it is released."""

LOOKS = (1.0, 3.0)
"""Seconds for which a visitor looks at a face: at least and at most."""

ALONE, SET, BOTH = "alone", "beside a set", "beside a set and a training"
PERCENTS = (50, 95)
GOAL = 600.0
"""Milliseconds within which 95 of 100 pictures should be there, with everything at once."""


def measure_visitors(
    model_folder: str | None = None, visitors: int = VISITORS, drags: int = DRAGS
) -> Iterator[Measurement]:
    """Milliseconds from a slider's release to its new picture, for one visitor and for several.

    Everybody has the Explore page open; the one with a browser moves a slider, then all do,
    each at moments of their own. This is measured with nothing else going on, while a further
    visitor makes a set, and while a training runs besides. Yields the measurements one by one.

    Args:
        visitors: how many there are, from 1 to `MOST_VISITORS`.
        drags: of the one with a browser, beside each kind of work.

    Raises `UserError` where there is no browser, or where the work ends before the measurement.
    """
    first: list[float] = []
    with ExitStack() as stack:
        address, server = stack.enter_context(running_app(model_folder, live=True))
        (window,) = stack.enter_context(open_windows(address, 1, WATCH, thumb_place))
        others = stack.enter_context(_others(address, visitors - 1)) if visitors > 1 else None
        _together(window, others, server, FIRST_DRAGS)
        time.sleep(10)  # engines are chosen after the first touch
        for load in (ALONE, SET, BOTH):
            for count in sorted({1, visitors}):
                with _work(load, address) as still:
                    waits, heard = _together(window, others if count > 1 else None, server, drags)
                    if not all(going() for going in still):
                        raise UserError(f"The work ended before the waits {load} were measured.")
                first = first or waits
                yield from figures(count, load, waits, first, heard)


@contextmanager
def _work(load: str, address: str) -> Iterator[list[Callable[[], bool]]]:
    """What goes on besides: of each piece, whether it still does."""
    with ExitStack() as stack:
        still = []
        if load == BOTH:
            still.append(stack.enter_context(training_running()))
        if load != ALONE:
            still.append(stack.enter_context(set_being_made(address)))
        yield still


def figures(
    count: int,
    load: str,
    waits: Sequence[float],
    first: Sequence[float],
    heard: Sequence[float] = (),
) -> Iterator[Measurement]:
    """Median and 95th percentile beside those of one visitor alone.

    Args:
        waits: milliseconds in the browser.
        first: the same of one visitor alone.
        heard: milliseconds of the others, from what they said to the picture on their connection.
    """
    who = f"{count} visitor{'s' * (count > 1)}"
    meaning = "release to new picture, 1 visitor alone"
    for percent in PERCENTS:
        value, alone = (float(np.percentile(one, percent)) for one in (waits, first))
        yield Measurement(
            f"{who} {_wait(load, percent)}", value, "ms", alone, alone / value, meaning
        )
    for percent in PERCENTS if heard else ():
        answer, value = (float(np.percentile(one, percent)) for one in (heard, waits))
        name = f"{who} {load}: server's answer, p{percent}"
        yield Measurement(name, answer, "ms", value, value / answer, "the wait in the browser")


def goal_line(figures: Sequence[Measurement]) -> str:
    """The goal in words, and whether the last of what `measure_visitors` gave reaches it."""
    last = [one for one in figures if one.name.endswith(_wait(BOTH, 95))][-1]
    found = "reached" if last.value < GOAL else "missed"
    return f"Goal: {last.name}: under {GOAL:.0f} ms · {found} ({last.value:.1f})"


def _wait(load: str, percent: int) -> str:
    return f"{load}: wait, p{percent}"


def _together(
    window: Any, others: Others | None, server: int, drags: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of so many drags in the browser, and of the others, who move their sliders
    until it is done, at least once."""
    chance, waits = random.Random(0), []
    if others:
        others.go()
    for _ in range(drags):
        time.sleep(chance.uniform(*LOOKS))
        stop = chance.uniform(0.1, 0.9)  # a face that nobody has seen yet
        waits.append(drag_slider(window, server, HELD, stop).committed)
    return waits, others.stop() if others else []


class Others:
    """The visitors without a browser, all in one program."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program
        self._said()

    def go(self) -> None:
        """They move their sliders from now on."""
        self._say("go")

    def stop(self) -> list[float]:
        """They leave it, each after the move that it is about; milliseconds of all their moves."""
        self._say("stop")
        return json.loads(self._said())

    def _say(self, word: str) -> None:
        assert self._program.stdin
        try:
            self._program.stdin.write(word + "\n")
            self._program.stdin.flush()
        except BrokenPipeError:
            self._said()  # why it has ended

    def _said(self) -> str:
        assert self._program.stdout
        line = self._program.stdout.readline().strip()
        if not line or line.startswith("error: "):
            raise UserError(line.removeprefix("error: ") or "The other visitors have gone.")
        return line


@contextmanager
def _others(address: str, count: int) -> Iterator[Others]:
    queries = [PAGE.format(seed=seed).lstrip("/?") for seed in range(2, count + 2)]
    pauses = [str(seconds + HELD + RESTED) for seconds in LOOKS]
    command = [sys.executable, "-m", "ganssl.ui.shared.wire_visitors", address, *pauses, *queries]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, encoding="utf-8"
    ) as program:
        try:
            yield Others(program)
        finally:
            program.terminate()
