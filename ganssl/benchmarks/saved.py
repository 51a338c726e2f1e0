"""The figures of a benchmark in a file, and two of them side by side."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ganssl import __version__
from ganssl.base import assets
from ganssl.base.atomic import write_file
from ganssl.base.json_text import parse_json
from ganssl.benchmarks.measurement import Measurement
from ganssl.errors import UserError


@dataclass(frozen=True)
class SavedFigures:
    """What `benchmark --save` keeps.

    Attributes:
        program: version and, in a checkout, commit.
        machine: processor and device, see `ganssl.base.processor`.
        model: its id.
        figures: in the order in which they were measured.
    """

    program: str
    machine: str
    model: str
    figures: tuple[Measurement, ...]

    def to_dict(self) -> dict:
        return {**vars(self), "figures": [figure.to_dict() for figure in self.figures]}

    def save(self, path: Path) -> None:
        write_file(path, json.dumps(self.to_dict(), indent=2) + "\n")

    @classmethod
    def load(cls, path: Path) -> SavedFigures:
        """`UserError` where the file is absent or holds anything else."""
        try:
            values = parse_json(Path(path).read_bytes(), str(path))
            figures = tuple(Measurement(**figure) for figure in values.pop("figures"))
            return cls(**values, figures=figures)
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}.") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UserError(f"{path} holds no figures of a benchmark: {error}.") from error


def this_program() -> str:
    """`0.1.0`, or `0.1.0 at 1a2b3c4d` in a checkout; with `+` where files differ from it."""
    git = shutil.which("git")
    if git is None or not (assets.ROOT / ".git").exists():
        return __version__
    there = ["--no-optional-locks", "-C", str(assets.ROOT)]  # looking writes nothing
    command = [git, *there, "describe", "--always", "--dirty=+", "--abbrev=8"]
    run = subprocess.run(command, capture_output=True, encoding="utf-8")
    return f"{__version__} at {run.stdout.strip()}" if run.returncode == 0 else __version__


def compared(before: SavedFigures, after: SavedFigures) -> list[str]:
    """Lines for people: what was measured then and now, and by what each differs.

    A ratio to a reference of the same run says more than a bare figure, above all
    where the machine is another or is busy: both are given.
    """
    lines = [f"then: {before.program}, {before.machine}", f"now:  {after.program}, {after.machine}"]
    if before.machine != after.machine:
        lines.append("The machines differ: compare the ratios alone.")
    if before.model != after.model:
        lines.append(f"The models differ: {before.model} and {after.model}.")
    lines += ["", f"{'':<34}{'then':>10}{'now':>10}{'change':>9}   {'ratio then':>10}{'now':>7}"]
    known = {(figure.name, figure.meaning): figure for figure in before.figures}
    for figure in after.figures:
        old = known.pop((figure.name, figure.meaning), None)
        if old is None:
            lines.append(f"{figure.name:<34}{'':>10}{figure.value:>10.1f}   measured now alone")
            continue
        change = 100 * (figure.value / old.value - 1) if old.value else 0.0
        lines.append(
            f"{figure.name:<34}{old.value:>10.1f}{figure.value:>10.1f}{change:>+8.0f}%   "
            f"{old.ratio:>10.2f}{figure.ratio:>7.2f}  {figure.unit}, to {figure.meaning}"
        )
    lines += [f"{old.name:<34}{old.value:>10.1f}   measured then alone" for old in known.values()]
    return lines
