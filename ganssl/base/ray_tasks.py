"""Tasks on a Ray cluster (Moritz et al. 2018), a local one by default.

`pip install -r requirements-ray.txt` adds what this needs. Every node must
have ganssl installed and see the files that tasks work on under the same
path, as on a shared file system.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ganssl.base.device import THREADS_VARIABLE
from ganssl.errors import UserError

RETRIES = 3
IN_FLIGHT = 4
"""Tasks that wait or run for each one that can run at once: quick nodes do more of them."""


class Cluster:
    """What runs tasks; `ray_cluster` gives it.

    Attributes:
        cpus: processors of one task; as many tasks run at once as there is room for.
        slots: how many that is.
    """

    def __init__(self, ray: Any, cpus: int) -> None:
        self._ray, self.cpus = ray, cpus
        self.slots = max(1, int(ray.cluster_resources().get("CPU", 1)) // cpus)

    def put(self, value: Any) -> Any:
        """Give every node a value once; tasks get it in place of what this returns."""
        return self._ray.put(value)

    def run(self, function: Callable, calls: Iterable[tuple]) -> Iterator[tuple[int, Any]]:
        """Numbers of calls and what they gave, as they are done.

        A task that dies with its node is started again. What a task raises as
        `UserError` is raised here.

        Args:
            function: of a module that every node has.
            calls: the arguments of each; taken as there is room.
        """
        task = self._ray.remote(num_cpus=self.cpus, max_retries=RETRIES)(_limited)
        left, running = iter(enumerate(calls)), {}
        while True:
            for number, arguments in left:
                running[task.remote(self.cpus, function, *arguments)] = number
                if len(running) >= IN_FLIGHT * self.slots:
                    break
            if not running:
                return
            done, _ = self._ray.wait(list(running))
            for one in done:
                yield running.pop(one), self._result(one)

    def _result(self, task: Any) -> Any:
        try:
            return self._ray.get(task)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, UserError):
                raise error.cause from None
            raise


def _limited(cpus: int, function: Callable, *arguments: Any) -> Any:
    """Runs on a node: no more threads than the task was given processors."""
    os.environ[THREADS_VARIABLE] = str(cpus)
    return function(*arguments)


@contextmanager
def ray_cluster(
    address: str | None = None, cpus: int = 1, most: int | None = None
) -> Iterator[Cluster]:
    """The cluster that the program has begun, else one of its own for as long as this lasts.

    Args:
        address: of a running cluster, such as `auto` or `ray://HOST:10001`.
            None begins one on this machine.
        cpus: processors of one task.
        most: processors of a cluster that is begun here; None takes all there are.

    Raises `UserError` where Ray is not installed or not to be reached.
    """
    ray = _ray()
    began = not ray.is_initialized()
    if began:
        _begin(ray, address, most)
    try:
        yield Cluster(ray, cpus)
    finally:
        if began:
            ray.shutdown()


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports to its makers otherwise
    try:
        import ray
    except ImportError as error:
        raise UserError(
            "Ray is not installed. Run `pip install -r requirements-ray.txt`, or use the engine "
            "that needs nothing else."
        ) from error
    return ray


def _begin(ray: Any, address: str | None, most: int | None) -> None:
    try:
        ray.init(
            address=address,
            num_cpus=most,
            include_dashboard=None if address else False,
            log_to_driver=False,
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise UserError(
            f"There is no Ray cluster at {address or 'this machine'}: {error}"
        ) from error
