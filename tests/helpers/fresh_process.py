"""Code in a process of its own, where nothing is loaded yet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def told_by(code: str) -> Any:
    """What code says in the last line that it prints, in JSON; it runs in the checkout."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "GANSSL_ENGINE": "onnxruntime"},
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])
