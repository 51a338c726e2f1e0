"""Labelled sets of generated faces, from a recipe."""

from ganssl.base.device import fast_precision
from ganssl.synthesis.archive import zip_set
from ganssl.synthesis.codes import Codes, recipe_codes
from ganssl.synthesis.preview import contact_sheet, preview_faces
from ganssl.synthesis.reader import SyntheticSet, read_set
from ganssl.synthesis.recipe import SOURCES, STRATEGIES, Recipe
from ganssl.synthesis.run import Summary, synthesize
from ganssl.synthesis.writer import finish_set

__all__ = [
    "SOURCES",
    "STRATEGIES",
    "Codes",
    "Recipe",
    "Summary",
    "SyntheticSet",
    "contact_sheet",
    "fast_precision",
    "finish_set",
    "preview_faces",
    "read_set",
    "recipe_codes",
    "synthesize",
    "zip_set",
]
