"""The words for ways to fit directions and to hold what they must leave alone."""

from __future__ import annotations

from ganssl.errors import UserError

METHODS: tuple[str, ...] = ("mean", "balanced", "logistic", "svm", "joint")
"""From labels: difference of class means, the same within cells of correlated attributes, the
normal of a logistic regression or of a linear SVM, one regression on all attributes together."""

DEFAULT_METHODS: tuple[str, ...] = ("mean", "balanced", "logistic")
"""What a model bundle holds of each attribute."""

FOUND_METHODS: tuple[str, ...] = ("pca", "sefa", "ica", "difference")
"""Without labels: principal components, the generator's first layer, independent components, and
the difference between codes picked by hand and the rest."""

PIXEL_METHODS: tuple[str, ...] = ("regression",)
"""From what is measured on the pixels, such as skin tone; *present* is the upper half of it."""

MINE = " · mine"
"""Follows the attribute's name where a user's own direction stands beside the model's."""

RAW, SKIN, LOCKS, COVARIANCE, JOINT = "raw", "skin", "locks", "covariance", "joint"
READINGS = "readings"
RULES: dict[str, str] = {
    RAW: "directions as they were fitted, nothing held",
    SKIN: "skin tone held",
    LOCKS: "skin tone, sex and age held like locks, at right angles to their directions",
    COVARIANCE: "skin tone, sex and age held where classifiers of codes read them, by the smallest "
    "step in the metric of the codes' covariance",
    JOINT: "the joint regression on all attributes, skin tone held",
    READINGS: "every other reading of generated faces held, skin tone and the face's embedding "
    "among them, each at a price",
}
DEFAULT_RULE = READINGS
"""How sliders hold; faces and links say by which rule they were made."""


HELD: tuple[str, ...] = ("Male", "Young")
"""The attributes that a slider holds unless it is their own."""


def check_rule(rule: str) -> str:
    """The rule; `UserError` for one that there is not."""
    if rule not in RULES:
        raise UserError(f"{rule!r} is no rule for sliders; choose from {', '.join(RULES)}.")
    return rule
