"""The Train & evaluate page through AppTest; generated faces stand in for photos."""

from __future__ import annotations

import io
import re
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from ganssl.base.assets import APP
from ganssl.classifier.archive import classifier_zip
from ganssl.judgement.judge import MAJORITY
from ganssl.models.catalogue import load_model
from ganssl.photos import read_folder
from ganssl.photos.skin_tone import TITLE
from ganssl.synthesis import Recipe, read_set, synthesize
from tests.helpers.labelled_uploads import generated_photos, labels_csv, zipped

pytestmark = pytest.mark.slow

PAGE = "pages/train_and_evaluate.py"
FACES = 120


@pytest.fixture(scope="module")
def small_set(small_assets, tmp_path_factory):
    """A set of the small model's faces."""
    model = load_model(small_assets / "models" / "small")
    folder = tmp_path_factory.mktemp("visit") / "set"
    synthesize(model, Recipe("Smiling", FACES), folder)
    return read_set(folder)


@pytest.fixture(scope="module")
def small_photos(small_assets):
    """40 faces of the small model as files, and their labels."""
    return generated_photos(load_model(small_assets / "models" / "small"), 40)


@pytest.fixture
def page(open_app, small_set):
    """The page with a set on the shelf."""
    app = open_app()
    app.session_state["shelf"].sets["a small set"] = small_set
    return turn_to(app)


def turn_to(app: AppTest) -> AppTest:
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def press(app: AppTest, part: str) -> None:
    app.button(key=f"train/{part}").click().run()
    assert not app.exception


def finish(app: AppTest, job) -> None:
    """Let a job end, then draw the page as its fragment would."""
    assert job.wait(240)
    app.run()
    assert not app.exception


def train(app: AppTest, head: str = "logistic"):
    app.selectbox(key="train/head").set_value(head)
    press(app, "start")
    finish(app, app.session_state["train/training"].job)
    return list(app.session_state["shelf"].classifiers.values())[-1]


def judge(app: AppTest):
    press(app, "judge")
    finish(app, app.session_state["train/desk"].job)
    return app.session_state["train/desk"].comparison


def hand_in(app: AppTest, *files: tuple[str, bytes]) -> None:
    uploads = [(name, data, "application/octet-stream") for name, data in files]
    app.file_uploader(key="train/photo files").set_value(uploads).run()
    assert not app.exception


def errors(app: AppTest) -> str:
    return "\n".join(error.value for error in app.error)


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.success, app.warning, app.info, app.error)
    return "\n".join(element.value for kind in kinds for element in kind)


def photo_zip(small_photos, labels=None, header="file,Smiling") -> bytes:
    files, known = small_photos
    labels = known if labels is None else labels
    return zipped(files | {"labels.csv": labels_csv(labels, header)})


def test_an_empty_page_offers_faces_and_says_what_happens_to_photos(open_app):
    app = turn_to(open_app())
    text = texts(app)
    assert "There are no generated faces yet" in text
    assert "not written to disk" in text and "forgotten" in text
    assert app.number_input(key="train/count").value == 10_000
    app.number_input(key="train/count").set_value(100)
    press(app, "make")
    end = time.monotonic() + 120
    while not app.session_state["shelf"].sets:
        assert time.monotonic() < end
        time.sleep(0.2)
    app.run()
    assert "100 generated faces of 64×64 pixels, 50 Smiling" in texts(app)
    assert not app.button(key="train/start").disabled


def test_extractors_that_are_not_installed_are_shown_with_the_way_to_get_them(page, monkeypatch):
    own, encoder = page.radio(key="train/features").options
    assert own.startswith("face network") and encoder != own
    assert "its file is not on this server" in texts(page) and "GANSSL_" not in texts(page)
    assert any("GANSSL_FACERES" in caption.proto.help for caption in page.caption)


def test_training_shows_its_curve_and_fills_the_shelf(page):
    classifier = train(page, "linear")
    curve = page.session_state["train/training"].curve
    assert len(curve) > 1 and classifier.curve == curve
    assert classifier.attribute.name == "Smiling" and classifier.head.kind == "linear"
    assert classifier.source.recipe["count"] == FACES and classifier.metrics["trained_on"] == 108
    assert "Trained on 108 faces. On 12 held-out generated faces" in texts(page)
    assert (
        page.selectbox(key="train/classifier").value == "Smiling: linear on face-network, 120 faces"
    )
    train(page, "linear")
    assert page.selectbox(key="train/classifier").value.endswith("(2)")
    page.toggle(key="train/copies").set_value(True)
    assert train(page, "logistic").metrics["trained_on"] == 216


