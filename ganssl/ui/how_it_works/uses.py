"""What the model must not be used for: a drawing and a few words for each."""

from __future__ import annotations

from dataclasses import dataclass

from ganssl.ui.how_it_works import drawings


@dataclass(frozen=True)
class Forbidden:
    """A use that is ruled out.

    Attributes:
        title, words: what, and why or what that includes.
        drawn: the drawing in words.
        shapes: the drawing, see `drawings.drawing_url`.
    """

    title: str
    words: str
    drawn: str
    shapes: str


FORBIDDEN: tuple[Forbidden, ...] = (
    Forbidden(
        "Not for telling who or what someone is",
        "The labels say how a few annotators perceived a photo. They are no facts about a "
        "person's gender, age, health or mood.",
        "a face with labels for sex, age and health",
        drawings.TELLING,
    ),
    Forbidden(
        "Not for decisions about people",
        "No hiring, policing, advertising, ranking.",
        "a face sorted into yes or no",
        drawings.DECIDING,
    ),
    Forbidden(
        "Not for deceiving",
        "Faces and pictures from here say that they are generated; leave that in.",
        "a generated face in a newspaper",
        drawings.DECEIVING,
    ),
    Forbidden(
        "Not for identifying anyone",
        "Nor for photos of people who have not agreed.",
        "a face under a magnifying glass",
        drawings.IDENTIFYING,
    ),
    Forbidden(
        "Not for selling",
        "The training photos are for non-commercial research, and what the model makes inherits "
        "these terms.",
        "a face on a price tag",
        drawings.SELLING,
    ),
)
