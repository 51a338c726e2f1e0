"""Attribute directions: fit them, keep them, edit codes with them."""

from ganssl.directions.direction import DEFAULT_METHODS, FOUND_METHODS, METHODS, Direction
from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.edit import conditional_direction, edit_codes
from ganssl.directions.fit import fit_direction, fit_directions

__all__ = [
    "DEFAULT_METHODS",
    "FOUND_METHODS",
    "METHODS",
    "Direction",
    "DirectionSet",
    "conditional_direction",
    "edit_codes",
    "fit_direction",
    "fit_directions",
]
