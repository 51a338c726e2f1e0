"""Directions from labelled photos: encode them, spread few labels, fit and measure."""

from ganssl.fitting.from_photos import (
    EncodedPhotos,
    encode_folder,
    encode_photos,
    fit_encoded,
    fit_photo_directions,
)

__all__ = [
    "EncodedPhotos",
    "encode_folder",
    "encode_photos",
    "fit_encoded",
    "fit_photo_directions",
]
