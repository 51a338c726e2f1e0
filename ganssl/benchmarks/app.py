"""The real app at rest, at its first visit and with several visitors: memory, and the wait for a
face.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from ganssl.benchmarks.browser_windows import open_browser, resident_mebibytes, running_app
from ganssl.benchmarks.measurement import Measurement, bare_import
from ganssl.benchmarks.served_app import wait

VISITORS = 4
SETTLED = 5.0
"""Seconds in which what the server's start or a visit begins in the background comes to an end."""

FACE = """
const face = document.querySelector('.st-key-after-face [data-testid="stImage"] img');
return Boolean(face?.complete && face.naturalWidth);
"""


def measure_app(model_folder: str | None = None, visitors: int = VISITORS) -> Iterator[Measurement]:
    """Memory of the server, visit by visit, and seconds from the address to the face.

    Memory stands beside a bare import of TensorFlow, which the app does without as long as nobody
    trains; a further visitor's share beside the app with one; the first wait beside that of a
    later visitor, for whom the server has drawn its pictures. Yields the measurements one by one.
    """
    _, bare = bare_import()
    held, waits = [], []
    with running_app(model_folder, live=True) as (address, server), ExitStack() as visits:
        time.sleep(SETTLED)
        held.append(resident_mebibytes([server]))
        for _ in range(visitors):
            waits.append(_visit(visits.enter_context(open_browser()), address))
            held.append(resident_mebibytes([server]))
    yield from figures(held, waits, bare)


def figures(held: list[float], waits: list[float], bare: float) -> Iterator[Measurement]:
    """What was measured, in lines.

    Args:
        held: MiB before the first visit and after each.
        waits: seconds of each visit until its face.
        bare: MiB of a bare import of TensorFlow.
    """
    visitors = len(waits)
    for name, value in (
        ("app at rest, before any visit", held[0]),
        ("app after the first visit", held[1]),
        (f"app with {visitors} visitors", held[-1]),
    ):
        meaning = "a bare import of TensorFlow"
        yield Measurement(name, value, "MiB", bare, value / bare, meaning)
    share = (held[-1] - held[1]) / (visitors - 1)
    yield Measurement("a further visitor", share, "MiB", held[1], share / held[1], "app with one")
    first, later = waits[0], min(waits[1:])
    meaning = "a later visitor"
    yield Measurement("first visit, address to face", first, "s", later, later / first, meaning)


def _visit(window: Any, address: str) -> float:
    """Seconds from the address to the face; then the page is left in peace for a while."""
    start = time.perf_counter()
    window.get(address)
    wait(lambda: window.execute_script(FACE), "the face")
    passed = time.perf_counter() - start
    time.sleep(SETTLED)
    return passed
