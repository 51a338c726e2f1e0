"""Directions of few labels: in the bundle, in the commands, and through a whole experiment."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ganssl.__main__ import main
from ganssl.directions import DEFAULT_RULE, DirectionSet
from ganssl.errors import UserError
from ganssl.fitting import encode_photos
from ganssl.models.bundle import load_bundle
from ganssl.models.catalogue import load_model
from ganssl.models.density import CodeDensity
from ganssl.photos import read_photos
from ganssl.training import export
from tests.helpers.planted import make_direction
from tests.helpers.small_model import LATENT, small_model
from tests.helpers.synthetic_photos import draw_photo, write_celeba

pytestmark = pytest.mark.slow

COUNT = 240


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    """Drawn faces, those labelled Male brighter: an untrained encoder tells them apart."""
    root = write_celeba(tmp_path_factory.mktemp("data") / "celeba", COUNT)
    for i in range(COUNT):
        photo = draw_photo(i).point(lambda value, low=100 * (i % 2 == 0): low + 0.5 * value)
        photo.save(root / "img_align_celeba" / f"{i + 1:06d}.jpg", quality=92)
    return root


@pytest.fixture(scope="module")
def bundle(photos, tmp_path_factory) -> Path:
    """A tiny model that knows where the drawn photos' codes lie, without few-label directions."""
    model = small_model()
    codes = encode_photos(model, read_photos(photos).part("train"))
    model.measure(codes)
    factor = np.linalg.cholesky(model.covariance + 1e-6 * np.eye(LATENT))
    model.density = CodeDensity(
        np.ones(1, np.float32), model.mean[None], factor[None].astype(np.float32)
    )
    folder = tmp_path_factory.mktemp("model") / "tiny"
    model.save(folder)
    return folder


@pytest.fixture(scope="module")
def taught(bundle, tmp_path_factory) -> Path:
    """The same model with directions of 50 labels per class."""
    model = load_model(bundle)
    axes = np.eye(LATENT)[::-1]
    few = [
        make_direction(name, axis, "logistic", boundary=float(model.mean @ axis), labels_used=100)
        for name, axis in zip(("Smiling", "Male"), axes, strict=False)
    ]
    model.few_directions = DirectionSet(model.id, few)
    folder = tmp_path_factory.mktemp("model") / "taught"
    model.save(folder)
    return folder


def test_a_bundle_keeps_directions_of_few_labels_and_may_lack_them(bundle, taught):
    assert not len(load_model(bundle).few_directions)
    assert not (bundle / "few_directions.npz").exists()
    model = load_model(taught)
    assert model.few_directions.attributes == ("Smiling", "Male")
    assert model.few_directions.model_id == model.id
    assert model.directions.get("Smiling").vector[0] == pytest.approx(1.0)
    assert model.few_directions.get("Smiling").vector[-1] == pytest.approx(1.0)


def test_a_damaged_file_of_them_is_named(taught, tmp_path):
    model = load_model(taught)
    model.save(tmp_path / "copy")
    (tmp_path / "copy" / "few_directions.npz").write_bytes(b"x")
    with pytest.raises(UserError, match=r"few_directions\.npz is damaged"):
        load_model(tmp_path / "copy")
    model.few_directions = DirectionSet(model.id)
    model.save(tmp_path / "copy")
    assert not len(load_model(tmp_path / "copy").few_directions)


def test_synthesize_labels_by_the_few_labels_that_came_with_the_model(
    taught, bundle, tmp_path, capsys, monkeypatch
):
    monkeypatch.delenv("GANSSL_DATA", raising=False)
    arguments = ["synthesize", "--attribute", "Smiling", "--count", "20", "--size", "16"]
    arguments += ["--margin", "0"]
    own = ["--model", str(taught), "--out", str(tmp_path / "set"), "--labels-per-class"]
    assert main([*arguments, *own, "50"]) == 0
    used = DirectionSet.load(tmp_path / "set" / "directions.npz")
    np.testing.assert_array_equal(
        used.get("Smiling").vector, load_model(taught).few_directions.get("Smiling").vector
    )
    capsys.readouterr()
    assert main([*arguments, *own, "20"]) == 2
    said = capsys.readouterr().err
    assert "50 labels per class, not of 20" in said and "GANSSL_DATA" in said
    other = ["--model", str(bundle), "--out", str(tmp_path / "x"), "--labels-per-class", "50"]
    assert main([*arguments, *other]) == 2
    assert "brings no directions of few labels" in capsys.readouterr().err
    assert main([*arguments, "--photos", str(tmp_path), "--out", str(tmp_path / "y")]) == 2
    assert "--photos are for" in capsys.readouterr().err


