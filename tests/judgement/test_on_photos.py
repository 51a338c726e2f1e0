"""From drawn photos and a label file to a judgement, by the library and by the commands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganssl.__main__ import main
from ganssl.attributes import Attribute
from ganssl.base.job import Cancelled
from ganssl.classifier import (
    LabelledFaces,
    PhotoEvidence,
    Watch,
    load_classifier,
    save_classifier,
    train_on_faces,
)
from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.features.extractor import get_extractor
from ganssl.judgement.on_photos import judge_photos
from ganssl.models.bundle import BundleModel
from ganssl.models.catalogue import load_model
from ganssl.models.config import ModelConfig
from ganssl.photos.labelled_folder import read_labelled_folder
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.skin_tone import SLICES, TITLE, groups_of, skin_tone
from ganssl.synthesis.recipe import Recipe
from ganssl.synthesis.run import synthesize
from tests.helpers.mouth_extractor import mouth_extractor
from tests.helpers.planted import make_direction
from tests.helpers.small_model import small_model
from tests.helpers.synthetic_faces import draw_face, draw_faces
from tests.helpers.synthetic_photos import write_celeba

SMILING = Attribute("Smiling", "neutral", "smiling")
COUNT = 24


@pytest.fixture(scope="module")
def network_classifier(tmp_path_factory) -> Path:
    """On the face network that ships, trained on drawn faces."""
    faces, labels = draw_faces(160, seed=7)
    extractor = get_extractor("face-network")
    found = train_on_faces(LabelledFaces(faces, labels, SMILING), extractor, "logistic")
    folder = tmp_path_factory.mktemp("trained") / "classifier"
    save_classifier(found, folder)
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """24 drawn photos, every second smiling, and a CSV that names the classes."""
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(3)
    lines = ["file,label"]
    for i in range(COUNT):
        draw_face(rng, i % 2 == 1).save(folder / f"{i:02d}.png")
        lines.append(f"{i:02d}.png,{SMILING.classes[i % 2]}")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def evaluate(capsys, *options: str) -> dict:
    capsys.readouterr()
    assert main(["evaluate", *options, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.slow
def test_evaluate_prints_one_object_and_counts_what_it_left_out(
    network_classifier: Path, photos: Path, tmp_path: Path, capsys
):
    (photos / "00.png").write_bytes(b"no image")
    draw_face(np.random.default_rng(50), True).save(photos / "unlabelled.png")
    labels = tmp_path / "labels.csv"
    labels.write_text(labels.read_text(encoding="utf-8") + "gone.png,smiling\n", encoding="utf-8")
    options = ["--classifier", str(network_classifier), "--photos", str(photos)]
    options += ["--labels", str(labels), "--predictions", str(tmp_path / "answers.csv")]
    found = evaluate(capsys, *options)
    assert found["n"] == COUNT - 1 and found["classes"] == ["neutral", "smiling"]
    assert found["accuracy"] > 0.7 and found["auc"] > 0.85 and not found["constant_predictor"]
    assert found["majority_baseline"] == pytest.approx(12 / 23)
    assert found["ci95"][0] < found["accuracy"] < found["ci95"][1]
    assert np.sum(found["confusion_matrix"], axis=1).tolist() == [11, 12]
    assert 0 <= found["balanced_accuracy"] <= 1 and found["features"] == "face-network"
    assert found["aligned"] == {"aligned frame": COUNT - 1}
    assert [refusal["name"] for refusal in found["refused"]] == ["00.png"]
    assert (found["photos_without_label"], found["labels_without_photo"]) == (1, 1)
    answers = (tmp_path / "answers.csv").read_text(encoding="utf-8-sig").splitlines()
    assert answers[0] == "file,label,answer,score,aligned,use" and len(answers) == COUNT + 1
    assert answers[-1] == "00.png,,,,,refused"
    right = sum(line.split(",")[1] == line.split(",")[2] for line in answers[1:-1])
    assert right / (COUNT - 1) == pytest.approx(found["accuracy"])
    assert main(["evaluate", *options]) == 0
    text = capsys.readouterr().out
    assert "majority class" in text and "refused 00.png" in text and "1 labels have no" in text


@pytest.mark.slow
def test_evaluate_sets_other_methods_beside_it_and_writes_the_report(
    network_classifier: Path, photos: Path, tmp_path: Path, capsys
):
    options = ["--classifier", str(network_classifier), "--photos", str(photos)]
    options += ["--labels", str(tmp_path / "labels.csv"), "--few-per-class", "3", "--seed", "5"]
    small_model().save(tmp_path / "model")
    options += ["--model", str(tmp_path / "model"), "--report", str(tmp_path / "report.html")]
    found = evaluate(capsys, *options, "--threshold", "prior", "--positive-share", "0.5")
    methods = [row["method"] for row in found["comparison"]]
    assert methods[:2] == ["majority class", "this classifier"]
    assert methods[2:4] == ["this classifier, threshold 0.5", "the direction itself"]
    used, half = found["threshold_used"], found["comparison"][2]
    assert used["how"] == "prior" and used["accuracy"] == found["accuracy"]
    assert used["accuracy_at_half"] == half["accuracy"] and half["threshold"] == 0.5
    assert {"the few labels directly", "self-training", "label spreading"} <= set(methods)
    assert found["n"] == COUNT - 6 and len(found["few"]["names"]) == 6
    assert {row["n"] for row in found["comparison"]} == {COUNT - 6}
    assert "unlabelled photos" in found["threshold_from"]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert found["verdict"].replace("'", "&#x27;") in page
    assert main(["evaluate", *options[:-2]]) == 0
    text = capsys.readouterr().out
    assert all(method in text for method in {*methods} - {"this classifier, threshold 0.5"})
    assert "were drawn and not judged" in text and "Threshold 0.500: default." in text
    assert main(["evaluate", *options[:-2], "--report", str(tmp_path / "no" / "r.html")]) == 2


def test_judge_photos_takes_any_photo_set_with_slices(photos: Path, tmp_path: Path):
    extractor = mouth_extractor()
    faces, labels = draw_faces(160, seed=7)
    classifier = train_on_faces(
        LabelledFaces(faces, labels, SMILING), extractor, "logistic", regularisation=1.0
    )
    (tmp_path / "two.csv").write_text(
        "file,smiles,Young\n" + "".join(f"{i:02d}.png,{i % 2},{i // 12}\n" for i in range(COUNT)),
        encoding="utf-8",
    )
    found = read_labelled_folder(photos, tmp_path / "two.csv", SMILING, "smiles", ["Young"])
    result = judge_photos(classifier, extractor, found.photos, slices=["Young"])
    assert result.judgement.accuracy > 0.9 and result.judgement.n == COUNT
    young = [(s.value, s.n) for s in result.judgement.slices if s.column == "Young"]
    assert young == [("not Young", 12), ("Young", 12)]
    tones = [s for s in result.judgement.slices if s.column == TITLE]
    expected = groups_of(skin_tone(result.prepared.pixels, classifier.source.preprocess))
    assert [s.value for s in tones] == [name for name in SLICES if name in expected]
    for group in tones:
        rows = expected == group.value
        right = result.answers[rows] == result.labels[rows]
        assert (group.n, group.accuracy) == (rows.sum(), right.mean())
        assert group.ci95[0] <= group.accuracy <= group.ci95[1]
    assert result.prepared.pixels.shape == (COUNT, 64, 64, 3)
    wrong = read_labelled_folder(photos, tmp_path / "two.csv", SMILING, "Young")
    assert judge_photos(classifier, extractor, wrong.photos).judgement.accuracy < 0.7
    with pytest.raises(UserError, match="trained on the features"):
        judge_photos(classifier, replace(extractor, id="bbbbbbbbbbbb"), found.photos)


def test_nothing_usable_is_an_error_in_a_sentence(photos: Path, tmp_path: Path):
    extractor = mouth_extractor()
    faces, labels = draw_faces(40)
    classifier = train_on_faces(LabelledFaces(faces, labels, SMILING), extractor, "logistic")
    for path in photos.iterdir():
        path.write_bytes(b"no image")
    found = read_labelled_folder(photos, tmp_path / "labels.csv", SMILING)
    with pytest.raises(UserError, match=r"No photo .* can be used\. The first: .*00\.png"):
        judge_photos(classifier, extractor, found.photos)


def test_training_on_faces_can_be_stopped_and_is_calibrated_by_photos(photos: Path):
    faces, labels = draw_faces(40)
    with pytest.raises(Cancelled):
        train_on_faces(
            LabelledFaces(faces, labels, SMILING),
            mouth_extractor(),
            watch=Watch(cancelled=lambda: True),
        )
    unlabelled = read_labelled_folder(photos, photos.parent / "labels.csv", SMILING).photos
    found = train_on_faces(
        LabelledFaces(faces, labels, SMILING),
        mouth_extractor(),
        "logistic",
        evidence=PhotoEvidence(unlabelled=unlabelled, threshold="prior", positive_share=0.25),
        copies=1,
    )
    assert found.metrics["trained_on"] == 72  # a face and its copy stay together
    scores = found.scores(mouth_extractor().features(unlabelled.faces(found.source.preprocess)))
    assert np.mean(scores >= found.threshold) == pytest.approx(0.25)
    assert "unlabelled photos" in found.threshold_from


def test_celebas_list_and_layout_are_read(tmp_path: Path):
    root = write_celeba(tmp_path / "celeba", 9)
    male = Attribute("Male")
    by_list = read_labelled_folder(
        root / "img_align_celeba", root / "list_attr_celeba.txt", male, slices=["Young"]
    )
    by_layout = read_labelled_folder(root, None, male, slices=["Young"])
    above = read_labelled_folder(root, root / "list_attr_celeba.txt", male)  # by the bare name
    assert by_list.photos.attributes == by_layout.photos.attributes == ("Male", "Young")
    np.testing.assert_array_equal(by_list.photos.labels, by_layout.photos.labels)
    np.testing.assert_array_equal(above.photos.column("Male"), np.arange(9) % 2 == 0)
    (root / "img_align_celeba" / "000002.jpg").unlink()
    fewer = read_labelled_folder(root / "img_align_celeba", root / "list_attr_celeba.txt", male)
    assert (len(fewer.photos), fewer.rows_without_photo) == (8, 1)
    assert fewer.photos.names[1] == "000003.jpg" and fewer.photos.column("Male")[1] == 1
    root = write_celeba(tmp_path / "parts", 9)
    assert len(read_labelled_folder(root, None, male, part="validation").photos) == 3


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("file,label\nelse.png,1\n", {}, "None of the 24 photos"),
        ("file,label\n00.png,\n", {}, "None of the 24 photos"),
        ("file,label\n00.png,maybe\n", {}, "line 2.*'maybe' is no label"),
        ("file,Male\n00.png,1\n", {}, "no column 'Smiling'"),
        ("file,label\n00.png,1\n", {"slices": ["Young"]}, "no column 'Young'"),
        ("file,label\n00.png,1\n", {"part": "test"}, "CelebA's layout"),
        ("file,label\n00.png,1\n00.png,0\n", {}, "line 3: 00.png has a row already"),
    ],
)
def test_label_files_that_cannot_be_used(photos: Path, text: str, options: dict, message: str):
    labels = photos.parent / "bad.csv"
    labels.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        read_labelled_folder(photos, labels, SMILING, **options)


def test_folders_that_cannot_be_used(photos: Path, tmp_path: Path, capsys):
    labels = tmp_path / "labels.csv"
    with pytest.raises(UserError, match="brings no labels"):
        read_labelled_folder(photos, None, SMILING)
    with pytest.raises(UserError, match="not a folder"):
        read_labelled_folder(tmp_path / "nowhere", labels, SMILING)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no JPEG"):
        read_labelled_folder(tmp_path / "empty", labels, SMILING)
    options = ["--classifier", str(tmp_path), "--photos", str(photos), "--labels", str(labels)]
    assert main(["evaluate", *options]) == 2
    assert "There is no classifier" in capsys.readouterr().err


def test_a_photo_is_found_by_path_before_name(photos: Path):
    for folder in ("a", "b"):
        (photos / folder).mkdir()
        draw_face(np.random.default_rng(0), True).save(photos / folder / "same.png")
    labels = photos.parent / "paths.csv"
    text = "file,label\na/same.png,1\nelsewhere/03.png,0\nsame.png,1\n"
    labels.write_text(text, encoding="utf-8")
    found = read_labelled_folder(photos, labels, SMILING)
    assert isinstance(found.photos, PhotoSet) and found.photos.names == ["03.png", "a/same.png"]
    assert found.rows_without_photo == 1  # two photos are called same.png


@pytest.mark.slow
def test_train_classifier_reads_a_set_and_writes_a_folder(tmp_path: Path, capsys):
    config = ModelConfig(64, 5, (4, 4, 4, 4), (4, 4, 4, 4), 4, (4, 4, 4, 4))
    directions = DirectionSet("0" * 12, [make_direction("Smiling", np.eye(5)[0])])
    model = BundleModel.create(config, directions=directions)
    model.save(tmp_path / "model")
    data, out = tmp_path / "set", tmp_path / "classifier"
    synthesize(load_model(tmp_path / "model"), Recipe("Smiling", 60, pairs=False), data)
    options = ["train-classifier", "--data", str(data), "--out", str(out), "--head", "logistic"]
    options += ["--features", "encoder", "--weights", str(tmp_path / "model")]
    assert main([*options, "--cache", str(tmp_path / "cache")]) == 0
    text = capsys.readouterr().out
    assert "trained on 54 faces, 6 held out" in text and f"wrote {out}" in text
    found = load_classifier(out)
    assert found.attribute == Attribute("Smiling") and found.source.features == "encoder"
    assert found.source.recipe["count"] == 60 and found.source.recipe["strategy"] == "position"
    assert found.source.preprocess.size == 64 and found.metrics["trained_on_present"] == 27
    assert list((tmp_path / "cache").glob("features-*.npy"))
    (tmp_path / "letter").mkdir()
    (tmp_path / "letter" / "a.txt").write_text("keep me", encoding="utf-8")
    assert main([*options[:4], str(tmp_path / "letter")]) == 2
    assert "holds other files" in capsys.readouterr().err
    assert main(["train-classifier", "--data", str(tmp_path), "--out", str(tmp_path / "c")]) == 2
    assert "holds no synthetic set" in capsys.readouterr().err
