"""Who is here: each visitor's folder and jobs, both ended when the visit is over."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ganssl.base.jobs import JobRunner
from ganssl.errors import UserError

MOST_BYTES = 2 * 1024**3
"""Of files of one visitor."""


@dataclass
class Visit:
    """One browser tab.

    Attributes:
        id: the owner of its jobs.
        folder: for its files; deleted with all that is in it when the visit ends.
        seen: when it was last known to be there, on the monotonic clock.
    """

    id: str
    folder: Path
    seen: float
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
        """A folder for files of about so many bytes; `UserError` as in `check_room`."""
        self.check_room(expected_bytes)
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        self._reserved[folder] = expected_bytes
        return folder

    def delete(self, folder: Path) -> None:
        """Delete a folder that `new_folder` made."""
        shutil.rmtree(folder, ignore_errors=True)
        del self._reserved[folder]


class Visits:
    """All visits of one server, watched by a thread of its own.

    A tab whose connection drops may come back, and finds its jobs as they are;
    one that stays away ends.

    Args:
        runner: runs the visitors' jobs.
        here: tells whether the visit of an id is connected at this moment.
        patience: seconds that a visit may be away.
        period: seconds between two looks.
    """

    def __init__(
        self,
        runner: JobRunner,
        here: Callable[[str], bool],
        patience: float,
        period: float = 10.0,
    ) -> None:
        self.runner, self.here, self.patience = runner, here, patience
        self._root = tempfile.TemporaryDirectory(prefix="ganssl-", ignore_cleanup_errors=True)
        self._visits: dict[str, Visit] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        threading.Thread(target=self._watch, args=(period,), name="visits", daemon=True).start()

    def enter(self, id: str) -> Visit:
        """The visit of an id, begun if it is new."""
        with self._lock:
            if id not in self._visits:
                folder = Path(tempfile.mkdtemp(dir=self._root.name))
                self._visits[id] = Visit(id, folder, time.monotonic())
            return self._visits[id]

    def end_those_who_left(self) -> None:
        """Cancel the jobs and delete the folders of visits that were away for too long."""
        now = time.monotonic()
        with self._lock:
            for visit in self._visits.values():
                if self.here(visit.id):
                    visit.seen = now
            gone = [v for v in self._visits.values() if now - v.seen > self.patience]
            for visit in gone:
                del self._visits[visit.id]
        for visit in gone:
            self._end(visit)

    def close(self) -> None:
        """End all visits."""
        self._closed.set()
        self.runner.close()
        self._root.cleanup()

    def _watch(self, period: float) -> None:
        while not self._closed.wait(period):
            self.end_those_who_left()

    def _end(self, visit: Visit) -> None:
        jobs = self.runner.jobs(visit.id)
        self.runner.end_owner(visit.id)
        for job in jobs:
            job.wait(60)  # until it has written its last file
        shutil.rmtree(visit.folder, ignore_errors=True)
