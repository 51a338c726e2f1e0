"""Features that are taken on a Ray cluster: a local one with two workers."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from ganssl.base.ray_tasks import ray_cluster
from ganssl.errors import UserError
from ganssl.features.extractor import get_extractor
from ganssl.features.feature_cache import FaceRows
from ganssl.features.on_ray import CHUNK, RayExtractor

pytestmark = pytest.mark.slow

ray = pytest.importorskip("ray", reason="ray is not installed: requirements-ray.txt")

COUNT = CHUNK + 40


@pytest.fixture(scope="module")
def cluster():
    os.environ.setdefault("RAY_worker_niceness", "0")  # 15 starves them where others compute
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    with ray_cluster() as found:
        yield found
    assert ray.is_initialized()  # it was the program's own
    ray.shutdown()


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (COUNT, 64, 64, 3), np.uint8)


def test_the_features_are_those_of_this_machine(cluster, faces):
    local = get_extractor()
    placed = RayExtractor(local, None, cluster)
    expected, seen = local.features(faces), []
    found = placed.features(faces, lambda *counts: seen.append(counts))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert seen[-1] == (COUNT, COUNT) and len(seen) == 2
    assert (placed.name, placed.id, placed.size) == (local.name, local.id, local.size)

    here = os.getpid()

    def read(rows: range) -> np.ndarray:
        assert os.getpid() != here
        return np.stack([np.full((64, 64, 3), i % 256, np.uint8) for i in rows])

    rows = FaceRows(COUNT, 64, read, "grey")  # read where they are run, each its own
    grey = np.stack([np.full((64, 64, 3), i % 256, np.uint8) for i in range(COUNT)])
    np.testing.assert_allclose(placed.features(rows), local.features(grey), atol=1e-4)


def test_what_is_wrong_is_told_as_on_this_machine(cluster, faces):
    local = get_extractor()
    placed = RayExtractor(local, None, cluster)
    with pytest.raises(UserError, match="multiple of 64"):
        placed.features(faces[:, :60, :60])
    with pytest.raises(UserError, match="other weights"):
        RayExtractor(replace(local, id="another"), None, cluster).features(faces)


def test_a_task_has_no_more_threads_than_it_was_given(cluster):
    calls = [(), (), ()]
    found = dict(cluster.run(_threads, calls))
    assert found == {0: 1, 1: 1, 2: 1}


def _threads() -> int:
    from ganssl.base.device import core_count

    return core_count()
