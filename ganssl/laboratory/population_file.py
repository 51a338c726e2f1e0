"""The faces with which the laboratory opens, as a small file.

All is kept that takes time: the codes, for each of which several were drawn, the
labels of the probes, the places on the map, and small pictures in one JPEG. The
file's name changes with the face model, the face network and the probes; one of
others is not found, and the faces are made afresh.
"""

from __future__ import annotations

import hashlib
import io
import logging
from pathlib import Path

import numpy as np
from PIL import Image

from ganssl.base import assets
from ganssl.base.files import load_arrays, save_arrays
from ganssl.base.progress import Progress
from ganssl.errors import DiskError, UserError
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.map import THUMBNAIL, sprite
from ganssl.laboratory.population import Population, generated_population

log = logging.getLogger(__name__)

VERSION = "2"
COLUMNS = 50


def population_file(laboratory: Laboratory, count: int) -> str:
    """The name of the file of `count` faces."""
    parts = VERSION, laboratory.model.faces_key, laboratory.readout.id
    return f"faces-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:12]}-{count}.npz"


def shipped_folder() -> Path:
    """Where such files ship, beside the models."""
    return assets.ASSETS / "laboratory"


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
    if not path.is_file():
        return None
    try:
        arrays = load_arrays(path)
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
    except (UserError, KeyError, ValueError, OSError) as error:
        log.warning("%s is damaged (%s); its faces are made afresh.", path, error)
        return None


def kept_population(laboratory: Laboratory, count: int, cache: Path) -> Population | None:
    """The faces from the shipped file or the cache; None where neither has them."""
    for folder in (shipped_folder(), cache):
        found = load_population(folder, laboratory, count)
        if found is not None:
            return found
    return None


def ready_population(
    laboratory: Laboratory, count: int, cache: Path, progress: Progress | None = None
) -> Population:
    """The faces as they are kept; made, and kept in the cache, where they are not."""
    found = kept_population(laboratory, count, cache)
    if found is not None:
        return found
    made = generated_population(laboratory, count, progress)
    try:
        save_population(cache, laboratory, made)
    except DiskError as error:
        log.warning("The laboratory's faces are not kept for next time: %s", error)
    return made


def _cut(jpeg: bytes, count: int) -> np.ndarray:
    """The thumbnails of a sheet of `COLUMNS` in a row, uint8 `[count, 48, 48, 3]`."""
    sheet = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    if sheet.shape != (rows * THUMBNAIL, columns * THUMBNAIL, 3):
        raise ValueError("the sheet of pictures has another size")
    cells = sheet.reshape(rows, THUMBNAIL, columns, THUMBNAIL, 3).swapaxes(1, 2)
    return np.ascontiguousarray(cells.reshape(-1, THUMBNAIL, THUMBNAIL, 3)[:count])
