"""One piece of long work: how far it is, what its function is given, and what became of it."""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

QUEUED, RUNNING, DONE, CANCELLED, FAILED = "queued", "running", "done", "cancelled", "failed"
RATE_SECONDS = 20.0
"""The rate is that of the last so many seconds."""


class Cancelled(Exception):
    """Raised inside a job's work to leave it."""


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes:
        done, total: in what the work counts (faces, steps); total 0 is unknown.
        rate: per second, over the last 20 seconds; 0 while unknown.
        seconds_left: None while unknown.
        message: what is being done.
    """

    done: int = 0
    total: int = 0
    rate: float = 0.0
    seconds_left: float | None = None
    message: str = ""

    @property
    def fraction(self) -> float:
        """0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


class JobContext:
    """What the work of a job gets: where to report, and whether to stop."""

    def __init__(self, job: Job, give_way: Callable[[Job], bool] = lambda job: False) -> None:
        self._job, self._give_way = job, give_way
        self._recent: deque[tuple[float, int]] = deque()
        self._stage: tuple[str, int] = ("", 0)

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Report `done` of `total`; a new message or total begins a new stage with its own rate."""
        now = time.monotonic()
        if (message, total) != self._stage or (self._recent and done < self._recent[-1][1]):
            self._stage = message, total
            self._recent.clear()
        self._recent.append((now, done))
        while len(self._recent) > 2 and now - self._recent[1][0] > RATE_SECONDS:
            self._recent.popleft()
        begin, before = self._recent[0]
        rate = (done - before) / (now - begin) if now > begin else 0.0
        left = (total - done) / rate if rate > 0 and total else None
        self._job.progress = Progress(done, total, rate, left, message)

    def stage(self, message: str) -> Callable[[int, int], None]:
        """A callback `(done, total)` under a message, for what takes `progress=bar`.

        It raises `Cancelled` if somebody asked the job to stop.
        """

        def update(done: int, total: int) -> None:
            self.check()
            self.progress(done, total, message)

        return update

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop; other owners may have their turn in here."""
        if self._give_way(self._job):
            self._recent.clear()  # the rate begins anew
        return self._job.cancel_requested

    def check(self) -> None:
        """Raise `Cancelled` if somebody asked the job to stop, as `cancelled` says."""
        if self.cancelled:
            raise Cancelled


@dataclass(eq=False)
class Job:
    """One piece of work and what became of it; made by `JobRunner.submit`.

    Attributes:
        owner: the visitor's session, or any other name.
        state: `queued`, `running`, `done`, `cancelled` or `failed`.
        progress: the latest report.
        result: what the work returned, once it is done.
        error: one or two sentences for people, when it failed.
        exception: what was raised, when it failed; a `UserError` is the
            user's input, anything else is a fault of the program.
    """

    owner: str
    title: str
    work: Callable[[JobContext], Any] = field(repr=False)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: str = QUEUED
    progress: Progress = Progress()
    result: Any = field(default=None, repr=False)
    error: str = ""
    exception: Exception | None = field(default=None, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)
    _go: threading.Event = field(default_factory=threading.Event, repr=False)
    _thread: threading.Thread | None = field(default=None, repr=False)
    _turn_began: float = 0.0

    @property
    def active(self) -> bool:
        """Waiting or running."""
        return self.state in (QUEUED, RUNNING)

    @property
    def cancel_requested(self) -> bool:
        return self._stop.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Block until the job has ended; False if it has not within so many seconds."""
        return self._ended.wait(seconds)


def no_more(context: JobContext) -> None:
    """What a job that has ended holds in place of its work."""
