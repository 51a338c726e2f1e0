"""Who goes first: threads that visitors wait for stand before those of long work."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

STEPS_BACK = 10
"""How many steps of priority long work stands behind what answers visitors."""


def stand_back() -> None:
    """Let the other threads of the process go before this one and those that it starts.

    That is for as long as they live. Linux alone keeps a priority for each thread; elsewhere
    nothing happens.
    """
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with suppress(OSError):
        os.setpriority(
            os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + STEPS_BACK
        )


def priority() -> int:
    """That of this thread, which the threads that it starts have, too: 0 is usual, 19 comes last.

    0 where a system keeps none for a thread.
    """
    if sys.platform != "linux":
        return 0
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
