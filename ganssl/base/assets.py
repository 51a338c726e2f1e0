"""Where the shipped files are: models, the face network, measured figures."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"
