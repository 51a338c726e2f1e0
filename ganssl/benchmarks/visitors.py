"""How long visitors wait for the server's picture: alone, beside a set in the making, a training.

The browsers run on the machine of the server, as does the training, so the waits are longer
than those of visitors with machines of their own.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from ganssl.benchmarks.browser_windows import open_windows, running_app
from ganssl.benchmarks.live_drag import WATCH, drag_slider, thumb_place
from ganssl.benchmarks.long_work import set_being_made, training_running
from ganssl.benchmarks.measurement import Measurement
from ganssl.errors import UserError

VISITORS = 8
MOST_VISITORS = 50
DRAGS = 12
"""Of each visitor, beside each kind of long work."""

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

    Everybody has the Explore page open in a browser; one of them moves a slider, then all do,
    each at moments of their own. This is measured with nothing else going on, while a further
    visitor makes a set, and while a training runs besides. Yields the measurements one by one.

    Args:
        visitors: how many there are, from 1 to `MOST_VISITORS`.
        drags: of each of them, beside each kind of work.

    Raises `UserError` where there is no browser, or where the work ends before the measurement.
    """
    first: list[float] = []
    with ExitStack() as stack:
        address, server = stack.enter_context(running_app(model_folder, live=True))
        windows = stack.enter_context(open_windows(address, visitors, WATCH, thumb_place))
        _together(windows, server, 1)  # engines are chosen after the first touch
        time.sleep(10)
        for load in (ALONE, SET, BOTH):
            for count in sorted({1, visitors}):
                with _work(load, address) as still:
                    waits = _together(windows[:count], server, drags)
                    if not all(going() for going in still):
                        raise UserError(f"The work ended before the waits {load} were measured.")
                first = first or waits
                yield from figures(count, load, waits, first)


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
    count: int, load: str, waits: Sequence[float], first: Sequence[float]
) -> Iterator[Measurement]:
    """Median and 95th percentile beside those of one visitor alone.

    Args:
        waits: milliseconds of all visitors.
        first: milliseconds of one visitor alone.
    """
    who = f"{count} visitor{'s' * (count > 1)}"
    meaning = "release to new picture, 1 visitor alone"
    for percent in PERCENTS:
        value, alone = (float(np.percentile(one, percent)) for one in (waits, first))
        yield Measurement(
            f"{who} {_wait(load, percent)}", value, "ms", alone, alone / value, meaning
        )


def goal_line(figures: Sequence[Measurement]) -> str:
    """The goal in words, and whether the last of what `measure_visitors` gave reaches it."""
    last = [one for one in figures if one.name.endswith(_wait(BOTH, 95))][-1]
    found = "reached" if last.value < GOAL else "missed"
    return f"Goal: {last.name}: under {GOAL:.0f} ms · {found} ({last.value:.1f})"


def _wait(load: str, percent: int) -> str:
    return f"{load}: wait, p{percent}"


def _together(windows: list[Any], server: int, drags: int) -> list[float]:
    """Milliseconds of every drag in all windows at once."""

    def visit(number: int) -> list[float]:
        chance = random.Random(number)
        waits = []
        for _ in range(drags):
            time.sleep(chance.uniform(*LOOKS))
            stop = chance.uniform(0.1, 0.9)  # a face that nobody has seen yet
            waits.append(drag_slider(windows[number], server, HELD, stop).committed)
        return waits

    with ThreadPoolExecutor(len(windows)) as pool:
        return [wait for waits in pool.map(visit, range(len(windows))) for wait in waits]
