"""What the system's words for a processor come to."""

from __future__ import annotations

from pathlib import Path

import pytest

import ganssl.base.processor as processor
from ganssl.base.processor import this_processor


def cpuinfo(path: Path, places: list[tuple[int, int]], flags: str = "fpu avx2 amx_bf16") -> Path:
    """A file of so many threads, each on `(package, core)`."""
    parts = [
        f"processor\t: {number}\nmodel name\t: Some CPU\nphysical id\t: {package}\n"
        f"core id\t\t: {core}\nflags\t\t: {flags}\n"
        for number, (package, core) in enumerate(places)
    ]
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


@pytest.fixture
def allowed(monkeypatch):
    return lambda *numbers: monkeypatch.setattr(processor, "usable_threads", lambda: set(numbers))


@pytest.mark.parametrize(
    ("places", "threads", "words"),
    [
        ([(0, 0), (0, 1)], (0, 1), "2 cores"),
        ([(0, 0), (0, 0)], (0, 1), "2 threads of 1 core"),
        ([(0, 0), (1, 0)], (0, 1), "2 cores"),  # the same number in another package
        (
            [(0, 0), (0, 1), (0, 0), (0, 1)],
            (0, 2),
            "2 threads of 1 core",
        ),  # the others are not ours
        ([(0, 0)], (0,), "1 core"),
    ],
)
def test_threads_are_told_from_cores(tmp_path, allowed, places, threads, words):
    allowed(*threads)
    found = this_processor(cpuinfo(tmp_path / "cpuinfo", places))
    assert found.arrangement == words
    assert str(found) == f"Some CPU; {words}; avx2 amx_bf16"
    assert found.flags == ("avx2", "amx_bf16")


def test_a_system_that_does_not_tell(tmp_path, allowed):
    allowed(0, 1, 2)
    found = this_processor(tmp_path / "absent")
    assert found.arrangement == "3 threads" and found.flags == () and found.cores == 0
