"""Attribute directions: fit them, keep them, edit codes with them."""

from ganssl.directions.direction import DEFAULT_METHODS, FOUND_METHODS, METHODS, Direction
from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.edit import conditional_direction, edit_codes
from ganssl.directions.fit import fit_direction, fit_directions
from ganssl.fitting.from_photos import (
    EncodedPhotos,
    encode_folder,
    encode_photos,
    fit_encoded,
    fit_photo_directions,
)

__all__ = [
    "DEFAULT_METHODS",
    "FOUND_METHODS",
    "METHODS",
    "Direction",
    "DirectionSet",
    "EncodedPhotos",
    "conditional_direction",
    "edit_codes",
    "encode_folder",
    "encode_photos",
    "fit_direction",
    "fit_directions",
    "fit_encoded",
    "fit_photo_directions",
]
