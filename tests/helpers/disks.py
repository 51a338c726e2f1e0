"""A disk that is full, for whole commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

FEW_BYTES = 50


@contextmanager
def full_disk() -> Iterator[None]:
    """No file grows beyond a few bytes: it fails as on a full disk, also for root."""
    import resource  # not on Windows

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FEW_BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
