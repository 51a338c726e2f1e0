"""Arrays on disk without pickle, written beside a file and moved into place; digests of files."""

from __future__ import annotations

import hashlib
import os
import uuid
import zipfile
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ganssl.errors import UserError


def save_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write `.npz` beside `path` and move it into place, so that a kill leaves the old file."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with open(partial, "wb") as file:
        np.savez(file, **arrays)
    os.replace(partial, path)


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
    """Keep rows float32 `[n, d]`; a file that is being written is never seen."""
    partial = path.with_name(f"{path.stem}-{uuid.uuid4().hex[:8]}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(partial, "wb") as file:
            np.save(file, rows)
        os.replace(partial, path)
    except OSError as error:
        raise UserError(f"Features cannot be kept in {path.parent}: {error.strerror}.") from error
    finally:
        if partial.exists():
            partial.unlink()
