"""Waiting for another thread."""

from __future__ import annotations

import threading


def until(event_or_check):
    end = threading.Event()
    for _ in range(500):
        if event_or_check():
            return
        end.wait(0.01)
    raise AssertionError("gave up waiting")
