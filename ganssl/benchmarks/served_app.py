"""The app on a server of its own, to be measured or tried."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from ganssl.base.assets import APP
from ganssl.errors import UserError

PATIENCE = 300.0
"""Seconds; beside a training the app has taken over two minutes to start."""


@contextmanager
def served_app(
    log: Path, base: str = "", settings: Mapping[str, str] | None = None
) -> Iterator[tuple[str, int]]:
    """Address and process of the app on a free port; the server ends with the block.

    Args:
        log: gets what the server prints.
        base: the path under which the app is served; empty for none.
        settings: environment variables that the server has besides.

    Raises `UserError`, with what was printed, where the server ends before it answers.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    command += ["--server.fileWatcherType=none", f"--server.baseUrlPath={base}"]
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            command,
            cwd=APP.parent,
            stdout=output,
            stderr=output,
            env={**os.environ, **(settings or {})},
        )
    address = f"http://127.0.0.1:{port}" + (f"/{base}" if base else "")
    try:
        wait(lambda: _healthy(address) or server.poll() is not None, "the app to start")
        if server.poll() is not None:
            raise UserError(f"The app did not start:\n{log.read_text(encoding='utf-8')}")
        yield address, server.pid
    finally:
        server.terminate()
        server.wait()


def wait(ready: Callable[[], Any], what: str) -> None:
    """Wait until `ready`; `UserError`, with the words for what is waited for, after `PATIENCE`."""
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            raise UserError(f"Waited {PATIENCE:.0f} s for {what}.")
        time.sleep(0.05)


def _healthy(address: str) -> bool:
    try:
        with urlopen(f"{address}/_stcore/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
