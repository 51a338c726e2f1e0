"""What a set will look like, before the long run."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ganssl.models.face_model import FaceModel
from ganssl.photos.images import tile
from ganssl.photos.preprocess import Preprocess
from ganssl.synthesis.codes import recipe_codes
from ganssl.synthesis.recipe import Recipe


def preview_faces(
    model: FaceModel,
    recipe: Recipe,
    count: int = 24,
    *,
    photo_codes: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The first faces of the set: uint8 `[n, size, size, 3]` and their labels, int8 `[n]`.

    n is `count` (2 or more), or the whole set if that is smaller. They are decoded in
    float32, so with a recipe in bfloat16 the set's pixels differ by a step or
    two. Arguments and errors are those of `recipe_codes`.
    """
    count = min(max(count, 2), recipe.count)
    codes = recipe_codes(model, recipe, count=count, photo_codes=photo_codes)
    faces = model.decode(codes.codes)
    if recipe.size != model.size:
        resize = Preprocess(recipe.size)
        faces = np.stack([resize(Image.fromarray(face)) for face in faces])
    return faces, codes.labels


def contact_sheet(
    model: FaceModel,
    recipe: Recipe,
    count: int = 24,
    columns: int = 6,
    *,
    photo_codes: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """One sheet for each class, without and with the attribute; uint8 `[H, W, 3]` each.

    The two halves of a pair have the same place in both. `count` is of both
    classes; otherwise as `preview_faces`.
    """
    faces, labels = preview_faces(model, recipe, count, photo_codes=photo_codes)
    absent, present = (tile(faces[labels == label], columns) for label in (0, 1))
    return absent, present
