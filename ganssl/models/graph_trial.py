"""A stranger's graph is run for the first time in a process of its own.

What the checks cannot foresee, a fault in one of TensorFlow's kernels say,
ends that process and not the server.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ganssl.base.files import file_hash
from ganssl.errors import UserError

PROCESSOR_SECONDS = 60
"""Of all threads together, once TensorFlow is there."""

MEMORY = 4 << 30
"""Bytes, beyond what TensorFlow takes."""

PATIENCE = 600.0
"""Seconds on the clock, for a machine that is busy with other things."""

REFUSED = 2
_passed: set[str] = set()


def try_graph(path: str | Path) -> None:
    """Load a graph file, encode and decode one face, all in a child process; once for each content.

    Raises `UserError` where the graph is refused there, or ends the process,
    or takes more than `MEMORY` or `PROCESSOR_SECONDS`.
    """
    path = Path(path)
    try:
        digest = file_hash(path)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    if digest in _passed:
        return
    root = str(Path(__file__).parents[2])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-m", "ganssl.models.graph_trial", str(path.resolve())]
    try:
        run = subprocess.run(
            command, env=environment, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(f"{path.name} is refused: a first run of it did not end.") from error
    if run.returncode == REFUSED:
        raise UserError(run.stdout.decode(errors="replace").strip())
    if run.returncode:
        raise UserError(
            f"{path.name} is refused: a first run of it ended its process (status "
            f"{run.returncode}), or took more than {MEMORY >> 30} GiB of memory or "
            f"{PROCESSOR_SECONDS} seconds of the processor."
        )
    _passed.add(digest)


def main(path: str) -> int:
    """What the child does; returns its exit status."""
    import tensorflow  # noqa: F401  before the limits: they are for the graph

    from ganssl.models.cadl import CadlModel

    _limit()
    try:
        model = CadlModel.load(path)
        model.encode(model.decode(model.mean[None]))
    except UserError as error:
        print(error)
        return REFUSED
    return 0


def _limit() -> None:
    """Cap memory and processor time from here on, where the system can."""
    if sys.platform != "linux":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + PROCESSOR_SECONDS
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    held = next(int(row.split()[1]) for row in status.splitlines() if row.startswith("VmData"))
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_DATA, held * 1024 + MEMORY),
    ):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (most if hard < 0 else min(most, hard), hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
