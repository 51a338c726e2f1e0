"""A set as one ZIP: the same set again, the same bytes, nothing half."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from ganssl.__main__ import main
from ganssl.base.job import Cancelled
from ganssl.errors import UserError
from ganssl.synthesis import Recipe, Writing, read_set, synthesize, zip_set
from tests.helpers.small_model import small_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("sets") / "set"
    synthesize(model, Recipe("Smiling", 30, size=16), out)
    return out


def test_unpacked_it_is_the_same_set(folder, tmp_path):
    seen = []
    zip_set(folder, tmp_path / "set.zip", lambda *counts: seen.append(counts))
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        assert seen[-1] == (len(archive.namelist()), len(archive.namelist()))
        archive.extractall(tmp_path / "unpacked")
    before, after = read_set(folder), read_set(tmp_path / "unpacked")
    assert before.id == after.id
    np.testing.assert_array_equal(before.faces(range(30)), after.faces(range(30)))
    names = [
        {f.relative_to(d) for d in (top,) for f in d.rglob("*")}
        for top in (folder, tmp_path / "unpacked")
    ]
    assert names[0] == names[1]


def test_the_same_set_gives_the_same_file(folder, tmp_path):
    for name in ("a.zip", "b.zip"):
        zip_set(folder, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_an_interrupted_zip_leaves_nothing(folder, tmp_path):
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        zip_set(folder, tmp_path / "set.zip", stop)
    assert list(tmp_path.iterdir()) == []


def test_no_zip_of_an_unfinished_set(model, tmp_path):
    recipe = Recipe("Smiling", 1100, size=16)
    synthesize(model, recipe, tmp_path / "part", Writing(shards=2))
    with pytest.raises(UserError, match="not finished"):
        zip_set(tmp_path / "part", tmp_path / "part.zip")


def test_a_disk_that_refuses_is_told(folder, tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        zip_set(folder, tmp_path / "missing" / "set.zip")


def test_the_command_writes_it(model, tmp_path, capsys):
    model.save(tmp_path / "model")
    out, file = tmp_path / "set", tmp_path / "set.zip"
    arguments = ["--attribute", "Male", "--count", "10", "--size", "16", "--zip", str(file)]
    assert (
        main(["synthesize", *arguments, "--out", str(out), "--model", str(tmp_path / "model")]) == 0
    )
    assert f"wrote {file}" in capsys.readouterr().out
    assert "labels.csv" in zipfile.ZipFile(file).namelist()
