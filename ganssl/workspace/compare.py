"""Runs side by side: their figures, and the settings in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ganssl.errors import UserError
from ganssl.workspace.run import Run

MISSING = "–"
FIGURES = {
    "n": "Photos judged",
    "accuracy": "Accuracy",
    "auc": "AUC",
    "balanced_accuracy": "Balanced accuracy",
    "majority_baseline": "Always the commoner answer",
    "trained_on": "Faces trained on",
    "held_out_accuracy": "Accuracy on held-out generated faces",
    "held_out_auc": "AUC on held-out generated faces",
    "faces": "Faces",
    "present": "… with the attribute",
    "photos": "Photos",
    "labels": "Labels",
    "scenes": "Scenes",
    "split_half_cosine": "Halves agree (cosine)",
}
"""The figures in the order in which they are shown; intervals stand in the line of theirs."""

INTERVAL = "_ci95"


@dataclass(frozen=True)
class RunComparison:
    """Runs beside each other.

    Attributes:
        runs: the columns.
        figures: rows of a title and a text for each run.
        differing: the same of the settings in which they differ.
        same: settings that all of them share.
    """

    runs: tuple[Run, ...]
    figures: list[tuple[str, list[str]]]
    differing: list[tuple[str, list[str]]]
    same: dict[str, str]

    def text(self) -> str:
        """The tables for a terminal."""
        rows = [("", [run.name for run in self.runs]), *self.figures]
        if self.differing:
            rows += [("", ["" for _ in self.runs]), *self.differing]
        first = max(len(title) for title, _ in rows)
        widths = [max(len(cells[i]) for _, cells in rows) for i in range(len(self.runs))]
        lines = []
        for title, cells in rows:
            padded = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
            lines.append("  ".join([f"{title:<{first}}", *padded]).rstrip())
        if not self.differing:
            lines.append("They were made with the same settings.")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "runs": [run.to_dict() for run in self.runs],
            "differing": {title: cells for title, cells in self.differing},
            "same": self.same,
        }


def compare_runs(runs: Sequence[Run]) -> RunComparison:
    """Set runs side by side; `UserError` for fewer than two."""
    if len(runs) < 2:
        raise UserError("It takes two runs or more to compare.")
    names = dict.fromkeys(name for run in runs for name in run.figures if INTERVAL not in name)
    ordered = [*(n for n in FIGURES if n in names), *(n for n in names if n not in FIGURES)]
    figures = [(FIGURES.get(n, n), [figure_text(run, n) for run in runs]) for n in ordered]
    settings = [{"kind": run.kind, **flat(run.settings)} for run in runs]
    differing, same = [], {}
    for name in dict.fromkeys(name for mine in settings for name in mine):
        cells = [setting_text(mine.get(name)) for mine in settings]
        if len(set(cells)) > 1:
            differing.append((name, cells))
        else:
            same[name] = cells[0]
    return RunComparison(tuple(runs), figures, differing, same)


def figure_text(run: Run, name: str) -> str:
    """A figure of a run with its interval: `0.912 (0.881 to 0.936)`."""
    value, interval = run.figures.get(name), run.figures.get(f"{name}{INTERVAL}")
    text = setting_text(value)
    ends = interval if isinstance(interval, list) and len(interval) == 2 else []
    if isinstance(value, float) and ends and all(isinstance(end, int | float) for end in ends):
        text += f" ({ends[0]:.3f} to {ends[1]:.3f})"
    return text


def headline(run: Run) -> str:
    """The figures that matter most of a run, in one line; empty without any."""
    words = {
        "accuracy": "accuracy",
        "auc": "AUC",
        "held_out_accuracy": "held-out accuracy",
        "held_out_auc": "held-out AUC",
        "faces": "faces",
        "photos": "photos",
        "labels": "labels",
        "scenes": "scenes",
    }
    shown = [(word, figure_text(run, name)) for name, word in words.items()]
    return " · ".join(f"{word} {text}" for word, text in shown if text != MISSING)


def setting_text(value: Any) -> str:
    """A value for people."""
    if value is None or value == [] or value == "":
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(setting_text, value))
    return str(value)


def flat(values: dict[str, Any], start: str = "") -> dict[str, Any]:
    """Settings within settings as `outer inner`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= flat(value, f"{start}{name} ")
        else:
            found[f"{start}{name}"] = value
    return found
