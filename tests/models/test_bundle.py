"""A model on disk: what comes back is what was saved, and damage is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ganssl.base.assets import ASSETS
from ganssl.directions import Direction, DirectionSet
from ganssl.errors import UserError
from ganssl.models.bundle import BundleModel
from ganssl.models.catalogue import load_model
from ganssl.models.density import CodeDensity
from tests.helpers.tiny_networks import TINY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    model = BundleModel.create(TINY, seed=1)
    rng = np.random.default_rng(0)
    model.mean = rng.standard_normal(8).astype(np.float32)
    model.covariance = np.diag(np.arange(1.0, 9.0)).astype(np.float32)
    codes = rng.standard_normal((400, 8)).astype(np.float32) * np.arange(1, 9) + 3
    model.density = CodeDensity.fit(codes.astype(np.float32), components=2)
    model.card = "# tiny\n"
    model.save(folder)
    return folder


def copy_of(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / "tiny"))


def test_a_loaded_model_gives_the_same_pixels_and_codes(bundle: Path, tmp_path: Path):
    first = load_model(bundle)
    codes = first.sample(5, seed=3)
    faces = first.decode(codes)
    assert faces.dtype == np.uint8 and faces.shape == (5, 64, 64, 3)
    first.save(tmp_path / "again")
    second = load_model(tmp_path / "again")
    assert second.id == first.id and len(first.id) == 12
    np.testing.assert_array_equal(second.sample(5, seed=3), codes)
    np.testing.assert_array_equal(second.decode(codes), faces)
    np.testing.assert_array_equal(second.encode(faces), first.encode(faces))


def test_saving_does_not_rename_the_model_in_memory(bundle: Path, tmp_path: Path):
    model = load_model(bundle)
    model.save(tmp_path / "again")
    assert model.name == "tiny" and load_model(tmp_path / "again").name == "again"


def test_a_save_that_fails_leaves_the_model_as_it_was(tmp_path: Path):
    model = BundleModel.create(TINY, seed=1, name="mine")
    (tmp_path / "file").write_bytes(b"in the way")
    with pytest.raises((UserError, OSError)):
        model.save(tmp_path / "file" / "bundle")
    assert (model.name, model.id) == ("mine", "000000000000")


def test_decoding_does_not_depend_on_the_batch(bundle: Path):
    model = load_model(bundle)
    codes = model.sample(70, seed=0)
    whole = model.decode(codes).astype(int)
    single = np.concatenate([model.decode(code[None]) for code in codes]).astype(int)
    assert np.abs(whole - single).max() <= 1  # one step of rounding, no more


@pytest.mark.parametrize("source", ["density", "prior"])
def test_a_code_depends_on_seed_and_index_alone(bundle: Path, source: str):
    model = load_model(bundle)
    whole = model.sample(10, seed=4, source=source)
    np.testing.assert_array_equal(model.sample(3, seed=4, first=5, source=source), whole[5:8])
    assert not np.array_equal(model.sample(10, seed=5, source=source), whole)


def test_density_follows_the_codes(bundle: Path):
    density = load_model(bundle).density
    codes = density.sample(4000, seed=0)
    np.testing.assert_allclose(codes.mean(axis=0), density.mean, atol=0.6)
    assert codes[:, 7].std() > 4 * codes[:, 0].std()
    far = density.mean + 100
    assert density.log_density(codes[:50]).min() > density.log_density(far[None])[0]


def test_truncation_shrinks_towards_the_mean(bundle: Path):
    model = load_model(bundle)
    np.testing.assert_allclose(model.sample(1, 0, truncation=0)[0], model.density.mean, rtol=1e-5)
    full, half = (model.sample(1, 0, truncation=t)[0] - model.density.mean for t in (1.0, 0.5))
    np.testing.assert_allclose(half, full / 2, rtol=1e-3, atol=1e-5)


def test_a_flipped_bit_is_found(bundle: Path, tmp_path: Path):
    folder = copy_of(bundle, tmp_path)
    data = bytearray((folder / "generator.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "generator.npz").write_bytes(bytes(data))
    with pytest.raises(UserError, match=r"generator\.npz is damaged.*afresh"):
        load_model(folder)


@pytest.mark.parametrize("name", ["encoder.npz", "latent.npz", "directions.npz", "card.md"])
def test_a_missing_file_is_named(bundle: Path, tmp_path: Path, name: str):
    folder = copy_of(bundle, tmp_path)
    (folder / name).unlink()
    with pytest.raises(UserError, match=name.replace(".", r"\.")):
        load_model(folder)


def test_damaged_manifests_are_refused(bundle: Path, tmp_path: Path):
    folder = copy_of(bundle, tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for text, match in (
        ("{", "damaged"),
        ("[]", "damaged"),
        (json.dumps({**manifest, "format": 99}), "format 99"),
        (json.dumps({**manifest, "config": {"sise": 64}}), "not readable"),
        (json.dumps({**manifest, "config": {**manifest["config"], "latent_size": 9}}), "not fit"),
    ):
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        with pytest.raises(UserError, match=match):
            load_model(folder)
    with pytest.raises(UserError, match="no model"):
        load_model(tmp_path / "nowhere")


def test_directions_of_another_model_are_refused(bundle: Path, tmp_path: Path):
    from ganssl.models.manifest import write_manifest

    folder = copy_of(bundle, tmp_path)
    model = load_model(folder)
    DirectionSet("ffffffffffff").save(folder / "directions.npz")
    write_manifest(folder, model.config, model.preprocess)
    with pytest.raises(UserError, match=r"another model|belong"):
        load_model(folder)


def test_inputs_of_the_wrong_shape_are_named(bundle: Path):
    model = load_model(bundle)
    with pytest.raises(UserError, match="64, 64, 3"):
        model.encode(np.zeros((1, 32, 32, 3), np.uint8))
    with pytest.raises(UserError, match="uint8"):
        model.encode(np.zeros((1, 64, 64, 3), np.float32))
    with pytest.raises(UserError, match=r"\[n, 8\]"):
        model.decode(np.zeros((2, 9), np.float32))


def test_the_shipped_model_is_small_and_whole():
    model = load_model()
    folder = ASSETS / "models" / model.name
    assert sum(f.stat().st_size for f in folder.iterdir()) < 40_000_000
    assert {"Male", "Smiling", "Eyeglasses"} <= set(model.directions.sliders)
    assert len(model.directions.attributes) == 40
    for direction in model.directions:
        assert isinstance(direction, Direction)
        assert np.linalg.norm(direction.vector) == pytest.approx(1.0, abs=1e-3)
    assert "CelebA" in model.card
