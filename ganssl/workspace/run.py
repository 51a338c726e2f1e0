"""One thing that is kept: its card `run.json`, beside the files themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ganssl.base.atomic import write_file
from ganssl.base.json_text import parse_json
from ganssl.errors import UserError

FORMAT = "ganssl run 1"
CARD = "run.json"
SET, CLASSIFIER, JUDGEMENT, SLIDER, LABELS, PHOTOS, SEQUENCE = (
    "set",
    "classifier",
    "judgement",
    "slider",
    "labels",
    "photos",
    "sequence",
)
KINDS = {
    SET: "set of generated faces",
    CLASSIFIER: "classifier",
    JUDGEMENT: "judgement",
    SLIDER: "slider of your own",
    LABELS: "labels",
    PHOTOS: "photos that you chose to keep",
    SEQUENCE: "sequence to present",
}
"""What is kept, and its words for people."""

LONGEST_NAME = 120


@dataclass(frozen=True)
class Run:
    """What `run.json` says of a folder.

    Attributes:
        folder: of the run; its name is the run's `id`.
        kind: one of `KINDS`.
        name: for people; it can be changed.
        made: when it was begun, with its time zone.
        finished: False while it is being made, and for good where that was stopped.
        settings: what it was made with: names to texts, numbers and lists of them.
        figures: what was measured of it; intervals are two numbers under `<figure>_ci95`.
    """

    folder: Path
    kind: str
    name: str
    made: datetime
    finished: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.folder.name

    def named(self, name: str) -> Run:
        """The same under another name; `UserError` for a name that no line holds."""
        return replace(self, name=checked_name(name))

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it, the id included."""
        return {
            "format": FORMAT,
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "made": self.made.isoformat(timespec="seconds"),
            "finished": self.finished,
            "settings": self.settings,
            "figures": self.figures,
        }

    def write(self) -> None:
        """Write the card, all of it or nothing; `DiskError` where the disk refuses."""
        values = {name: value for name, value in self.to_dict().items() if name != "id"}
        text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
        write_file(self.folder / CARD, text + "\n")


def read_run(folder: Path) -> Run:
    """Read the card in a folder; `UserError` where it is missing, damaged or of another kind."""
    path = folder / CARD
    try:
        values = parse_json(path.read_bytes(), str(path))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise UserError(f"{path} is no card that this version reads ({FORMAT!r}).")
    try:
        made = datetime.fromisoformat(values["made"])
        made.astimezone()  # pages show it so; the first and last day of all years cannot be
        run = Run(
            folder=folder,
            kind=values["kind"],
            name=checked_name(values["name"]),
            made=made if made.tzinfo else made.astimezone(),
            finished=values["finished"] is True,
            settings=dict(values["settings"]),
            figures=dict(values["figures"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UserError(f"{path} is damaged: {error} is missing or unreadable.") from error
    if not isinstance(run.kind, str) or run.kind not in KINDS:
        raise UserError(f"{path} is of the kind {run.kind!r}, which this version does not know.")
    return run


def checked_name(name: str) -> str:
    """A name without blanks around it; `UserError` for one that is empty, long or no line."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UserError(f"The name of a run is one line of 1 to {LONGEST_NAME} characters.")
    return name
