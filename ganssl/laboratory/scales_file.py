"""The scales of a laboratory as a small file, so that it opens without measuring them.

They follow from hundreds of natural faces. `ganssl.laboratory.kept_file` says
where the file lies and what its name changes with.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.files import save_arrays
from ganssl.laboratory.kept_file import (
    find_kept,
    keep,
    kept_name,
    load_kept,
    shipped_folder,
)
from ganssl.laboratory.laboratory import FACES, Laboratory, Scales
from ganssl.laboratory.readings_file import load_readings

if TYPE_CHECKING:
    from ganssl.features.readout import Readout
    from ganssl.models.face_model import FaceModel

VERSION = "1"


def scales_file(model: FaceModel, readout: Readout) -> str:
    """The name of the file."""
    return f"{kept_name('scales', VERSION, model, readout)}.npz"


def save_scales(folder: Path, laboratory: Laboratory) -> Path:
    """Write the file; `DiskError` where the disk refuses."""
    path = folder / scales_file(laboratory.model, laboratory.readout)
    scales = laboratory.scales
    arrays = {
        "spread": scales.spread,
        "strangers": np.float64(scales.strangers),
        "rare_density": np.float64(scales.rare_density),
    }
    save_arrays(path, {name: np.asarray(array) for name, array in arrays.items()})
    return path


def load_scales(folder: Path, model: FaceModel, readout: Readout) -> Scales | None:
    """The scales of a file; None where there is none for these, or it is damaged."""
    return load_kept(folder / scales_file(model, readout), partial(_scales, readout))


def ready_laboratory(
    model: FaceModel, readout: Readout, cache: Path, faces: int = FACES
) -> Laboratory:
    """With scales from the shipped file or the cache; measured, and kept in the cache, without.

    What ships of readings along directions is taken with them.

    Args:
        faces: how many are moved, see `Laboratory`.
    """
    scales = find_kept(lambda folder: load_scales(folder, model, readout), cache)
    known = load_readings(shipped_folder(), model, readout, faces)
    laboratory = Laboratory(model, readout, faces, scales=scales, known=known)
    if scales is None:
        keep(lambda: save_scales(cache, laboratory))
    return laboratory


def _scales(readout: Readout, arrays: dict[str, np.ndarray]) -> Scales:
    """The scales of a file's arrays; `ValueError` where one does not fit."""
    spread, *numbers = (arrays[part] for part in ("spread", "strangers", "rare_density"))
    tone = 1  # beside the probes
    if spread.shape != (len(readout.attributes) + tone,) or not (spread > 0).all():
        raise ValueError("the spreads do not fit the probes")
    strangers, rare_density = (float(number) for number in numbers)
    if not np.isfinite([strangers, rare_density]).all():
        raise ValueError("a number is not finite")
    return Scales(spread.astype(np.float32), strangers, rare_density)