def test_synthesize_fits_them_to_photos_at_hand(bundle, photos, tmp_path, monkeypatch):
    monkeypatch.setenv("GANSSL_DATA", str(photos.parent))
    arguments = ["synthesize", "--attribute", "Male", "--count", "20", "--size", "16"]
    arguments += ["--model", str(bundle), "--margin", "0", "--labels-per-class", "8"]
    assert main([*arguments, "--out", str(tmp_path / "a")]) == 0
    monkeypatch.delenv("GANSSL_DATA")
    assert main([*arguments, "--photos", str(photos), "--out", str(tmp_path / "b")]) == 0
    first, second = (DirectionSet.load(tmp_path / name / "directions.npz") for name in "ab")
    assert first.get("Male").labels_used == 16
    np.testing.assert_array_equal(first.get("Male").vector, second.get("Male").vector)


def test_fit_directions_spreads_labels(bundle, photos, tmp_path, capsys):
    command = ["fit-directions", "--model", str(bundle), "--data", str(photos), "--spread"]
    out = ["--out", str(tmp_path / "few.npz")]
    assert main([*command, *out]) == 2
    assert "needs --labels-per-class" in capsys.readouterr().err
    assert main([*command, *out, "--labels-per-class", "8"]) == 0
    found = DirectionSet.load(tmp_path / "few.npz")
    assert found.attributes == ("Male",) and found.get("Male").labels_used == 16
    assert set(found.skipped) == {"Smiling", "Young"}  # one class in the train part
    assert "left out Young" in capsys.readouterr().out


def test_an_export_measures_directions_of_few_labels(photos, monkeypatch):
    monkeypatch.setattr(export, "FACES_READ", 200)
    model = small_model()
    export.fit_latent(model, read_photos(photos))
    assert not len(model.few_directions)  # 50 labels per class are not there
    assert "50 are needed" in next(iter(model.few_directions.skipped.values()))
    monkeypatch.setattr(export, "FEW_LABELS", 8)
    export.fit_latent(model, read_photos(photos))
    assert model.few_directions.attributes == ("Male",)
    assert model.few_directions.get("Male").labels_used == 16


def test_a_finished_model_is_measured_anew(bundle, photos, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(export, "FACES_READ", 200)
    folder = tmp_path / "model"
    shutil.copytree(bundle, folder)
    (folder / "gallery.json").write_text("{}", encoding="utf-8")
    before = load_bundle(folder)
    arguments = ["export-model", "--model", str(folder), "--out", str(folder)]
    assert main(arguments) == 2
    assert "name them with --data" in capsys.readouterr().err
    assert main([*arguments, "--data", str(photos)]) == 0
    after = load_bundle(folder)
    assert after.id == before.id and (folder / "gallery.json").exists()
    np.testing.assert_array_equal(after.covariance, before.covariance)
    np.testing.assert_array_equal(after.sample(2, 0), before.sample(2, 0))
    assert after.directions.id != before.directions.id
    assert "Male" in after.directions.attributes and "Male" in before.directions.attributes
    assert before.directions.readings is None
    assert after.directions.readings.names[-1] == "Skin_Tone"  # how its faces read is kept
    assert after.directions.get("Male").reach.rule == DEFAULT_RULE


def test_the_experiment_prints_every_method_and_goes_on_after_a_stop(
    bundle, photos, tmp_path, capsys
):
    out = tmp_path / "out"
    command = ["experiment", "--data", str(photos), "--attribute", "Male", "--seeds", "2"]
    command += ["--labels-per-class", "5,12", "--faces", "400", "--model", str(bundle)]
    command += ["--out", str(out), "--cache", str(tmp_path / "cache")]
    page = tmp_path / "few_labels.md"
    assert main([*command, "--ablation", "8", "--markdown", str(page)]) == 0
    printed = capsys.readouterr().out
    written = page.read_text(encoding="utf-8").partition("```text\n")[2].partition("\n```")[0]
    assert written.startswith("Male, accuracy") and "One thing changed at a time" in written
    assert written in printed
    assert main(["experiment", "--show", str(out / "label_efficiency.json")]) == 0
    assert capsys.readouterr().out.rstrip().endswith(written)
    for words in ("majority class", "synthetic alone", "all labels", "12+12", "pushed", "prior"):
        assert words in printed
    values = json.loads((out / "label_efficiency.json").read_text(encoding="utf-8"))
    assert values["tests"] == {"validation": COUNT // 3}
    assert {row["labels_per_class"] for row in values["summary"]} == {None, 5, 12}
    assert len(values["ablation"]) >= 10
    assert (out / "label_efficiency.html").stat().st_size > 1000
    cells = (out / "cells.jsonl").read_text(encoding="utf-8")
    assert main(command) == 0
    assert (out / "cells.jsonl").read_text(encoding="utf-8") == cells  # nothing was run anew
    assert (
        json.loads((out / "label_efficiency.json").read_text(encoding="utf-8"))["cells"]
        == values["cells"]
    )
    assert main([*command[:4], "Smile", *command[5:]]) == 2
    assert "Did you mean Smiling" in capsys.readouterr().err
