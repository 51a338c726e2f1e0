"""Generated faces that several steps of the story look at, and the file that they ship in.

`ganssl.laboratory.kept_file` says where the file lies and what its name changes with;
it is of one gallery, too.
"""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.files import save_arrays
from ganssl.errors import UserError
from ganssl.face.gallery import load_gallery, plain_gallery
from ganssl.face.render import face_code
from ganssl.face.state import FaceState
from ganssl.laboratory.kept_file import kept_name, load_kept, shipped_folder

if TYPE_CHECKING:
    from ganssl.features.readout import Readout
    from ganssl.models.face_model import FaceModel

VERSION = "1"
CROWD = 400
SEED = 2017
TRUNCATION = 0.8
MOST_GOOD = 40
"""So many of the gallery are in the crowd at most: a tenth."""

CHUNK = 16
"""Faces are drawn in so many at once where all are wanted, so that others get their turn."""


class Crowd:
    """Generated faces; those of the model's gallery stand first.

    The methods are safe to call from several threads.

    Args:
        model: draws the faces when they are first looked at.

    Attributes:
        codes: float32 `[n, d]`.
        features: of the face network, float32 `[n, f]`; None without one.
        probabilities: of the attribute readout, float32 `[n, a]`; None without one.
    """

    def __init__(
        self,
        model: FaceModel,
        codes: np.ndarray,
        features: np.ndarray | None = None,
        probabilities: np.ndarray | None = None,
    ) -> None:
        self.codes, self.features, self.probabilities = codes, features, probabilities
        self._model = model
        self._faces = np.empty((len(codes), model.size, model.size, 3), np.uint8)
        self._drawn = np.zeros(len(codes), bool)
        self._lock = threading.Lock()

    def faces(self, rows: np.ndarray) -> np.ndarray:
        """The faces of some rows `[k]`, uint8 `[k, s, s, 3]`."""
        with self._lock:
            new = np.unique(rows[~self._drawn[rows]])
        if len(new):
            faces = self._model.decode(self.codes[new])
            with self._lock:
                self._faces[new], self._drawn[new] = faces, True
        return self._faces[rows]

    def all_faces(self) -> np.ndarray:
        """uint8 `[n, s, s, 3]`."""
        rows = np.arange(len(self.codes))
        for start in range(0, len(rows), CHUNK):
            self.faces(rows[start : start + CHUNK])
        return self._faces


def good_faces(model: FaceModel) -> tuple[FaceState, ...]:
    """The faces of the model's gallery, which were chosen by eye; one of any other model."""
    try:
        gallery = load_gallery(model)
    except UserError:  # Explore says so
        gallery = plain_gallery(model)
    return tuple(state for _, state in gallery.faces)


def make_crowd(model: FaceModel, probes: Readout | None) -> Crowd:
    """The crowd, read by the face network where there is one."""
    good = [face_code(model, state) for state in good_faces(model)[:MOST_GOOD]]
    drawn = model.sample(CROWD - len(good), SEED, TRUNCATION)
    codes = np.concatenate([np.stack(good), drawn])
    if probes is None:
        return Crowd(model, codes)
    faces = Crowd(model, codes).all_faces()
    return Crowd(model, codes, probes.network.features(faces), probes.probabilities(faces))


def ready_crowd(model: FaceModel, probes: Readout | None) -> Crowd:
    """The crowd as it ships; made where it does not."""
    found = load_crowd(shipped_folder(), model, probes) if probes is not None else None
    return found or make_crowd(model, probes)


def crowd_file(model: FaceModel, readout: Readout) -> str:
    """The name of the file."""
    return f"{kept_name('crowd', VERSION, model, readout)}.npz"


def save_crowd(folder: Path, model: FaceModel, readout: Readout, people: Crowd) -> Path:
    """Write the file of a crowd that was read; `DiskError` where the disk refuses."""
    if people.features is None or people.probabilities is None:
        raise ValueError("a crowd that was not read is not kept")
    path = folder / crowd_file(model, readout)
    arrays = {
        "gallery": _gallery_words(model),
        "codes": people.codes,
        "features": people.features.astype(np.float16),
        "probabilities": people.probabilities,
    }
    save_arrays(path, arrays)
    return path


def load_crowd(folder: Path, model: FaceModel, readout: Readout) -> Crowd | None:
    """The crowd of a file; None where there is none for these, or it is damaged."""
    return load_kept(folder / crowd_file(model, readout), partial(_crowd, model, readout))


def _crowd(model: FaceModel, readout: Readout, arrays: dict[str, np.ndarray]) -> Crowd:
    """That of a file's arrays; `ValueError` where one does not fit."""
    if not np.array_equal(arrays["gallery"], _gallery_words(model)):
        raise ValueError("it is of another gallery")
    parts = [arrays[name].astype(np.float32) for name in ("codes", "features", "probabilities")]
    codes, features, probabilities = parts
    sizes = model.latent_size, features.shape[-1], len(readout.attributes)
    if [part.shape for part in parts] != [(CROWD, size) for size in sizes]:
        raise ValueError("an array has another shape")
    if not all(np.isfinite(part).all() for part in parts):
        raise ValueError("a number is not finite")
    return Crowd(model, codes, features, probabilities)


def _gallery_words(model: FaceModel) -> np.ndarray:
    """What a crowd takes from a gallery, a text for each face."""
    return np.array([repr(state) for state in good_faces(model)[:MOST_GOOD]])
