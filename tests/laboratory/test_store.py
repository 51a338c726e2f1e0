"""A saved laboratory: round trip, refusals, and its use by the commands."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from ganssl.__main__ import main
from ganssl.directions import DirectionSet
from ganssl.directions.reach import Reach
from ganssl.errors import UserError
from ganssl.laboratory.discovery import principal_directions
from ganssl.laboratory.store import (
    laboratory_bytes,
    named_direction,
    read_laboratory,
    with_saved,
)
from tests.helpers.small_model import LATENT, small_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models") / "small"


@pytest.fixture(scope="module")
def model(folder):
    made = small_model()
    made.save(folder)
    return made


@pytest.fixture(scope="module")
def own(model):
    get, covariance = model.directions.get, model.covariance
    found = principal_directions(np.diag(np.arange(LATENT, 0, -1.0)), model.mean, 1)[0].direction
    return [
        named_direction(get("Young"), "  Young  really ", [get("Male")], covariance),
        named_direction(found, "Round face"),
    ]


def test_round_trip_keeps_names_conditions_and_numbers(model, own, tmp_path):
    path = tmp_path / "lab.npz"
    path.write_bytes(laboratory_bytes(model.id, own))
    for source in (path, str(path), path.read_bytes()):
        read = list(read_laboratory(source, model))
        assert [d.attribute for d in read] == ["Young really", "Round face"]
        assert read[0].conditioned_on == ("Male",)
        assert read[0].remaining == pytest.approx(np.sqrt(0.5))
        assert np.isnan(read[1].auc) and read[1].method == "pca"
        for before, after in zip(own, read, strict=True):
            np.testing.assert_array_equal(before.vector, after.vector)
            assert before.to_dict() == after.to_dict()
    assert path.stat().st_size < 20_000


def test_a_condition_stays_in_the_vector(model, own):
    assert own[0].vector @ model.directions.get("Male").vector == pytest.approx(0, abs=1e-6)
    assert own[0].boundary == own[0].center  # so that it can label


def test_own_directions_get_sliders_beside_the_models(model, own):
    extended = with_saved(model, laboratory_bytes(model.id, own))
    assert {"Young really", "Round face", "Smiling"} <= set(extended.directions.sliders)
    assert "Round face" not in model.directions.attributes
    assert extended.directions.id != model.directions.id


def test_another_models_file_is_refused(model, own):
    data = laboratory_bytes("ffffffffffff", own)
    with pytest.raises(UserError, match=r"lab\.npz: These directions belong to model ffffffffffff"):
        read_laboratory(data, model, "lab.npz")
    short = named_direction(principal_directions(np.eye(4), np.zeros(4), 1)[0].direction, "A")
    with pytest.raises(UserError, match="another length"):
        read_laboratory(laboratory_bytes(model.id, [short]), model)


def test_files_that_are_no_laboratory_are_refused(model, own, tmp_path):
    data = laboratory_bytes(model.id, own)
    with pytest.raises(UserError, match="not a file of directions"):
        read_laboratory(b"hello", model)
    with pytest.raises(UserError, match="cannot be read"):
        read_laboratory(tmp_path / "none.npz", model)
    with pytest.raises(UserError, match=r"damaged|not a file"):
        read_laboratory(data[: len(data) // 2], model)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("vectors.npy", bytes(30_000_000))
    with pytest.raises(UserError, match="larger than directions are"):
        read_laboratory(bomb.getvalue(), model)


@pytest.mark.parametrize("name", ["", "  ", "a=b", "a,b", "x" * 61])
def test_a_name_must_be_one_of_a_slider(model, name):
    with pytest.raises(UserError, match="needs a name"):
        named_direction(model.directions.get("Male"), name)


def test_what_holds_more_than_its_source_has_not_been_measured(model):
    reach = Reach(-1, 2, "raw", 0.5, "", 0, 1, 0, 1, 0)
    young = replace(model.directions.get("Young"), reach=reach)
    assert named_direction(young, "Fresh").ends == (-1, 2)
    held = [model.directions.get("Male")]
    assert named_direction(young, "Fresh", held, model.covariance).ends == (-3, 3)


@pytest.mark.parametrize(
    ("source", "name"), [("Attractive", "Handsome"), ("Male", "attractive"), ("Male", "Big nose")]
)
def test_a_judgement_of_looks_is_kept_under_no_name(model, source, name):
    with pytest.raises(UserError, match="judges looks or build"):
        named_direction(model.directions.get(source), name)


def test_generate_and_synthesize_take_the_file(model, folder, own, tmp_path, capsys):
    path = tmp_path / "lab.npz"
    path.write_bytes(laboratory_bytes(model.id, own))
    out = tmp_path / "face.png"
    command = ["generate", "--model", str(folder), "--out", str(out), "--set", "Round face=2"]
    assert main(command) == 2
    assert "no slider for Round face" in capsys.readouterr().err
    both = [*command, "--set", "Smiling=1", "--directions", str(path)]
    assert main(both) == 0 and out.is_file()
    other = tmp_path / "other.npz"
    other.write_bytes(laboratory_bytes("ffffffffffff", own))
    assert main([*command, "--directions", str(other)]) == 2
    command = ["synthesize", "--model", str(folder), "--attribute", "Round face", "--count", "8"]
    command += ["--size", "64", "--out", str(tmp_path / "set"), "--directions", str(path)]
    assert main(command) == 0
    assert len(list((tmp_path / "set").rglob("*.png"))) >= 8


def test_the_file_is_one_of_directions(model, own, tmp_path):
    (tmp_path / "lab.npz").write_bytes(laboratory_bytes(model.id, own))
    assert len(DirectionSet.load(tmp_path / "lab.npz")) == 2