def test_a_training_that_fails_says_why_and_the_page_stays(page):
    page.radio(key="train/features").set_value("encoder")
    small = replace(page.session_state["shelf"].sets["a small set"].info.recipe, size=32)
    assert small.size == 32
    made = page.session_state["shelf"].sets["a small set"]
    page.session_state["shelf"].sets["broken"] = replace(
        made, info=replace(made.info, recipe=small)
    )
    page.run()
    press(page, "start")
    finish(page, page.session_state["train/training"].job)
    assert "reads faces whose side is 64 pixels, not 32" in errors(page)
    assert "a small set" in page.selectbox(key="train/set").options


def test_labelled_photos_check_the_faces_and_are_not_judged_on(page, small_photos):
    assert "Check the faces by labelled photos" not in [box.label for box in page.selectbox]
    hand_in(page, ("photos.zip", photo_zip(small_photos)))
    checks = next(b for b in page.selectbox if b.label == "Check the faces by labelled photos")
    assert checks.value is None
    checks.set_value("uploaded on this page").run()
    classifier = train(page)
    assert len(classifier.metrics["anchor_photos"]) == 40
    assert "40 labelled photos" in classifier.threshold_from
    assert "40 labelled photos contradict" in texts(page)
    press(page, "judge")
    finish(page, page.session_state["train/desk"].job)
    assert "has learnt from all of these photos" in errors(page)


def test_photos_are_judged_beside_other_methods(page, small_photos):
    train(page)
    files, labels = small_photos
    young = np.arange(40) % 4 == 0
    rows = [f"{i:02d}.png,{labels[i]},{int(young[i])}" for i in range(40)]
    hand_in(
        page,
        ("photos.zip", zipped(files)),
        ("l.csv", "\n".join(["file,Smiling,Young", *rows]).encode()),
    )
    assert "40 photos read, with labels for Smiling and Young." in texts(page)
    assert "20 are Smiling, 20 not Smiling and 0 without a label" in texts(page)
    assert page.number_input(key="train/few 20").value == 4
    found = judge(page)
    judgement = found.result.judgement
    assert judgement.n == 32 and found.few.sum() == 8
    assert [s.column for s in judgement.slices if s.column != TITLE] == ["Young", "Young"]
    assert judgement.slices[-1].column == TITLE
    methods = [row["method"] for row in found.table]
    assert methods[:2] == [MAJORITY, "this classifier"] and len(methods) == 9
    text = texts(page)
    assert judgement.verdict in text
    assert f"judged on {judgement.n} photos" in text
    shown = page.dataframe[0].value
    assert list(shown["Method"]) == methods
    assert list(shown["Accuracy"]) == [f"{row['accuracy']:.3f}" for row in found.table]
    assert page.metric[0].value == f"{judgement.accuracy:.3f}"
    wrong = [image for image in page.image if "labelled" in image.proto.imgs[0].alt]
    assert len(wrong) == min(24, 32 - np.trace(judgement.confusion_matrix))
    labels = [button.label for button in page.download_button]
    assert {"Report (HTML)", "Answers (CSV)", "Download classifier (ZIP)"} <= set(labels)


def test_the_column_is_chosen_where_there_are_several(page, small_photos):
    train(page)
    files, labels = small_photos
    rows = [f"{i:02d}.png,{1 - labels[i]},{labels[i]}" for i in range(40)]
    hand_in(
        page,
        ("photos.zip", zipped(files | {"l.csv": "\n".join(["file,first,second", *rows]).encode()})),
    )
    column = page.selectbox(key="train/column")
    assert column.options == ["first", "second"]
    assert "you take the column *first* for the right answers" in texts(page)
    column.set_value("second").run()
    found = judge(page)
    np.testing.assert_array_equal(found.labels, labels)
    rows = [f"{i:02d}.png,{labels[i]},{i % 2},{i % 3 // 2}" for i in range(40)]
    csv = "\n".join(["file,third,fourth,fifth", *rows]).encode()
    hand_in(page, ("photos.zip", zipped(files | {"l.csv": csv})))
    assert page.selectbox(key="train/column").value == "third"
    columns = [s.column for s in judge(page).result.judgement.slices]
    assert "fifth" in columns


