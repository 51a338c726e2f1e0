"""Networks of a file on both engines: the same faces, codes and features, and the same refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganssl.base.device import ENGINE_VARIABLE, ONNX, TENSORFLOW
from ganssl.engines.onnx_runtime import enough_for_all
from ganssl.errors import UserError
from ganssl.features.face_network import FaceNetwork
from ganssl.models.bundle import BundleModel, load_bundle
from ganssl.models.catalogue import load_model
from ganssl.models.config import OLDER
from ganssl.models.full_rate import BATCH, face_decoder
from ganssl.models.stored import StoredNetwork, stored_generator
from ganssl.models.weights import model_arrays, network_id
from ganssl.photos.preprocess import Preprocess
from tests.helpers.small_model import CONFIG, save_face_network
from tests.helpers.synthetic_faces import draw_faces
from tests.helpers.varied_model import CONFIGS, save_varied_model

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def on_both(load, run, monkeypatch) -> tuple:
    """What `run(load())` gives on TensorFlow and on ONNX Runtime."""
    results = []
    for engine in (TENSORFLOW, ONNX):
        monkeypatch.setenv(ENGINE_VARIABLE, engine)
        results.append(run(load()))
    return tuple(results)


@pytest.mark.parametrize(("name", "config"), CONFIGS.items())
def test_a_model_is_the_same_on_both_engines(name, config, tmp_path, monkeypatch):
    save_varied_model(config, tmp_path / "model")
    codes = np.random.default_rng(2).standard_normal((3, config.latent_size)).astype("f4")
    there, here = on_both(
        lambda: load_bundle(tmp_path / "model"), lambda model: model.decode(codes), monkeypatch
    )
    assert np.abs(there.astype(int) - there[0]).max() > 20, "or this would say nothing"
    assert np.abs(there.astype(int) - here).max() <= 1
    before, after = on_both(
        lambda: load_bundle(tmp_path / "model"), lambda model: model.encode(there), monkeypatch
    )
    assert np.abs(before).max() > 1e-3
    np.testing.assert_allclose(after, before, atol=1e-4)


def test_the_shipped_networks_are_the_same_on_both_engines(monkeypatch):
    codes = load_model().sample(4, seed=3)
    there, here = on_both(load_model, lambda model: model.decode(codes), monkeypatch)
    assert np.abs(there.astype(int) - here).max() <= 1
    before, after = on_both(load_model, lambda model: model.encode(there), monkeypatch)
    np.testing.assert_allclose(after, before, atol=1e-4)
    for faces in (there, there[:, ::2, ::2]):
        before, after = on_both(FaceNetwork.load, lambda net: net.features(faces), monkeypatch)  # noqa: B023
        np.testing.assert_allclose(after, before, atol=1e-4)


def test_many_faces_are_those_that_come_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setenv(ENGINE_VARIABLE, ONNX)
    model = save_varied_model(CONFIG, tmp_path / "model")
    count = next(n for n in range(BATCH) if enough_for_all(n)) + 1
    codes = model.sample(count, seed=2)
    singly = np.concatenate([model.decode(codes[i : i + 1]) for i in range(count)]).astype(int)
    assert np.abs(singly - singly[0]).max() > 20, "or this would say nothing"
    assert np.abs(singly - model.decode(codes)).max() <= 1


def test_a_side_that_has_to_be_resized_goes_to_tensorflow(tmp_path, monkeypatch):
    save_face_network(tmp_path)
    monkeypatch.setenv(ENGINE_VARIABLE, ONNX)
    features = FaceNetwork.load(tmp_path).features(draw_faces(2, 100)[0])
    assert np.isfinite(features).all() and len(features) == 2


def test_ids_are_those_of_the_keras_networks(tmp_path):
    model = save_varied_model(CONFIG, tmp_path / "model")
    assert model.encoder_id == network_id(model.encoder)
    save_face_network(tmp_path / "network")
    network = FaceNetwork.load(tmp_path / "network")
    assert network.id == network_id(network.model)


def test_bulk_faces_are_those_of_the_engine_that_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv(ENGINE_VARIABLE, ONNX)
    model = save_varied_model(CONFIG, tmp_path / "model")
    codes = model.sample(70, seed=1)
    faces = face_decoder(model, "float32", ONNX)(codes)
    np.testing.assert_array_equal(faces, face_decoder(model, "float32", ONNX)(codes))
    near = face_decoder(model, "float32", TENSORFLOW)(codes).astype(int)
    assert np.abs(near - faces).max() <= 1
    with pytest.raises(UserError, match="bfloat16 is for TensorFlow"):
        face_decoder(model, "bfloat16", ONNX)


def test_a_network_that_may_change_is_drawn_as_it_is(monkeypatch):
    monkeypatch.setenv(ENGINE_VARIABLE, ONNX)
    model = BundleModel.create(CONFIG, seed=1)
    codes = model.sample(2, seed=0)
    first = model.decode(codes)
    pixels = model.generator.get_layer("pixels")
    pixels.bias.assign(pixels.bias + 3.0)
    assert (model.decode(codes) > first).mean() > 0.9
    assert (face_decoder(model, "float32", ONNX)(codes) > first).mean() > 0.9


def test_arrays_that_do_not_fit_are_named():
    config = replace(CONFIG, **OLDER)
    model = BundleModel.create(config, seed=1)
    arrays = model_arrays(model.generator)

    def read(config=config, **changed) -> StoredNetwork:
        return stored_generator(config, Preprocess(64), {**arrays, **changed}, "generator.npz")

    assert read().id == network_id(model.generator)
    name = next(name for name in arrays if name.endswith("pixels/bias"))
    with pytest.raises(UserError, match=r"generator\.npz does not fit .* such as odd/kernel"):
        read(**{"099/odd/kernel": arrays[name]})
    with pytest.raises(UserError, match=r"pixels/bias has shape \(4,\), not \(3,\)"):
        read(**{name: np.zeros(4, np.float32)})
    with pytest.raises(UserError, match="no numbers, in pixels/bias"):
        read(**{name: np.full(3, np.nan, np.float32)})
    with pytest.raises(UserError, match=r"there is no grid4_code/kernel"):
        read(CONFIG)


def test_faces_codes_and_readouts_need_no_tensorflow():
    code = """
import json, os, sys
os.environ["GANSSL_ENGINE"] = "onnxruntime"
import ganssl
from ganssl.features.extractor import get_extractor
model = ganssl.load_model()
face = ganssl.render(model, ganssl.FaceState(seed=7, edits={"Smiling": 2.0}))
codes = model.encode(face.pixels[None])
rows = get_extractor().features(face.pixels[None])
loaded = [name for name in ("tensorflow", "keras") if name in sys.modules]
print(json.dumps([codes.shape, rows.shape, loaded]))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=ROOT, check=True
    )
    codes, rows, loaded = json.loads(run.stdout.splitlines()[-1])
    assert codes == [1, 128] and rows[0] == 1
    assert not loaded
