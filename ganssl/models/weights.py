"""Weights as plain `.npz` arrays for an architecture that we build ourselves.

No pickle and no code in the file: names, shapes and counts must match the
model exactly, or the file is refused.
"""

from __future__ import annotations

import hashlib
import os
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


def network_id(network) -> str:
    """12 hexadecimal digits of a Keras model's weights: their names, shapes and values."""
    digest = hashlib.sha256()
    for variable in network.variables:
        values = np.ascontiguousarray(variable)
        digest.update(f"{variable.path} {values.dtype} {values.shape}".encode())
        digest.update(values.data)
    return digest.hexdigest()[:12]


def model_arrays(model, half: bool = False) -> dict[str, np.ndarray]:
    """All variables of a Keras model by name, in layer order.

    Args:
        half: store kernels (two axes or more) as float16; vectors such as
            batch-norm statistics stay float32.
    """
    arrays = {}
    for index, variable in enumerate(model.variables):
        value = np.asarray(variable, dtype=np.float32)
        if half and value.ndim >= 2:
            value = value.astype(np.float16)
        arrays[f"{index:03d}/{variable.path}"] = value
    return arrays


def assign_arrays(model, arrays: dict[str, np.ndarray], source: str = "the weights") -> None:
    """Put `model_arrays` back; `UserError` where names or shapes differ."""
    expected = {f"{i:03d}/{v.path}": v for i, v in enumerate(model.variables)}
    if set(expected) != set(arrays):
        odd = sorted(set(expected) ^ set(arrays))
        raise UserError(
            f"{source} does not fit this architecture: {len(odd)} arrays differ, such as {odd[0]}."
        )
    for name, variable in expected.items():
        if tuple(variable.shape) != arrays[name].shape:
            raise UserError(
                f"{source} does not fit this architecture: {name} has shape "
                f"{arrays[name].shape}, not {tuple(variable.shape)}."
            )
        if not np.all(np.isfinite(arrays[name])):
            raise UserError(f"{source} holds values that are no numbers, in {name}.")
    for name, variable in expected.items():
        variable.assign(arrays[name].astype(np.float32))
