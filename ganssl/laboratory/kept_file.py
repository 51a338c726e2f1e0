"""What a laboratory opens with as small files, shipped beside the models or in a cache.

A file's name changes with the face model, the face network and the probes; one
of others is not found, and its content is made afresh.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ganssl.base import assets
from ganssl.base.digest import short_digest
from ganssl.base.files import load_arrays
from ganssl.errors import DiskError

if TYPE_CHECKING:
    from ganssl.features.readout import Readout
    from ganssl.models.face_model import FaceModel

log = logging.getLogger(__name__)

Kept = TypeVar("Kept")


def kept_name(kind: str, version: str, model: FaceModel, readout: Readout) -> str:
    """The name of a file without its ending."""
    return f"{kind}-{short_digest(' '.join((version, model.faces_key, readout.id)))}"


def shipped_folder() -> Path:
    """Where such files ship, beside the models."""
    return assets.ASSETS / "laboratory"


def load_kept(path: Path, read: Callable[[dict[str, np.ndarray]], Kept]) -> Kept | None:
    """What a file holds; None where there is none, or it is damaged.

    Args:
        read: makes it of the file's arrays; raises `ValueError` for those that do not fit.
    """
    if not path.is_file():
        return None
    try:
        return read(load_arrays(path))
    except Exception as error:  # damaged data raises many types; it is made afresh
        log.warning("%s is damaged (%s); its content is made afresh.", path, error)
        return None


def find_kept(load: Callable[[Path], Kept | None], cache: Path) -> Kept | None:
    """What is loaded from the shipped folder, or from the cache; None where neither has it."""
    for folder in (shipped_folder(), cache):
        found = load(folder)
        if found is not None:
            return found
    return None


def keep(save: Callable[[], object]) -> None:
    """Keep something for next time; a disk that refuses is told to the log alone."""
    try:
        save()
    except DiskError as error:
        log.warning("What the laboratory opens with is not kept for next time: %s", error)
