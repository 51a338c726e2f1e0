"""The scales of a laboratory as a small file, so that it opens without measuring them.

They follow from hundreds of natural faces; see `ganssl.laboratory.population_file`
for what the file's name changes with.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.files import load_arrays, save_arrays
from ganssl.errors import DiskError, UserError
from ganssl.laboratory.laboratory import FACES, Laboratory, Scales
from ganssl.laboratory.population_file import shipped_folder

if TYPE_CHECKING:
    from ganssl.features.readout import Readout
    from ganssl.models.face_model import FaceModel

log = logging.getLogger(__name__)

VERSION = "1"


def scales_file(model: FaceModel, readout: Readout) -> str:
    """The name of the file."""
    parts = VERSION, model.faces_key, readout.id
    return f"scales-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:12]}.npz"


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
    path = folder / scales_file(model, readout)
    if not path.is_file():
        return None
    try:
        arrays = load_arrays(path)
        spread, *numbers = (arrays[part] for part in ("spread", "strangers", "rare_density"))
        tone = 1  # beside the probes
        if spread.shape != (len(readout.attributes) + tone,) or not (spread > 0).all():
            raise ValueError("the spreads do not fit the probes")
        strangers, rare_density = (float(number) for number in numbers)
        if not np.isfinite([strangers, rare_density]).all():
            raise ValueError("a number is not finite")
        return Scales(spread.astype(np.float32), strangers, rare_density)
    except (UserError, KeyError, ValueError, TypeError) as error:
        log.warning("%s is damaged (%s); its scales are measured afresh.", path, error)
        return None


def ready_laboratory(
    model: FaceModel, readout: Readout, cache: Path, faces: int = FACES
) -> Laboratory:
    """With scales from the shipped file or the cache; measured, and kept in the cache, without.

    Args:
        faces: how many are moved, see `Laboratory`.
    """
    for folder in (shipped_folder(), cache):
        scales = load_scales(folder, model, readout)
        if scales is not None:
            return Laboratory(model, readout, faces, scales=scales)
    made = Laboratory(model, readout, faces)
    try:
        save_scales(cache, made)
    except DiskError as error:
        log.warning("The laboratory's scales are not kept for next time: %s", error)
    return made
