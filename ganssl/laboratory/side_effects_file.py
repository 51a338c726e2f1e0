"""The side effects of the first sliders as a small file, so that the story need not measure them.

`ganssl.laboratory.kept_file` says where the file lies and what its name changes with;
the directions that were moved along stand in it.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.files import save_arrays
from ganssl.laboratory.kept_file import kept_name, load_kept, shipped_folder
from ganssl.laboratory.side_effects import (
    AMOUNT,
    COUNT,
    SideEffects,
    first_side_effects,
    first_sliders,
)

if TYPE_CHECKING:
    from ganssl.features.readout import Readout
    from ganssl.models.face_model import FaceModel

VERSION = "1"


def side_effects_file(model: FaceModel, readout: Readout) -> str:
    """The name of the file."""
    return f"{kept_name('side-effects', VERSION, model, readout)}.npz"


def save_side_effects(
    folder: Path, model: FaceModel, readout: Readout, effects: SideEffects
) -> Path:
    """Write the file; `DiskError` where the disk refuses."""
    path = folder / side_effects_file(model, readout)
    arrays = {
        "steps": _steps(model, effects.moved),
        "moved": np.array(effects.moved),
        "change": effects.change,
        "skin_tone": effects.skin_tone,
        "amount": np.array(effects.amount),
        "count": np.array(effects.count),
    }
    save_arrays(path, arrays)
    return path


def load_side_effects(folder: Path, model: FaceModel, readout: Readout) -> SideEffects | None:
    """Those of a file; None where there is none for these directions, or it is damaged."""
    path = folder / side_effects_file(model, readout)
    return load_kept(path, partial(_side_effects, model, readout))


def ready_side_effects(model: FaceModel, readout: Readout) -> SideEffects:
    """Those of the first sliders as they ship; measured where they do not."""
    return load_side_effects(shipped_folder(), model, readout) or first_side_effects(model, readout)


def _side_effects(
    model: FaceModel, readout: Readout, arrays: dict[str, np.ndarray]
) -> SideEffects | None:
    """Those of a file's arrays; None for other directions, `ValueError` where one does not fit."""
    moved = tuple(str(name) for name in arrays["moved"])
    change, tone = arrays["change"].astype(np.float32), arrays["skin_tone"].astype(np.float32)
    amount, count = float(arrays["amount"]), int(arrays["count"])
    if (moved, amount, count) != (first_sliders(model), AMOUNT, COUNT):
        raise ValueError("something else was moved")
    if not np.array_equal(arrays["steps"], _steps(model, moved)):
        return None
    if change.shape != (len(moved), len(readout.attributes)) or tone.shape != (len(moved),):
        raise ValueError("an array has another shape")
    if not np.isfinite(change).all():
        raise ValueError("a number is not finite")
    return SideEffects(moved, readout.attributes, change, tone, amount, count)


def _steps(model: FaceModel, moved: tuple[str, ...]) -> np.ndarray:
    """What one σ adds to a code, float64 `[k, d]`."""
    found = [model.directions.get(name) for name in moved]
    return np.stack([one.sigma * one.vector.astype(np.float64) for one in found])
