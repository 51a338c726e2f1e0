"""The article's defects: each does what it names, and without them it is today's pipeline."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from ganssl.__main__ import main
from ganssl.classifier import LabelledFaces, train_classifier, train_on_faces
from ganssl.classifier.train import LabelledRows
from ganssl.commands.reproduce_2017 import FILE
from ganssl.features.extractor import BatchedExtractor
from ganssl.judgement.judge import judge
from ganssl.reproduce_2017 import DEFECTS, ORDERS, Material, Switches, article_net, run_pipeline
from ganssl.reproduce_2017.material import MALE, Photos, class_means, face_rows, people_means
from ganssl.reproduce_2017.mends import interval, matters
from ganssl.reproduce_2017.pipeline import (
    feature_rows,
    stretched,
    trained_scores,
    training_faces,
    training_labels,
)
from tests.helpers.disks import full_disk
from tests.helpers.planted_features import planted_features
from tests.helpers.small_model import small_model
from tests.helpers.synthetic_photos import draw_photo, encoded, write_celeba

pytestmark = pytest.mark.slow

COUNT = 800
NONE, ALL = Switches(), Switches.all_on()


def pixel_features(size: int = 200) -> BatchedExtractor:
    """Random mixtures of a face's pixels at 16×16."""
    mixture = np.random.default_rng(0).normal(size=(16 * 16 * 3, size)).astype(np.float32) / 30

    def run(faces: np.ndarray) -> np.ndarray:
        small = faces.reshape(-1, 16, 4, 16, 4, 3).mean(axis=(2, 4), dtype=np.float32)
        return small.reshape(len(faces), -1) @ mixture

    return BatchedExtractor("pixels", "random mixtures of pixels", "0", size, run, side=64)


