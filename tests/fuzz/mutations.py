"""Good files made bad: in their bytes, and inside what the bytes mean."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from tests.fuzz.structures import mutate_encoding, mutate_zip

Mutation = Callable[[bytes, Random], bytes]

MARKS = (b"\x00" * 8, b"\xff" * 8, b"\x7f\xff\xff\xff", b"\x80", b"PK\x01\x02", b"\xd8")
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 0.5, -0.0, 1e308, -1e308, 1e-308, 2**31, 2**63, 10**18,
    10**400, float("nan"), float("inf"), "", "  ", "\ud800", "\x00", "a" * 5000, "é", "1e999",
    "=,;", "\n", [], {}, [[]], [None], [0] * 1000, {"a": 1}, {"": ""},
)  # fmt: skip
DTYPES = (
    "f8", "f4", "f2", ">f4", "i8", "u1", "?", "c8", "S3", "U3", "M8[s]", "O", "V4", "i4,f4",
    "f16",
)  # fmt: skip
DEEP = 3000
NAMES = (
    "a" * 60_000, "1" * 5000 + ".jpg", "a/" * 3000 + "b.jpg", "../../up.jpg", "/etc/a.jpg",
    "C:\\a.jpg", "é\u0301.jpg", "\x07.jpg", "labels.csv", "a.zip", "b.jpg/", " ", "con.jpg",
)  # fmt: skip


def mutate_bytes(data: bytes, rng: Random) -> bytes:
    """One to four small changes anywhere."""
    found = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randint(0, len(found)), rng.choice((1, 2, 4, 16, 200))
        way = rng.randint(0, 6)
        if way == 0 and found:
            found[min(at, len(found) - 1)] ^= 1 << rng.randint(0, 7)
        elif way == 1:
            del found[at:]
        elif way == 2:
            del found[at : at + length]
        elif way == 3:
            found[at:at] = found[at : at + length] * rng.choice((1, 2, 50))
        elif way == 4:
            mark = rng.choice(MARKS)
            found[at : at + len(mark)] = mark
        elif way == 5:
            found[at:at] = bytes(rng.randint(0, 255) for _ in range(length))
        else:
            other = rng.randint(0, len(found))
            found[at:at] = found[other : other + length]
    return bytes(found)


def mutate_json(data: bytes, rng: Random) -> bytes:
    """Another value, a missing or a further entry, or a number or nesting without end."""
    values = json.loads(data)
    places = list(_places(values))
    if not places or rng.random() < 0.05:
        return b"[" * DEEP + data + b"]" * DEEP
    holder, key = rng.choice(places)
    if rng.random() < 0.05:  # as deep as Python still reads, or nearly
        deep = rng.choice((29, 31, 200, rng.randint(900, 1000)))
        holder[key] = "DEEP"
        return json.dumps(values).encode().replace(b'"DEEP"', b"[" * deep + b"]" * deep)
    way = rng.randint(0, 4)
    if way == 0:
        del holder[key]
    elif way == 1 and isinstance(holder, dict):
        holder[rng.choice(("", "extra", "\ud800", "name"))] = rng.choice(VALUES)
    elif way == 2:
        other, other_key = rng.choice(places)
        holder[key] = json.loads(
            json.dumps(
                other.get(other_key)
                if isinstance(other, dict)
                else other[other_key]
                if other_key < len(other)
                else 0
            )
        )
    elif way == 3:
        holder[key] = [holder[key]] * rng.choice((1, 3, 300))
    else:
        holder[key] = rng.choice(VALUES)
    return json.dumps(values).encode()


def _places(values: Any):
    if isinstance(values, dict | list):
        keys = list(values) if isinstance(values, dict) else range(len(values))
        for key in keys:
            yield values, key
            yield from _places(values[key])


def mutate_npz(data: bytes, rng: Random) -> bytes:
    """Other arrays, other headers, other ways of packing."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    name = rng.choice(sorted(members))
    way = rng.randint(0, 6)
    if way == 0:
        del members[name]
    elif way == 1:
        members[rng.choice(("extra.npy", "bare", "../up.npy", ""))] = members[name]
    elif way == 2:
        members[name] = _header(members[name], rng)
    elif way == 3:
        members[name] = mutate_bytes(members[name], rng)
    else:
        members[name] = _array(members[name], name, rng)
    packed = _zip(members, rng)
    return mutate_zip(packed, rng) if rng.random() < 0.3 else packed


