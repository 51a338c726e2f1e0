"""Which processor this is: for what is measured on it, and for how many threads to use."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")

NOTEWORTHY = (
    "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "asimd", "sve",
)  # fmt: skip
"""Flags that a network's speed depends on, as Linux names them."""


@dataclass(frozen=True)
class Processor:
    """What rates depend on.

    Attributes:
        name: such as `Intel(R) Xeon(R) Processor`.
        flags: those of `NOTEWORTHY` that it has; empty where the system does not tell.
        threads: that this process may use.
        cores: that these threads lie on; 0 where the system does not tell.
    """

    name: str
    flags: tuple[str, ...]
    threads: int
    cores: int

    @property
    def arrangement(self) -> str:
        """Whether threads are cores, in words: `2 threads of 1 core`."""
        if not self.cores:
            return _count(self.threads, "thread")
        if self.cores == self.threads:
            return _count(self.cores, "core")
        return f"{_count(self.threads, 'thread')} of {_count(self.cores, 'core')}"

    def __str__(self) -> str:
        return "; ".join(filter(None, (self.name, self.arrangement, " ".join(self.flags))))

    def to_dict(self) -> dict:
        return {**vars(self), "flags": list(self.flags)}


def this_processor(cpuinfo: Path = CPUINFO) -> Processor:
    """The processor of this machine, as far as the system tells."""
    threads = usable_threads()
    try:
        text = cpuinfo.read_text(encoding="utf-8")
    except OSError:
        text = ""
    parts = [dict(_entries(part)) for part in text.strip().split("\n\n")]
    mine = [part for part in parts if part.get("processor", "").isdigit()]
    mine = [part for part in mine if int(part["processor"]) in threads]
    names = {part["model name"]: None for part in mine if "model name" in part}
    words = {
        word for part in mine for word in (part.get("flags") or part.get("Features", "")).split()
    }
    cores = {(part.get("physical id"), part["core id"]) for part in mine if "core id" in part}
    return Processor(
        " and ".join(names) or platform.processor() or platform.machine(),
        tuple(flag for flag in NOTEWORTHY if flag in words),
        len(threads),
        len(cores),
    )


def usable_threads() -> set[int]:
    """The numbers of the processor's threads that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return set(os.sched_getaffinity(0))
    return set(range(os.cpu_count() or 1))


def _entries(part: str):
    for line in part.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            yield key.strip(), value.strip()


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
