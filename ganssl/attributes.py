"""Attribute names, and the label type that carries a name with its polarity.

CelebA's 40 attributes are what its annotators perceived in a photo, not facts
about the person; every text shown to a visitor says so.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from ganssl.errors import UserError

# The column order of CelebA's `list_attr_celeba.txt` (Liu et al. 2015).
CELEBA_ATTRIBUTES: tuple[str, ...] = (
    "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald",
    "Bangs", "Big_Lips", "Big_Nose", "Black_Hair", "Blond_Hair",
    "Blurry", "Brown_Hair", "Bushy_Eyebrows", "Chubby", "Double_Chin",
    "Eyeglasses", "Goatee", "Gray_Hair", "Heavy_Makeup", "High_Cheekbones",
    "Male", "Mouth_Slightly_Open", "Mustache", "Narrow_Eyes", "No_Beard",
    "Oval_Face", "Pale_Skin", "Pointy_Nose", "Receding_Hairline", "Rosy_Cheeks",
    "Sideburns", "Smiling", "Straight_Hair", "Wavy_Hair", "Wearing_Earrings",
    "Wearing_Hat", "Wearing_Lipstick", "Wearing_Necklace", "Wearing_Necktie", "Young",
)  # fmt: skip

FIRST_SLIDERS: tuple[str, ...] = ("Male", "Bald", "Smiling", "Eyeglasses", "Young")
"""The attributes that the Explore page opens with."""

WITHHELD: frozenset[str] = frozenset(
    {
        "Attractive", "Bags_Under_Eyes", "Big_Lips", "Big_Nose", "Chubby",
        "Double_Chin", "Narrow_Eyes", "Pale_Skin", "Pointy_Nose",
    }
)  # fmt: skip
"""Judgements of looks or build that no slider offers; see `withheld`."""

BEARD = frozenset({"5_o_Clock_Shadow", "Goatee", "Mustache", "No_Beard", "Sideburns"})
BROWS = frozenset({"Arched_Eyebrows", "Bushy_Eyebrows"})
MAKE_UP = frozenset({"Heavy_Makeup", "Rosy_Cheeks", "Wearing_Lipstick"})

ONE_THING: tuple[frozenset[str], ...] = (
    BEARD,
    BROWS,
    MAKE_UP,
    frozenset({"Bald", "Bangs", "Receding_Hairline", "Wearing_Hat"}),
    frozenset({"Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair"}),
    frozenset({"High_Cheekbones", "Mouth_Slightly_Open", "Smiling"}),
    frozenset({"Straight_Hair", "Wavy_Hair"}),
)
"""Attributes that describe one thing in a face: beard, brows, make-up, hair above the brow, its
colour, the mouth, how the hair falls. Who changes one means to change the others, or cannot help
it."""

LONGEST_NAME = 60
FORBIDDEN = "=,;"
"""They divide names on the command line and in tables."""

LONGEST_CLASS = LONGEST_NAME + len("not ")
UNPRINTED = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's control characters, halves of characters, and ends of lines and paragraphs."""


def check_name(name: object, what: str = "An attribute") -> str:
    """A name as it is, whether it was typed or stands in a file; `UserError` for no good one.

    Args:
        what: is named, for the message.
    """
    if not _writable(name, LONGEST_NAME) or set(FORBIDDEN) & set(name):
        raise UserError(
            f"{what} needs a name of 1 to {LONGEST_NAME} letters, such as Smiling, without '=', "
            f"',' and ';', not {_shown(name)}."
        )
    return name


def _writable(text: object, longest: int) -> TypeGuard[str]:
    """Whether it is a text that is not blank, not long, and can be written anywhere."""
    return (
        isinstance(text, str)
        and bool(text.strip())
        and len(text) <= longest
        and not any(unicodedata.category(letter) in UNPRINTED for letter in text)
    )


def _shown(text: object) -> str:
    """A text for a message, whatever it is."""
    return ascii(text if not isinstance(text, str) else text[:LONGEST_NAME])[:200]


