"""The shards of a set as tasks on a Ray cluster (Moritz et al. 2018), a local one by default.

`pip install -r requirements-ray.txt` adds what this needs. Every node must
have ganssl installed and see the folder of the set and that of the model
under the same path, as on a shared file system.
"""

from __future__ import annotations

import os
import time
from functools import lru_cache
from pathlib import Path

import numpy as np

from ganssl.base.progress import Progress
from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.models.catalogue import load_model
from ganssl.models.face_model import FaceModel
from ganssl.synthesis import layout as files
from ganssl.synthesis.codes import BLOCK
from ganssl.synthesis.recipe import Recipe
from ganssl.synthesis.run import Summary, synthesize
from ganssl.synthesis.writer import missing_blocks

SHARDS_PER_TASK_SLOT = 4
"""So that a quick node can do more of them than a slow one."""


def synthesize_on_ray(
    model_folder: str | Path | None,
    recipe: Recipe,
    out: str | Path,
    *,
    address: str | None = None,
    cpus: int = 1,
    progress: Progress | None = None,
    layout: str = "folder",
    photo_codes: np.ndarray | None = None,
    directions: DirectionSet | None = None,
) -> Summary:
    """Write the faces of a recipe that are not there yet, on all nodes of a cluster.

    The same bytes as `synthesize` writes; nodes with other processors may
    round otherwise. A task that dies is started again and finds its finished
    blocks. Arguments and errors as in `synthesize`, besides:

    Args:
        model_folder: of the bundle; None is the default of `load_model`.
        address: of a running cluster, such as `auto` or `ray://HOST:10001`.
            None begins one on this machine and ends it, or uses the one that
            the program has begun.
        cpus: processors of one task. As many tasks run at once as the cluster
            has room for, and each loads the model.

    Raises `UserError` also where Ray is not installed or not to be reached.
    """
    ray = _ray()
    began = not ray.is_initialized()
    if began:
        _begin(ray, address)
    try:
        slots = max(1, int(ray.cluster_resources().get("CPU", 1)) // cpus)
        blocks = -(-recipe.count // BLOCK)
        shards = min(blocks, slots * SHARDS_PER_TASK_SLOT)
        task = ray.remote(num_cpus=cpus, max_retries=3)(_make_shard)
        common = ray.put((recipe, layout, photo_codes, directions))
        folder, out = model_folder and str(Path(model_folder).resolve()), Path(out).resolve()
        start = time.perf_counter()
        waiting = [task.remote(folder, cpus, str(out), shards, i, common) for i in range(shards)]
        summaries: list[Summary] = []
        while waiting:
            done, waiting = ray.wait(waiting)
            summaries += _results(ray, done)
            if progress:
                progress(sum(s.written + s.found for s in summaries), recipe.count)
    finally:
        if began:
            ray.shutdown()
    info = files.read_info(out)
    return Summary(
        folder=out,
        id=info.id,
        written=sum(s.written for s in summaries),
        found=sum(s.found for s in summaries),
        seconds=time.perf_counter() - start,
        missing=sum(map(info.block_size, missing_blocks(out, info))),
    )


def _ray():
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports to its makers otherwise
    try:
        import ray
    except ImportError as error:
        raise UserError(
            "Ray is not installed. Run `pip install -r requirements-ray.txt`, or use the engine "
            "that needs nothing else."
        ) from error
    return ray


def _begin(ray, address: str | None) -> None:
    try:
        ray.init(address=address, include_dashboard=None if address else False, log_to_driver=False)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise UserError(
            f"There is no Ray cluster at {address or 'this machine'}: {error}"
        ) from error


def _results(ray, done: list) -> list[Summary]:
    try:
        return ray.get(done)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, UserError):
            raise error.cause from None
        raise


def _make_shard(
    model_folder: str | None, cpus: int, out: str, shards: int, shard: int, common: tuple
) -> Summary:
    """Runs on a node, in a process that keeps its model for the next shard."""
    recipe, layout, photo_codes, directions = common
    return synthesize(
        _model(model_folder, cpus),
        recipe,
        out,
        shards,
        shard,
        layout=layout,
        photo_codes=photo_codes,
        directions=directions,
    )


@lru_cache(maxsize=1)
def _model(folder: str | None, cpus: int) -> FaceModel:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(cpus)
    tf.config.threading.set_inter_op_parallelism_threads(cpus)
    return load_model(folder)
