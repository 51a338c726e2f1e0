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
from ganssl.directions import DirectionSet
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
    folder, out = model_folder and str(Path(model_folder).resolve()), Path(out).resolve()
    with ray_cluster(address, cpus) as cluster:
        shards = min(-(-recipe.count // BLOCK), cluster.slots * SHARDS_PER_TASK_SLOT)
        common = cluster.put((recipe, layout, photo_codes, directions))
        start = time.perf_counter()
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
    model_folder: str | None, cpus: int, out: str, shards: int, shard: int, common: tuple
) -> Summary:
    """Runs on a node, in a process that keeps its model for the next shard."""
    recipe, layout, photo_codes, directions = common
    return synthesize(
        _model(model_folder, recipe.engine, cpus),
        recipe,
        out,
        shards,
        shard,
        layout=layout,
        photo_codes=photo_codes,
        directions=directions,
    )


@lru_cache(maxsize=1)
def _model(folder: str | None, engine: str, cpus: int) -> FaceModel:
    if engine == TENSORFLOW:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(cpus)
        tf.config.threading.set_inter_op_parallelism_threads(cpus)
    return load_model(folder)
