"""Several heads on one extractor: training, files, and a judgement for each."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ganssl.attributes import Attribute
from ganssl.classifier import (
    LabelledFaces,
    load_classifier,
    load_heads,
    save_classifier,
    save_heads,
    train_heads,
    train_on_faces,
)
from ganssl.classifier.from_faces import face_rows, set_features
from ganssl.classifier.several import HEADS, head_folders
from ganssl.errors import UserError
from ganssl.features.extractor import BatchedExtractor
from ganssl.synthesis import Recipe, read_set
from tests.helpers.code_model import CodeModel, write_set
from tests.helpers.one_attribute_set import one_attribute_set


class Counted:
    """Sees the grey of the top half and of the bottom half, and counts the faces it looked at."""

    def __init__(self) -> None:
        self.seen = 0

    def run(self, faces: np.ndarray) -> np.ndarray:
        self.seen += len(faces)
        values = faces.astype(np.float32) / 127.5 - 1
        half = faces.shape[1] // 2
        return np.stack([values[:, :half].mean((1, 2, 3)), values[:, half:].mean((1, 2, 3))], 1)


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def extractor(counted) -> BatchedExtractor:
    return BatchedExtractor("halves", "halves", "0" * 12, 2, counted.run, side=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Smiling lights the top half of a face, Eyeglasses the bottom half."""
    recipe = Recipe("Smiling", 400, also=("Eyeglasses",), size=16)
    return read_set(write_set(CodeModel(), recipe, tmp_path_factory.mktemp("set") / "set"))


def test_every_attribute_gets_a_head_and_faces_are_looked_at_once(made, extractor, counted):
    heads = train_heads(made, extractor, "logistic")
    assert counted.seen == len(made)
    assert [head.attribute.name for head in heads] == ["Smiling", "Eyeglasses"]
    features, _ = set_features(made, extractor)
    for place, head in enumerate(heads):
        right = head.predict(features) == made.table[:, place]
        assert right.mean() > 0.97
        assert (head.predict(features) == made.table[:, 1 - place]).mean() < 0.7


def test_faces_within_the_margin_are_left_out(extractor):
    faces = np.zeros((60, 8, 8, 3), np.uint8)
    labels = np.repeat(np.array([0, 1, -1], np.int8), 20)
    faces[20:40] = 255
    faces[40:] = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3))
    smiling = Attribute("Smiling")
    everything = LabelledFaces(faces, labels, smiling)
    known = LabelledFaces(faces[:40], labels[:40], smiling)
    with_them = train_on_faces(everything, extractor, "logistic", copies=1)
    without = train_on_faces(known, extractor, "logistic")
    assert with_them.metrics["trained_on"] + with_them.metrics["held_out"] == 80
    assert without.metrics["trained_on"] + without.metrics["held_out"] == 40


def test_features_of_a_set_are_those_of_the_attribute_that_is_asked(made, extractor):
    _, first = set_features(made, extractor)
    _, second = set_features(made, extractor, attribute="Eyeglasses")
    np.testing.assert_array_equal(first, made.table[:, 0])
    np.testing.assert_array_equal(second, made.table[:, 1])


def test_heads_are_kept_in_folders_that_work_alone(made, extractor, tmp_path):
    heads = train_heads(made, extractor, "logistic")
    save_heads(heads, tmp_path / "c")
    assert [f.name for f in head_folders(tmp_path / "c")] == ["0_Smiling", "1_Eyeglasses"]
    features, _ = set_features(made, extractor)
    for head, again in zip(heads, load_heads(tmp_path / "c"), strict=True):
        np.testing.assert_array_equal(head.scores(features), again.scores(features))
    alone = load_classifier(tmp_path / "c" / "1_Eyeglasses")
    assert alone.attribute.name == "Eyeglasses"
    save_heads(heads, tmp_path / "c")  # again, in their place


def test_a_single_head_is_a_plain_classifier_of_the_same_bytes(tmp_path, extractor):
    one_attribute_set(tmp_path / "set", balance_over=("Male",))
    single = read_set(tmp_path / "set")
    assert set_features(single, extractor)[1].tolist() == [0, 1, 0, 1]
    faces = np.zeros((80, 8, 8, 3), np.uint8)
    faces[::2] = 255
    labels = (np.arange(80) % 2).astype(np.int8)
    head = train_on_faces(LabelledFaces(faces, labels, Attribute("Smiling")), extractor, "logistic")
    save_heads([head], tmp_path / "heads")
    save_classifier(head, tmp_path / "plain")
    for path in (tmp_path / "plain").iterdir():
        assert path.read_bytes() == (tmp_path / "heads" / path.name).read_bytes()
    assert not (tmp_path / "heads" / HEADS).exists()
    assert head_folders(tmp_path / "plain") == [tmp_path / "plain"]
    with pytest.raises(UserError, match="holds a classifier of one attribute"):
        save_heads([head, head], tmp_path / "plain")


@pytest.mark.parametrize("heads", [[], ["../elsewhere"], ["a/b"], "0_Smiling", [1], ["0_a"] * 41])
def test_a_damaged_list_of_heads_is_refused(tmp_path: Path, heads):
    values = {"format": "ganssl heads 1", "heads": heads}
    (tmp_path / HEADS).write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(UserError, match="no list of heads"):
        head_folders(tmp_path)


def test_rows_of_a_set_are_read_once(made):
    assert face_rows(made).id == face_rows(made).id
