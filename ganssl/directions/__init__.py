"""Attribute directions: fit them, keep them, edit codes with them."""

from ganssl.directions.conditional import conditional_direction
from ganssl.directions.direction import DEFAULT_METHODS, FOUND_METHODS, METHODS, Direction
from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.edit import edit_codes
from ganssl.directions.fit import fit_direction, fit_directions
from ganssl.directions.holding import DEFAULT_RULE, RAW, RULES, slider_direction

__all__ = [
    "DEFAULT_METHODS",
    "DEFAULT_RULE",
    "FOUND_METHODS",
    "METHODS",
    "RAW",
    "RULES",
    "Direction",
    "DirectionSet",
    "conditional_direction",
    "edit_codes",
    "fit_direction",
    "fit_directions",
    "slider_direction",
]
