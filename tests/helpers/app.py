"""Where the app is."""

from pathlib import Path

APP = Path(__file__).parents[2] / "app.py"
