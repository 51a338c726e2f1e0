"""Sets of several attributes: who gets which label, and what stands in the files."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.photos import read_photos
from ganssl.photos.images import read_provenance
from ganssl.synthesis import Recipe, read_set, recipe_codes
from ganssl.synthesis.recipe import all_sliders
from tests.helpers.code_model import NAMES, CodeModel, write_set
from tests.helpers.one_attribute_set import one_attribute_set


@pytest.fixture(scope="module")
def model() -> CodeModel:
    return CodeModel()


def labels_of(codes) -> np.ndarray:
    """int `[n, k]`."""
    return (np.column_stack([codes.scores, codes.also]) >= 0).astype(int)


# codes


def test_every_combination_gets_the_same_share_and_keeps_its_margin(model):
    codes = recipe_codes(model, Recipe("Smiling", 512, also=("Eyeglasses", "Young"), margin=0.4))
    labels = labels_of(codes)
    counts = np.bincount(labels @ [1, 2, 4], minlength=8)
    assert counts.tolist() == [64] * 8
    assert np.abs(np.column_stack([codes.scores, codes.also])).min() >= 0.4
    np.testing.assert_array_equal(codes.labels, labels[:, 0])
    np.testing.assert_allclose(codes.scores, codes.codes[:, 0], atol=1e-6)
    np.testing.assert_allclose(codes.also[:, 0], codes.codes[:, 1] - 1.2, atol=1e-6)


def test_places_of_a_combination_without_codes_go_to_the_others(model):
    codes = recipe_codes(model, Recipe("Male", 400, also=("Bald",)))
    combination = labels_of(codes) @ [1, 2]
    counts = np.bincount(combination, minlength=4)  # neither, male, bald, both
    assert counts[2] < 10 and counts.sum() == 400
    assert counts[[0, 1, 3]].min() >= 100 and np.ptp(counts[[0, 1, 3]]) <= 3


def test_of_many_attributes_each_takes_its_turn(model):
    recipe = Recipe("Smiling", 1000, also=("Eyeglasses", "Young", "Male", "Bald"), margin=0.3)
    codes = recipe_codes(model, recipe)
    clear = np.column_stack([codes.scores, codes.also])
    present = (clear >= 0.3).sum(axis=0)
    absent = (clear <= -0.3).sum(axis=0)
    assert min(present.min(), absent.min()) >= 100  # a tenth for each side of each
    natural = model.sample(4000, seed=0)
    assert (natural[:, 1] >= 1.5).mean() < 0.08  # rare, and yet well taught


def test_a_face_depends_on_its_number_alone(model):
    recipe = Recipe("Smiling", 2000, also=("Eyeglasses",))
    whole, part = recipe_codes(model, recipe), recipe_codes(model, recipe, 1000, 100)
    np.testing.assert_array_equal(part.codes, whole.codes[1000:1100])
    np.testing.assert_array_equal(part.also, whole.also[1000:1100])
    other = recipe_codes(model, replace(recipe, seed=1), 0, 50)
    assert (other.codes != whole.codes[:50]).any()


def test_a_margin_that_leaves_nothing_is_refused(model):
    with pytest.raises(UserError, match="Lower the margin"):
        recipe_codes(model, Recipe("Smiling", 10, also=("Young",), margin=5.0))


# recipes


def test_recipes_of_one_attribute_are_written_as_ever():
    recipe = Recipe("Smiling", 4, size=16, balance_over=("Male",))
    assert "also" not in recipe.to_dict() and recipe.id == "e83ec6249ac5"
    several = Recipe("Smiling", 4, also=("Male",))
    assert several.to_dict()["also"] == ["Male"] and several.id != Recipe("Smiling", 4).id
    assert Recipe.from_json(several.to_json()) == several
    assert several.title == "Smiling and Male"
    assert Recipe("Smiling", also=NAMES[1:]).title == "Smiling and 4 more"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(also=("Smiling",)), "named once"),
        (dict(also=("Male",), pairs=True), "natural faces"),
        (dict(also=("Male",), strategy="push"), "natural faces"),
        (dict(also=("Male",), balance_over=("Young",)), "natural faces"),
        (dict(also=("Male",), source="photos"), "natural faces"),
        (dict(also=("sigma",)), "another column"),
        (dict(also=("A,B",)), "','"),
    ],
)
def test_recipes_that_make_no_set_are_refused(settings, message):
    with pytest.raises(UserError, match=message):
        Recipe("Smiling", 10, **settings)


def test_all_sliders_are_those_of_the_directions(model):
    recipe = all_sliders(Recipe("all", 100, seed=3), model.directions)
    assert set(recipe.attributes) == set(NAMES) and recipe.seed == 3
    with pytest.raises(UserError, match="no direction"):
        all_sliders(Recipe("all", 100), DirectionSet("", []))


# files


@pytest.fixture(scope="module")
def several(model, tmp_path_factory) -> Path:
    recipe = Recipe("Smiling", 64, also=("Eyeglasses",), size=16)
    return write_set(model, recipe, tmp_path_factory.mktemp("sets") / "several")


def test_a_set_is_read_back_with_all_labels(model, several):
    made = read_set(several)
    codes = recipe_codes(model, made.recipe)
    np.testing.assert_array_equal(made.table, labels_of(codes))
    np.testing.assert_allclose(made.distances[:, 1], codes.also[:, 0], atol=1e-4)
    np.testing.assert_array_equal(made.labels, made.table[:, 0])
    assert [attribute.name for attribute in made.attributes] == ["Smiling", "Eyeglasses"]
    assert made.column("Eyeglasses").tolist() == made.table[:, 1].tolist()
    assert made.faces([0, 63]).shape == (2, 16, 16, 3)
    with pytest.raises(UserError, match="not of Male"):
        made.column("Male")


def test_faces_near_a_boundary_teach_its_attribute_nothing(model, tmp_path):
    recipe = Recipe("Smiling", 80, also=("Eyeglasses", "Young", "Male"), size=16)
    made = read_set(write_set(model, recipe, tmp_path / "many"))
    for place, name in enumerate(recipe.attributes):
        column = made.column(name)
        near = np.abs(made.distances[:, place]) < 0.3
        assert near.any() and (column[near] == -1).all()
        np.testing.assert_array_equal(column[~near], made.table[~near, place])


def test_every_file_carries_all_columns(several):
    with (several / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    own = ["Smiling", "Smiling_sigma", "Eyeglasses", "Eyeglasses_sigma"]
    assert list(rows[0]) == ["file_name", "label", "index", "seed", "sigma", "pair", "photo", *own]
    for row in rows:
        assert (several / row["file_name"]).is_file()
        assert row["Smiling"] == str(int(float(row["Smiling_sigma"]) >= 0))
        assert row["label"] == ("Smiling" if row["Smiling"] == "1" else "not Smiling")
    photos = read_photos(several / "images", several / "labels.csv")
    assert photos.attributes == ("Smiling", "Eyeglasses")
    by_name = {Path(row["file_name"]).name: row for row in rows}
    for name, labels in zip(photos.names, photos.labels, strict=True):
        row = by_name[Path(name).name]
        assert labels.tolist() == [int(row["Smiling"]), int(row["Eyeglasses"])]
    facts = json.loads((several / "croissant.json").read_text(encoding="utf-8"))
    fields = {field["name"]: field for field in facts["recordSet"][0]["field"]}
    assert set(fields) == set(rows[0])
    assert fields["Eyeglasses"]["dataType"] == "sc:Integer"
    assert fields["Eyeglasses_sigma"]["dataType"] == "sc:Float"
    words = (several / "DATASHEET.md").read_text(encoding="utf-8")
    assert "Smiling and Eyeglasses" in words and "| 1 | 1 | 16 |" in words
    first = several / rows[0]["file_name"]
    assert read_provenance(first.read_bytes())["label"].count(",") == 1


def test_tar_shards_carry_all_columns(model, tmp_path):
    recipe = Recipe("Smiling", 8, also=("Eyeglasses",), size=16)
    folder = write_set(model, recipe, tmp_path / "tars", "webdataset")
    with tarfile.open(folder / "shards" / "000000.tar") as tar:
        facts = json.load(tar.extractfile("00000003.json"))
    made = read_set(folder)
    assert facts["Eyeglasses"] == str(made.table[3, 1]) and "Smiling_sigma" in facts
    assert made.faces([3]).shape == (1, 16, 16, 3)


def test_damaged_labels_are_told(several, tmp_path):
    import shutil

    shutil.copytree(several, tmp_path / "set")
    path = tmp_path / "set" / "metadata.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    cells[7] = "7"
    path.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="neither 1 nor 0"):
        read_set(tmp_path / "set")


@pytest.mark.parametrize(
    ("settings", "digest"),
    [
        (
            dict(balance_over=("Male",)),
            "b840348f9c2c068ad2dcfcb87cd236ecbf6b2e9c82c73f2a4f764edcb6ecd65b",
        ),
        (dict(pairs=True), "c5d277cdd3b79c4a0a38b0c8ee9146d67f99562d9f51d23abf6452581afb7e6c"),
    ],
)
def test_the_tables_of_a_set_of_one_attribute_are_byte_for_byte_as_ever(settings, digest, tmp_path):
    one_attribute_set(tmp_path, **settings)
    found = hashlib.sha256()
    for path in sorted(tmp_path.rglob("*")):
        if path.suffix in (".csv", ".json", ".md"):
            found.update(path.relative_to(tmp_path).as_posix().encode() + path.read_bytes())
    assert found.hexdigest() == digest


needs_datasets = pytest.mark.skipif(
    importlib.util.find_spec("datasets") is None, reason="Hugging Face's datasets is not installed"
)
needs_torchvision = pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is None, reason="torchvision is not installed"
)


@needs_datasets
def test_datasets_reads_all_columns_in_two_lines(several, tmp_path):
    import datasets

    found = datasets.load_dataset(
        "imagefolder", data_dir=str(several), split="train", cache_dir=str(tmp_path)
    )
    made = read_set(several)
    assert len(found) == len(made) and {"Smiling", "Eyeglasses"} <= set(found.column_names)
    row = found[5]
    assert row["image"].size == (16, 16)
    assert [row["Smiling"], row["Eyeglasses"]] == made.table[int(row["index"])].tolist()


@needs_torchvision
def test_torchvision_reads_the_first_attribute_in_two_lines(several):
    import torchvision

    found = torchvision.datasets.ImageFolder(str(several / "images"))
    assert found.classes == ["0_not_Smiling", "1_Smiling"]
    assert np.bincount(found.targets).tolist() == [32, 32]
