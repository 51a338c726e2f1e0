"""The app is served for measurements; browsers visit it elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganssl.benchmarks.served_app import served_app
from ganssl.errors import UserError


def test_a_server_that_ends_says_why(tmp_path: Path):
    nowhere = {"PYTHONHOME": str(tmp_path / "nowhere")}
    with (
        pytest.raises(UserError, match=r"did not start:\n(.|\n)*Python"),
        served_app(tmp_path / "log", settings=nowhere),
    ):
        pytest.fail("there is no server")
