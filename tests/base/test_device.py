"""Which arithmetic a device gets, and when a GPU is said to lie idle."""

from __future__ import annotations

from pathlib import Path

import pytest

import ganssl.base.device as device
from ganssl.base.device import (
    ENGINE_VARIABLE,
    GPU_INSTALL,
    ONNX,
    TENSORFLOW,
    THREADS_VARIABLE,
    choose_precision,
    core_count,
    fast_arithmetic,
    gpu_advice,
    has_nvidia_gpu,
    inference_engine,
    processor_flags,
    training_dtype,
)
from ganssl.errors import UserError

AVX = {"avx2", "avx512f", "avx512_bf16"}


@pytest.mark.parametrize(
    ("gpus", "flags", "precision"),
    [
        ([], {"avx2"}, "float32"),
        ([], AVX, "float32"),  # the instructions alone gain nothing
        ([], AVX | {"amx_bf16"}, "bfloat16"),
        ([], (), "float32"),  # a system that does not tell
        ([(7, 5)], {"amx_bf16"}, "float32"),  # the GPU computes, not the processor
        ([(8, 0)], {"avx2"}, "bfloat16"),
        ([(9, 0), (9, 0)], AVX, "bfloat16"),
        ([(9, 0), (7, 0)], AVX, "float32"),
        ([None], AVX, "float32"),
    ],
)
def test_bfloat16_where_there_are_units_for_it(gpus, flags, precision):
    assert choose_precision(gpus, flags) == precision


def test_fewer_threads_can_be_asked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(device, "usable_threads", lambda: {0, 1, 2, 5})
    for most, expected in (("", 4), ("3", 3), ("1", 1), ("8", 4)):
        monkeypatch.setenv(THREADS_VARIABLE, most)
        assert core_count() == expected
    for nonsense in ("0", "two", "-1"):
        monkeypatch.setenv(THREADS_VARIABLE, nonsense)
        with pytest.raises(UserError, match="whole number from 1 on"):
            core_count()


def test_a_dtype_that_is_named_is_taken():
    assert training_dtype("mixed_bfloat16") == "mixed_bfloat16"
    assert training_dtype("float32") == "float32"


def test_flags_are_words_of_the_file(tmp_path: Path):
    file = tmp_path / "cpuinfo"
    file.write_text("processor\t: 0\nflags\t\t: fpu avx512_bf16 amx_tile\n", encoding="utf-8")
    assert {"avx512_bf16", "amx_tile"} <= processor_flags(file)
    assert "amx_bf16" not in processor_flags(file)
    assert processor_flags(tmp_path / "absent") == frozenset()


@pytest.mark.parametrize(
    ("nvidia", "seen", "system", "said"),
    [
        (False, 0, "Linux", None),
        (True, 1, "Linux", None),
        (True, 0, "Linux", GPU_INSTALL),
        (True, 0, "Windows", "WSL2"),
    ],
)
def test_a_gpu_that_lies_idle_is_said(nvidia, seen, system, said):
    advice = gpu_advice(nvidia, seen, system)
    assert advice is None if said is None else said in advice


def test_the_line_names_a_file_that_is_there():
    file = Path(__file__).parents[2] / GPU_INSTALL.rpartition(" ")[2]
    assert "tensorflow[and-cuda]" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["proc/driver/nvidia/version", "dev/nvidia0"])
def test_an_nvidia_gpu_is_known_by_its_driver(name, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not has_nvidia_gpu(tmp_path)
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.touch()
    assert has_nvidia_gpu(tmp_path)


@pytest.fixture
def machine(monkeypatch):
    """Sets what the machine has: GPUs, the precision that it is fast at, and what is forced."""

    def set(gpus: int, precision: str, forced: str | None = None) -> None:
        monkeypatch.setattr(device, "gpu_devices", lambda: ["a GPU"] * gpus)
        monkeypatch.setattr(device, "fast_precision", lambda: precision)
        if forced is None:
            monkeypatch.delenv(ENGINE_VARIABLE, raising=False)
        else:
            monkeypatch.setenv(ENGINE_VARIABLE, forced)

    return set


@pytest.mark.parametrize(
    ("gpus", "fast", "forced", "one", "many"),
    [
        (0, "float32", None, ONNX, ("float32", ONNX)),
        (0, "float32", "auto", ONNX, ("float32", ONNX)),
        (0, "bfloat16", None, ONNX, ("bfloat16", TENSORFLOW)),  # one face is not worth the wait
        (1, "bfloat16", None, TENSORFLOW, ("bfloat16", TENSORFLOW)),
        (1, "float32", None, TENSORFLOW, ("float32", TENSORFLOW)),
        (0, "float32", TENSORFLOW, TENSORFLOW, ("float32", TENSORFLOW)),
        (1, "bfloat16", ONNX, ONNX, ("float32", ONNX)),
    ],
)
def test_the_device_chooses_the_engine(machine, gpus, fast, forced, one, many):
    machine(gpus, fast, forced)
    assert inference_engine() == one
    assert fast_arithmetic() == many


def test_what_a_model_cannot_run_on_is_not_chosen(machine):
    machine(0, "float32")
    assert fast_arithmetic((TENSORFLOW,)) == ("float32", TENSORFLOW)
    machine(0, "bfloat16")
    assert fast_arithmetic(precision="float32") == ("float32", ONNX)
    machine(0, "float32")
    assert fast_arithmetic(precision="bfloat16") == ("bfloat16", TENSORFLOW)


def test_an_engine_that_there_is_not_is_said(machine):
    machine(0, "float32", "onnx")
    with pytest.raises(UserError, match=r"GANSSL_ENGINE can be auto or one of .*, not 'onnx'"):
        inference_engine()
