"""Attribute directions: fit them, keep them, edit codes with them."""

from ganssl.directions.direction import METHODS, Direction
from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.edit import conditional_direction, edit_codes
from ganssl.directions.fit import fit_direction, fit_directions
from ganssl.directions.from_photos import encode_photos, fit_photo_directions

__all__ = [
    "METHODS",
    "Direction",
    "DirectionSet",
    "conditional_direction",
    "edit_codes",
    "encode_photos",
    "fit_direction",
    "fit_directions",
    "fit_photo_directions",
]
