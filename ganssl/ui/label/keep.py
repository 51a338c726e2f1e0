"""Work that outlives a reload of the page: kept in memory under a secret for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MINUTES = 30
MOST_BYTES = 1_000_000_000
"""Of all visitors together; the work that was not used for the longest time goes first."""


@dataclass
class _Kept:
    work: Any
    browser: str
    size: int
    used: float


class WorkKeeper:
    """Keeps things by secret for `seconds` after their last use, and then lets them go.

    Args:
        most_bytes: of all things together.
        clock: gives the time in seconds.
        period: seconds between two looks for what is too old.
    """

    def __init__(
        self,
        seconds: float = 60 * MINUTES,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
        period: float = 30.0,
    ) -> None:
        self.seconds, self.most_bytes, self.clock = seconds, most_bytes, clock
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        threading.Thread(target=self._watch, args=(period,), name="keeper", daemon=True).start()

    def keep(self, secret: str, work: Any, size: int, browser: str = "") -> None:
        """Keep it from now on.

        Args:
            size: in bytes, what it counts for.
            browser: the secret number of the one browser that may find it.
        """
        with self._lock:
            self._kept[secret] = _Kept(work, browser, size, self.clock())
            while sum(kept.size for kept in self._kept.values()) > self.most_bytes:
                del self._kept[min(self._kept, key=lambda key: self._kept[key].used)]

    def find(self, secret: str, browser: str = "") -> Any | None:
        """What is kept under the secret for this browser, or None."""
        self.forget_old()
        with self._lock:
            kept = self._kept.get(secret)
            return kept.work if kept is not None and kept.browser == browser else None

    def forget(self, secret: str) -> None:
        with self._lock:
            self._kept.pop(secret, None)

    def forget_old(self) -> None:
        with self._lock:
            old = self.clock() - self.seconds
            self._kept = {key: kept for key, kept in self._kept.items() if kept.used > old}

    def close(self) -> None:
        """Let everything go."""
        self._closed.set()
        with self._lock:
            self._kept.clear()

    def _watch(self, period: float) -> None:
        while not self._closed.wait(period):
            self.forget_old()
