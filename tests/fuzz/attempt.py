"""One attempt: a reader takes a file or refuses it in a sentence, with little time and memory."""

from __future__ import annotations

import resource
import signal
import sys
from contextlib import contextmanager

from ganssl.errors import UserError
from tests.fuzz.readers import Reader

SECONDS = 10
"""Of the processor, for one file."""

MEMORY = 1 << 30
"""Bytes for one file, beyond what the process held before."""


class TooSlow(BaseException):
    """No `Exception`, so that no reader turns it into a sentence."""


@contextmanager
def limited():
    """A file that takes more than `SECONDS` of the processor raises `TooSlow`."""

    def stop(*_):
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def attempt(reader: Reader, data: bytes) -> bool:
    """True where the reader took the file, False where it refused it; anything else raises."""
    held = memory_peak()
    with limited():
        try:
            reader.read(data)
            taken = True
        except UserError as error:
            str(error).encode()  # a message that can be shown
            taken = False
    if memory_peak() - held > MEMORY:
        raise MemoryError(f"one file took {(memory_peak() - held) / 2**20:,.0f} MiB")
    return taken


def memory_peak() -> int:
    """The most that this process ever held, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