def test_exchanged_labels_are_set_right_by_one_click(page, small_photos):
    train(page)
    hand_in(page, ("photos.zip", photo_zip(small_photos)))
    scores = judge(page).scores
    labels = (scores > np.median(scores)).astype(np.int8)  # as the classifier sees them
    assert "train/exchange" not in [button.key for button in page.button]
    hand_in(page, ("photos.zip", photo_zip(small_photos, 1 - labels)))
    wrong = judge(page)
    assert wrong.result.judgement.exchanged and "labels look exchanged" in texts(page)
    press(page, "exchange")
    finish(page, page.session_state["train/desk"].job)
    right = page.session_state["train/desk"].comparison
    assert right.prepared.pixels is wrong.prepared.pixels  # no face was sought again
    np.testing.assert_array_equal(right.labels, labels)
    assert right.result.judgement.auc == 1.0 and not right.result.judgement.exchanged
    assert "train/exchange" not in [button.key for button in page.button]
    assert "were exchanged on request" in texts(page)
    photos = page.session_state["shelf"].photos["uploaded on this page"]
    np.testing.assert_array_equal(photos.column("Smiling"), labels)


def test_words_are_asked_for_with_a_preview(page, small_photos):
    train(page)
    files, labels = small_photos
    rows = [f"{i:02d}.png,{'happy' if labels[i] else 'neutral'}" for i in range(39)] + ["39.png,?"]
    csv = "\n".join(["file,label", *rows]).encode()
    hand_in(page, ("photos.zip", zipped(files | {"l.csv": csv})))
    present, _ = (b for b in page.multiselect if b.label.startswith("Words for"))
    assert sorted(present.options) == ["happy", "neutral"] and present.value == []
    assert page.button(key="train/read words").disabled
    present.set_value(["happy"]).run()
    shown = page.dataframe[0].value.set_index("Word")["Read as"]
    assert dict(shown) == {"happy": "Smiling", "neutral": "not Smiling"}
    press(page, "read words")
    assert not page.multiselect or "Words for" not in page.multiselect[0].label
    photos = page.session_state["shelf"].photos["uploaded on this page"]
    assert photos.column("Smiling").tolist() == [*labels[:39], -1]
    assert judge(page).result.judgement.n > 20


def test_photos_without_a_face_are_left_out_by_name_and_taken_on_request(page, small_photos):
    train(page)
    files, labels = small_photos
    grey = io.BytesIO()
    Image.new("RGB", (120, 120), (128, 128, 128)).save(grey, "PNG")
    csv = labels_csv(labels) + b"\ngrey.png,1"
    hand_in(page, ("photos.zip", zipped(files | {"grey.png": grey.getvalue(), "l.csv": csv})))
    page.number_input(key="train/few 20").set_value(0).run()
    found = judge(page)
    assert found.result.judgement.n == 40 and found.prepared.without_face == ["grey.png"]
    assert "No face was found in 1 photo, which is left out: grey.png." in texts(page)
    page.toggle(key="train/no face").set_value(True).run()
    found = judge(page)
    assert found.result.judgement.n == 41 and found.prepared.without_face == []


def test_aligned_photos_are_kept_for_the_next_judgement_and_forgotten_when_removed(
    page, small_photos
):
    train(page)
    hand_in(page, ("photos.zip", photo_zip(small_photos)))
    first = judge(page)
    page.number_input(key="train/few 20").set_value(0).run()
    second = judge(page)
    assert second.prepared is first.prepared and second.result.judgement.n == 40
    press(page, "remove")
    state = page.session_state
    assert not state["shelf"].photos and state["train/desk"].comparison is None
    assert state["train/desk"].prepared is None and "train/upload" not in state
    assert not page.image and "the result stands here" in texts(page)


def test_photos_from_another_page_are_offered(page, small_photos, tmp_path):
    train(page)
    for name, data in small_photos[0].items():
        (tmp_path / name).write_bytes(data)
    labelled = read_folder(tmp_path, labels_csv(small_photos[1]))
    page.session_state["shelf"].photos["labelled by hand"] = labelled
    page.run()
    assert page.selectbox(key="train/photos").value == "labelled by hand"
    assert judge(page).result.judgement.n == 32


def test_a_classifier_comes_back_from_its_zip(page, tmp_path):
    classifier = train(page)
    data = classifier_zip(classifier)
    page.session_state["shelf"].classifiers.clear()
    page.file_uploader(key="train/classifier file").set_value(("mine.zip", data, "application/zip"))
    page.run()
    assert not page.exception and not page.error
    (name,) = page.session_state["shelf"].classifiers
    assert name == "Smiling: mine.zip"
    rows = np.random.default_rng(0).normal(size=(5, classifier.size)).astype(np.float32)
    np.testing.assert_array_equal(
        page.session_state["shelf"].classifiers[name].scores(rows), classifier.scores(rows)
    )
    page.file_uploader(key="train/classifier file").set_value(
        ("no.zip", zipped({"../manifest.json": b"{}"}), "application/zip")
    )
    page.run()
    assert "a path that leads out of its folder" in errors(page)
    assert list(page.session_state["shelf"].classifiers) == [name]


