"""Photos read and aligned, ready for a feature extractor."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from ganssl.base.device import core_count
from ganssl.base.progress import Progress
from ganssl.errors import UserError
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.preprocess import Preprocess
from ganssl.photos.report import Refusal

LEAVE_OUT, CROP = "leave-out", "crop"
"""What becomes of photos in which no face is found: none of them is used, or their middle is."""

AT_ONCE = 4
"""Photos for each core that are begun before progress is told and a stop is heard."""

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
    """Read and align every photo, on all cores; what cannot be read is refused, the rest goes on.

    Args:
        preprocess: of the extractor's faces.
        progress: called with (photos done, photos in all).
        model_preprocess: of a face model, to make `model_pixels` as well.
        no_face: `leave-out` refuses photos in which no face is found; `crop` takes
            their middle as one.

    Raises `UserError` when nothing is left.
    """
    pixels, model_pixels, rows, how, warnings, refused = [], [], [], [], [], []
    for index, found in enumerate(_each(photos, preprocess, model_preprocess, no_face)):
        if isinstance(found, Refusal):
            refused.append(found)
        else:
            pixels.append(found.pixels)
            if found.model_pixels is not None:
                model_pixels.append(found.model_pixels)
            rows.append(index)
            how.append(found.how)
            warnings += [f"{photos.names[index]}: {warning}" for warning in found.warnings]
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


@dataclass(frozen=True, eq=False)
class _One:
    """What is kept of a photo: its faces as networks see them, and what is said of it."""

    pixels: np.ndarray
    model_pixels: np.ndarray | None
    how: str
    warnings: tuple[str, ...]


def _each(
    photos: PhotoSet, preprocess: Preprocess, model_preprocess: Preprocess | None, no_face: str
) -> Iterator[_One | Refusal]:
    """What became of each photo, in their order; several are looked at beside each other."""
    from ganssl.photos.align import TAKEN, prepare_face
    from ganssl.photos.align import no_face as advice

    def one(index: int) -> _One | Refusal:
        try:
            photo = photos.read(index)
            face = prepare_face(photo, preprocess)
            if no_face == LEAVE_OUT and not face.faces and face.how == TAKEN:
                raise UserError(NO_FACE + advice(photo))
        except UserError as error:
            return Refusal(photos.names[index], str(error))
        for_model = model_preprocess(face.frame) if model_preprocess else None
        return _One(face.pixels, for_model, face.how, face.warnings)

    cores = core_count()
    with ThreadPoolExecutor(cores) as pool:
        for start in range(0, len(photos), AT_ONCE * cores):
            yield from pool.map(one, range(start, min(start + AT_ONCE * cores, len(photos))))


def labelled(photos: PhotoSet, column: str) -> np.ndarray:
    """Which photos have a label in a column, bool `[n]`; `UserError` where none has."""
    known = photos.column(column) >= 0
    if not known.any():
        raise UserError(f"No photo of {photos.source} has a label for {column}.")
    return known
