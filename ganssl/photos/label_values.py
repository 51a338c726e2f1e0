"""What the cells of one column of labels say: 1, 0 or unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos.matching import composed

UNKNOWN = -1
NO_ANSWER = frozenset(
    {"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "<na>", "?", "-", "--", ".", "unknown",
     "unsure", "skip", "skipped", "missing", "n.a.", "k.a."}
)  # fmt: skip
"""Cells that say that nobody knows, in any case."""

YES = frozenset(
    {"1", "yes", "y", "true", "t", "on", "present", "positive", "✓", "✔", "☑", "✅", "👍", "wahr",
     "checked", "ticked", "ja", "oui", "vrai", "sí", "si", "sì", "verdadero", "vero", "sim",
     "verdadeiro", "tak", "prawda", "да", "истина", "はい", "是", "真", "예", "evet"}
)  # fmt: skip
NO = frozenset(
    {"0", "no", "n", "false", "f", "off", "absent", "negative", "✗", "✘", "☐", "❌", "👎",
     "unchecked", "falsch", "nein", "non", "faux", "falso", "não", "nao", "nie", "fałsz", "нет",
     "ложь", "いいえ", "否", "假", "아니요", "nej", "nee", "hayır"}
)  # fmt: skip
"""Answers, and what spreadsheets of several languages write for true and false."""

TICKS = frozenset({"x", "✓", "✔", "☑", "✅", "☒", "*", "+", "•", "●", "checked", "ticked"})
"""Marks that say yes where a column holds nothing else: who ticks leaves the others empty."""

EMPTY = frozenset({"", "-", "--"})
"""What stands where no tick does."""

SAME_WORDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "male": (
        frozenset({"male", "males", "man", "men", "m", "masculine", "boy", "boys", "männlich",
                   "mann", "männer", "homme", "hommes", "masculin", "hombre", "hombres",
                   "masculino", "uomo", "maschio", "homem"}),
        frozenset({"female", "females", "woman", "women", "f", "w", "feminine", "girl", "girls",
                   "weiblich", "frau", "frauen", "femme", "femmes", "féminin", "mujer", "mujeres",
                   "femenino", "feminino", "donna", "femmina", "mulher"}),
    ),
    "smiling": (frozenset({"smiling", "smile", "smiles"}), frozenset()),
    "eyeglasses": (frozenset({"eyeglasses", "glasses", "spectacles"}), frozenset()),
}  # fmt: skip
"""Words that files use for attributes: those for its being there, and for its being absent."""

NUMBERED = re.compile(r"^[01] (?=\D)")
"""What folders of classes put first so that they sort."""

DENIED = re.compile(r"^(?:not|no|non|without) ")
AFFIRMED = re.compile(r"^(?:is|with|has|wears|wearing) ")


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
    that holds 1 and -1 alone, as CelebA's do, and unknown beside anything else. 1 beside 2 and
    without 0 is no answer: either may be the attribute. Empty cells, NA and NaN are unknown. Of
    exactly two words of which one is the attribute the other says that it is absent, unless
    that class was given another name. In a column of ticks, such as `x`, and nothing else an
    empty cell or a dash says that it is absent.
    """
    cells = list(dict.fromkeys(cells))
    words = {cell: word(cell) for cell in cells}
    classes = _classes(question)
    numbered = {"1", "2"} <= set(words.values()) and "0" not in words.values()
    codes = {
        cell: None
        if numbered and text == "1" and text not in classes
        else _answer(text, question, classes)
        for cell, text in words.items()
    }
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
    empty = EMPTY & set(words.values())
    if empty and len(said) == 1 and said <= TICKS - set(classes):
        tick, absent = next(iter(said)), empty - {""} or empty
        codes |= {cell: int(text == tick) for cell, text in words.items() if text in absent | said}
        notes.append(
            f"{source}: in {question.name} {tick!r} is read as {question.positive!r}, and "
            f"{'a dash' if '' not in absent else 'an empty cell'} beside it as "
            f"{question.negative!r}."
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
    """Whether a column holds answers: at least as many distinct ones as other words, and no
    counts or ratings among them."""
    said = {word(cell) for cell in cells} - NO_ANSWER
    other = {word(cell) for cell in coding.unread}
    if sum(text.isdecimal() for text in other) > 1:
        return False
    return len(said - other) >= len(other)


def word(cell: str) -> str:
    """A cell without case, blanks and the forms in which programs write whole numbers."""
    text = composed(cell).strip().strip("'\"").strip().replace("−", "-").casefold()
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


def _answer(text: str, question: Attribute, classes: dict[str, int]) -> int | None:
    if text in classes:
        return classes[text]
    if text in YES or text in NO:
        return int(text in YES)
    return class_word(text, question)


def class_word(text: str, question: Attribute) -> int | None:
    """What a word says of an attribute by naming it or its opposite: 1, 0 or None.

    `not_Male`, `without glasses` and `1_Male` are read, and for perceived sex the usual words.
    """
    plain = NUMBERED.sub("", _spaced(text))
    present, absent = _names(question)
    if plain in present or AFFIRMED.sub("", plain) in present:
        return 1
    if plain in absent or DENIED.sub("", plain) in present:
        return 0
    return None


def _names(question: Attribute) -> tuple[frozenset[str], frozenset[str]]:
    """The words for an attribute's being there, and for its being absent."""
    present = frozenset({_spaced(word(question.name)), _spaced(word(question.positive))})
    absent = frozenset({_spaced(word(question.negative))})
    usual = SAME_WORDS.get(question.name.casefold(), (frozenset(), frozenset()))
    if usual[0] & absent or usual[1] & present:  # the two are named the other way round
        return present - absent, absent
    return present | usual[0], absent | usual[1]


def _spaced(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").split())
