"""Attribute directions: fit them, keep them, edit codes with them."""

from ganssl.lazy import lazily

_HOMES = {
    "DEFAULT_METHODS": "ganssl.directions.names",
    "DEFAULT_RULE": "ganssl.directions.names",
    "Direction": "ganssl.directions.direction",
    "DirectionSet": "ganssl.directions.direction_set",
    "FitOptions": "ganssl.directions.options",
    "FOUND_METHODS": "ganssl.directions.names",
    "METHODS": "ganssl.directions.names",
    "RAW": "ganssl.directions.names",
    "RULES": "ganssl.directions.names",
    "conditional_direction": "ganssl.directions.conditional",
    "edit_codes": "ganssl.directions.edit",
    "fit_direction": "ganssl.directions.fit",
    "fit_directions": "ganssl.directions.fit",
    "slider_direction": "ganssl.directions.holding",
}
"""Where each public name lives, so that a command that needs one of them loads no more."""

__all__ = list(_HOMES)
__getattr__ = lazily(__name__, _HOMES)