@pytest.fixture(scope="module")
def material(tmp_path_factory) -> Material:
    """Photos are faces of a small model; who is male lies on an axis of its codes."""
    folder = tmp_path_factory.mktemp("reproduce")
    extractor, model = pixel_features(), small_model()

    def photos(count: int, first: int, **more) -> Photos:
        codes = model.sample(count, 1, first=first)
        labels = (model.directions.get("Male").score(codes) > 0).astype(np.int8)
        return Photos(face_rows(model.decode(codes), f"{first}"), labels, codes=codes, **more)

    article = photos(60, 1000)
    train = photos(300, 0)
    features = extractor.features(train.faces[:300])
    mean, scale = features.mean(axis=0), features.std(axis=0)
    return Material(
        model=model,
        extractor=extractor,
        train=train,
        article=replace(article, published=np.roll(article.labels, 1)),
        fresh=photos(400, 2000),
        people=people_means((features - mean) / scale, np.arange(300) // 3),
        mean=mean,
        scale=scale,
        count=COUNT,
        cache=folder / "cache",
    )


def rows_of(material, **on):
    return feature_rows(material, material.fresh.faces, Switches(**on))


def test_there_are_eleven_defects_in_words_and_both_orders_mend_all():
    assert [defect.number for defect in DEFECTS] == list(range(1, 12))
    for defect in DEFECTS:
        assert defect.title and defect.wrong.endswith(".") and defect.mended.endswith(".")
    first, second = ORDERS.values()
    assert set(first) == set(second) == {defect.name for defect in DEFECTS} and first != second


def test_sorted_scores_keep_the_values_and_lose_whose_they_are(material):
    plain, rows = rows_of(material), rows_of(material, sorted_scores=True)
    assert (np.diff(rows, axis=1) >= 0).all() and not (np.diff(plain, axis=1) >= 0).all()
    np.testing.assert_array_equal(np.sort(plain, axis=1), rows)
    features, labels = planted_features(400, size=12)  # the class is where, not how much
    learn, test = slice(0, 200), slice(200, 400)
    equal = (features - features.mean(axis=0)) / features.std(axis=0)
    aucs = []
    for table in (equal, np.sort(equal, axis=1)):
        (scores,) = trained_scores(table[learn], labels[learn], [table[test]], NONE, 0)
        aucs.append(judge(labels[test], scores, 0.5, MALE).auc)
    assert aucs[0] > 0.95 and aucs[1] < 0.8


def test_the_smallest_score_is_repeated_as_one_more_column(material):
    plain, rows = rows_of(material), rows_of(material, repeated_score=True, sorted_scores=True)
    assert rows.shape[1] == plain.shape[1] + 1
    np.testing.assert_array_equal(rows[:, -1], rows[:, 0])


def test_inverted_polarity_turns_every_answer_round(material):
    assert training_labels(4, NONE).tolist() == [0, 1, 0, 1]
    assert training_labels(4, Switches.only("inverted_polarity")).tolist() == [1, 0, 1, 0]
    today = run_pipeline(material, NONE).fresh
    inverted = run_pipeline(material, Switches.only("inverted_polarity")).fresh
    assert today.auc > 0.9
    assert inverted.auc == pytest.approx(1 - today.auc, abs=1e-3)
    assert inverted.accuracy < 0.25


def test_the_wrong_input_scale_is_dark_and_blue_for_red(material):
    faces = material.fresh.faces[:8]
    seen = material.extractor.run(faces[..., ::-1].astype(np.float32) / 255)
    np.testing.assert_allclose(rows_of(material, input_scale=True)[:8], seen, atol=1e-5)
    assert seen.std(axis=0).mean() < 0.1 * rows_of(material).std(axis=0).mean()


def test_scores_say_how_much_a_face_resembles_each_of_many_people(material):
    rows = rows_of(material, logits_read=True)
    assert rows.shape == (400, 100)
    own = feature_rows(material, material.train.faces, Switches(logits_read=True))
    assert (own[:, :].argmax(axis=1) == np.arange(300) // 3).mean() > 0.2  # 0.01 by chance


def test_class_means_are_near_identical_faces(material):
    means, natural = material.codes("means", 0), material.codes("natural", 0)
    male = material.model.directions.get("Male")
    for parity in (0, 1):
        spread = means[parity::2].std(axis=0).mean() / natural[parity::2].std(axis=0).mean()
        assert 0.2 < spread < 0.45
    assert (male.score(means)[1::2] > male.score(means)[::2]).all()
    assert (male.score(natural)[1::2] > 0).all() and (male.score(natural)[::2] < 0).all()
    again = class_means(material.train.codes, material.train.labels, 6, np.random.default_rng(1))
    assert again.shape == (6, 16)


def test_seen_photos_judge_and_take_part_in_the_means(material):
    both = Switches(seen_photos=True, class_mean_codes=True)
    assert run_pipeline(material, both).reported.n == 60
    assert run_pipeline(material, both.mended("seen_photos")).reported.n == 400
    far = replace(material.article, codes=material.article.codes + 100)
    odd = replace(material, article=far)
    assert odd.codes("means with test photos", 0).max() > 20 > odd.codes("means", 0).max()


def test_photometry_stretches_generated_faces_and_no_photo(material):
    on = Switches.only("photometry")
    faces = training_faces(material, on, 0)[:32]
    assert (faces.min(axis=(1, 2, 3)) == 0).all() and (faces.max(axis=(1, 2, 3)) == 255).all()
    plain = training_faces(material, NONE, 0)[:32]
    np.testing.assert_array_equal(stretched(plain), faces)
    assert (plain.max(axis=(1, 2, 3)) < 255).any()
    np.testing.assert_array_equal(rows_of(material, photometry=True), rows_of(material))


def test_half_of_the_faces_is_the_first_half(material):
    rows = feature_rows(material, training_faces(material, NONE, 0), NONE)[: COUNT // 2]
    labels = training_labels(COUNT // 2, NONE)
    half = train_classifier(LabelledRows(rows, labels), MALE, "logistic", holdout_share=0.0)
    expected = judge(material.fresh.labels, half.scores(rows_of(material)), 0.5, MALE)
    assert run_pipeline(material, Switches.only("half_the_faces")).fresh == expected


def test_shifted_labels_are_the_published_ones(material):
    seen = Switches(seen_photos=True)
    right = run_pipeline(material, seen).reported
    wrong = run_pipeline(material, replace(seen, shifted_labels=True)).reported
    assert right.accuracy > wrong.accuracy + 0.2
    assert run_pipeline(material, Switches.only("shifted_labels")).reported.n == 400


def test_the_learning_rate_collapses_what_a_logistic_regression_learns():
    rows, labels = planted_features(400, separation=6.0, size=60)
    rows = 20 * rows
    (good,) = trained_scores(rows, labels, [rows], NONE, 0)
    (bad,) = trained_scores(rows, labels, [rows], Switches.only("learning_rate"), 0)
    assert judge(labels, good, 0.5, MALE).accuracy > 0.98
    found = judge(labels, bad, 0.5, MALE)
    assert found.constant_predictor and found.auc == pytest.approx(0.5, abs=0.02)


def test_all_defects_give_a_constant_answer_at_chance(material):
    outcome = run_pipeline(material, ALL)
    for found in (outcome.reported, outcome.fresh):
        assert found.constant_predictor and found.balanced_accuracy == 0.5
        assert found.auc == pytest.approx(0.5, abs=0.05)


def test_all_mended_is_todays_pipeline(material):
    faces = material.generated("natural", 0)
    today = train_on_faces(
        LabelledFaces(faces, training_labels(COUNT, NONE), MALE),
        material.extractor,
        "logistic",
        holdout_share=0.0,
    )
    scores = today.scores(material.extractor.features(material.fresh.faces[:400]))
    expected = judge(material.fresh.labels, scores, today.threshold, MALE)
    assert run_pipeline(material, NONE).fresh == expected


def test_a_run_depends_on_switches_and_seed_alone(material):
    for switches in (ALL.mended("learning_rate"), Switches.only("learning_rate")):
        first, other = run_pipeline(material, switches, 1), run_pipeline(material, switches, 2)
        assert run_pipeline(material, switches, 1) == first
        assert first != other or first.fresh.constant_predictor


def test_an_interval_that_includes_nothing_does_not_matter():
    names = ("fresh balanced accuracy", "reported balanced accuracy")
    still = interval([0.0, 0.0, 0.0])
    for values, expected in (
        ([0.2, 0.21, 0.19], True),
        ([-0.2, -0.21, -0.19], True),
        ([0.3, -0.2, 0.1], False),
        ([0.004, 0.005, 0.004], False),
    ):
        assert matters({names[0]: interval(values), names[1]: still}) is expected
    found = interval([0.1, 0.2, 0.3])
    assert found["mean"] == 0.2 and found["high"] - 0.2 == pytest.approx(0.2484, abs=1e-4)


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """The command's arguments on drawn photos and the small model."""
    monkeypatch.setattr(article_net, "STEPS", 2)
    data = write_celeba(tmp_path / "celeba", 160)
    small_model().save(tmp_path / "small")
    photos = tmp_path / "hundred" / "images"
    photos.mkdir(parents=True)
    rows = ["file,male_as_published,male_shift_corrected"]
    for i in range(10):
        (photos / f"{i}.png").write_bytes(encoded(draw_photo(i)))
        rows.append(f"{i}.png,{(i + 1) % 2},{i % 2}")
    labels = tmp_path / "hundred" / "labels.csv"
    labels.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return {
        "--data": str(data),
        "--photos": str(photos),
        "--labels": str(labels),
        "--model": str(tmp_path / "small"),
        "--faces": "40",
        "--seeds": "2",
        "--out": str(tmp_path / "out"),
    }


def command_line(arguments: dict[str, str]) -> list[str]:
    return ["reproduce-2017", *(word for pair in arguments.items() for word in pair)]


def test_the_command_writes_the_study_and_goes_on_from_its_cache(drawn, tmp_path, capsys):
    assert main(command_line(drawn | {"--markdown": str(tmp_path / "study.md")})) == 0
    first = json.loads((tmp_path / "out" / FILE).read_text(encoding="utf-8"))
    table = capsys.readouterr().out.rpartition("wrote")[0].strip()
    assert "11 hand labels shifted" in table
    assert f"\n\n{table}\n\n" in (tmp_path / "study.md").read_text(encoding="utf-8")
    assert str(tmp_path) not in json.dumps(first)
    assert first["command"].startswith("python -m ganssl reproduce-2017 --data celeba --photos")
    assert [len(steps) for steps in first["orders"].values()] == [12, 12]
    for steps in first["orders"].values():
        assert steps[-1]["figures"] == first["today"]
    assert first["labels_moved"] == 10
    assert (tmp_path / "out" / "waterfall_2.html").is_file()
    (tmp_path / "out" / FILE).unlink()
    if sys.platform == "linux":
        with full_disk():
            assert main(command_line(drawn)) == 2
        assert f"{FILE} cannot be written: File too large" in capsys.readouterr().err
        assert not list((tmp_path / "out").rglob("*.partial"))
    assert main(command_line(drawn)) == 0
    assert json.loads((tmp_path / "out" / FILE).read_text(encoding="utf-8")) == first
    capsys.readouterr()
    assert main(["reproduce-2017", "--show", str(tmp_path / "out" / FILE)]) == 0
    assert capsys.readouterr().out.rstrip().endswith(f".\n\n{table}")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--seeds": "1"}, "2 seeds or more"),
        ({"--faces": "41"}, "must be even"),
        ({"--data": "nowhere"}, "does not exist"),
    ],
)
def test_unusable_input_gets_a_sentence(drawn, change, says, capsys):
    assert main(command_line(drawn | change)) == 2
    assert says in capsys.readouterr().err
