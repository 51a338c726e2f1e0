"""A judge tells sets apart, and its weights are read from scripts as they are packed."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from ganssl.commands.evaluate_gan import judge_report
from ganssl.errors import UserError
from ganssl.features.inception import read_weights
from ganssl.training.judge_gan import judge_gan
from tests.training.test_evaluate_gan import GridFeatures, LinearModel, drawn_faces

pytestmark = pytest.mark.slow


class Grid(GridFeatures):
    size = 192


class Grey(LinearModel):
    """Draws grey pictures, whatever the code."""

    def decode(self, codes):
        return np.full((len(codes), 32, 32, 3), 128, np.uint8)


def test_worse_models_are_farther_away_and_photos_nearest():
    training, validation = drawn_faces(300, 1), drawn_faces(200, 2)
    models = {"good": LinearModel(training, 20), "grey": Grey(training, 20)}
    result = judge_gan(models, Grid(), validation, training, count=150)
    rows = {(row["images"], row["source"]): row for row in result["rows"]}
    assert result["n"] == 150 and len(rows) == 11
    floor = rows["real", "train photos"]
    for source in ("reconstructions", "density, truncation 1"):
        good, grey = rows["good", source], rows["grey", source]
        assert good["kernel"] < grey["kernel"]
        assert good["frechet"] < grey["frechet"] and good["recall"] > grey["recall"] == 0.0
    assert abs(floor["kernel"]) < rows["good", "density, truncation 1"]["kernel"]
    assert floor["recall"] > 0.8
    text = judge_report(result)
    assert "train photos" in text and "kernel × 1000" in text


def test_too_few_photos_are_refused():
    faces = drawn_faces(20, 0)
    with pytest.raises(UserError, match="50 photos"):
        judge_gan({}, Grid(), faces, faces)


def test_packed_weights_are_read_in_their_order(tmp_path: Path):
    first, second = np.arange(2 * 600, dtype=np.uint8), np.arange(255, 55, -1, dtype=np.uint8)
    entries = [
        'name:"conv2d_1/kernel",shape:[2,600],dtype:"float32",'
        'quantization:{min:-1.5,scale:.5,dtype:"uint8"}',
        'name:"conv2d_2/kernel",shape:[200],dtype:"float32",'
        'quantization:{min:2,scale:1e-3,dtype:"uint8"}',
    ]
    (tmp_path / "model.min.js").write_text(f"[{{{'},{'.join(entries)}}}]", encoding="utf-8")
    data = first.tobytes() + second.tobytes()
    short = base64.b64encode(data[:30]).decode()
    (tmp_path / "group1-shard1of1.min.js").write_text(f'e="{short}"', encoding="utf-8")
    with pytest.raises(UserError, match="does not hold the judge"):
        read_weights(tmp_path)  # no shard is so short
    packed = base64.b64encode(data).decode()
    (tmp_path / "group1-shard1of1.min.js").write_text(f'e="{packed}"', encoding="utf-8")
    weights = read_weights(tmp_path)
    np.testing.assert_allclose(weights["conv2d_1/kernel"], first.reshape(2, 600) * 0.5 - 1.5)
    np.testing.assert_allclose(weights["conv2d_2/kernel"], second * 1e-3 + 2.0, rtol=1e-6)
