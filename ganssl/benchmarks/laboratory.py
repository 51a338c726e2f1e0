"""Speed of the laboratory's controls, each beside a reference of the same run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from ganssl.base.device import core_count
from ganssl.benchmarks.measurement import Measurement, bare_import, median_time, run_process
from ganssl.directions import Direction
from ganssl.features.readout import Readout
from ganssl.fitting import encode_folder
from ganssl.laboratory.card import direction_card
from ganssl.laboratory.discovery import principal_directions
from ganssl.laboratory.laboratory import STEPS, Laboratory
from ganssl.laboratory.map import map_codes
from ganssl.models.face_model import FaceModel
from ganssl.photos import read_photos

PHOTOS = 512
POINTS = 4000
PHOTO_SIZE = (178, 218)
"""Width and height of CelebA's aligned photos."""


WHOLE = """
import sys
from ganssl.fitting import encode_folder
from ganssl.laboratory.card import direction_card
from ganssl.laboratory.discovery import principal_directions
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.map import map_codes
from ganssl.models.catalogue import load_model
from ganssl.features.readout import Readout
model = load_model(sys.argv[2] if len(sys.argv) > 2 else None)
encode_folder(model, sys.argv[1])
laboratory = Laboratory(model, Readout.load())
direction_card(laboratory, principal_directions(model.covariance, model.mean)[0].direction)
map_codes(model.sample(4000, seed=0))
"""


def measure_laboratory(
    model: FaceModel, model_folder: str | None = None, seconds: float = 3.0
) -> Iterator[Measurement]:
    """A folder decoded and encoded, a direction's card, components, a map, the memory of it all.

    Yields the measurements one by one; the arguments are those of `benchmark`.
    """
    with tempfile.TemporaryDirectory() as folder:
        faces = _write_photos(model, Path(folder))
        yield _decoding(model, Path(folder))
        yield _encoding(model, faces, folder)
        yield _memory([folder] + ([model_folder] if model_folder else []))
    laboratory = Laboratory(model, Readout.load())
    yield _card(laboratory, seconds)
    codes = model.sample(POINTS, seed=0)
    covariance = np.cov(codes, rowvar=False)
    bare = 1000 * median_time(lambda: np.linalg.eigh(covariance), seconds)
    meaning = "bare eigenvectors of the covariance"
    for name, run in (
        ("principal components", lambda: principal_directions(model.covariance, model.mean)),
        (f"map of {POINTS:,} codes, PCA", lambda: map_codes(codes)),
    ):
        duration = 1000 * median_time(run, seconds)
        yield Measurement(name, duration, "ms", bare, bare / duration, meaning)


def _write_photos(model: FaceModel, folder: Path) -> np.ndarray:
    """Generated faces as JPEGs of CelebA's size; returns the faces, uint8 `[n, s, s, 3]`."""
    faces = model.decode(model.sample(PHOTOS, seed=0))
    for i, face in enumerate(faces):
        photo = Image.fromarray(face).resize(PHOTO_SIZE, Image.Resampling.BICUBIC)
        photo.save(folder / f"{i:06d}.jpg", quality=92)
    return faces


def _decoding(model: FaceModel, folder: Path) -> Measurement:
    """From files to faces: read, checked, decoded, cut and resized."""
    photos, preprocess = read_photos(folder), model.preprocess

    def bare(name: str) -> np.ndarray:
        with Image.open(folder / name) as photo:
            size = preprocess.size, preprocess.size
            box = preprocess.box(*photo.size)
            return np.asarray(photo.resize(size, Image.Resampling.BICUBIC, box=box))

    with ThreadPoolExecutor(core_count()) as pool:
        alone = median_time(lambda: list(pool.map(bare, photos.names)), 1.0)
    rate, reference = (
        PHOTOS / duration
        for duration in (median_time(lambda: photos.faces(preprocess), 1.0), alone)
    )
    meaning = "Pillow alone, on as many threads"
    return Measurement(
        f"decode a folder of {PHOTOS} photos",
        rate,
        "photos/s",
        reference,
        rate / reference,
        meaning,
    )


def _encoding(model: FaceModel, faces: np.ndarray, folder: str) -> Measurement:
    """From files to codes: read, decoded, cropped and encoded."""
    model.encode(faces)
    start = time.perf_counter()
    model.encode(faces)
    bare = PHOTOS / (time.perf_counter() - start)
    start = time.perf_counter()
    encode_folder(model, folder)
    rate = PHOTOS / (time.perf_counter() - start)
    return Measurement(
        f"encode a folder of {PHOTOS} photos", rate, "photos/s", bare, rate / bare, "encoder alone"
    )


def _memory(arguments: list[str]) -> Measurement:
    _, peak = run_process(WHOLE, arguments, times=1)
    _, bare = bare_import()
    return Measurement(
        "peak memory of a laboratory", peak, "MiB", bare, peak / bare, "a bare import of TensorFlow"
    )


def _card(laboratory: Laboratory, seconds: float) -> Measurement:
    """The card of a direction that was not measured before."""
    found = principal_directions(laboratory.model.covariance, laboratory.model.mean)
    fresh = (_turned(found[0].direction, found[1].direction, angle) for angle in range(1, 10_000))
    duration = 1000 * median_time(lambda: direction_card(laboratory, next(fresh)), seconds)
    codes = np.tile(laboratory.codes, (len(STEPS) - 1, 1))
    network = laboratory.readout.network
    bare = 1000 * median_time(lambda: network.features(laboratory.decode(codes)), seconds)
    return Measurement(
        f"card of a direction, {len(laboratory.codes)} faces",
        duration,
        "ms",
        bare,
        bare / duration,
        f"generator and face network on its {len(codes)} faces",
    )


def _turned(a: Direction, b: Direction, angle: int) -> Direction:
    vector = np.cos(angle / 5000) * a.vector + np.sin(angle / 5000) * b.vector
    return replace(a, vector=vector)
