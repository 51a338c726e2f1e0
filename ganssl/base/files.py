"""Arrays on disk without pickle; digests of files."""

from __future__ import annotations

import hashlib
import logging
import zipfile
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ganssl.base.atomic import replacing, sweep_partials
from ganssl.errors import DiskError, UserError

log = logging.getLogger(__name__)


def save_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write `.npz`, all of it or nothing; `DiskError` where the disk refuses."""
    path = Path(path)
    make_folder(path.parent)
    with replacing(path) as file:
        np.savez(file, **arrays)


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read a `.npz` without pickle; `UserError` where it is absent or damaged."""
    try:
        with open(path, "rb") as file:
            return read_arrays(file, str(path))
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error


def read_arrays(file: BinaryIO, name: str) -> dict[str, np.ndarray]:
    """Read an open `.npz` without pickle; `UserError` that calls it `name` where it is damaged."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except (OSError, ValueError, EOFError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        raise UserError(f"{name} is damaged or not an .npz file of arrays: {error}.") from error


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; `DiskError` where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DiskError(folder, error) from error


def file_hash(path: Path) -> str:
    """SHA-256 of a file, 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_rows(path: Path, shape: tuple[int, int]) -> np.ndarray | None:
    """The float32 rows that `write_rows` kept; None where the file is absent or damaged."""
    try:
        rows = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return rows if rows.shape == shape and rows.dtype == np.float32 else None


def write_rows(path: Path, rows: np.ndarray) -> None:
    """Keep rows float32 `[n, d]` for next time; where the disk refuses, the work goes on."""
    try:
        make_folder(path.parent)
        sweep_partials(path.parent)
        with replacing(path) as file:
            np.save(file, rows)
    except DiskError as error:
        log.warning("Not kept for next time: %s", error)
