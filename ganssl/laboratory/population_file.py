"""The faces with which the laboratory opens, as a small file.

All is kept that takes time: the codes, for each of which several were drawn, the
labels of the probes, the places on the map, and small pictures in one JPEG.
`ganssl.laboratory.kept_file` says where it lies and what its name changes with.
"""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from ganssl.base.files import save_arrays
from ganssl.base.progress import Progress
from ganssl.errors import UserError
from ganssl.laboratory.kept_file import find_kept, keep, kept_name, load_kept
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.map import THUMBNAIL, sprite
from ganssl.laboratory.population import Population, generated_population

VERSION = "2"
COLUMNS = 50


def population_file(laboratory: Laboratory, count: int) -> str:
    """The name of the file of `count` faces."""
    return f"{kept_name('faces', VERSION, laboratory.model, laboratory.readout)}-{count}.npz"


def save_population(folder: Path, laboratory: Laboratory, population: Population) -> Path:
    """Write the file of generated faces; `DiskError` where the disk refuses."""
    if not population.seeded or population.alike is None:
        raise UserError("Only generated faces with their places on the map are kept in a file.")
    path = folder / population_file(laboratory, len(population))
    arrays = {
        "codes": population.codes,
        "labels": population.labels,
        "attributes": np.array(population.attributes),
        "alike": population.alike,
        "pictures": np.frombuffer(sprite(population.thumbnails, COLUMNS).jpeg, np.uint8),
    }
    save_arrays(path, arrays)
    return path


def load_population(folder: Path, laboratory: Laboratory, count: int) -> Population | None:
    """The faces of a file; None where there is none for this laboratory, or it is damaged."""
    path = folder / population_file(laboratory, count)
    return load_kept(path, partial(_population, laboratory, count))


def kept_population(laboratory: Laboratory, count: int, cache: Path) -> Population | None:
    """The faces from the shipped file or the cache; None where neither has them."""
    return find_kept(lambda folder: load_population(folder, laboratory, count), cache)


def ready_population(
    laboratory: Laboratory, count: int, cache: Path, progress: Progress | None = None
) -> Population:
    """The faces as they are kept; made, and kept in the cache, where they are not."""
    found = kept_population(laboratory, count, cache)
    if found is not None:
        return found
    made = generated_population(laboratory, count, progress)
    keep(lambda: save_population(cache, laboratory, made))
    return made


def _population(laboratory: Laboratory, count: int, arrays: dict[str, np.ndarray]) -> Population:
    """The faces of a file's arrays; `ValueError` where one does not fit."""
    attributes = tuple(str(name) for name in arrays["attributes"])
    codes, labels, alike = (arrays[part] for part in ("codes", "labels", "alike"))
    sizes = laboratory.model.latent_size, len(attributes), 2
    if [part.shape for part in (codes, labels, alike)] != [(count, size) for size in sizes]:
        raise ValueError("an array has another shape")
    if not (np.isfinite(codes).all() and np.isfinite(alike).all()):
        raise ValueError("a number is not finite")
    return Population(
        name=f"{count:,} generated faces",
        codes=codes.astype(np.float32),
        labels=labels.astype(np.int8),
        attributes=attributes,
        labelled_by="the probes on the face network",
        thumbnails=_cut(arrays["pictures"].tobytes(), count),
        seeded=True,
        alike=alike.astype(np.float32),
    )


def _cut(jpeg: bytes, count: int) -> np.ndarray:
    """The thumbnails of a sheet of `COLUMNS` in a row, uint8 `[count, 48, 48, 3]`."""
    sheet = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    if sheet.shape != (rows * THUMBNAIL, columns * THUMBNAIL, 3):
        raise ValueError("the sheet of pictures has another size")
    cells = sheet.reshape(rows, THUMBNAIL, columns, THUMBNAIL, 3).swapaxes(1, 2)
    return np.ascontiguousarray(cells.reshape(-1, THUMBNAIL, THUMBNAIL, 3)[:count])
