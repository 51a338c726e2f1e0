"""What was read and what was left out, by name: one report for commands and pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

SHOWN = 10


@dataclass(frozen=True)
class Refusal:
    """A file that was left out, and why, in a plain sentence."""

    name: str
    reason: str


@dataclass(frozen=True)
class ReadReport:
    """What a reader of photos or labels found.

    Attributes:
        photos: how many were read.
        attributes: the label columns that were read.
        refused: what was left out, with the reason.
        notes: sentences on how things were read, and what is odd about them.
        rows_without_photo: rows of the label file that name no photo that was read.
    """

    photos: int = 0
    attributes: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    rows_without_photo: int = 0

    def with_notes(self, notes: Iterable[str]) -> ReadReport:
        """The report with more notes; none stands twice."""
        return replace(self, notes=tuple(dict.fromkeys([*self.notes, *notes])))

    def without(self, refused: Iterable[Refusal]) -> ReadReport:
        """The report after more photos were left out."""
        refused = tuple(refused)
        return replace(self, photos=self.photos - len(refused), refused=(*self.refused, *refused))

    @property
    def odd(self) -> bool:
        """Whether there is more to say than the counts."""
        return bool(self.notes or self.refused)

    def text(self, shown: int = SHOWN) -> str:
        """A line on what was read, one for each note, and what was left out by name."""
        first = f"{self.photos:,} photo{'' if self.photos == 1 else 's'} read"
        named = listed(self.attributes)
        first += f", with labels for {named}." if named else ", without labels."
        lines = [first, *self.notes]
        if self.refused:
            lines.append(f"Left out: {len(self.refused):,}.")
        lines += [f"{refusal.name}: {refusal.reason}" for refusal in self.refused[:shown]]
        if len(self.refused) > shown:
            lines.append(f"and {len(self.refused) - shown:,} more.")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "photos": self.photos,
            "attributes": list(self.attributes),
            "notes": list(self.notes),
            "rows_without_photo": self.rows_without_photo,
            "refused": [{"name": one.name, "reason": one.reason} for one in self.refused],
        }


def listed(names: list[str] | tuple[str, ...]) -> str:
    """The first few of them, as a sentence has them; an empty text for none."""
    names = list(names)
    if len(names) > 5:
        return f"{', '.join(names[:4])} and {len(names) - 4} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
