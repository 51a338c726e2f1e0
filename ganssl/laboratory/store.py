"""A visitor's directions as one small file, which every page and command takes.

The file is that of `DirectionSet`, an `.npz` of numbers and JSON without
pickle: names, the attributes held, and whether a direction was made by hand.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganssl.attributes import Attribute, check_name, why_withheld, withheld
from ganssl.base.files import given_bytes, open_zip, read_arrays
from ganssl.directions import Direction, DirectionSet, conditional_direction
from ganssl.directions.direction import base_attribute
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel

LARGEST_FILE = 20_000_000


def named_direction(
    direction: Direction, name: str, held: Sequence[Direction] = (), covariance=None
) -> Direction:
    """A user's own direction under a name, with others projected out of it for good.

    Where no labels have placed its boundary it is the center: half of all codes
    lie on either side.

    Args:
        held: directions that it must not move; needs the codes' `covariance`.

    Raises `UserError` for a name that cannot be a slider's, for a judgement of looks or
    build under whatever name, or too little left.
    """
    name = check_name(" ".join(name.split()), "A direction")
    for meant in map(base_attribute, (direction.attribute, name)):
        if withheld(meant):
            raise UserError(why_withheld(Attribute(meant)))
    edited = conditional_direction(direction, held, covariance)
    boundary = edited.boundary if np.isfinite(edited.boundary) else edited.center
    reach = None if held else edited.reach  # another vector has not been measured
    return replace(edited, attribute=name, boundary=boundary, own=True, reach=reach)


def laboratory_bytes(model_id: str, directions: Iterable[Direction]) -> bytes:
    """The file of a visitor's directions, for a download."""
    own = [replace(direction, own=True) for direction in directions]
    arrays: dict[str, Any] = DirectionSet(model_id, own).file_arrays()
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def read_laboratory(
    source: bytes | str | Path, model: FaceModel, name: str = "The file"
) -> DirectionSet:
    """Read a saved laboratory, or any file of directions, for a model.

    Args:
        source: the file's bytes (such as an upload), or its path.

    Raises `UserError` for a file that is absent, damaged, larger than
    `LARGEST_FILE` bytes unpacked, or that belongs to another model.
    """
    name, source = given_bytes(source, name)
    _check_size(source, name)
    directions = DirectionSet.from_file_arrays(read_arrays(io.BytesIO(source), name), name)
    try:
        directions.check_model(model.id)
    except UserError as error:
        raise UserError(f"{name}: {error}") from error
    if any(len(direction.vector) != model.latent_size for direction in directions):
        raise UserError(f"{name} does not fit the model: its vectors have another length.")
    return directions


def directions_for_sliders(data: bytes, model: FaceModel, name: str) -> list[Direction]:
    """The directions of an uploaded file that may get a slider.

    Raises `UserError` for a file without any, and as `read_laboratory` does.
    """
    read = read_laboratory(data, model, name)
    found = [d for d in read if not withheld(base_attribute(d.attribute))]
    if not found:
        raise UserError(f"{name} holds no direction that may get a slider.")
    return found


def with_saved(model: FaceModel, source: bytes | str | Path) -> FaceModel:
    """The model with the directions of a file beside its own; see `DirectionSet.extended`."""
    return model.with_directions(model.directions.extended(read_laboratory(source, model)))


def _check_size(data: bytes, name: str) -> None:
    try:
        with open_zip(io.BytesIO(data)) as file:
            size = sum(entry.file_size for entry in file.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise UserError(f"{name} is not a file of directions.") from error
    if max(size, len(data)) > LARGEST_FILE:
        raise UserError(f"{name} is larger than directions are; it was not read.")
