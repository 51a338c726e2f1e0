"""How much faster two workers of a local Ray cluster make a set than one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ganssl.base.ray_tasks import ray_cluster
from ganssl.benchmarks.measurement import Measurement
from ganssl.benchmarks.synthesis import one_block
from ganssl.models.face_model import FaceModel
from ganssl.synthesis.codes import BLOCK
from ganssl.synthesis.ray_engine import synthesize_on_ray

BLOCKS = 4
WORKERS = 2


def measure_ray(model: FaceModel) -> Iterator[Measurement]:
    """The rate of two workers of one processor each, beside twice that of one.

    Each cluster first makes a block for every worker, which loads the model there.
    Nothing where the model has no directions to make sets with.
    """
    if not model.directions.sliders:
        return
    one, two = (_rate(model, workers) for workers in (1, WORKERS))
    yield Measurement(
        "synthesize on two Ray workers",
        two,
        "faces/s",
        2 * one,
        two / (2 * one),
        "twice one worker",
    )


def _rate(model: FaceModel, workers: int) -> float:
    recipe = one_block(model)
    with TemporaryDirectory() as place, ray_cluster(most=workers):
        for name, count in (("first", workers * BLOCK), ("second", BLOCKS * BLOCK)):
            made = replace(recipe, count=count)
            summary = synthesize_on_ray(model, made, Path(place) / name)
    return summary.rate
