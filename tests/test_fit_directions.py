"""The `fit-directions` command on drawn faces."""

from dataclasses import replace

import numpy as np
import pytest

from ganssl.__main__ import main
from ganssl.directions import DirectionSet, fit_photo_directions
from ganssl.errors import UserError

COUNT = 60


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    """An untrained encoder: a random projection still tells bright from dark."""
    from ganssl.models.config import ModelConfig
    from ganssl.models.face_model import FaceModel

    widths = (8, 8, 8, 8)
    config = ModelConfig(64, 8, widths, widths, 8, widths)
    folder = tmp_path_factory.mktemp("model") / "tiny"
    FaceModel.create(config).save(folder)
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
    (folder.parent / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder


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
    from ganssl.models.face_model import load_model

    read.check_model(load_model(model_folder).id)
    assert read.methods("Bright") == ("mean", "logistic")
    assert read.get("Bright").auc == 1.0
    assert read.get("Bright").labels_used == 40
    row = next(row for row in map(str.split, printed.splitlines()) if row[:2] == ["Bright", "mean"])
    assert row[2] == "1.000"
    assert row[4:] == ["40", "yes"]
    assert "left out Never: Never has too few labels: 0 present and 60 absent" in printed


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


def test_validation_photos_are_the_hold_out(model_folder, photo_folder):
    from ganssl.data import read_photos
    from ganssl.models.face_model import load_model

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