def _zip(members: dict[str, bytes], rng: Random) -> bytes:
    buffer = io.BytesIO()
    method = rng.choice((zipfile.ZIP_STORED,) * 4 + (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name or "empty", content)
    return buffer.getvalue()


def _header(member: bytes, rng: Random) -> bytes:
    """The same numbers under a header that says something else."""
    shape = rng.choice(("(10**12,)", "(-1,)", "(0,)", "(3, 0)", "(1,)*40", "'x'", "(2**40, 2**40)"))
    text = f"{{'descr': '{rng.choice(DTYPES)}', 'fortran_order': False, 'shape': {shape}, }}"
    text = rng.choice((text, text[:-3], "(" * 500, "1" * 5000, text.replace("'", '"')))
    text += " " * (118 - len(text)) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + member[128:]


def _array(member: bytes, name: str, rng: Random) -> bytes:
    """The same array with odd values, of another type or shape, or its JSON changed."""
    array = np.load(io.BytesIO(member), allow_pickle=False)
    way = rng.randint(0, 5)
    if name in ("json.npy", "state.npy") and way < 4:
        array = np.frombuffer(mutate_json(array.tobytes(), rng), np.uint8)
    elif way == 0 and array.size and array.dtype.kind == "f":
        array = array.copy()
        array.flat[rng.randrange(array.size)] = rng.choice((np.nan, np.inf, -1.0, 0.0, 1e38, 1e-38))
    elif way == 1 and array.dtype.kind in "fiu":
        array = array * rng.choice((0, -1, 2, 100))
    elif way == 2:
        array = array[None] if rng.random() < 0.5 else array.ravel()[: rng.randint(0, 3)]
    elif way == 3:
        array = np.zeros(rng.choice(((), (0,), (3, 3), (1000,))), array.dtype)
    else:
        dtype = rng.choice(DTYPES)
        array = np.zeros(array.shape, dtype) if rng.random() < 0.5 else _cast(array, dtype)
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)  # an array of objects is one of the attacks
    return buffer.getvalue()


def _cast(array: np.ndarray, dtype: str) -> np.ndarray:
    try:
        with np.errstate(all="ignore"):
            return array.astype(dtype)
    except (TypeError, ValueError):
        return np.zeros(array.shape, dtype)


def mutate_text(data: bytes, rng: Random) -> bytes:
    """Cells and lines of a table."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    way = rng.randint(0, 4)
    if way == 0:
        lines.insert(at, rng.choice(lines))
    elif way == 1:
        del lines[at]
    else:
        cells = lines[at].split(b",") if b"," in lines[at] else lines[at].split(b" ")
        word = rng.choice((b"", b"  ", b"-1", b"1e999", b'"', b"\x00", b"=,;", b"9" * 400, b"\xff"))
        cells[rng.randrange(len(cells))] = word
        lines[at] = (b"," if b"," in lines[at] else b" ").join(cells)
    return b"\n".join(lines)


def mutate_classifier(data: bytes, rng: Random) -> bytes:
    """A part of a classifier's ZIP, with the checksum put right so that it is looked at."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    if rng.random() < 0.5:
        members["arrays.npz"] = mutate_npz(members["arrays.npz"], rng)
        values = json.loads(members["manifest.json"])
        values["sha256"] = hashlib.sha256(members["arrays.npz"]).hexdigest()
        members["manifest.json"] = json.dumps(values).encode()
    else:
        members["manifest.json"] = mutate_json(members["manifest.json"], rng)
    return _zip(members, rng)


def mutate_members(data: bytes, rng: Random) -> bytes:
    """The content of one member of a ZIP, such as a sheet of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    name = rng.choice(sorted(members))
    way = rng.random()
    if way < 0.2:
        del members[name]
    elif way < 0.4:
        members[rng.choice(NAMES)] = members.pop(name)
    elif way < 0.5:
        members[name] = mutate_encoding(members[name], rng)
    elif way < 0.8:
        members[name] = mutate_bytes(members[name], rng)
    packed = _zip(members, rng)
    return mutate_zip(packed, rng) if way >= 0.7 else packed


def mutate_graph(data: bytes, rng: Random) -> bytes:
    """A node that is missing, doubled, of another operation, with other inputs or numbers."""
    if rng.random() < 1 / 3:
        return mutate_bytes(data, rng)
    from tensorflow.compat.v1 import GraphDef

    graph = GraphDef.FromString(data)
    at = rng.randrange(len(graph.node))
    node, other = graph.node[at], rng.choice(graph.node)
    way = rng.randint(0, 6)
    if way == 0:
        del graph.node[at]
    elif way == 1:
        graph.node.append(other)
    elif way == 2:
        node.op = rng.choice((other.op, "ReadFile", "PyFunc", "", "NoSuchOperation"))
    elif way == 3:
        del node.input[:]
        node.input.extend(other.input)
    elif way == 4 and node.input:
        node.input[rng.randrange(len(node.input))] = rng.choice((node.name, other.name, "", "^x:9"))
    elif way == 5:
        constant = rng.choice([n for n in graph.node if n.op == "Const"])
        tensor = constant.attr["value"].tensor
        for side in tensor.tensor_shape.dim:
            side.size = rng.choice((0, 1, -1, 7, 10**6, 2**40, side.size))
    elif node.attr:
        key = rng.choice(sorted(node.attr))
        if key in other.attr:
            node.attr[key].CopyFrom(other.attr[key])
        else:
            del node.attr[key]
    return graph.SerializeToString()


def one_of(*mutations: Mutation) -> Mutation:
    """Each of some mutations equally often, and one in three times plain bytes."""

    def mutate(data: bytes, rng: Random) -> bytes:
        if rng.random() < 1 / 3:
            return mutate_bytes(data, rng)
        return rng.choice(mutations)(data, rng)

    return mutate
