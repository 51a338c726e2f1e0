"""Making the next thing while the last is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Argument = TypeVar("Argument")
Made = TypeVar("Made")


def one_ahead(make: Callable[[Argument], Made], arguments: Iterable[Argument]) -> Iterator[Made]:
    """What `make` gives for each argument, in order, made in a thread of its own.

    While a result is used the next one is made, and no further: so many are in
    memory as without this, and one more. An exception comes where its result
    would have come. Who stops early waits for the one that is being made.
    """
    pool = ThreadPoolExecutor(1, "ahead")
    try:
        before: Future[Made] | None = None
        for argument in arguments:
            after = pool.submit(make, argument)
            if before is not None:
                yield before.result()
            before = after
        if before is not None:
            yield before.result()
    finally:
        pool.shutdown(cancel_futures=True)
