"""The folder of a private installation, in which nothing is lost that took time.

    WORKSPACE/runs/20261128-130512-classifier-smiling-3fa9c1/run.json    the card
                                                            /classifier/ what it is about

Every run lies in a folder of its own and no file speaks of several, so two
processes that use one workspace do not meet; whatever is written takes its place
in one step. A run that cannot be read is told and skipped, the others are there.
"""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganssl.attributes import did_you_mean
from ganssl.base.atomic import PARTIAL, replacing_folder, sweep_partials
from ganssl.base.files import make_folder
from ganssl.errors import DiskError, UserError
from ganssl.workspace.run import CARD, KINDS, LONGEST_NAME, Run, checked_name, read_run

VARIABLE = "GANSSL_WORKSPACE"
"""The environment variable that names the folder; without it nothing is kept on the disk."""

RUNS = "runs"
DELETED = f".deleted{PARTIAL}"
UNDONE = 3600.0
"""Seconds for which a deleted run can be brought back at least, unless it is forgotten."""

ABANDONED = 7 * 24 * 3600.0
"""Seconds after which what a killed process was writing is swept."""


@dataclass(frozen=True)
class Listing:
    """What lies in a workspace.

    Attributes:
        runs: the newest first.
        problems: a sentence for each that cannot be read.
    """

    runs: list[Run]
    problems: list[str]

    def of(self, *kinds: str) -> list[Run]:
        """The finished ones of some kinds, the newest first."""
        return [run for run in self.runs if run.finished and run.kind in kinds]


