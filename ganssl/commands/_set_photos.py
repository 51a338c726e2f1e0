"""What photos bring to the set that `synthesize` makes: directions of few labels, and codes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from ganssl.directions import DirectionSet
    from ganssl.models.face_model import FaceModel
    from ganssl.photos import PhotoSet
    from ganssl.synthesis.recipe import Recipe

DATA_VARIABLE = "GANSSL_DATA"


def few_label_directions(
    model: FaceModel, recipe: Recipe, photos: PhotoSet | None, cache: str | None
) -> DirectionSet | None:
    """The directions that --labels-per-class asks for; None without it."""
    count, names = recipe.labels_per_class, (*recipe.attributes, *recipe.balance_over)
    if count is None:
        return None
    from ganssl.base.progress import bar
    from ganssl.fitting.spread_directions import few_directions
    from ganssl.photos import read_photos

    if photos is not None and photos.attributes:
        return few_directions(model, count, names, photos, cache, bar)
    try:
        return few_directions(model, count, names)
    except UserError as error:
        root = os.environ.get(DATA_VARIABLE)
        if root is None:
            raise UserError(
                f"{error} Use --photos DIR --labels FILE, or name a folder that holds celeba/ in "
                f"the environment variable {DATA_VARIABLE}."
            ) from error
    return few_directions(model, count, names, read_photos(Path(root) / "celeba"), cache, bar)


def photo_codes(model: FaceModel, photos: PhotoSet | None, cache: str | None) -> np.ndarray | None:
    """Codes of photos; of a divided set those of its train part."""
    if photos is None:
        return None
    from ganssl.base.progress import bar
    from ganssl.fitting import encode_photos

    if photos.partition is not None:
        photos = photos.part("train")
    return encode_photos(model, photos, cache, bar)
