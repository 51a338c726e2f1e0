"""PyTorch's old weight files are read as arrays, and nothing in them is run."""

from __future__ import annotations

import io
import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.training.torch_file import MAGIC, PROTOCOL, read_state


class Named:
    """Pickles as a name of a module that need not exist."""

    def __init__(self, module: str, name: str, *arguments) -> None:
        self.module, self.name, self.arguments = module, name, arguments


class Storage:
    def __init__(self, key: str, values: np.ndarray) -> None:
        self.key, self.values = key, values


class Writer(pickle._Pickler):
    """Writes names as they would stand in a file of PyTorch."""

    def persistent_id(self, value):
        if isinstance(value, Storage):
            return ("storage", Named("torch", "FloatStorage"), value.key, "cpu", value.values.size)
        return None

    def save(self, value, save_persistent_id=True):
        if isinstance(value, Named):
            self.write(b"c" + value.module.encode() + b"\n" + value.name.encode() + b"\n")
            if value.arguments:
                self.save(value.arguments)
                self.write(pickle.REDUCE)
            return
        super().save(value, save_persistent_id)


def dumped(value) -> bytes:
    file = io.BytesIO()
    Writer(file, protocol=2).dump(value)
    return file.getvalue()


def tensor(storage: Storage, offset: int, shape: tuple, strides: tuple) -> Named:
    rebuild = "torch._utils", "_rebuild_tensor_v2"
    return Named(*rebuild, storage, offset, shape, strides, False, OrderedDict())


def written(path: Path, state: dict, storage: Storage) -> Path:
    parts = [dumped(MAGIC), dumped(PROTOCOL), dumped({"little_endian": True}), dumped(state)]
    data = storage.values.astype("<f4").tobytes()
    parts += [dumped([storage.key]), struct.pack("<q", storage.values.size), data]
    path.write_bytes(b"".join(parts))
    return path


def test_tensors_are_views_of_their_storage(tmp_path: Path):
    storage = Storage("1", np.arange(12.0))
    state = OrderedDict(
        whole=tensor(storage, 0, (3, 4), (4, 1)), turned=tensor(storage, 4, (4, 2), (1, 4))
    )
    arrays = read_state(written(tmp_path / "a.pth", state, storage))
    np.testing.assert_array_equal(arrays["whole"], np.arange(12.0).reshape(3, 4))
    np.testing.assert_array_equal(arrays["turned"], np.arange(12.0).reshape(3, 4)[1:].T)


def test_what_is_no_weight_file_is_refused_and_not_run(tmp_path: Path):
    storage = Storage("1", np.arange(4.0))
    hostile = {"a": Named("os", "system", "touch " + str(tmp_path / "harm"))}
    with pytest.raises(UserError, match=r"os\.system"):
        read_state(written(tmp_path / "hostile.pth", hostile, storage))
    assert not (tmp_path / "harm").exists()
    beyond = {"a": tensor(storage, 2, (4,), (1,))}
    with pytest.raises(UserError, match="beyond its storage"):
        read_state(written(tmp_path / "beyond.pth", beyond, storage))
    (tmp_path / "text.pth").write_text("nothing", encoding="utf-8")
    for name in ("text.pth", "absent.pth"):
        with pytest.raises(UserError, match=name):
            read_state(tmp_path / name)


@pytest.mark.parametrize(
    ("offset", "shape", "strides", "message"),
    [
        (0, (3, 4), (5, -3), "lies at no place"),  # would read what lies before the storage
        (-2, (2,), (1,), "lies at no place"),
        (0, (10**9, 10**3), (0, 0), "larger than its storage"),
        (0, (3, 4), (5, 1), "beyond its storage"),
        (0, (2.0,), (1,), "lies at no place"),
        (0, (2, 2), (1,), "no dictionary of tensors"),
    ],
)
def test_a_tensor_stays_within_its_storage(tmp_path: Path, offset, shape, strides, message):
    storage = Storage("1", np.arange(12.0))
    path = written(tmp_path / "a.pth", {"t": tensor(storage, offset, shape, strides)}, storage)
    with pytest.raises(UserError, match=message):
        read_state(path)


def test_a_storage_that_promises_more_than_the_file_and_other_values_are_refused(tmp_path: Path):
    storage = Storage("1", np.arange(12.0))
    path = written(tmp_path / "a.pth", {"t": tensor(storage, 0, (12,), (1,))}, storage)
    data = path.read_bytes()
    at = data.rindex(struct.pack("<q", 12))
    for length in (-1, 2**40, 2**62):
        path.write_bytes(data[:at] + struct.pack("<q", length) + data[at + 8 :])
        with pytest.raises(UserError, match="longer than the file"):
            read_state(path)
    path.write_bytes(data.replace(dumped([storage.key]), dumped(["other"])))
    with pytest.raises(UserError, match="no dictionary of tensors"):
        read_state(path)
    with pytest.raises(UserError, match="something else than tensors"):
        read_state(written(tmp_path / "b.pth", {"t": [1, 2]}, storage))
    with pytest.raises(UserError, match="cannot be read"):
        read_state(tmp_path)
