"""Writing files and folders so that a stop at any moment leaves the old one or the new one, whole.

What is being written lies beside its place under a name that nobody else has,
ends with `.partial`, and takes the place in one step once it is on the disk.
A process that is killed leaves a partial behind; the next writer sweeps it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import sys
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ganssl.errors import DiskError

PARTIAL = ".partial"
ASIDE = ".before" + PARTIAL
"""Of a folder that is being replaced where two folders cannot change places in one step."""

STALE_SECONDS = 3600.0
"""A partial that nobody has written to for so long belongs to a process that was killed."""


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """An open file that becomes `path` when the block ends, and vanishes when it raises.

    Whoever looks finds all of the old content or all of the new. What is no
    plain file, such as `/dev/stdout`, is written to as it is.

    Raises `DiskError` where the disk refuses.
    """
    given, path = path, Path(os.path.realpath(path))  # a link stays, what it leads to is replaced
    partial = None
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            with open(path, "wb") as file:
                yield file
            return
        partial = _beside(path)
        with open(partial, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
        _flush_folder(path.parent)
    except OSError as error:
        raise DiskError(given, error) from error
    finally:
        if partial is not None:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def write_file(path: str | Path, data: bytes | str) -> None:
    """Bytes, or text as UTF-8, at once; see `replacing`."""
    with replacing(path) as file:
        file.write(data.encode() if isinstance(data, str) else data)


@contextmanager
def replacing_folder(folder: str | Path, names: Collection[str] = ()) -> Iterator[Path]:
    """An empty folder that becomes `folder` when the block ends, and vanishes when it raises.

    Args:
        names: files that belong to what is replaced; everything else that lies
            in the folder stays there.

    Raises `DiskError` where the disk refuses.
    """
    given, folder = folder, Path(os.path.realpath(folder))
    bound = os.path.ismount(folder) or folder == Path.cwd()  # these cannot change places
    new = _beside(folder / "new" if bound else folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep_partials(folder.parent, folder.name)
        new.mkdir()
        yield new
        if bound:
            for file in new.iterdir():
                os.replace(file, folder / file.name)
            return
        if folder.is_dir():
            shutil.copymode(folder, new)
            for other in folder.iterdir():
                if other.name not in names and not (new / other.name).exists():
                    _carry(other, new / other.name)
        _flush_folder(new)
        _take_place(new, folder)
        _flush_folder(folder.parent)
    except OSError as error:
        raise DiskError(given, error) from error
    except DiskError as error:
        if not Path(str(error.path)).is_relative_to(new):
            raise
        raise DiskError(given, OSError(0, error.reason)) from error  # nobody knows the new folder
    finally:  # what was replaced, or what was not finished
        shutil.rmtree(new, ignore_errors=True)


def require_writable(path: str | Path) -> None:
    """`DiskError` where no file can be made at `path` or in it, to be told before long work.

    Folders that are not there yet are not made; the nearest that is there is tried. What is no
    plain file, such as `/dev/stdout`, is left alone.
    """
    place = Path(os.path.realpath(path))
    if place.exists() and not place.is_dir() and not place.is_file():
        return
    folder = place if place.is_dir() else place.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    probe = _beside(folder / "probe")
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise DiskError(path, error) from error


def sweep_partials(folder: str | Path, start: str = "", older: float = STALE_SECONDS) -> None:
    """Delete what killed writers left in `folder`; a folder that was put aside comes back.

    Args:
        start: of the names that are looked at.
        older: seconds since the last change.
    """
    before = time.time() - older
    with suppress(OSError):
        for path in Path(folder).glob(f"*{PARTIAL}"):
            with suppress(OSError):
                if not path.name.startswith(start[:40]) or path.stat().st_mtime > before:
                    continue
                if path.name.endswith(ASIDE):
                    place = path.with_name(path.name.removesuffix(ASIDE).rpartition(".")[0])
                    if not place.exists():
                        os.rename(path, place)
                        continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()


def _beside(path: Path, end: str = PARTIAL) -> Path:
    return path.with_name(f"{path.name[:40]}.{uuid.uuid4().hex[:12]}{end}")


def _take_place(new: Path, folder: Path) -> None:
    """Put `new` in the place of `folder`; afterwards `new` is what was there, if it is at all."""
    if not folder.exists():
        os.rename(new, folder)
    elif not _exchange(new, folder):
        aside = folder.with_name(f"{folder.name}.{uuid.uuid4().hex[:12]}{ASIDE}")
        os.rename(folder, aside)
        try:
            os.rename(new, folder)
        except OSError:
            os.rename(aside, folder)
            raise
        shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # an old C library
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of <fcntl.h>
    return rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def _carry(path: Path, place: Path) -> None:
    """The same file under a second name, or a copy where the disk knows no such thing."""
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, place, symlinks=True, copy_function=_link)
    else:
        _link(path, place)


def _link(path: str | Path, place: str | Path) -> None:
    try:
        os.link(path, place, follow_symlinks=False)
    except OSError:
        shutil.copy2(path, place, follow_symlinks=False)


def _flush_folder(folder: Path) -> None:
    """Names reach the disk with their folder, where the system lets folders be opened."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
