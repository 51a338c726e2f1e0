"""Where a slider does not apply to a face, in plain words."""

from __future__ import annotations

from ganssl.attributes import Attribute
from ganssl.directions.reach import Reach
from ganssl.ui.face.session import FaceSession
from ganssl.ui.shared.words import literal


def companion_note(session: FaceSession, attribute: str) -> str:
    """What to say beside a slider that is moved on a face of a kind that photos never show so.

    Empty where the slider rests, where it applies, and where nothing is known.
    """
    reach = session.model.directions.get(attribute).reach
    readout = session.readout
    if reach is None or readout is None or session.state.amount(attribute) <= 0:
        return ""
    if reach.goes_with not in readout.attributes:
        return ""
    probabilities = session.picture(session.state.unedited()).probabilities
    if probabilities is None:
        return ""
    likely = float(probabilities[readout.attributes.index(reach.goes_with)])
    return note(reach, attribute, likely)


def note(reach: Reach, attribute: str, likely: float) -> str:
    """The sentence for a face that is perceived as `goes_with` with a probability, 0 to 1."""
    shared = reach.goes_with_share > 0.5
    if (likely >= 0.5) == shared:
        return ""
    name, companion = (literal(Attribute(one).title) for one in (attribute, reach.goes_with))
    share = reach.goes_with_share if shared else 1 - reach.goes_with_share
    like = f"*{companion}*" if shared else f"not *{companion}*"
    other = f"not *{companion}*" if shared else f"*{companion}*"
    return (
        f":material/info: *{name}* does not apply here: {_said(share)} of the photos annotated so "
        f"are also annotated {like}, and this face is perceived as {other}. The model has next to "
        "no example to follow, so expect little, or another face."
    )


def _said(share: float) -> str:
    """A share in words that never round a rest away: 0.997 is not all of them."""
    return "more than 99%" if 0.99 < share < 1 else f"{share:.0%}"
