"""Weights as plain `.npz` arrays for an architecture that we build ourselves.

No pickle and no code in the file: names, shapes and counts must match the
model exactly, or the file is refused.
"""

from __future__ import annotations

import hashlib

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
        if arrays[name].dtype.kind != "f" or not np.all(np.isfinite(arrays[name])):
            raise UserError(f"{source} holds values that are no numbers, in {name}.")
    for name, variable in expected.items():
        variable.assign(arrays[name].astype(np.float32))