@dataclass(frozen=True)
class Attribute:
    """A yes-or-no question about a face, with the names of its two answers.

    `Attribute("Male")` has the classes `not Male` (0) and `Male` (1): the
    positive class is always the attribute itself, so polarity cannot flip.

    Example:
        >>> from ganssl import Attribute
        >>> smiling = Attribute("Smiling")
        >>> smiling.classes
        ('not Smiling', 'Smiling')
        >>> int(smiling.parse("yes")), int(smiling.parse("-1"))
        (1, 0)
    """

    name: str
    negative: str = ""
    positive: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)
        object.__setattr__(self, "positive", self.positive or self.name)
        object.__setattr__(self, "negative", self.negative or f"not {self.name}")
        for answer in self.classes:
            if not _writable(answer, LONGEST_CLASS):
                raise UserError(
                    f"An answer about {self.name} needs a name of 1 to {LONGEST_CLASS} letters, "
                    f"not {_shown(answer)}."
                )
        if self.negative.strip().casefold() == self.positive.strip().casefold():
            raise UserError(f"The two classes of {self.name} need different names.")

    @property
    def title(self) -> str:
        """The name as a person reads it: `Gray_Hair` becomes `Gray hair`."""
        words = self.name.replace("_", " ").strip()
        return words[:1].upper() + words[1:].lower()

    @property
    def classes(self) -> tuple[str, str]:
        """`(negative, positive)`, indexed by the numeric label 0 or 1."""
        return self.negative, self.positive

    def label(self, present: bool | int) -> Label:
        if present not in (0, 1):
            raise ValueError(f"a label is 0 or 1, not {present}")
        return Label(self, bool(present))

    def parse(self, text: str) -> Label:
        """Read a label from a file: one of the class names, or 1, 0, -1, yes, no, true, false.

        Here -1 means absent, as in CelebA's own files.
        Raises `UserError` for anything else; the caller adds file and line.
        """
        word = str(text).strip().casefold()
        for present, name in enumerate(self.classes):
            if word == name.strip().casefold():
                return self.label(present)
        if word in {"1", "1.0", "yes", "true"}:
            return self.label(True)
        if word in {"0", "0.0", "-1", "-1.0", "no", "false"}:
            return self.label(False)
        raise UserError(
            f"{str(text)!r} is no label of {self.name}: write 1 or 0, "
            f"or the class names {self.positive!r} and {self.negative!r}."
        )


@dataclass(frozen=True)
class Label:
    """One answer to an attribute's question; `int(label)` is 1 when it is present."""

    attribute: Attribute
    present: bool

    def __int__(self) -> int:
        return int(self.present)

    def __str__(self) -> str:
        return self.attribute.classes[int(self)]


def implied_by(name: str) -> frozenset[str]:
    """The attributes whose change is no side effect of a change of this one.

    Those that describe the same thing (`ONE_THING`), and for perceived sex also
    beard, make-up and brows, which annotators go by.

    Example:
        >>> sorted(implied_by("Bald"))
        ['Bangs', 'Receding_Hairline', 'Wearing_Hat']
        >>> "Male" in implied_by("Mustache")
        False
    """
    found = {other for group in ONE_THING if name in group for other in group}
    found |= BEARD | BROWS | MAKE_UP if name == "Male" else set()
    return frozenset(found - {name})


def meant_name(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that a typed name means; None where it means none or several.

    Case does not matter, nor whether words are joined by `_`, by `-`, by a blank or by nothing:
    `gray hair` and `GrayHair` mean `Gray_Hair`.
    """
    known = list(dict.fromkeys(known))
    if name in known:
        return name
    found = [other for other in known if _plain(other) == _plain(name)]
    if not found:
        found = [other for other in known if joined(other) == joined(name)]
    return found[0] if len(found) == 1 else None


def withheld(name: str) -> bool:
    """Whether a name means a judgement of looks or build, however it is spelt.

    Example:
        >>> withheld("big nose"), withheld("Smiling")
        (True, False)
    """
    return joined(name) in _JOINED_WITHHELD


def why_withheld(attribute: Attribute) -> str:
    """What to say of an attribute that is `withheld`."""
    return f"{attribute.title} judges looks or build; this app gives no slider to such judgements."


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence that names up to three of `known` that a typed name is close to, or nothing.

    Example:
        >>> did_you_mean("Smilling", ["Male", "Smiling"])
        'Did you mean Smiling?'
        >>> did_you_mean("Tall", ["Male", "Smiling"])
        ''
    """
    plain = {_plain(other): other for other in known}
    near = difflib.get_close_matches(_plain(name), plain, n=3)
    return f"Did you mean {' or '.join(plain[word] for word in near)}?" if near else ""


def slider_names(names: Iterable[str], sliders: Sequence[str]) -> list[str]:
    """Typed names as the sliders are spelt; `UserError` for those that mean none of them."""
    meant = {name: meant_name(name, sliders) for name in names}
    missing = [name for name, slider in meant.items() if slider is None]
    if missing:
        hint = did_you_mean(missing[0], sliders) or f"It has {', '.join(sliders) or 'none'}."
        raise UserError(f"This model has no slider for {', '.join(missing)}. {hint}")
    return [slider for slider in meant.values() if slider is not None]


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def joined(name: str) -> str:
    """What all spellings of a name have in common: `Gray_Hair` and `gray hair` are `grayhair`."""
    return _plain(name).replace(" ", "")


_JOINED_WITHHELD = frozenset(map(joined, WITHHELD))
