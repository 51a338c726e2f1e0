"""Label photos by hand, check the labels, and hand them on."""

from ganssl.labelling.agreement import Agreement, Slip, compare, find_slip
from ganssl.labelling.contradictions import Contradiction, contradictions
from ganssl.labelling.order import (
    FarthestOrder,
    InformativeOrder,
    Order,
    RandomOrder,
    ScoreOrder,
    TypicalOrder,
    UncertainOrder,
)
from ganssl.labelling.session import NO, NONE, UNSURE, YES, Answer, LabellingSession

__all__ = [
    "NO",
    "NONE",
    "UNSURE",
    "YES",
    "Agreement",
    "Answer",
    "Contradiction",
    "FarthestOrder",
    "InformativeOrder",
    "LabellingSession",
    "Order",
    "RandomOrder",
    "ScoreOrder",
    "Slip",
    "TypicalOrder",
    "UncertainOrder",
    "compare",
    "contradictions",
    "find_slip",
]
