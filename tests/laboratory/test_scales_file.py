"""The scales of a laboratory come back from their file, and only to their model."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.base.files import load_arrays, save_arrays
from ganssl.directions import Direction
from ganssl.laboratory import kept_file
from ganssl.laboratory.scales_file import load_scales, ready_laboratory, save_scales
from ganssl.laboratory.scales_file import scales_file as name_of
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import BlockModel, axis, block_laboratory, block_readout

pytestmark = pytest.mark.slow

FACES = 8


@pytest.fixture(scope="module")
def laboratory():
    return block_laboratory(FACES)


@pytest.fixture(autouse=True)
def nothing_ships(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_file, "shipped_folder", lambda: tmp_path / "shipped")


def test_a_laboratory_with_kept_scales_measures_as_one_that_measured_them(laboratory, tmp_path):
    save_scales(tmp_path, laboratory)
    ready = ready_laboratory(laboratory.model, laboratory.readout, tmp_path, FACES)
    np.testing.assert_array_equal(ready.spread, laboratory.spread)
    assert ready.strangers == laboratory.strangers
    assert ready.rare_density == laboratory.rare_density
    smile: Direction = make_direction("Smiling", axis(0))
    for part in ("logits", "identity", "log_density"):
        found = getattr(ready.move(smile), part)
        np.testing.assert_allclose(found, getattr(laboratory.move(smile), part), atol=1e-4)


def test_with_kept_scales_only_the_faces_that_move_are_drawn(laboratory, tmp_path, monkeypatch):
    save_scales(tmp_path, laboratory)
    model, drawn = BlockModel(), []
    sample = model.sample

    def counted(count, *args, **kwargs):
        drawn.append(count)
        return sample(count, *args, **kwargs)

    monkeypatch.setattr(model, "sample", counted)
    ready_laboratory(model, laboratory.readout, tmp_path, FACES)
    assert drawn == [FACES]


def test_scales_are_measured_once(laboratory, tmp_path):
    made = ready_laboratory(laboratory.model, laboratory.readout, tmp_path, FACES)
    assert made.strangers == laboratory.strangers
    kept = load_scales(tmp_path, laboratory.model, laboratory.readout)
    np.testing.assert_array_equal(kept.spread, made.spread)


def test_what_ships_comes_before_the_cache(laboratory, tmp_path):
    save_scales(tmp_path / "shipped", laboratory)
    ready_laboratory(laboratory.model, laboratory.readout, tmp_path / "cache", FACES)
    assert not (tmp_path / "cache").exists()


def test_scales_of_another_model_or_other_probes_are_not_taken(laboratory, tmp_path):
    save_scales(tmp_path, laboratory)
    other = BlockModel()
    other.mean = other.mean + 1.0
    assert load_scales(tmp_path, other, laboratory.readout) is None
    probes = block_readout()
    probes.probes.bias[:] += 1.0
    assert name_of(laboratory.model, probes) != name_of(laboratory.model, laboratory.readout)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("file", None),
        ("spread", np.ones(2)),
        ("spread", np.zeros(7)),
        ("strangers", np.array(np.nan)),
        ("rare_density", np.ones(2)),
    ],
)
def test_damaged_scales_are_measured_afresh(laboratory, tmp_path, part, value):
    path = save_scales(tmp_path, laboratory)
    if part == "file":
        path.write_bytes(path.read_bytes()[:200])
    else:
        save_arrays(path, load_arrays(path) | {part: value})
    assert load_scales(tmp_path, laboratory.model, laboratory.readout) is None
    made = ready_laboratory(laboratory.model, laboratory.readout, tmp_path, FACES)
    np.testing.assert_array_equal(made.spread, laboratory.spread)
    assert load_scales(tmp_path, laboratory.model, laboratory.readout) is not None
