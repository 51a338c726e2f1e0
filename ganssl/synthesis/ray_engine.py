"""The shards of a set as tasks on a Ray cluster, see `ganssl.base.ray_tasks`.

Every node must see the folder of the set and that of the model.
"""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

import numpy as np

from ganssl.base.device import TENSORFLOW
from ganssl.base.progress import Progress
from ganssl.base.ray_tasks import ray_cluster
from ganssl.errors import UserError
from ganssl.models.catalogue import load_model
from ganssl.models.face_model import FaceModel
from ganssl.synthesis import layout as files
from ganssl.synthesis.codes import BLOCK
from ganssl.synthesis.recipe import Recipe
from ganssl.synthesis.run import Summary, Writing, synthesize
from ganssl.synthesis.writer import missing_blocks

SHARDS_PER_TASK_SLOT = 4
"""So that a quick node can do more of them than a slow one."""


def synthesize_on_ray(
    model: FaceModel,
    recipe: Recipe,
    out: str | Path,
    *,
    address: str | None = None,
    progress: Progress | None = None,
    layout: str = "folder",
    photo_codes: np.ndarray | None = None,
) -> Summary:
    """Write the faces of a recipe that are not there yet, on all nodes of a cluster.

    The same bytes as `synthesize` writes; nodes with other processors may
    round otherwise. A task that dies is started again and finds its finished
    blocks. Arguments and errors as in `synthesize`, besides:

    Args:
        model: one that was read from a folder or file; every task loads it from there.
        address: of a running cluster, such as `auto` or `ray://HOST:10001`.
            None begins one on this machine and ends it, or uses the one that
            the program has begun. As many tasks run at once as it has processors.

    Raises `UserError` also where Ray is not installed or not to be reached.
    """
    if model.path is None:
        raise UserError(f"The model {model.name} lies in no folder that nodes could read it from.")
    folder, out = str(model.path.resolve()), Path(out).resolve()
    with ray_cluster(address) as cluster:
        shards = min(-(-recipe.count // BLOCK), cluster.slots * SHARDS_PER_TASK_SLOT)
        common = cluster.put((recipe, layout, photo_codes, model.directions))
        start = time.perf_counter()
        cpus = cluster.cpus
        calls = ((folder, cpus, str(out), shards, shard, common) for shard in range(shards))
        summaries: list[Summary] = []
        for _, summary in cluster.run(_make_shard, calls):
            summaries.append(summary)
            if progress:
                progress(sum(s.written + s.found for s in summaries), recipe.count)
    info = files.read_info(out)
    return Summary(
        folder=out,
        id=info.id,
        written=sum(s.written for s in summaries),
        found=sum(s.found for s in summaries),
        seconds=time.perf_counter() - start,
        missing=sum(map(info.block_size, missing_blocks(out, info))),
    )


def _make_shard(
    model_folder: str, cpus: int, out: str, shards: int, shard: int, common: tuple
) -> Summary:
    """Runs on a node, in a process that keeps its model for the next shard."""
    recipe, layout, photo_codes, directions = common
    model = _model(model_folder, recipe.engine, cpus).with_directions(directions)
    writing = Writing(layout, shards, shard)
    return synthesize(model, recipe, out, writing, photo_codes=photo_codes)


@lru_cache(maxsize=1)
def _model(folder: str, engine: str, cpus: int) -> FaceModel:
    if engine == TENSORFLOW:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(cpus)
        tf.config.threading.set_inter_op_parallelism_threads(cpus)
    return load_model(folder)
