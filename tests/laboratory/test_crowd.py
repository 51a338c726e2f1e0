"""The story's crowd: as it was read, from its file, and only of its own model and gallery."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.base.files import load_arrays, save_arrays
from ganssl.face.state import FaceState
from ganssl.laboratory import crowd as module
from ganssl.laboratory.crowd import (
    CROWD,
    crowd_file,
    load_crowd,
    make_crowd,
    ready_crowd,
    save_crowd,
)
from tests.helpers.planted_laboratory import BlockModel, block_readout

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model():
    return BlockModel()


@pytest.fixture(scope="module")
def people(model):
    return make_crowd(model, block_readout())


def test_a_crowd_comes_back_from_its_file_and_draws_only_who_is_looked_at(
    model, people, tmp_path, monkeypatch
):
    save_crowd(tmp_path, model, block_readout(), people)
    monkeypatch.setattr(module, "shipped_folder", lambda: tmp_path)
    drawn: list[int] = []
    everybody = people.all_faces()

    def decode(codes, decode=model.decode):
        drawn.append(len(codes))
        return decode(codes)

    with monkeypatch.context() as patch:
        patch.setattr(model, "decode", decode)
        found = ready_crowd(model, block_readout())
        np.testing.assert_array_equal(found.codes, people.codes)
        np.testing.assert_array_equal(found.probabilities, people.probabilities)
        np.testing.assert_allclose(found.features, people.features, atol=1e-3)
        assert drawn == []
        np.testing.assert_array_equal(found.faces(np.array([7, 2, 7])), everybody[[7, 2, 7]])
        assert drawn == [2]
        found.faces(np.array([2, 9]))
        assert drawn == [2, 1]
    np.testing.assert_array_equal(found.all_faces(), everybody)


def test_without_a_face_network_a_crowd_has_faces_alone(model):
    plain = ready_crowd(model, None)
    assert plain.codes.shape == (CROWD, model.latent_size)
    assert plain.features is None and plain.probabilities is None


def test_a_file_of_another_model_probes_or_gallery_is_not_taken(
    model, people, tmp_path, monkeypatch
):
    readout = block_readout()
    save_crowd(tmp_path, model, readout, people)
    other = BlockModel()
    other.mean = other.mean + 1.0
    assert load_crowd(tmp_path, other, readout) is None
    probes = block_readout()
    probes.probes.bias[:] += 1.0
    assert load_crowd(tmp_path, model, probes) is None
    assert load_crowd(tmp_path, model, readout) is not None
    monkeypatch.setattr(module, "good_faces", lambda model: (FaceState(5, model=model.id),))
    assert load_crowd(tmp_path, model, readout) is None


@pytest.mark.parametrize("part", ["file", "codes", "features", "probabilities"])
def test_a_damaged_file_is_not_taken(model, people, tmp_path, part):
    readout = block_readout()
    path = save_crowd(tmp_path, model, readout, people)
    if part == "file":
        path.write_bytes(path.read_bytes()[:300])
    else:
        arrays = load_arrays(path)
        save_arrays(path, arrays | {part: arrays[part][:-1]})
    assert path.name == crowd_file(model, readout)
    assert load_crowd(tmp_path, model, readout) is None
