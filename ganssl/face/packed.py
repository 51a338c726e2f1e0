"""A user's own direction as the letters of an address, and as JSON holds it number by number."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping

import numpy as np

from ganssl.base.json_text import parse_json
from ganssl.directions.direction import Direction
from ganssl.errors import UserError

MOST_BYTES = 100_000
"""Of one direction, unpacked."""


def pack(direction: Direction) -> str:
    """A direction as letters of an address; `unpack` gives it back to the last bit."""
    words = direction.to_dict()
    words.pop("reach", None)
    meta = json.dumps(words, separators=(",", ":"), allow_nan=False).encode()
    data = len(meta).to_bytes(4, "big") + meta + direction.vector.astype("<f4").tobytes()
    return base64.urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")


def unpack(text: str, name: str = "The link") -> Direction:
    """The inverse of `pack`; `UserError` for anything else."""
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        opener = zlib.decompressobj()
        data = opener.decompress(packed, MOST_BYTES)
        if opener.unconsumed_tail or not opener.eof:
            raise ValueError("it is cut off or too large")
        length = int.from_bytes(data[:4], "big")
        meta, vector = data[4 : 4 + length], data[4 + length :]
        return _direction(parse_json(meta, "its description"), np.frombuffer(vector, "<f4"))
    except UserError as error:
        raise UserError(f"{name} carries a direction that cannot be read: {error}") from error
    except (binascii.Error, zlib.error, ValueError, TypeError, KeyError, OverflowError) as error:
        raise UserError(
            f"{name} carries a direction that cannot be read; is it cut off?"
        ) from error


def to_plain(text: str) -> dict:
    """A packed direction as JSON holds it, its vector number by number."""
    direction = unpack(text)
    values = direction.to_dict()
    values.pop("reach", None)
    return {**values, "vector": [float(number) for number in direction.vector]}


def from_plain(values: dict, name: str = "The face") -> str:
    """The inverse of `to_plain`, checked; `UserError` that calls the source `name`."""
    try:
        words = dict(values)
        vector = np.array(words.pop("vector"), np.float32)
        return pack(_direction(words, vector))
    except UserError as error:
        raise UserError(f"{name} carries a direction that cannot be read: {error}") from error
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise UserError(f"{name} carries a direction that cannot be read.") from error


def _direction(words: Mapping, vector: np.ndarray) -> Direction:
    if not isinstance(words, Mapping):
        raise UserError("it has no name.")
    return Direction.from_dict({**words, "own": True}, vector)
