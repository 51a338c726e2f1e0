"""The `direction-report` command on drawn faces, with and without labels."""

import csv
import json

import numpy as np
import pytest

from ganssl.__main__ import main
from ganssl.laboratory.report import methods_table, report_directions
from ganssl.models.catalogue import load_model
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import axis, block_laboratory
from tests.helpers.small_model import save_face_network, small_model

pytestmark = pytest.mark.slow

COUNT = 60


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "small"
    small_model().save(folder)
    return folder


@pytest.fixture(autouse=True)
def small_network(tmp_path_factory, monkeypatch):
    """The readout that ships is replaced by a small one on disk."""
    assets = tmp_path_factory.mktemp("assets")
    save_face_network(assets / "face_network")
    monkeypatch.setattr("ganssl.base.assets.ASSETS", assets)


def read(path):
    with open(path, encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_without_photos_the_models_directions_are_measured(model_folder, tmp_path, capsys):
    out = tmp_path / "report"
    command = ["direction-report", "--model", str(model_folder), "--out", str(out), "--faces", "4"]
    command += ["--attributes", "Smiling,Young,Sideburns", "--hold", "Male"]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "Young (mean), Male held" in printed and "Sideburns (mean)" in printed
    rows = read(out / "directions.csv")
    assert [row["attribute"] for row in rows] == ["Smiling", "Young", "Sideburns"]
    young = rows[1]
    assert young["held"] == "Male" and float(young["remaining"]) == pytest.approx(0.5**0.5)
    assert young["auc"] == "" and float(rows[0]["own_effect"]) == pytest.approx(
        json.loads((out / "report.json").read_text(encoding="utf-8"))["cards"][0]["own_effect"]
    )
    effects = read(out / "effects.csv")
    assert sum(int(row["own"]) for row in effects) == 3
    for row in effects:
        assert float(row["low"]) <= float(row["logit"]) <= float(row["high"])
    cosines = read(out / "cosines.csv")
    assert float(cosines[0]["Smiling"]) == pytest.approx(1)
    assert len(read(out / "rescoring.csv")) == 3
    assert not (out / "label_correlations.csv").exists()
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "<script src=" not in page and 'src="http' not in page
    assert page.count("Plotly.newPlot") >= 2 + 3 * 3
    assert 3e6 < len(page) < 9e6  # the library once


def test_with_photos_directions_are_fitted_by_all_methods(model_folder, tmp_path, capsys):
    from PIL import Image

    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = ["file,Bright,Noisy"]
    for i in range(COUNT):
        low = 140 if i % 2 else 0
        pixels = rng.integers(low, low + 100, (64, 64, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{i:03d}.png")
        rows.append(f"{i:03d}.png,{i % 2},{(i // 2) % 2}")
    (tmp_path / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    out = tmp_path / "report"
    command = ["direction-report", "--model", str(model_folder), "--data", str(folder)]
    command += ["--labels", str(tmp_path / "labels.csv"), "--attributes", "Bright,Noisy"]
    command += ["--out", str(out), "--faces", "4", "--cache", str(tmp_path / "cache")]
    assert main(command) == 0
    rows = read(out / "directions.csv")
    bright = [row for row in rows if row["attribute"] == "Bright"]
    assert [r["method"] for r in bright] == ["balanced", "mean", "joint", "logistic", "svm"]
    assert all(float(row["auc"]) == 1.0 for row in bright)
    correlations = read(out / "label_correlations.csv")
    assert float(correlations[0]["Noisy"]) == pytest.approx(0, abs=1e-9)
    assert len(list((tmp_path / "cache").glob("codes-*.npy"))) == 1


def test_methods_are_compared_over_the_attributes_that_all_of_them_have():
    laboratory = block_laboratory(8)
    young = make_direction("Young", axis(2), "balanced")
    smiling = [make_direction("Smiling", axis(0), "balanced", auc=0.8)]
    smiling += [make_direction("Smiling", axis(0, 1), "mean", auc=0.9)]
    report = report_directions(laboratory, [young, *smiling])
    lines = methods_table(report).splitlines()
    assert lines[0] == "Means over 1 attributes by method:"
    for line, card in zip(lines[2:], report.cards[1:], strict=True):
        cells = line.split()
        assert cells[:2] == [card.direction.method, f"{card.auc:.3f}"]
        assert cells[2] == f"{card.own.spreads:+.2f}" and float(cells[3]) == pytest.approx(
            card.side_effect, abs=0.006
        )
    ratios = [float(line.split()[4]) for line in lines[2:] if "–" not in line]
    known = [c.selectivity for c in report.cards[1:] if 0 < c.selectivity < 1e3]
    assert ratios[-1] == pytest.approx(known[-1], abs=0.06)
    assert methods_table(report_directions(laboratory, smiling[:1])) == ""


def test_bad_input_is_told(model_folder, tmp_path, capsys):
    common = ["direction-report", "--model", str(model_folder), "--out", str(tmp_path / "r")]
    for wrong, message in (
        (["--methods", "magic"], "no method"),
        (["--attributes", "Smilling"], "Did you mean Smiling"),
        (["--faces", "1"], "2 faces or more"),
        (["--data", "x", "--directions", "y"], "not both"),
        (["--judge", "x", "--judge-photos", "y"], "go together, with --compare-holding"),
        (["--judge", "x", "--compare-holding"], "go together"),
        (["--methods", "svm"], "no direction of these attributes"),
    ):
        assert main([*common, *wrong]) == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


def test_the_readout_is_the_small_one(model_folder):
    from ganssl.features.readout import Readout

    assert Readout.load().network.config.embedding == 12
    assert load_model(model_folder).latent_size == 16
