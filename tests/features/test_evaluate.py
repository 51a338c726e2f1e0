"""Probes judged on photos of which some labels are unknown, by function and by command."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from ganssl.__main__ import main
from ganssl.errors import UserError
from ganssl.features.evaluate import DEFAULT_ATTRIBUTES, evaluate_features
from ganssl.features.probes import Probes
from ganssl.photos.photo_files import MemoryFiles
from ganssl.photos.photo_set import PARTITIONS, PhotoSet
from tests.helpers.small_model import save_face_network
from tests.helpers.synthetic_photos import encoded, write_celeba

COUNT = 60


def photos_with(labels: np.ndarray) -> PhotoSet:
    """Flat photos, dark without the attribute and light with it; the second half is held out."""
    truth = np.arange(COUNT) % 2
    files = {
        f"{i:02d}.png": encoded(Image.new("RGB", (178, 218), (60 + 120 * int(light),) * 3), "PNG")
        for i, light in enumerate(truth)
    }
    part = np.where(np.arange(COUNT) < COUNT // 2, PARTITIONS["train"], PARTITIONS["validation"])
    table = labels[:, None].astype(np.int8)
    names = list(files)
    return PhotoSet(names, ("Smiling",), table, part, None, "planted", MemoryFiles(files))


def brightness(faces: np.ndarray) -> np.ndarray:
    return faces.mean(axis=(1, 2, 3), dtype=np.float32)[:, None]


@pytest.fixture
def labels():
    labels = (np.arange(COUNT) % 2).astype(np.int8)
    labels[::5] = -1
    return labels


def test_unknown_labels_are_no_errors(labels):
    majority, perfect = evaluate_features(
        {"brightness": brightness}, photos_with(labels), ["Smiling"]
    )
    assert perfect["Smiling"] == 1.0
    held = labels[COUNT // 2 :]
    share = (held[held >= 0] == 1).mean()
    assert majority["Smiling"] == pytest.approx(max(share, 1 - share))


def test_the_majority_is_that_of_the_known_labels():
    labels = np.ones(COUNT, np.int8)
    labels[: COUNT // 2 : 2] = 0
    labels[COUNT // 2 + 1 :] = np.where(np.arange(COUNT // 2 - 1) % 3, -1, 1)
    majority, _ = evaluate_features({"b": brightness}, photos_with(labels), ["Smiling"])
    assert majority["Smiling"] == 1.0  # present, though a mean with -1 would call it absent


def test_an_attribute_without_known_labels_is_refused(labels):
    labels[COUNT // 2 :] = -1
    with pytest.raises(UserError, match="No photo of the validation part has a label for Smiling"):
        evaluate_features({"brightness": brightness}, photos_with(labels), ["Smiling"])


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Photos in CelebA's layout, each attribute on half of each part, and a random face network."""
    root = tmp_path_factory.mktemp("probes")
    save_face_network(root / "network")
    write_celeba(root / "photos", COUNT)
    rows = [
        f"{i + 1:06d}.jpg " + " ".join("1" if (i // 3 + k) % 2 else "-1" for k in range(5))
        for i in range(COUNT)
    ]
    text = "\n".join([str(COUNT), " ".join(DEFAULT_ATTRIBUTES), *rows]) + "\n"
    (root / "photos" / "list_attr_celeba.txt").write_text(text, encoding="utf-8")
    return ["--data", str(root / "photos"), "--network", str(root / "network")]


@pytest.mark.slow
def test_the_command_judges_probes_beside_the_majority(folders, capsys):
    assert main(["evaluate-features", *folders, "--json"]) == 0
    majority, network = json.loads(capsys.readouterr().out)
    assert majority["features"] == "majority class" and majority["n"] == network["n"] == COUNT // 3
    assert [majority[name] for name in DEFAULT_ATTRIBUTES] == [0.5] * 5
    assert all(0 <= network[name] <= 1 for name in DEFAULT_ATTRIBUTES)


@pytest.mark.slow
def test_the_command_fits_probes_that_can_be_loaded(folders, tmp_path, capsys):
    assert main(["fit-probes", *folders, "--out", str(tmp_path / "probes.npz")]) == 0
    found = Probes.load(tmp_path / "probes.npz")
    assert found.attributes == DEFAULT_ATTRIBUTES and ((found.auc >= 0) & (found.auc <= 1)).all()
    shown = capsys.readouterr().out
    for name, auc in zip(found.attributes, found.auc, strict=True):
        assert f"{name:<22} {auc:.3f}" in shown
