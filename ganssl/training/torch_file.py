"""Arrays from a PyTorch weight file, without PyTorch and without running what is in it.

Reads what `torch.save(state_dict)` wrote before PyTorch 1.6 (four pickles, then
the storages one after another). The unpickler knows the few names that a
dictionary of tensors needs, and nothing else.
"""

from __future__ import annotations

import math
import os
import pickle
import struct
from collections import OrderedDict
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ganssl.errors import UserError

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
TYPES = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
}


def read_state(path: str | Path) -> dict[str, np.ndarray]:
    """The tensors of a state dictionary by name.

    Raises:
        UserError: the file is missing, of another format, or names anything
            else than tensors.
    """
    path = Path(path)
    try:
        with open(path, "rb") as file:
            return _read(file)
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # damaged pickles raise many types
        raise UserError(
            f"{path} is no dictionary of tensors in PyTorch's format before 1.6: {error}."
        ) from error


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    if _Unpickler(file).load() != MAGIC or _Unpickler(file).load() != PROTOCOL:
        raise ValueError("its first numbers are others")
    _Unpickler(file).load()  # sizes of the writer's integers
    tensors = _Unpickler(file).load()
    if not isinstance(tensors, dict):
        raise ValueError("it holds no dictionary")
    if not all(isinstance(tensor, _Tensor) for tensor in tensors.values()):
        raise ValueError("it holds something else than tensors")
    dtypes = {tensor.key: tensor.dtype for tensor in tensors.values()}
    storages = {}
    for key in _Unpickler(file).load():
        (length,) = struct.unpack("<q", file.read(8))
        left = os.fstat(file.fileno()).st_size - file.tell()
        if not 0 <= length * dtypes[key].itemsize <= left:
            raise ValueError("a storage is longer than the file")
        storages[key] = np.frombuffer(file.read(length * dtypes[key].itemsize), dtypes[key])
    return {name: tensor.array(storages[tensor.key]) for name, tensor in tensors.items()}


class _Tensor:
    """A view of a storage that is read later."""

    def __init__(self, storage, offset, shape, strides, *_unused) -> None:
        self.dtype, self.key = storage
        self.offset, self.shape, self.strides = offset, shape, strides

    def array(self, storage: np.ndarray) -> np.ndarray:
        size = self.dtype.itemsize
        numbers = (self.offset, *self.shape, *self.strides)
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise ValueError("a tensor lies at no place")  # backwards it would leave its storage
        if math.prod(self.shape) > len(storage):
            raise ValueError("a tensor is larger than its storage")
        need = self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        if min(self.shape, default=1) < 1 or not 0 <= need < len(storage):
            raise ValueError("a tensor reaches beyond its storage")
        view = np.lib.stride_tricks.as_strided(
            storage[self.offset :], self.shape, [size * s for s in self.strides]
        )
        return np.array(view)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in TYPES:
            return TYPES[name]
        raise pickle.UnpicklingError(f"it names {module}.{name}")

    def persistent_load(self, saved):
        kind, dtype, key, *_ = saved
        if kind != "storage":
            raise pickle.UnpicklingError(f"it refers to a {kind}")
        return dtype, key
