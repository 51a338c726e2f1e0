"""The faces with which the laboratory opens come back from their file, and only to their model."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ganssl.base.files import load_arrays, save_arrays
from ganssl.commands.prepare_laboratory import READY
from ganssl.errors import UserError
from ganssl.features.readout import Readout
from ganssl.laboratory import kept_file, population_file
from ganssl.laboratory.crowd import crowd_file, load_crowd
from ganssl.laboratory.kept_file import shipped_folder
from ganssl.laboratory.population import generated_population
from ganssl.laboratory.population_file import (
    kept_population,
    load_population,
    ready_population,
    save_population,
)
from ganssl.laboratory.population_file import (
    population_file as name_of,
)
from ganssl.laboratory.readings_file import MOVED_FACES, load_readings, readings_file
from ganssl.laboratory.scales_file import load_scales, scales_file
from ganssl.laboratory.side_effects_file import load_side_effects, side_effects_file
from ganssl.models.catalogue import load_model
from tests.helpers.planted_laboratory import block_laboratory

pytestmark = pytest.mark.slow

COUNT = 120


@pytest.fixture(scope="module")
def generated(laboratory):
    return generated_population(laboratory, COUNT)


def test_faces_come_back_as_they_were_made(laboratory, generated, tmp_path):
    path = save_population(tmp_path, laboratory, generated)
    assert path.stat().st_size < 200_000
    found = load_population(tmp_path, laboratory, COUNT)
    for part in ("codes", "labels", "alike"):
        np.testing.assert_array_equal(getattr(found, part), getattr(generated, part))
    assert found.attributes == generated.attributes and found.seeded
    difference = found.thumbnails.astype(int) - generated.thumbnails
    assert found.thumbnails.shape == generated.thumbnails.shape
    assert np.abs(difference).mean() < 3  # JPEG


def test_a_file_of_another_model_or_other_probes_is_not_taken(laboratory, generated, tmp_path):
    save_population(tmp_path, laboratory, generated)
    assert load_population(tmp_path, laboratory, COUNT - 1) is None
    other = block_laboratory()
    other.model.mean = other.model.mean + 1.0
    assert load_population(tmp_path, other, COUNT) is None
    probes = block_laboratory()
    probes.readout.probes.bias[:] += 1.0
    assert name_of(probes, COUNT) != name_of(laboratory, COUNT)


@pytest.mark.parametrize("part", ["file", "codes", "labels", "alike", "pictures"])
def test_a_damaged_file_is_made_afresh(laboratory, generated, tmp_path, part):
    path = save_population(tmp_path, laboratory, generated)
    if part == "file":
        path.write_bytes(path.read_bytes()[:500])
    else:
        arrays = load_arrays(path)
        save_arrays(path, arrays | {part: arrays[part][:-7]})
    assert load_population(tmp_path, laboratory, COUNT) is None
    made = ready_population(laboratory, COUNT, tmp_path)
    np.testing.assert_array_equal(made.labels, generated.labels)
    assert load_population(tmp_path, laboratory, COUNT) is not None


def test_what_ships_comes_before_the_cache(laboratory, generated, tmp_path, monkeypatch):
    monkeypatch.setattr(kept_file, "shipped_folder", lambda: tmp_path / "shipped")
    monkeypatch.setattr(population_file, "generated_population", None)  # nothing is made
    save_population(tmp_path / "shipped", laboratory, generated)
    found = ready_population(laboratory, COUNT, tmp_path / "cache")
    np.testing.assert_array_equal(found.alike, generated.alike)
    assert not (tmp_path / "cache").exists()


def test_nothing_is_computed_of_faces_that_are_kept(laboratory, generated, tmp_path, monkeypatch):
    save_population(tmp_path, laboratory, generated)

    def never(*args, **kwargs):
        raise AssertionError("the model was asked")

    for slow in ("sample", "decode", "bulk_generator"):
        monkeypatch.setattr(laboratory.model, slow, never)
    found = kept_population(laboratory, COUNT, tmp_path)
    np.testing.assert_array_equal(found.codes, generated.codes)
    assert kept_population(laboratory, COUNT + 1, tmp_path) is None


def test_what_ships_belongs_to_the_model_that_ships(monkeypatch):
    """Where this fails for a new model: delete the old files, then `prepare-laboratory`."""
    monkeypatch.delenv("GANSSL_MODEL", raising=False)
    model, readout = load_model(), Readout.load()
    laboratory = SimpleNamespace(model=model, readout=readout)
    found = load_population(shipped_folder(), laboratory, READY)
    for seed in (0, READY // 2, READY - 1):
        np.testing.assert_array_equal(found.codes[seed], model.sample(1, seed)[0])
    assert load_scales(shipped_folder(), model, readout) is not None
    others = {
        readings_file(model, readout, MOVED_FACES): load_readings(
            shipped_folder(), model, readout, MOVED_FACES
        ),
        crowd_file(model, readout): load_crowd(shipped_folder(), model, readout),
        side_effects_file(model, readout): load_side_effects(shipped_folder(), model, readout),
    }
    files = {path.name for path in shipped_folder().iterdir()}
    assert all(content is not None for content in others.values())
    assert files == {*others, name_of(laboratory, READY), scales_file(model, readout)}


def test_photos_are_never_kept_in_such_a_file(laboratory, generated, tmp_path):
    from dataclasses import replace

    with pytest.raises(UserError, match="Only generated faces"):
        save_population(tmp_path, laboratory, replace(generated, seeded=False))
    assert not list(tmp_path.iterdir())
