"""How fast `synthesize` is, beside the bare generator and the loop of the 2017 article."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from ganssl.base.device import fast_arithmetic
from ganssl.benchmarks.article_loop import article_pair
from ganssl.benchmarks.measurement import Measurement
from ganssl.classifier.from_faces import face_rows
from ganssl.features.extractor import get_extractor
from ganssl.features.feature_cache import cached_features
from ganssl.models.face_model import FaceModel
from ganssl.models.full_rate import BATCH, face_decoder
from ganssl.synthesis.codes import BLOCK
from ganssl.synthesis.reader import read_set
from ganssl.synthesis.recipe import Recipe
from ganssl.synthesis.run import synthesize

PHOTO_SIZE = 178, 218
"""Width and height of CelebA's aligned photos."""

PHOTOS, DIFFERENT = 202_599, 48
"""Photos of CelebA, among which the article draws, and how many different ones stand for them."""

ROUNDS = 3


def one_block(model: FaceModel) -> Recipe:
    """A set of one block of faces in the usual size, of the model's first slider."""
    precision, engine = fast_arithmetic(model.engines)
    return Recipe(
        model.directions.sliders[0],
        BLOCK,
        size=min(64, model.size),
        precision=precision,
        engine=engine,
    )


def measure_synthesis(model: FaceModel, seconds: float = 3.0) -> Iterator[Measurement]:
    """The rate of whole sets against both references, and of their features.

    They take turns, so that whatever else the machine does meets them
    alike. A set is one block of faces in the usual size, written as PNGs; the
    generator decodes codes with the same arithmetic and does nothing else.
    Features are those of a set on disk, whose pictures are read and decoded.

    Args:
        seconds: how long each is measured.
    """
    if not model.directions.sliders:
        return
    recipe = one_block(model)
    with TemporaryDirectory() as folder:
        runs = (
            _bare_generator(model, recipe),
            _whole_sets(model, recipe, Path(folder)),
            _article(model, Path(folder)),
            _features(model, recipe, Path(folder)),
        )
        bare, sets, article, features = rates_in_turn(runs, seconds)
    name = f"sets of {recipe.size} px, {recipe.precision}, {recipe.engine}"
    yield Measurement(
        name, sets, "faces/s", bare, sets / bare, "the generator alone, same arithmetic"
    )
    yield Measurement(name, sets, "faces/s", article, sets / article, "the article's loop of 2017")
    name = f"features of a set of {recipe.size} px"
    yield Measurement(name, features, "faces/s", bare, features / bare, "drawing its faces")


def rates_in_turn(runs: tuple[Callable[[], int], ...], seconds: float) -> list[float]:
    """Faces per second of functions that return how many they made, in `ROUNDS` rounds."""
    for run in runs:
        run()  # compiles
    made, spent = [0] * len(runs), [0.0] * len(runs)
    for _ in range(ROUNDS):
        for i, run in enumerate(runs):
            start = time.perf_counter()
            while (passed := time.perf_counter() - start) < seconds / ROUNDS:
                made[i] += run()
            spent[i] += passed
    return [count / duration for count, duration in zip(made, spent, strict=True)]


def _bare_generator(model: FaceModel, recipe: Recipe) -> Callable[[], int]:
    decode, codes = (
        face_decoder(model, recipe.precision, recipe.engine),
        model.sample(BATCH, seed=0),
    )

    def run() -> int:
        return len(decode(codes))

    return run


def _whole_sets(model: FaceModel, recipe: Recipe, folder: Path) -> Callable[[], int]:
    def run() -> int:
        with TemporaryDirectory(dir=folder) as out:
            return synthesize(model, recipe, out).written

    return run


def _features(model: FaceModel, recipe: Recipe, folder: Path) -> Callable[[], int]:
    kept, extractor = folder / "kept", get_extractor()
    synthesize(model, recipe, kept)
    faces = face_rows(read_set(kept))

    def run() -> int:
        return len(cached_features(extractor, faces))

    return run


def _article(model: FaceModel, folder: Path) -> Callable[[], int]:
    """On photos that the model drew itself, in the size and format of CelebA's."""
    out = folder / "article"
    out.mkdir()
    files = [folder / f"{i}.jpg" for i in range(DIFFERENT)]
    for file, face in zip(files, model.decode(model.sample(DIFFERENT, seed=0)), strict=True):
        Image.fromarray(face).resize(PHOTO_SIZE).save(file, quality=90)
    photos = [files[i % DIFFERENT] for i in range(PHOTOS)]
    labels = np.random.default_rng(0).random(PHOTOS) < 0.5
    numbers = itertools.count()

    def run() -> int:
        article_pair(model, photos, labels, out, next(numbers))
        return 2

    return run
