"""Labelled sets of generated faces, from a recipe."""

from ganssl.lazy import lazily

_HOMES = {
    "Codes": "ganssl.synthesis.codes",
    "Recipe": "ganssl.synthesis.recipe",
    "SOURCES": "ganssl.synthesis.recipe",
    "STRATEGIES": "ganssl.synthesis.recipe",
    "Summary": "ganssl.synthesis.run",
    "SyntheticSet": "ganssl.synthesis.reader",
    "Writing": "ganssl.synthesis.run",
    "contact_sheet": "ganssl.synthesis.preview",
    "fast_arithmetic": "ganssl.base.device",
    "finish_set": "ganssl.synthesis.writer",
    "preview_faces": "ganssl.synthesis.preview",
    "read_set": "ganssl.synthesis.reader",
    "recipe_codes": "ganssl.synthesis.codes",
    "synthesize": "ganssl.synthesis.run",
    "zip_set": "ganssl.synthesis.archive",
}
"""Where each public name lives, so that a command that needs one of them loads no more."""

__all__ = list(_HOMES)
__getattr__ = lazily(__name__, _HOMES)
