"""The eleven defects of the 2017 article's code, each a named switch.

The article is J. Langr, "Coding for GANs & (Semi)-Learning" (2017). Its
accuracy of 0.58 is the share of the commoner class, at an AUC of 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace


@dataclass(frozen=True)
class Defect:
    """One defect in words.

    Attributes:
        number: in the list of the eleven.
        name: of the switch.
        title: a few words, for charts.
        wrong: what the article's code does, a sentence.
        mended: what is done in its place, a sentence.
    """

    number: int
    name: str
    title: str
    wrong: str
    mended: str


def _switch(number: int, title: str, wrong: str, mended: str) -> bool:
    return field(
        default=False,
        metadata={"number": number, "title": title, "wrong": wrong, "mended": mended},
    )


@dataclass(frozen=True)
class Switches:
    """Which defects are in; all off is today's pipeline."""

    sorted_scores: bool = _switch(
        1,
        "scores sorted",
        "Each face's scores are sorted by size, so no column belongs to anyone any more.",
        "Every column keeps its meaning.",
    )
    repeated_score: bool = _switch(
        2,
        "smallest score repeated",
        "The smallest score is appended once more, which made 2,623 columns of 2,622.",
        "Nothing is appended.",
    )
    inverted_polarity: bool = _switch(
        3,
        "labels inverted",
        "Generated men are labelled 0 and photographed men 1.",
        "One label type, which carries its meaning, for both.",
    )
    input_scale: bool = _switch(
        4,
        "wrong input scale",
        "The face network gets values from 0 to 1, red and blue swapped, and expects 0 to 255.",
        "One preprocessing for all that the network reads.",
    )
    logits_read: bool = _switch(
        5,
        "scores read as features",
        "The layer taken for the softmax is the one before it: raw scores of how much a face "
        "looks like each of many people.",
        "The features below the scores are read, which were made for reuse.",
    )
    class_mean_codes: bool = _switch(
        6,
        "average faces",
        "Each generated face decodes the mean code of 5 to 24 people of its class.",
        "Individual codes, left where they lie, labelled by their side of the boundary.",
    )
    learning_rate: bool = _switch(
        7,
        "training that collapses",
        "Adam at rate 0.1, gradients clipped to 0.01, on features of any size.",
        "A logistic regression on standardised features.",
    )
    seen_photos: bool = _switch(
        8,
        "few photos, seen before",
        "Judged on 100 photos that also take part in the mean codes.",
        "Judged on many photos that took part in nothing.",
    )
    photometry: bool = _switch(
        9,
        "contrast stretched",
        "Each generated face is stretched to full contrast, photos are not.",
        "Generated faces and photos have the same value range.",
    )
    half_the_faces: bool = _switch(
        10,
        "half of the faces unused",
        "Only the first half of the generated faces is trained on.",
        "All are.",
    )
    shifted_labels: bool = _switch(
        11,
        "hand labels shifted",
        "A stray label moves all later ones of the 100 by one photo, which changes 18 of them.",
        "The stray label is taken out.",
    )

    @classmethod
    def all_on(cls) -> Switches:
        """The article as it was published."""
        return cls.only(*NAMES)

    @classmethod
    def only(cls, *names: str) -> Switches:
        """Today's pipeline with these defects put in."""
        return cls(**dict.fromkeys(names, True))

    def mended(self, name: str) -> Switches:
        """The same with one defect less."""
        return replace(self, **{name: False})


DEFECTS: tuple[Defect, ...] = tuple(Defect(name=f.name, **f.metadata) for f in fields(Switches))
NAMES: tuple[str, ...] = tuple(defect.name for defect in DEFECTS)
