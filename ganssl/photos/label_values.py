"""What the cells of one column of labels say: 1, 0 or unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ganssl.attributes import Attribute
from ganssl.errors import UserError

UNKNOWN = -1
NO_ANSWER = frozenset(
    {"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "<na>", "?", "-", "--", ".", "unknown",
     "unsure", "skip", "skipped", "missing", "n.a.", "k.a."}
)  # fmt: skip
"""Cells that say that nobody knows, in any case."""

YES = frozenset({"1", "yes", "y", "true", "t", "present", "positive", "wahr", "ja"})
NO = frozenset({"0", "no", "n", "false", "f", "absent", "negative", "falsch", "nein"})


@dataclass(frozen=True)
class Coding:
    """How the distinct cells of a column are read.

    Attributes:
        codes: for each cell as it is written 1, 0 or -1 (unknown).
        unread: cells that are no answer, which are unknown too.
        notes: sentences on what was concluded.
    """

    codes: dict[str, int]
    unread: tuple[str, ...]
    notes: tuple[str, ...]


def code_cells(cells: Iterable[str], question: Attribute, source: str) -> Coding:
    """Read the distinct cells of a column as answers to a question.

    Class names, 1 and 0, and words such as yes and no are read. -1 means absent in a column
    that holds 1 and -1 alone, as CelebA's do, and unknown beside anything else. Empty cells,
    NA and NaN are unknown. Of exactly two words of which one is the attribute the other says
    that it is absent, unless that class was given another name.
    """
    cells = list(dict.fromkeys(cells))
    words = {cell: word(cell) for cell in cells}
    codes = {cell: _answer(text, question) for cell, text in words.items()}
    said = {t for cell, t in words.items() if t not in NO_ANSWER or codes[cell] is not None}
    notes: list[str] = []
    if "-1" in said:
        minus = 0 if said <= {"1", "-1"} else UNKNOWN
        codes |= {cell: minus for cell, text in words.items() if text == "-1"}
        if minus == UNKNOWN:
            others = ", ".join(sorted(said - {"1", "-1"})[:3])
            notes.append(
                f"{source}: in {question.name} -1 stands beside {others} and is read as unknown."
            )
    unread = [cell for cell, text in words.items() if codes[cell] is None and text not in NO_ANSWER]
    named = {text for text in said if text == word(question.positive)}
    inferred = question.negative == f"not {question.name}" and len(said) == 2 and len(named) == 1
    if inferred and len({words[cell] for cell in unread}) == 1:
        codes |= dict.fromkeys(unread, 0)
        notes.append(
            f"{source}: in {question.name} {unread[0].strip()!r} is read as "
            f"{question.negative!r}, the other class."
        )
        unread = []
    known = {cell: UNKNOWN if code is None else code for cell, code in codes.items()}
    return Coding(known, tuple(unread), tuple(notes))


def is_label_column(cells: Iterable[str], coding: Coding) -> bool:
    """Whether a column holds answers: at least as many distinct ones as other words."""
    said = {word(cell) for cell in cells} - NO_ANSWER
    other = {word(cell) for cell in coding.unread}
    return len(said - other) >= len(other)


def word(cell: str) -> str:
    """A cell without case, blanks and the forms in which programs write whole numbers."""
    text = cell.strip().strip("'\"").strip().replace("−", "-").casefold()
    if text[:1] in "+-0123456789." and text not in ("", "-", "--", "."):
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            return text
        if number == number and abs(number) < 1e9 and number == int(number):
            return str(int(number))
    return text


def parse_classes(text: str, attribute: Attribute) -> Attribute:
    """The attribute with its classes named as `negative,positive`, as `--classes` takes them.

    Raises `UserError` for anything but two different names.
    """
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2 or not all(names):
        raise UserError(
            f"Name two classes, the one without the attribute first, such as "
            f"'not {attribute.name},{attribute.name}'; found {text!r}."
        )
    return Attribute(attribute.name, *names)


def _classes(question: Attribute) -> dict[str, int]:
    return {word(name): code for code, name in enumerate(question.classes)}


def _answer(text: str, question: Attribute) -> int | None:
    classes = _classes(question)
    if text in classes:
        return classes[text]
    return 1 if text in YES else 0 if text in NO else None
