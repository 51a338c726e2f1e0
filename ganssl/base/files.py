"""Arrays on disk without pickle; digests of files."""

from __future__ import annotations

import hashlib
import logging
import math
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np

from ganssl.base.atomic import replacing, sweep_partials
from ganssl.errors import DiskError, UserError

log = logging.getLogger(__name__)

MOST_ARRAYS = 10_000
RATIO = 100
SMALL_BYTES = 10_000_000
"""A member of more bytes may unpack to so many times its packed size; arrays hardly shrink."""

PLAIN = "biufU"
"""Kinds of arrays that are read: truth values, whole and real numbers, texts."""

LONGEST_ITEM = 4 * 1024
"""Bytes of one number or text."""


def save_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write `.npz`, all of it or nothing; `DiskError` where the disk refuses."""
    path = Path(path)
    make_folder(path.parent)
    named: dict[str, Any] = arrays
    with replacing(path) as file:
        np.savez(file, **named)


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read a `.npz` without pickle; `UserError` where it is absent or damaged."""
    try:
        with open(path, "rb") as file:
            return read_arrays(file, str(path))
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error


def open_zip(file: str | Path | BinaryIO) -> zipfile.ZipFile:
    """Open a ZIP for reading, its list of members read.

    Raises `zipfile.BadZipFile` where it is damaged, whatever `zipfile` itself raises there
    (versions that it does not know, names that it cannot decode, lengths out of place);
    `OSError` where it cannot be read.
    """
    try:
        return zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile):
        raise
    except Exception as error:  # by place: NotImplementedError, UnicodeDecodeError, struct.error
        raise zipfile.BadZipFile(str(error) or type(error).__name__) from error


def given_bytes(source: bytes | str | Path, name: str) -> tuple[str, bytes]:
    """What messages call a file that was handed in as bytes or as a path, and its bytes.

    Args:
        source: the bytes, such as an upload's, or the path, whose last part is then the name.
        name: of bytes.

    Raises `UserError` for a path that cannot be read.
    """
    if isinstance(source, bytes):
        return name, source
    path = Path(source)
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error


def read_arrays(file: BinaryIO, name: str) -> dict[str, np.ndarray]:
    """Read an open `.npz` without pickle: arrays of plain numbers, truth values or texts.

    What a member declares of itself is checked before memory is taken for it.

    Raises `UserError` that calls the file `name` where it is damaged or holds anything else.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            if len(infos) > MOST_ARRAYS:
                raise ValueError(f"it holds more than {MOST_ARRAYS} arrays")
            most = max(SMALL_BYTES, RATIO * file.seek(0, os.SEEK_END))
            if sum(info.file_size for info in infos) > most:
                raise ValueError(f"it would swell to more than {RATIO} times its size")
            return {i.filename.removesuffix(".npy"): _member(archive, i) for i in infos}
    except Exception as error:  # damaged data raises many types, by place and method
        reason = str(error) or type(error).__name__
        raise UserError(f"{name} is damaged or not an .npz file of arrays: {reason}.") from error


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    if info.file_size > max(SMALL_BYTES, RATIO * info.compress_size):
        raise ValueError(f"{info.filename} would swell to more than {RATIO} times its size")
    with archive.open(info) as file:
        shape, dtype = _read_header(file)
        if math.prod(shape) * dtype.itemsize != info.file_size - file.tell():
            raise ValueError(f"{info.filename} does not have the size of its shape {shape}")
    with archive.open(info) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _read_header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and dtype of an open `.npy`; raises many types where it is damaged or not plain."""
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, _, dtype = read(file)
    if dtype.kind not in PLAIN or dtype.itemsize > LONGEST_ITEM or not dtype.itemsize:
        raise ValueError(f"it holds {dtype}, no plain numbers")
    return shape, dtype


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; `DiskError` where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DiskError(folder, error) from error


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder among the system's temporary ones for a few files, deleted at the end.

    Raises `DiskError` where there is no place for it, or for what is written to it.
    """
    place = Path(tempfile.gettempdir())
    try:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            place = Path(folder)
            yield place
    except OSError as error:
        raise DiskError(place, error) from error


def file_hash(path: Path) -> str:
    """SHA-256 of a file, 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_rows(path: Path, shape: tuple[int, int]) -> np.ndarray | None:
    """The float32 rows that `write_rows` kept; None where the file is absent or damaged."""
    return read_array(path, shape, np.float32)


def read_array(
    path: Path, shape: tuple[int, ...], dtype: type[np.generic], mapped: bool = False
) -> np.ndarray | None:
    """The array of a `.npy` file; None where it is absent, damaged, or of another shape or type.

    Args:
        mapped: as a read-only map of the file, which leaves it on the disk.
    """
    try:
        with open(path, "rb") as file:
            if _read_header(file) != (shape, np.dtype(dtype)):
                return None
            whole = math.prod(shape) * np.dtype(dtype).itemsize
            if os.fstat(file.fileno()).st_size != file.tell() + whole:
                return None
        return np.load(path, mmap_mode="r" if mapped and whole else None, allow_pickle=False)
    except Exception:  # damaged data raises many types; it is made afresh
        return None


def write_rows(path: Path, rows: np.ndarray) -> None:
    """Keep rows float32 `[n, d]` for next time; where the disk refuses, the work goes on."""
    try:
        make_folder(path.parent)
        sweep_partials(path.parent)
        with replacing(path) as file:
            np.save(file, rows)
    except DiskError as error:
        log.warning("Not kept for next time: %s", error)
