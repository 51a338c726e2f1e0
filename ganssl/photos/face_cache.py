"""Decoding a whole photo set on all cores, and keeping the faces in a `.npy` file."""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
import PIL
from PIL import Image

from ganssl.base.ahead import one_ahead
from ganssl.base.atomic import replacing, sweep_partials
from ganssl.base.device import core_count
from ganssl.base.files import make_folder, read_array
from ganssl.base.progress import Progress
from ganssl.errors import DiskError, UserError
from ganssl.photos.preprocess import Preprocess

log = logging.getLogger(__name__)

CHUNK = 256
PORTION = 8
"""Photos that a thread takes at a time, as each handing out costs a little."""

MOST_IN_MEMORY = 2 * 1024**3
"""Bytes of faces that are held where the disk does not take them."""


class Stamped(Protocol):
    """Where photos lie."""

    def stamp(self, name: str) -> tuple[int, ...]:
        """What changes with a photo's content."""
        ...


class Photos(Protocol):
    """What is needed of a `PhotoSet` here."""

    @property
    def names(self) -> list[str]: ...

    @property
    def files(self) -> Stamped: ...

    def __len__(self) -> int: ...

    def read(self, index: int) -> Image.Image: ...

    def check(self, index: int) -> None: ...


def decode_faces(
    photos: Photos, preprocess: Preprocess, progress: Progress | None = None
) -> np.ndarray:
    """Decode into memory: uint8 `[n, s, s, 3]`."""
    faces = np.empty((len(photos), preprocess.size, preprocess.size, 3), dtype=np.uint8)
    for start, chunk in _face_chunks(photos, preprocess, progress):
        faces[start : start + len(chunk)] = chunk
    return faces


def unreadable(photos: Photos, progress: Progress | None = None) -> dict[int, str]:
    """Places of the photos that cannot be decoded, with the reasons; read on all cores."""

    def reason(index: int) -> str:
        try:
            photos.check(index)
        except UserError as error:
            return str(error)
        return ""

    bad: dict[int, str] = {}
    with ThreadPoolExecutor(core_count()) as pool:
        for start in range(0, len(photos), CHUNK):
            stop = min(start + CHUNK, len(photos))
            reasons = pool.map(reason, range(start, stop))
            bad |= {i: why for i, why in zip(range(start, stop), reasons, strict=True) if why}
            if progress:
                progress(stop, len(photos))
    return bad


def cached_faces(
    photos: Photos, preprocess: Preprocess, cache: Path, progress: Progress | None = None
) -> np.ndarray:
    """A read-only memory map of `cache/faces-KEY.npy`, uint8 `[n, s, s, 3]`, made if need be.

    Where the disk refuses, faces of up to `MOST_IN_MEMORY` bytes are decoded into memory.

    Raises `UserError` for more faces than that.
    """
    path = _faces_path(photos, preprocess, cache)
    shape = (len(photos), preprocess.size, preprocess.size, 3)
    faces = _open_faces(path, shape)
    if faces is not None:
        if progress:
            progress(len(photos), len(photos))
        return faces
    try:
        make_folder(cache)
        sweep_partials(cache)
        with replacing(path) as file:  # on a full disk a memory map would kill the process
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            for _, chunk in _face_chunks(photos, preprocess, progress):
                file.write(chunk.tobytes())
    except DiskError as error:
        if math.prod(shape) > MOST_IN_MEMORY:
            raise UserError(f"Faces cannot be kept in {cache}: {error.reason}.") from error
        log.warning("Not kept for next time: %s", error)
        return decode_faces(photos, preprocess, progress)
    return np.load(path, mmap_mode="r")


def face_chunks(
    photos: Photos,
    preprocess: Preprocess,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield `(start, uint8 [<=CHUNK, s, s, 3])` in order, for sets that memory does not hold.

    The faces come from the file of `cached_faces` where `cache` has it; nothing is kept.
    """
    shape = (len(photos), preprocess.size, preprocess.size, 3)
    faces = None
    if cache is not None:
        faces = _open_faces(_faces_path(photos, preprocess, cache), shape)
    if faces is None:
        yield from _face_chunks(photos, preprocess, progress)
        return
    for start in range(0, len(photos), CHUNK):
        chunk = np.array(faces[start : start + CHUNK])
        yield start, chunk
        if progress:
            progress(start + len(chunk), len(photos))


def cache_key(photos: Photos, preprocess: Preprocess) -> str:
    """20 hex digits of what the pixels depend on.

    That is each photo's name, size and time of change (in a zip: CRC), the
    crop, the size, the resampling, and the version of the decoder.
    """
    recipe = {
        "photos": [(name, *photos.files.stamp(name)) for name in photos.names],
        "size": preprocess.size,
        "crop": preprocess.crop,
        "decoder": f"2, pillow {PIL.__version__}",
    }
    if preprocess.resampling != "bicubic":  # keys from before there was a choice stay good
        recipe["resampling"] = preprocess.resampling
    return hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:20]


def _faces_path(photos: Photos, preprocess: Preprocess, cache: Path) -> Path:
    return cache / f"faces-{cache_key(photos, preprocess)}.npy"


def _face_chunks(
    photos: Photos, preprocess: Preprocess, progress: Progress | None
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield `(start, uint8 [<=CHUNK, s, s, 3])` in order; Pillow decodes outside Python's lock.

    The next are decoded while the last are used.
    """

    size = preprocess.size
    starts = range(0, len(photos), CHUNK)
    with ThreadPoolExecutor(core_count()) as pool:

        def chunk(start: int) -> np.ndarray:
            stop = min(start + CHUNK, len(photos))
            faces = np.empty((stop - start, size, size, 3), np.uint8)

            def fill(first: int) -> None:
                for index in range(first, min(first + PORTION, stop)):
                    faces[index - start] = preprocess(photos.read(index))

            list(pool.map(fill, range(start, stop, PORTION)))  # raises what the first one raised
            return faces

        for start, faces in zip(starts, one_ahead(chunk, starts), strict=True):
            yield start, faces
            if progress:
                progress(start + len(faces), len(photos))


def _open_faces(path: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    """The kept faces, or None where the file is absent or not what was written."""
    return read_array(path, shape, np.uint8, mapped=True)
