"""Who is here: each visitor's folder, things and jobs, all ended when the visit is over."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganssl.base.job import RUNNING
from ganssl.base.jobs import JobRunner
from ganssl.errors import DiskError, UserError

MOST_BYTES = 2 * 1024**3
"""Of files of one visitor."""

SHORT_PATIENCE = 30.0
"""Seconds that the job of a visit may go on while the visit is away and others wait."""

PREFIX, IN_USE = "ganssl-visits-", "in use"
"""Of a server's folder, and of a file in it that is locked as long as the server lives."""

FRESH = 60.0
"""Seconds in which a server locks the folder that it has made."""

_open: weakref.WeakSet[Visits] = weakref.WeakSet()


@dataclass
class Visit:
    """One browser tab, through reloads of its page.

    Attributes:
        id: the owner of its jobs.
        folder: for its files; deleted with all that is in it when the visit ends.
        seen: when it was last known to be there, on the monotonic clock.
        browser: the secret number of its browser; empty where there is none.
        sessions: ids of the connections that it had.
        left: those of them whose pages were left, though they may still be connected.
        held: what a reload of the page finds again, by name.
    """

    id: str
    folder: Path
    seen: float
    browser: str = ""
    sessions: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    held: dict[str, Any] = field(default_factory=dict)
    _reserved: dict[Path, int] = field(default_factory=dict)

    def check_room(self, expected_bytes: int) -> None:
        """`UserError` where files of so many bytes would be more than one visitor may have."""
        left = MOST_BYTES - sum(self._reserved.values())
        if expected_bytes > left:
            raise UserError(
                f"This needs about {expected_bytes / 1e6:,.1f} MB, and of your "
                f"{MOST_BYTES / 1e6:,.1f} MB on this server {left / 1e6:,.1f} MB are left. "
                "Make it smaller, or delete something that you made before."
            )

    def new_folder(self, expected_bytes: int) -> Path:
        """A folder for files of about so many bytes; `UserError` as in `check_room`, and
        `DiskError` where the disk refuses."""
        self.check_room(expected_bytes)
        try:
            folder = Path(tempfile.mkdtemp(dir=self.folder))
        except OSError as error:
            raise DiskError(self.folder, error) from error
        self._reserved[folder] = expected_bytes
        return folder

    def delete(self, folder: Path) -> None:
        """Delete a folder that `new_folder` made; once more does nothing."""
        shutil.rmtree(folder, ignore_errors=True)
        self._reserved.pop(folder, None)


class Visits:
    """All visits of one server, watched by a thread of its own.

    A tab whose connection drops or whose page is loaded anew may come back, and
    finds its jobs as they are; one that stays away ends.

    Args:
        runner: runs the visitors' jobs.
        here: tells whether the session of an id is connected at this moment.
        patience: seconds that a visit may be away.
        period: seconds between two looks.
        jobs_go_on: whether the jobs of one who is away are brought to their end,
            for a server that keeps their results.
    """

    def __init__(
        self,
        runner: JobRunner,
        here: Callable[[str], bool],
        patience: float,
        period: float = 10.0,
        jobs_go_on: bool = False,
    ) -> None:
        self.runner, self.here, self.patience = runner, here, patience
        self.jobs_go_on = jobs_go_on
        sweep_left()
        self._root = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock_file = (self._root / IN_USE).open("wb")
        _locked(self._lock_file)
        _open.add(self)
        self._visits: dict[str, Visit] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        threading.Thread(target=self._watch, args=(period,), name="visits", daemon=True).start()

    def enter(self, session: str, browser: str = "") -> Visit:
        """The visit of a session; of a new one that which its browser has left, or a new visit.

        Args:
            browser: its secret number; two tabs that are open at once are two visits.
        """
        with self._lock:
            visit = self._of_session(session)
            if visit is None:
                visit = self._left_by(browser)
            if visit is None:
                folder = Path(tempfile.mkdtemp(dir=self._root))
                visit = Visit(session, folder, time.monotonic(), browser)
                self._visits[visit.id] = visit
            if session not in visit.sessions:
                visit.sessions.add(session)
                visit.seen = time.monotonic()
            return visit

    def leave(self, session: str) -> None:
        """The page of a session was left; what its browser opens next finds the visit."""
        with self._lock:
            if visit := self._of_session(session):
                visit.left.add(session)

    def end_those_who_left(self) -> None:
        """Cancel the jobs and delete the folders of visits that were away for too long."""
        now = time.monotonic()
        with self._lock:
            for visit in self._visits.values():
                if self._connected(visit) or (self.jobs_go_on and self._works(visit)):
                    visit.seen = now
            away = [v for v in self._visits.values() if now - v.seen > SHORT_PATIENCE]
            gone = [v for v in self._visits.values() if now - v.seen > self.patience]
            for visit in gone:
                del self._visits[visit.id]
        for visit in away:
            if self.runner.others_wait(visit.id):
                for job in self.runner.jobs(visit.id):
                    if job.state == RUNNING:
                        self.runner.cancel(job)
        for visit in gone:
            self._end(visit)

    def close(self) -> None:
        """End all visits and delete what they left."""
        if self._closed.is_set():
            return
        self._closed.set()
        with self._lock:
            jobs = [job for visit in self._visits.values() for job in self.runner.jobs(visit.id)]
        self.runner.close()
        for job in jobs:
            job.wait(5)  # until it has written its last file
        shutil.rmtree(self._root, ignore_errors=True)
        self._lock_file.close()

    def _of_session(self, session: str) -> Visit | None:
        return next((v for v in self._visits.values() if session in v.sessions), None)

    def _left_by(self, browser: str) -> Visit | None:
        """Of the visits of a browser that are away, the one that was last seen."""
        left = [v for v in self._visits.values() if browser and v.browser == browser]
        left = [visit for visit in left if not self._connected(visit)]
        return max(left, key=lambda visit: visit.seen, default=None)

    def _connected(self, visit: Visit) -> bool:
        return any(self.here(session) for session in visit.sessions - visit.left)

    def _works(self, visit: Visit) -> bool:
        return any(job.active for job in self.runner.jobs(visit.id))

    def _watch(self, period: float) -> None:
        while not self._closed.wait(period):
            self.end_those_who_left()

    def _end(self, visit: Visit) -> None:
        jobs = self.runner.jobs(visit.id)
        self.runner.end_owner(visit.id)
        for job in jobs:
            job.wait(60)  # until it has written its last file
        visit.held.clear()
        shutil.rmtree(visit.folder, ignore_errors=True)


@atexit.register
def close_all() -> None:
    """End the visits of this process; for when the server stops."""
    for visits in list(_open):
        visits.close()


def sweep_left(folder: str | Path | None = None) -> None:
    """Delete the folders of servers that were killed; those of living ones are locked.

    Args:
        folder: where they are looked for; the system's temporary one when omitted.
    """
    for root in Path(folder or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            lock = root / IN_USE
            if lock.is_file():
                with lock.open("r+b") as file:
                    if _locked(file):
                        shutil.rmtree(root, ignore_errors=True)
            elif time.time() - root.stat().st_mtime > FRESH:
                shutil.rmtree(root, ignore_errors=True)


def _locked(file) -> bool:
    """Lock an open file for this process; False where another has, or the system cannot."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True
