"""How far a slider can be moved, and what it does on the way, as it was measured.

The bars stand beside what was measured without any of them, by `direction-report
--bars` (`ganssl.laboratory.bars`): what arbitrary directions do to any probe, how
alike two different faces are, and what the sliders themselves do. The figures at the
bars are of the model b96771d06635: 32 faces, 16 arbitrary directions, four sliders.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from ganssl.errors import UserError

FURTHEST = 3.0
"""No slider goes further, in σ; beyond it lie next to no faces of the training photos."""

LEAST_IDENTITY = 0.6
"""Mean cosine with the unmoved face: below it, faces are on the way to being somebody else.

Of two different faces one pair in a hundred has more than 0.35, and the sliders have 0.63 to
0.74 at ±3 σ: the bar lies in the gap between.
"""

MOST_OUTSIDE = 0.5
"""Share of unlikely codes: above it, the generator draws what it has hardly learnt.

Of natural codes 0.01 count as unlikely, at ±3 σ of the sliders 0.07 to 0.19.
"""

LEAST_OWN = 0.15
"""Change of its own probe for +1 σ, in spreads between faces, that a slider owes its name.

Of what arbitrary directions do to the probes, 98 % is less (median 0.04); the sliders do 0.35
and more.
"""


TIED = 1.1
"""At one σ another attribute moves further than the slider's own where it does so by more than a
tenth, and at more σ where it does so at all.

Less is a tie: from one draw of 64 faces to another *Male* had an own effect of 0.41 and of 0.36.
"""


@dataclass(frozen=True)
class Reach:
    """What the slider of an attribute did on generated faces (`ganssl.laboratory.reach`).

    Attributes:
        low, high: where it breaks, in σ: from -3 to 0 and from 0 to 3.
        rule: by which it held what must stay (`ganssl.directions.holding`).
        own: change of its own probe for +1 σ, in spreads between faces.
        besides, its_effect: the other attribute that moves most, and how far;
            one that the name implies does not count (`attributes.implied_by`).
        steady: share of faces whose probe rises at every step.
        skin_tone: mean change at +2 σ in degrees.
        identity: mean cosine of a face's embedding before and after +2 σ.
        outside: share of unlikely codes at +2 σ.
        fails: why it gets no slider, in words; empty where it gets one.
        goes_with: another attribute that nearly all photos with this one share
            or lack, such as `Male`; empty where there is none.
        goes_with_share: the share of photos with this attribute that have it.
    """

    low: float
    high: float
    rule: str
    own: float
    besides: str
    its_effect: float
    steady: float
    skin_tone: float
    identity: float
    outside: float
    fails: str = ""
    goes_with: str = ""
    goes_with_share: float = 0.0

    def __post_init__(self) -> None:
        if not -FURTHEST <= self.low <= 0 <= self.high <= FURTHEST:
            raise UserError(f"A slider goes from {self.low} to {self.high} σ, which cannot be.")

    def to_dict(self) -> dict:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> Reach:
        """The inverse of `to_dict`; `UserError` where entries are missing or of another type."""
        try:
            known = {f.name: type_of(str(f.type))(values[f.name]) for f in fields(cls)}
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"What a slider does is not readable: {error}.") from error
        return cls(**known)


def type_of(annotation: str) -> type:
    return float if annotation == "float" else str
