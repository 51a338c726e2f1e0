"""Weights as plain `.npz` arrays for an architecture that we build ourselves.

No pickle and no code in the file: names, shapes and counts must match the
model exactly, or the file is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from ganssl.errors import UserError


def network_id(network) -> str:
    """12 hexadecimal digits of a Keras model's weights: their names, shapes and values."""
    digest = hashlib.sha256()
    for variable in network.variables:
        values = np.ascontiguousarray(variable)
        digest.update(f"{variable.path} {values.dtype} {values.shape}".encode())
        digest.update(values.data)
    return digest.hexdigest()[:12]


def arrays_id(arrays: Mapping[str, np.ndarray]) -> str:
    """`network_id` of the network that `assign_arrays` would give these arrays to."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):  # names begin with their place
        values = np.ascontiguousarray(array, np.float32)
        digest.update(f"{path_of(name)} {values.dtype} {values.shape}".encode())
        digest.update(values.data)
    return digest.hexdigest()[:12]


def path_of(name: str) -> str:
    """The path of the variable that `model_arrays` calls `name`."""
    return name.partition("/")[2]


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


class NamedArrays:
    """Arrays of `model_arrays` by the variable's path, for a network that is described by hand.

    `UserError`s are those of `assign_arrays`.

    Args:
        source: what messages call the file.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], source: str) -> None:
        self._arrays = {path_of(name): array for name, array in arrays.items()}
        self._left, self._source = set(self._arrays), source

    def take(self, path: str, shape: tuple[int, ...]) -> np.ndarray:
        """The array of a path as float32."""
        if path not in self._arrays:
            raise _does_not_fit(self._source, f"there is no {path}")
        array = self._arrays[path]
        self._left.discard(path)
        _check_array(array, shape, path, self._source)
        return array.astype(np.float32)

    def check_all_taken(self) -> None:
        if self._left:
            raise _does_not_fit(
                self._source, f"{len(self._left)} arrays differ, such as {min(self._left)}"
            )


def assign_arrays(model, arrays: Mapping[str, np.ndarray], source: str = "the weights") -> None:
    """Put `model_arrays` back; `UserError` where names or shapes differ."""
    expected = {f"{i:03d}/{v.path}": v for i, v in enumerate(model.variables)}
    if set(expected) != set(arrays):
        odd = sorted(set(expected) ^ set(arrays))
        raise _does_not_fit(source, f"{len(odd)} arrays differ, such as {odd[0]}")
    for name, variable in expected.items():
        _check_array(arrays[name], tuple(variable.shape), name, source)
    for name, variable in expected.items():
        variable.assign(arrays[name].astype(np.float32))


def _check_array(array: np.ndarray, shape: tuple[int, ...], name: str, source: str) -> None:
    if array.shape != shape:
        raise _does_not_fit(source, f"{name} has shape {array.shape}, not {shape}")
    if array.dtype.kind != "f" or not np.all(np.isfinite(array)):
        raise UserError(f"{source} holds values that are no numbers, in {name}.")


def _does_not_fit(source: str, reason: str) -> UserError:
    return UserError(f"{source} does not fit this architecture: {reason}.")
