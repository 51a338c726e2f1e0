"""Where the shipped files are: the app, models, the face network, measured figures."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "shipped"

ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
"""The checkout; of an installed wheel the folder in the package that holds the same files."""

ASSETS = ROOT / "assets"
APP = ROOT / "app.py"
"""What `streamlit run` takes; its pages lie beside it."""
