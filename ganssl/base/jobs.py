"""Long work in the background: one small pool for all visitors, a fair queue, cancel.

The pages' one runner; notebooks can use it too. The work is a plain function
that reports to a `JobContext` and looks there whether it shall stop. Threads
are daemons and know nothing of pages.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ganssl.base.job import (
    CANCELLED,
    DONE,
    FAILED,
    QUEUED,
    RUNNING,
    Cancelled,
    Job,
    JobContext,
    no_more,
)
from ganssl.base.priority import stand_back
from ganssl.errors import UserError

log = logging.getLogger(__name__)


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
        job.work = no_more  # the work itself may hold much memory
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