def test_a_classifier_of_other_weights_cannot_judge_here(page, small_photos):
    classifier = train(page)
    other = replace(classifier, source=replace(classifier.source, features_id="000000000000"))
    page.session_state["shelf"].classifiers["other weights"] = other
    page.run()
    hand_in(page, ("photos.zip", photo_zip(small_photos)))
    press(page, "judge")
    assert "trained on the features 'face-network' with the weights 000000000000" in errors(page)


def test_bad_uploads_each_get_their_sentence(page, small_photos):
    train(page)
    files, labels = small_photos
    hand_in(page, ("photos.zip", zipped(files)))
    assert "These photos have no labels, so nothing can be judged on them." in errors(page)
    hand_in(page, ("fake.jpg", b"this is text"))
    assert "No photo could be read." in errors(page) and "fake.jpg: " in errors(page)
    hand_in(page, ("not.zip", b"PK nonsense"))
    assert "not.zip: This is not a ZIP, or a damaged one" in errors(page)
    broken = re.sub(rb"(00\.png),\d", rb"\1,perhaps", labels_csv(labels), count=1)
    hand_in(page, ("photos.zip", zipped(files | {"labels.csv": broken})))
    assert "line 2: 'perhaps' is no label of Smiling" in errors(page) + texts(page)
    climbing = {f"../../{name}": data for name, data in files.items()}
    hand_in(page, ("up.zip", zipped(climbing | {"../../labels.csv": labels_csv(labels)})))
    assert page.session_state["train/upload"].photos.names[0] == "00.png" and not page.error
    hand_in(page, ("one.zip", photo_zip(small_photos, np.ones(40, int))))
    assert "All labels are the same for Smiling" in texts(page)
    found = judge(page)
    assert "nothing can be said about telling the classes apart" in found.result.judgement.verdict
    assert found.result.judgement.verdict in texts(page)
    assert "a small set" in page.selectbox(key="train/set").options


def test_too_many_few_are_refused_in_a_sentence(page, small_photos):
    train(page)
    hand_in(page, ("photos.zip", photo_zip(small_photos)))
    page.number_input(key="train/few 20").set_value(1).run()
    press(page, "judge")
    finish(page, page.session_state["train/desk"].job)
    assert "must be 2 or more a class" in errors(page)


@pytest.fixture(scope="module")
def shipped():
    return load_model()


@pytest.fixture
def shipped_page(shipped, tmp_path, monkeypatch):
    """The page on the shipped weights, with a set of 400 faces and a classifier trained on it."""
    monkeypatch.delenv("GANSSL_MODEL", raising=False)
    import streamlit as st

    st.cache_data.clear()
    st.cache_resource.clear()
    synthesize(shipped, Recipe("Male", 400), tmp_path / "set")
    app = AppTest.from_file(str(APP), default_timeout=240).run()
    app.session_state["shelf"].sets["Male"] = read_set(tmp_path / "set")
    turn_to(app)
    train(app)
    return app


def test_the_shipped_weights_judge_generated_faces_well(shipped, shipped_page):
    files, labels = generated_photos(shipped, 40, seed=77, attribute="Male")
    csv = labels_csv(labels, "file,label")
    hand_in(shipped_page, ("faces.zip", zipped(files | {"labels.csv": csv})))
    found = judge(shipped_page)
    assert found.result.judgement.accuracy > 0.85 and found.result.judgement.better
    assert any("better than a constant answer" in box.value for box in shipped_page.success)


def test_real_photos_with_the_labels_of_the_article(shipped_page, seed100_root):
    files = {
        f"images/{p.name}": p.read_bytes() for p in sorted((seed100_root / "images").iterdir())
    }
    csv = (seed100_root / "labels.csv").read_bytes()
    hand_in(shipped_page, ("seed100.zip", zipped(files | {"labels.csv": csv})))
    column = shipped_page.selectbox(key="train/column")
    assert "male_celeba" in column.options
    column.set_value("male_celeba").run()
    found = judge(shipped_page)
    assert len(found.labels) == 100 and found.result.judgement.accuracy > 0.7
    assert {row["n"] for row in found.table} == {found.result.judgement.n}
