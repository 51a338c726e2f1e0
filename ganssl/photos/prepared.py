"""Photos read and aligned, ready for a feature extractor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ganssl.base.progress import Progress
from ganssl.errors import UserError
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.preprocess import Preprocess
from ganssl.photos.report import Refusal

LEAVE_OUT, CROP = "leave-out", "crop"
"""What becomes of photos in which no face is found: none of them is used, or their middle is."""

NO_FACE = (
    "No face was found in it, so it was left out. Photos that are face crops without a margin may "
    "be taken as they are on request."
)


@dataclass(frozen=True, eq=False)
class PreparedPhotos:
    """Photos that could be read, ready for an extractor.

    Attributes:
        photos: those that could be read, in the order of the rows below.
        pixels: uint8 `[n, s, s, 3]`.
        model_pixels: the same faces as a face model's encoder reads them,
            uint8 `[n, S, S, 3]`; None where nobody asked for them.
        how: how each face was found, see `ganssl.photos.align.prepare_face`.
        warnings: sentences about single photos, with their names.
        refused: what could not be read.
    """

    photos: PhotoSet
    pixels: np.ndarray
    model_pixels: np.ndarray | None
    how: list[str]
    warnings: list[str]
    refused: list[Refusal]

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def without_face(self) -> list[str]:
        """Names of the photos that were left out because no face was found in them."""
        return [refusal.name for refusal in self.refused if refusal.reason.startswith(NO_FACE)]

    @property
    def for_model(self) -> np.ndarray:
        """`model_pixels` where they were asked for; `ValueError` elsewhere."""
        if self.model_pixels is None:
            raise ValueError("the photos were not prepared for a face model")
        return self.model_pixels

    def subset(self, rows: np.ndarray) -> PreparedPhotos:
        """The photos under a boolean mask `[n]`; warnings and refusals stay."""
        return replace(
            self,
            photos=self.photos.subset(rows),
            pixels=self.pixels[rows],
            model_pixels=None if self.model_pixels is None else self.model_pixels[rows],
            how=[self.how[i] for i in np.flatnonzero(rows)],
        )


def prepare_photos(
    photos: PhotoSet,
    preprocess: Preprocess,
    progress: Progress | None = None,
    model_preprocess: Preprocess | None = None,
    no_face: str = LEAVE_OUT,
) -> PreparedPhotos:
    """Read and align every photo; what cannot be read is refused and the rest goes on.

    Args:
        preprocess: of the extractor's faces.
        progress: called with (photos done, photos in all).
        model_preprocess: of a face model, to make `model_pixels` as well.
        no_face: `leave-out` refuses photos in which no face is found; `crop` takes
            their middle as one.

    Raises `UserError` when nothing is left.
    """
    from ganssl.photos.align import TAKEN, prepare_face
    from ganssl.photos.align import no_face as advice

    pixels, model_pixels, rows, how, warnings, refused = [], [], [], [], [], []
    for index, name in enumerate(photos.names):
        try:
            photo = photos.read(index)
            face = prepare_face(photo, preprocess)
            if no_face == LEAVE_OUT and not face.faces and face.how == TAKEN:
                raise UserError(NO_FACE + advice(photo))
        except UserError as error:
            refused.append(Refusal(name, str(error)))
        else:
            pixels.append(face.pixels)
            if model_preprocess:
                model_pixels.append(model_preprocess(face.frame))
            rows.append(index)
            how.append(face.how)
            warnings += [f"{name}: {warning}" for warning in face.warnings]
        if progress:
            progress(index + 1, len(photos))
    if not pixels:
        reason = f" The first: {refused[0].reason}" if refused else ""
        raise UserError(f"No photo of {photos.source} can be used.{reason}")
    return PreparedPhotos(
        photos=photos.subset(np.array(rows)),
        pixels=np.stack(pixels),
        model_pixels=np.stack(model_pixels) if model_preprocess else None,
        how=how,
        warnings=warnings,
        refused=refused,
    )


def labelled(photos: PhotoSet, column: str) -> np.ndarray:
    """Which photos have a label in a column, bool `[n]`; `UserError` where none has."""
    known = photos.column(column) >= 0
    if not known.any():
        raise UserError(f"No photo of {photos.source} has a label for {column}.")
    return known
