"""How long visitors wait for the server's picture: alone, beside a set in the making, a training.

One of them has a browser, whose wait is measured; the others, as visitors with machines of their
own, are to the server what a browser is (`ganssl.benchmarks.wire_visitor`), and take next to
nothing of the machine that is measured. The one browser and the training run on it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from ganssl.benchmarks.browser_windows import PAGE, open_windows, running_app
from ganssl.benchmarks.live_drag import RESTED, WATCH, drag_slider, thumb_place
from ganssl.benchmarks.long_work import set_being_made, training_running
from ganssl.benchmarks.measurement import Measurement
from ganssl.benchmarks.wire_visitor import WireVisitor, wire_visitor
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
        queries = [PAGE.format(seed=seed).lstrip("/?") for seed in range(2, visitors + 1)]
        others = [stack.enter_context(wire_visitor(address, query)) for query in queries]
        _together(window, others, server, FIRST_DRAGS)
        time.sleep(10)  # engines are chosen after the first touch
        for load in (ALONE, SET, BOTH):
            for count in sorted({1, visitors}):
                with _work(load, address) as still:
                    waits, heard = _together(window, others[: count - 1], server, drags)
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
    window: Any, others: Sequence[WireVisitor], server: int, drags: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of so many drags in the browser, and of the others, who move their sliders
    until it is done, at least once."""
    done = threading.Event()

    def visit(other: WireVisitor, number: int) -> list[float]:
        chance, waits = random.Random(number), list[float]()
        while not waits or not done.is_set():
            time.sleep(chance.uniform(*LOOKS) + HELD + RESTED)
            waits.append(other.slide())
        return waits

    chance, waits = random.Random(0), []
    with ThreadPoolExecutor(max(1, len(others))) as pool:
        visits = [pool.submit(visit, other, i) for i, other in enumerate(others, 1)]
        try:
            for _ in range(drags):
                time.sleep(chance.uniform(*LOOKS))
                stop = chance.uniform(0.1, 0.9)  # a face that nobody has seen yet
                waits.append(drag_slider(window, server, HELD, stop).committed)
        finally:
            done.set()
        return waits, [wait for one in visits for wait in one.result()]
