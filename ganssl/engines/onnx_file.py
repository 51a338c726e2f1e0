"""ONNX files, as far as this project's networks need them: protocol buffers written by hand.

The format is that of https://onnx.ai/onnx/repo-docs/IR.html, with the numbers of the fields
from `onnx.proto`. Writing it takes these few lines; the package that holds all of it would be
needed for nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np

IR_VERSION, OPERATIONS = 8, 17
"""Of the file format and of its set of operations, of 2022: every runtime in use reads them."""

TYPES = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int64): 7}

FLOAT, INT, STRING, INTS = 1, 2, 3, 7
"""Kinds of attributes."""


def model(
    nodes: Iterable[bytes],
    constants: Iterable[bytes],
    entry: bytes,
    exit: bytes,
) -> bytes:
    """A file with one graph.

    Args:
        nodes: see `node`, in order of computation.
        constants: see `tensor`.
        entry, exit: what it takes and what it gives, see `value`.
    """
    graph = b"".join(
        [
            *(_part(1, one) for one in nodes),
            _part(2, b"network"),
            *(_part(5, one) for one in constants),
            _part(11, entry),
            _part(12, exit),
        ]
    )
    operations = _part(1, b"") + _number(2, OPERATIONS)
    return _number(1, IR_VERSION) + _part(2, b"ganssl") + _part(7, graph) + _part(8, operations)


def node(op: str, inputs: Iterable[str], output: str, attributes: dict) -> bytes:
    """One operation; attributes are whole numbers, real ones, texts and lists of whole numbers."""
    return b"".join(
        [
            *(_part(1, name.encode()) for name in inputs),
            _part(2, output.encode()),
            _part(4, op.encode()),
            *(_part(5, _attribute(name, value)) for name, value in attributes.items()),
        ]
    )


def tensor(name: str, values: np.ndarray) -> bytes:
    """A constant, float32 or int64."""
    little = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    return b"".join(
        [
            *(_number(1, side) for side in values.shape),
            _number(2, TYPES[values.dtype]),
            _part(8, name.encode()),
            _part(9, little.tobytes()),
        ]
    )


def value(name: str, dtype: type[np.generic], shape: Iterable[int | str]) -> bytes:
    """A name with its type; a side that is a text may be of any length."""
    sides = b"".join(
        _part(1, _part(2, side.encode()) if isinstance(side, str) else _number(1, side))
        for side in shape
    )
    kind = _number(1, TYPES[np.dtype(dtype)]) + _part(2, sides)
    return _part(1, name.encode()) + _part(2, _part(1, kind))


def _attribute(name: str, value: int | float | str | list[int]) -> bytes:
    if isinstance(value, float):
        kind, data = FLOAT, _varint(2 << 3 | 5) + struct.pack("<f", value)
    elif isinstance(value, int):
        kind, data = INT, _number(3, value)
    elif isinstance(value, str):
        kind, data = STRING, _part(4, value.encode())
    else:
        kind, data = INTS, b"".join(_number(8, number) for number in value)
    return _part(1, name.encode()) + data + _number(20, kind)


def _part(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number % 2**64)  # negative ones as two's complement


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)
