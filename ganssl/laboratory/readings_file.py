"""What the laboratory opens with, read before: a small file, so that tables show at first sight.

A direction is known by its vector, so that nothing is taken for one that was fitted anew;
`ganssl.laboratory.kept_file` says where the file lies and what its name changes with.
"""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.files import save_arrays
from ganssl.directions import METHODS, Direction
from ganssl.errors import UserError
from ganssl.laboratory.discovery import unnamed_directions
from ganssl.laboratory.kept_file import kept_name, load_kept
from ganssl.laboratory.known_readings import KnownReadings
from ganssl.laboratory.laboratory import STEPS, Laboratory
from ganssl.laboratory.population import Population

if TYPE_CHECKING:
    from ganssl.features.readout import Readout
    from ganssl.models.face_model import FaceModel

VERSION = "1"

MOVED_FACES = 16
"""The page moves so many, so that any other card is there soon; `direction-report` moves more."""

FIRST = 6
"""Of so many sliders all methods are read; of all other attributes the one that serves best."""


def readings_file(model: FaceModel, readout: Readout, faces: int) -> str:
    """The name of the file of so many moved faces."""
    return f"{kept_name('readings', VERSION, model, readout)}-{faces}.npz"


def first_directions(model: FaceModel, population: Population) -> list[Direction]:
    """What the page shows before anything is chosen, and what is chosen first.

    Args:
        population: labelled faces, to which the methods that the model does not bring are fitted.
    """
    own, few = model.directions, model.few_directions
    found = [own.get(name) for name in own.attributes]
    for name in own.sliders[:FIRST]:
        ready = own.methods(name)
        found += [own.get(name, method) for method in ready]
        if name in few.attributes:
            found.append(few.get(name))
        for method in METHODS if name in population.attributes else ():
            if method not in ready:
                found += _fitted(model, population, name, method)
    found += [one.direction for one in unnamed_directions(model, FIRST)]
    return list({(one.vector.tobytes(), one.sigma): one for one in found}.values())


def _fitted(
    model: FaceModel, population: Population, attribute: str, method: str
) -> list[Direction]:
    """The direction; none where there are too few labels, which the page tells."""
    try:
        return [population.fit(model.id, attribute, [method]).get(attribute, method)]
    except UserError:
        return []


def save_readings(folder: Path, laboratory: Laboratory, known: KnownReadings) -> Path:
    """Write the file; `DiskError` where the disk refuses."""
    path = folder / readings_file(laboratory.model, laboratory.readout, known.faces)
    save_arrays(path, {field.name: getattr(known, field.name) for field in fields(known)})
    return path


def load_readings(
    folder: Path, model: FaceModel, readout: Readout, faces: int
) -> KnownReadings | None:
    """What a file holds; None where there is none for these, or it is damaged."""
    path = folder / readings_file(model, readout, faces)
    return load_kept(path, partial(_readings, model, readout, faces))


def _readings(
    model: FaceModel, readout: Readout, faces: int, arrays: dict[str, np.ndarray]
) -> KnownReadings:
    """Those of a file's arrays; `ValueError` where one does not fit."""
    known = KnownReadings(**{field.name: arrays[field.name] for field in fields(KnownReadings)})
    count, steps, read = len(known.sigmas), len(STEPS), len(readout.attributes) + 1  # skin tone
    shapes = {
        "logits": (faces, read),
        "embeddings": (faces, readout.network.config.embedding),
        "steps": (steps,),
        "vectors": (count, model.latent_size),
        "sigmas": (count,),
        "change": (count, steps, faces, read),
        "identity": (count, steps, faces),
    }
    for name, shape in shapes.items():
        array = getattr(known, name)
        if array.shape != shape or array.dtype.kind != "f" or not np.isfinite(array).all():
            raise ValueError(f"{name} is not what it should be")
    if not np.array_equal(known.steps, STEPS):
        raise ValueError("the steps are others")
    return known