@dataclass(frozen=True)
class Workspace:
    """Keeps, lists, names and deletes runs; safe for several threads and processes.

    Attributes:
        folder: made when the first run is kept.
    """

    folder: Path

    @property
    def runs_folder(self) -> Path:
        return self.folder / RUNS

    def listing(self) -> Listing:
        """All runs; `UserError` where the folder itself cannot be read."""
        found, problems = [], []
        try:
            folders = [path for path in self.runs_folder.iterdir() if path.is_dir()]
        except FileNotFoundError:
            return Listing([], [])
        except OSError as error:
            raise UserError(f"{self.runs_folder} cannot be read: {error.strerror}.") from error
        for folder in folders:
            if folder.name.endswith(PARTIAL) or folder.name.startswith("."):
                continue
            try:
                found.append(read_run(folder))
            except UserError as error:
                if folder.is_dir():  # not one that somebody has just deleted
                    problems.append(f"{error} The run is left out of the list; its files stay.")
        return Listing(sorted(found, key=lambda run: (run.made, run.id), reverse=True), problems)

    def find(self, text: str) -> Run:
        """The run with this id or name, or with an id that begins so; `UserError` for any other."""
        runs = self.listing().runs
        for matches in (
            [run for run in runs if text in (run.id, run.name)],
            [run for run in runs if run.id.startswith(text)],
        ):
            if len(matches) == 1:
                return matches[0]
            if matches:
                ids = ", ".join(run.id for run in matches)
                raise UserError(f"{text!r} may be any of {ids}; give one of these.")
        hint = did_you_mean(text, [name for run in runs for name in (run.id, run.name)])
        raise UserError(f"There is no run {text!r} in {self.folder}. {hint or ''}".strip())

    def keep(
        self,
        kind: str,
        name: str,
        fill: Callable[[Path], None],
        settings: dict[str, Any] | None = None,
        figures: dict[str, Any] | None = None,
    ) -> Run:
        """A finished run; `fill(folder)` writes its files before anybody can see it.

        A name that is taken among its kind gets a number, and a long one is cut.
        Where it raises, nothing is left. `DiskError` where the disk refuses.
        """
        name = self.free_name(name, kind)
        place = self._new_folder(kind, name)
        with replacing_folder(place) as folder:
            run = _run(folder, kind, name, True, settings, figures)
            run.write()
            fill(folder)
        return replace(run, folder=place)

    def begin(self, kind: str, name: str, settings: dict[str, Any] | None = None) -> Run:
        """An unfinished run, for work that can go on after a stop; see `finish` and `keep`."""
        name = self.free_name(name, kind)
        place = self._new_folder(kind, name)
        with replacing_folder(place) as folder:
            run = _run(folder, kind, name, False, settings, None)
            run.write()
        return replace(run, folder=place)

    def update(self, run: Run, settings: dict[str, Any], figures: dict[str, Any]) -> Run:
        """Other settings and figures of a run that goes on changing, such as labels."""
        return self._change(run, lambda now: replace(now, settings=settings, figures=figures))

    def finish(self, run: Run, figures: dict[str, Any] | None = None) -> Run:
        """Say that all of it is there; its name and settings stay as they were last written."""
        return self._change(run, lambda now: replace(now, finished=True, figures=figures or {}))

    def rename(self, run: Run, name: str) -> Run:
        """Give a run another name; its id stays. `UserError` for a name that cannot be."""
        checked_name(name)
        return self._change(run, lambda now: now.named(name))

    def delete(self, run: Run) -> None:
        """Delete a run with all its files; one that is gone already is no error."""
        self.forget(self.set_aside(run))

    def set_aside(self, run: Run) -> Path | None:
        """Take a run out of the list; `bring_back` can undo it for an hour, until `forget`.

        Returns where its files lie; None where it is gone already.
        """
        if run.folder.parent != self.runs_folder:
            raise UserError(f"{run.folder} is no run of {self.folder}.")
        gone = run.folder.with_name(f".{run.id}.{uuid.uuid4().hex[:8]}{DELETED}")
        try:
            os.rename(run.folder, gone)  # from now on nobody lists a half of it
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DiskError(run.folder, error) from error
        with suppress(OSError):
            os.utime(gone)  # when it was set aside, for `sweep`
        return gone

    def bring_back(self, run: Run, aside: Path) -> None:
        """Put a run back that `set_aside` took; `UserError` where its files are gone."""
        try:
            os.rename(aside, run.folder)
        except OSError as error:
            raise UserError(f"{run.name!r} cannot be brought back: its files are gone.") from error

    def forget(self, aside: Path | None) -> None:
        """Delete the files of a run that was set aside."""
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)

    def sweep(self) -> None:
        """Delete what is left: half written by killed processes, after a week; deleted, an hour."""
        sweep_partials(self.runs_folder, older=ABANDONED)
        with suppress(OSError):
            for path in self.runs_folder.glob(f".*{DELETED}"):
                if time.time() - path.stat().st_mtime > UNDONE:
                    shutil.rmtree(path, ignore_errors=True)

    def free_name(self, name: str, kind: str) -> str:
        """The name, with a number where a run of the kind has it."""
        taken = {run.name for run in self.listing().runs if run.kind == kind}
        name = name.strip()[: LONGEST_NAME - 6].strip()  # 6 for a number
        number, numbered = 1, name
        while numbered in taken:
            number += 1
            numbered = f"{name} ({number})"
        return numbered

    def _new_folder(self, kind: str, name: str) -> Path:
        if kind not in KINDS:
            raise UserError(f"There is no kind {kind!r} of runs; there are {', '.join(KINDS)}.")
        make_folder(self.runs_folder)
        word = re.sub(r"[^a-z0-9]+", "-", checked_name(name).lower())[:24].strip("-")
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        parts = stamp, kind, word, uuid.uuid4().hex[:6]
        return self.runs_folder / "-".join(filter(None, parts))

    def _change(self, run: Run, change: Callable[[Run], Run]) -> Run:
        """Write the card anew from what it says at this moment."""
        if not (run.folder / CARD).is_file():
            raise UserError(f"{run.name!r} is no longer there: somebody has deleted it.")
        changed = change(read_run(run.folder))
        changed.write()
        return changed


def _run(folder: Path, kind: str, name: str, finished: bool, settings, figures) -> Run:
    now = datetime.now(UTC).astimezone()
    return Run(folder, kind, checked_name(name), now, finished, settings or {}, figures or {})


def named_workspace() -> str | None:
    """What `GANSSL_WORKSPACE` says; None where it says nothing."""
    return os.environ.get(VARIABLE, "").strip() or None


def open_workspace(folder: str | Path | None = None) -> Workspace | None:
    """The workspace of a folder, else that of `GANSSL_WORKSPACE`; None where neither is named.

    Raises `UserError` for a path that is no folder, or may not be written to.
    """
    named = folder or named_workspace()
    if named is None:
        return None
    path = Path(named).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise UserError(f"The workspace {path} is a file; name a folder.")
    if path.is_dir() and not os.access(path, os.W_OK):
        raise UserError(f"The workspace {path} may not be written to; name another folder.")
    return Workspace(path)
