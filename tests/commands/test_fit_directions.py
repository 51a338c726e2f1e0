"""The `fit-directions` command on drawn faces."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ganssl.__main__ import main
from ganssl.directions import DirectionSet, FitOptions, fit_direction
from ganssl.directions.holdout import parts
from ganssl.errors import UserError
from ganssl.fitting import fit_photo_directions
from ganssl.models.bundle import BundleModel
from tests.helpers.planted import planted_codes

COUNT = 60


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    """An untrained encoder: a random projection still tells bright from dark."""
    from ganssl.models.config import ModelConfig

    widths = (8, 8, 8, 8)
    config = ModelConfig(64, 8, widths, widths, 8, widths)
    folder = tmp_path_factory.mktemp("model") / "tiny"
    BundleModel.create(config).save(folder)
    return folder


@pytest.fixture(scope="module")
def photo_folder(tmp_path_factory):
    """Noise photos, every second one bright, with a CSV beside them; `Never` has one class."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("data") / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = ["file,Bright,Never"]
    for i in range(COUNT):
        low = 140 if i % 2 else 0
        pixels = rng.integers(low, low + 100, (64, 64, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{i:03d}.png")
        rows.append(f"{i:03d}.png,{i % 2},0")
    (folder.parent / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.mark.slow
def test_command_writes_directions_of_the_model(model_folder, photo_folder, tmp_path, capsys):
    out = tmp_path / "new" / "directions.npz"
    labels = photo_folder.parent / "labels.csv"
    status = main(
        f"fit-directions --model {model_folder} --data {photo_folder} --labels {labels} "
        f"--methods mean logistic --labels-per-class 20 --seed 1 --out {out}".split()
    )
    printed = capsys.readouterr().out
    assert status == 0
    read = DirectionSet.load(out)
    from ganssl.models.catalogue import load_model

    read.check_model(load_model(model_folder).id)
    assert read.methods("Bright") == ("mean", "logistic")
    assert read.get("Bright").auc == 1.0
    assert read.get("Bright").labels_used == 40
    row = next(row for row in map(str.split, printed.splitlines()) if row[:2] == ["Bright", "mean"])
    assert row[2] == "1.000"
    assert row[4:] == ["40", "yes"]
    assert "left out Never: Never has too few labels: 0 present and 60 absent" in printed


@pytest.mark.slow
def test_bad_input_ends_with_status_2(model_folder, photo_folder, tmp_path, capsys):
    command = f"fit-directions --model {model_folder} --data {photo_folder} --out "
    assert main([*command.split(), str(tmp_path / "x.npz")]) == 2
    assert "has no labels" in capsys.readouterr().err
    assert main([*command.split(), str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
    labels = str(photo_folder.parent / "labels.csv")
    rest = ["--labels", labels, "--labels-per-class", "500"]
    assert main([*command.split(), str(tmp_path / "x.npz"), *rest]) == 2
    assert "500 of each are needed" in capsys.readouterr().err
    assert not (tmp_path / "x.npz").exists()


@pytest.mark.slow
def test_validation_photos_are_the_hold_out(model_folder, photo_folder):
    from ganssl.models.catalogue import load_model
    from ganssl.photos import read_photos

    model = load_model(model_folder)
    photos = read_photos(photo_folder, photo_folder.parent / "labels.csv")
    partition = np.repeat([0, 1], [40, 20]).astype(np.int8)
    labels = photos.labels.copy()
    labels[40:, 0] = 1 - labels[40:, 0]  # wrong in the validation part alone
    divided = replace(photos, partition=partition, labels=labels)
    found = fit_photo_directions(model, divided, methods=("mean",))
    assert found.model_id == model.id
    assert found.get("Bright").labels_used == 40
    assert found.get("Bright").auc == 0.0
    with pytest.raises(UserError, match="no train photos"):
        fit_photo_directions(model, divided.subset(partition == 1))


# A few photos of any kind, whose unit is the model's own.


@pytest.mark.slow
def test_photos_of_any_kind_are_fitted_with_cross_validation(
    model_folder, photo_folder, tmp_path, capsys
):
    from ganssl.models.catalogue import load_model

    out = tmp_path / "few.npz"
    labels = tmp_path / "few.csv"
    rows = [f"{i:03d}.png,{i % 2 if i < 24 else ''}" for i in range(30)]
    labels.write_text("\n".join(["file,label", *rows]) + "\n", encoding="utf-8")
    command = f"fit-directions --model {model_folder} --photos {photo_folder} --labels {labels}"
    argv = [*command.split(), "--attribute", "Bright", "--methods", "mean", "--out", str(out)]
    assert main(argv) == 2  # noise is no face
    error = capsys.readouterr().err
    assert "No photo of" in error and "No face was found in it" in error and not out.exists()
    status = main([*argv, "--no-face", "crop"])
    printed = capsys.readouterr().out
    assert status == 0
    model = load_model(model_folder)
    direction = DirectionSet.load(out).get("Bright")
    assert direction.labels_used == 24  # all that there are, none was kept back
    assert direction.auc == 1.0
    v = direction.vector.astype(np.float64)
    assert direction.sigma == pytest.approx(np.sqrt(v @ model.covariance @ v), rel=1e-5)
    assert direction.center == pytest.approx(float(model.mean @ v), abs=1e-5)
    assert "few labels: 12 'Bright' and 12 'not Bright'" in printed
    assert "note: 000.png: No face was found" in printed


@pytest.mark.slow
def test_photos_without_a_face_are_left_out_counted_and_named(
    model_folder, photo_folder, tmp_path, capsys
):
    """Photos of CelebA's proportions are faces; walls are none."""
    from PIL import Image

    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = ["file,label"]
    for i in range(20):
        low = 140 if i % 2 else 0
        pixels = rng.integers(low, low + 100, (218, 178, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{i:02d}.png")
        rows.append(f"{i:02d}.png,{i % 2}")
    for name in ("wall a.png", "wall b.png"):
        Image.new("RGB", (90, 80), (120, 120, 130)).save(folder / name)
        rows.append(f"{name},1")
    labels = tmp_path / "labels.csv"
    labels.write_text("\n".join(rows) + "\n", encoding="utf-8")
    argv = f"fit-directions --model {model_folder} --photos {folder} --labels {labels}".split()
    argv += ["--attribute", "Bright", "--methods", "mean", "--out", str(tmp_path / "d.npz")]
    for option, used in (([], 20), (["--no-face", "crop"], 22)):
        assert main([*argv, *option]) == 0
        said = capsys.readouterr()
        assert DirectionSet.load(tmp_path / "d.npz").get("Bright").labels_used == used
        named = [name in said.err for name in ("wall a.png: No face", "wall b.png: No face")]
        assert named == [used == 20] * 2
        assert ("Left out: 2, 2 of them without a face" in said.err) == (used == 20)


@pytest.mark.slow
def test_data_and_photos_exclude_each_other(model_folder, photo_folder, tmp_path, capsys):
    out = ["--out", str(tmp_path / "x.npz"), "--model", str(model_folder)]
    with pytest.raises(SystemExit):
        main(["fit-directions", "--data", str(photo_folder), "--photos", str(photo_folder), *out])
    with pytest.raises(SystemExit):
        main(["fit-directions", *out])
    capsys.readouterr()
    assert main(["fit-directions", "--photos", str(photo_folder), *out]) == 2
    assert "has no labels" in capsys.readouterr().err
    labels = str(photo_folder.parent / "labels.csv")
    cached = ["--photos", str(photo_folder), "--labels", labels, "--cache", str(tmp_path), *out]
    assert main(["fit-directions", *cached]) == 2
    assert "--cache is for --data" in capsys.readouterr().err


def test_few_labels_take_unit_and_center_from_the_population():
    codes, labels, _ = planted_codes(5000)
    population = codes.mean(axis=0), np.cov(codes.T)
    pick = np.concatenate([np.flatnonzero(labels[:, 0] == c)[:60] for c in (0, 1)])
    options = FitOptions(folds=5, population=population)
    few = fit_direction(codes[pick], labels[pick, 0], "Male", "mean", options=options)
    projection = codes @ few.vector
    assert few.sigma == pytest.approx(projection.std(), rel=1e-3)
    assert few.center == pytest.approx(projection.mean(), abs=1e-3)
    assert few.labels_used == 120
    # the cross-validated figures are what the direction achieves on all other codes
    others = np.setdiff1d(np.arange(5000), pick)
    assert few.auc == pytest.approx(roc_auc_score(labels[others, 0], projection[others]), abs=0.06)
    means = [(projection[labels[:, 0] == c].mean() - few.center) / few.sigma for c in (0, 1)]
    assert few.class_means == pytest.approx(means, abs=0.3)
    assert (
        few.score(codes[labels[:, 0] == 1]).mean() > 0 > few.score(codes[labels[:, 0] == 0]).mean()
    )


def test_cross_validation_of_chance_labels_finds_chance():
    codes, _, _ = planted_codes(5000)
    population = codes.mean(axis=0), np.cov(codes.T)
    areas = []
    for seed in range(8):
        pick = np.random.default_rng(seed).permutation(5000)[:60]
        labels = (np.arange(60) % 2).astype(np.int8)
        options = FitOptions(folds=5, population=population, seed=seed)
        areas.append(fit_direction(codes[pick], labels, "Coin", "mean", options=options).auc)
    assert np.mean(areas) == pytest.approx(0.5, abs=0.1)  # fitted and measured alike it is 0.9


def test_people_stay_together_in_cross_validation():
    labels = (np.arange(40) % 2).astype(np.int8)
    groups = np.repeat(np.arange(20), 2)[np.argsort(np.arange(40) % 2, kind="stable")]
    part = parts(labels, groups, 5, np.random.default_rng(0))
    assert set(part) == set(range(5))
    assert all(len(set(part[groups == g])) == 1 for g in groups)
    with pytest.raises(UserError, match="two or more people"):
        parts(labels, labels, 5, np.random.default_rng(0))
