"""Sets made on a Ray cluster: a local one with two workers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ganssl.__main__ import main
from ganssl.errors import UserError
from ganssl.models.catalogue import load_model
from ganssl.synthesis import Recipe, read_set, synthesize
from ganssl.synthesis.codes import BLOCK
from ganssl.synthesis.ray_engine import synthesize_on_ray
from tests.helpers.small_model import small_model

pytestmark = pytest.mark.slow

ray = pytest.importorskip("ray", reason="ray is not installed: requirements-ray.txt")

RECIPE = Recipe("Smiling", 2 * BLOCK + 10, seed=3, size=16)  # 3 blocks


@pytest.fixture(scope="module")
def two_workers():
    os.environ.setdefault("RAY_worker_niceness", "0")  # 15 starves them where others compute
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".npz")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_two_workers_write_the_same_bytes_as_one_program(two_workers, bundle, tmp_path):
    seen = []
    summary = synthesize_on_ray(
        load_model(bundle), RECIPE, tmp_path / "ray", progress=lambda *counts: seen.append(counts)
    )
    assert summary.complete and summary.written == RECIPE.count and summary.found == 0
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) == 3 and seen[-1] == (RECIPE.count, RECIPE.count)
    alone = synthesize(load_model(bundle), RECIPE, tmp_path / "alone")
    assert content(tmp_path / "ray") == content(tmp_path / "alone")
    assert summary.id == alone.id == read_set(tmp_path / "ray").id

    one_block = tmp_path / "ray" / "blocks" / "000001.csv"
    one_block.unlink()
    again = synthesize_on_ray(load_model(bundle), RECIPE, tmp_path / "ray")
    assert (again.written, again.found, again.missing) == (BLOCK, BLOCK + 10, 0)
    assert content(tmp_path / "ray") == content(tmp_path / "alone")


def test_what_is_wrong_is_told_as_without_ray(two_workers, bundle, tmp_path):
    model = load_model(bundle)
    with pytest.raises(UserError, match="the set cannot have 512"):
        synthesize_on_ray(model, Recipe("Smiling", 10, size=512), tmp_path / "set")
    with pytest.raises(UserError, match="no direction of 'Smilling'"):
        synthesize_on_ray(model, Recipe("Smilling", 10, size=16), tmp_path / "set")
    with pytest.raises(UserError, match="no folder"):
        synthesize_on_ray(small_model(), RECIPE, tmp_path / "set")


def test_the_command(two_workers, bundle, tmp_path, capsys):
    out = tmp_path / "set"
    arguments = ["--attribute", "Male", "--count", "20", "--size", "16", "--model", str(bundle)]
    assert main(["synthesize", *arguments, "--out", str(out), "--engine", "ray"]) == 0
    assert "20 faces" in capsys.readouterr().out
    assert len(read_set(out)) == 20
    assert (
        json.loads((out / "set.json").read_text(encoding="utf-8"))["recipe"]["attribute"] == "Male"
    )
    shards = ["--engine", "ray", "--shards", "2"]
    assert main(["synthesize", *arguments, "--out", str(out), *shards]) == 2
    assert "divides the work itself" in capsys.readouterr().err
