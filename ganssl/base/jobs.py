"""Long work in the background: one small pool for all visitors, a fair queue, cancel.

The pages' one runner; notebooks can use it too. The work is a plain function
that reports to a `JobContext` and looks there whether it shall stop. Threads
are daemons and know nothing of pages.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ganssl.errors import UserError

QUEUED, RUNNING, DONE, CANCELLED, FAILED = "queued", "running", "done", "cancelled", "failed"
RATE_SECONDS = 20.0
"""The rate is that of the last so many seconds."""

STEPS_BACK = 5
"""How many steps of priority the thread of a job stands behind those that answer visitors."""

log = logging.getLogger(__name__)


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


def _no_more(context: JobContext) -> None:
    """What a job that has ended holds in place of its work."""


class JobRunner:
    """Threads with a queue that takes turns between owners.

    An owner runs one job at a time, however many workers are free, and the
    owner who was served last comes last: whoever submits ten jobs delays
    nobody by more than one. A job that has run for a turn while others wait
    stops at its next check, waits like them, and goes on where it was.

    Args:
        workers: how many jobs run at once, on the whole server.
        per_owner: how many jobs of one owner may wait or run.
        waiting: how many jobs may wait in all.
        kept: how many ended jobs of an owner are remembered.
        turn: seconds that a job may run while other owners wait.
        pause: seconds after which a job that gave way goes on beside the others, since it may
            hold what they wait for.
    """

    def __init__(
        self,
        workers: int = 1,
        per_owner: int = 2,
        waiting: int = 50,
        kept: int = 10,
        turn: float = 60.0,
        pause: float = 300.0,
    ) -> None:
        self.workers, self.per_owner, self.waiting, self.kept = workers, per_owner, waiting, kept
        self.turn, self.pause = turn, pause
        self._change = threading.RLock()
        self._queues: dict[str, deque[Job]] = {}  # in the order in which owners have their turn
        self._jobs: dict[str, list[Job]] = {}
        self._running: dict[str, Job] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it ends; work that is cancelled then was not given up by anybody."""
        return self._closed

    def submit(self, owner: str, work: Callable[[JobContext], Any], title: str = "") -> Job:
        """Queue `work(context)`; its return value becomes `Job.result`.

        Raises `UserError` when the owner or the server has too many jobs.
        """
        with self._change:
            if self._closed:
                raise UserError("The server is shutting down and takes no more work.")
            mine = [job for job in self._jobs.get(owner, []) if job.active]
            if len(mine) >= self.per_owner:
                raise UserError(
                    f"You have {len(mine)} jobs waiting or running, and no more are allowed. "
                    "Wait for one to end, or cancel one."
                )
            if sum(map(len, self._queues.values())) >= self.waiting:
                raise UserError("Too many jobs are waiting on this server. Try again later.")
            job = Job(owner, title, work)
            self._jobs.setdefault(owner, []).append(job)
            self._queues.setdefault(owner, deque()).append(job)
            self._start_next()
        return job

    def jobs(self, owner: str) -> list[Job]:
        """The owner's jobs, oldest first: all that are active and the last few that ended."""
        with self._change:
            return list(self._jobs.get(owner, []))

    def position(self, job: Job) -> int:
        """1 for the job that starts next, 2 for the one after it; 0 for one that does not wait."""
        with self._change:
            order = self._order()
            return order.index(job) + 1 if job in order else 0

    def cancel(self, job: Job) -> None:
        """Take a waiting job out of the queue, or ask a running one to stop at its next check."""
        with self._change:
            job._stop.set()
            if job.state == QUEUED and job in self._queues.get(job.owner, ()):
                self._queues[job.owner].remove(job)
                self._drop_empty(job.owner)
                if job._thread is None:
                    self._end(job, CANCELLED)
                job._go.set()  # one that gave way wakes up to be left

    def others_wait(self, owner: str) -> bool:
        """Whether jobs of other owners wait for their turn."""
        with self._change:
            return any(other != owner for other in self._queues)

    def end_owner(self, owner: str) -> None:
        """Cancel and forget all jobs of an owner whose session has ended."""
        for job in self.jobs(owner):
            if job.active:
                self.cancel(job)
        with self._change:
            self._jobs.pop(owner, None)

    def close(self) -> None:
        """Cancel everything and let the threads end."""
        with self._change:
            self._closed = True
            owners = list(self._jobs)
        for owner in owners:
            self.end_owner(owner)
        with self._change:
            for job in self._running.values():
                job._stop.set()

    def _start_next(self) -> None:
        """Give free workers to those whose turn it is; called under the lock."""
        while not self._closed and len(self._running) < self.workers:
            owner = self._next_owner()
            if owner is None:
                return
            job = self._queues[owner].popleft()
            rest = self._queues.pop(owner)
            if rest:
                self._queues[owner] = rest  # now last in turn
            self._running[owner] = job
            job.state, job._turn_began = RUNNING, time.monotonic()
            if job._thread is None:
                name = f"job-{job.id[:8]}"
                job._thread = threading.Thread(
                    target=self._run, args=(job,), name=name, daemon=True
                )
                job._thread.start()
            else:
                job._go.set()

    def _give_way(self, job: Job) -> bool:
        """In a job's thread: where its turn is over and others wait, wait until it comes again."""
        with self._change:
            over = time.monotonic() - job._turn_began >= self.turn
            if self._closed or job.state != RUNNING or job.cancel_requested or not over:
                return False
            if self._next_owner() is None:
                return False
            del self._running[job.owner]
            job.state = QUEUED
            job._go.clear()
            mine = self._queues.pop(job.owner, deque())
            mine.appendleft(job)
            self._queues[job.owner] = mine  # now last in turn
            self._start_next()
        if not job._go.wait(self.pause):
            with self._change:
                if job in self._queues.get(job.owner, ()):
                    self._queues[job.owner].remove(job)
                    self._drop_empty(job.owner)
                    self._running[job.owner] = job
                    job.state, job._turn_began = RUNNING, time.monotonic()
        return True

    def _run(self, job: Job) -> None:
        stand_back()
        state = DONE
        try:
            job.result = job.work(JobContext(job, self._give_way))
        except Cancelled:
            state = CANCELLED
        except UserError as error:
            state, job.error, job.exception = FAILED, str(error), error
        except Exception as error:
            log.exception("job %s (%s) failed", job.id, job.title)
            state, job.exception = FAILED, error
            job.error = f"A fault of the program stopped this ({type(error).__name__})."
        with self._change:
            if self._running.get(job.owner) is job:  # not one that was left while it waited
                del self._running[job.owner]
            self._end(job, state)
            self._start_next()

    def _end(self, job: Job, state: str) -> None:
        job.state = state
        job.work = _no_more  # the work itself may hold much memory
        job._ended.set()
        mine = self._jobs.get(job.owner, [])
        for old in [one for one in mine if not one.active][: -self.kept]:
            mine.remove(old)

    def _next_owner(self) -> str | None:
        return next((owner for owner in self._queues if owner not in self._running), None)

    def _order(self) -> list[Job]:
        """All waiting jobs in the order in which they take their turns."""
        queues = {owner: list(queue) for owner, queue in self._queues.items()}
        longest = max(map(len, queues.values()), default=0)
        return [queue[i] for i in range(longest) for queue in queues.values() if i < len(queue)]

    def _drop_empty(self, owner: str) -> None:
        if not self._queues[owner]:
            del self._queues[owner]


def stand_back() -> None:
    """Let the other threads of the process go before this one, for as long as it lives.

    Linux alone keeps a priority for each thread; elsewhere nothing happens.
    """
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with suppress(OSError):
        os.setpriority(
            os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + STEPS_BACK
        )
