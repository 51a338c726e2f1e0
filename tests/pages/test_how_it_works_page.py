"""The story through AppTest: every step with the shipped weights, and its live parts."""

from __future__ import annotations

import json
import re
import shutil
import sys
import threading
from concurrent.futures import Future
from subprocess import run

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from ganssl.attributes import FIRST_SLIDERS
from ganssl.base.assets import APP, ROOT
from ganssl.directions import DirectionSet
from ganssl.face.gallery import load_gallery
from ganssl.face.render import face_code, render
from ganssl.features.readout import Readout
from ganssl.laboratory.crowd import CROWD
from ganssl.laboratory.side_effects import measure_side_effects
from ganssl.laboratory.side_effects_file import ready_side_effects
from ganssl.models.catalogue import load_model
from ganssl.training.tiny import TinyTraining
from ganssl.ui.how_it_works import networks
from ganssl.ui.how_it_works.article import RESULT, conclusion
from ganssl.ui.how_it_works.faces import SIDE, crowd
from ganssl.ui.how_it_works.judging import CONSTANT, STRONG, WEAK, invented_judgement, nearest
from ganssl.ui.how_it_works.limits import sentence
from ganssl.ui.how_it_works.recorded import STRIP
from ganssl.ui.how_it_works.training import KEY as TRAINING
from ganssl.ui.how_it_works.uses import FORBIDDEN
from ganssl.ui.shared.pictures import picture_url
from ganssl.ui.shared.presentation import KEY, PARAMETER
from tests.helpers.planted import make_direction
from tests.helpers.small_model import LATENT, small_model
from tests.helpers.synthetic_faces import draw_faces

pytestmark = pytest.mark.slow

PAGE = "pages/how_it_works.py"
LOADED_FIRST = """
import os, sys, threading
from ganssl.models.catalogue import load_model
from ganssl.ui.how_it_works import judging, networks, ready

def begun():
    ready_by_then.append(len(judging._SCORES))
    load()

def priority():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

def noted():
    seen.append(("tensorflow" in sys.modules, priority()))
    stand_back()
    seen.append(priority())

seen, stand_back, mine, model = [], networks.stand_back, priority(), load_model()
ready_by_then, load = [], networks.load_tensorflow_library
networks.stand_back, networks.load_tensorflow_library = noted, begun
before = threading.Thread(target=ready.prepare, args=(model,))
before.start()
before.join()
assert networks.begin_networks(model).result().history == []
(loaded, first), then = seen
assert loaded and first == mine < then, (seen, mine)
assert ready_by_then == [1], ready_by_then
"""
STEPS = 10


@pytest.fixture(scope="module")
def story() -> AppTest:
    """The page on the shipped model; tests go to the step they need."""
    st.cache_data.clear()
    st.cache_resource.clear()
    app = AppTest.from_file(str(APP), default_timeout=300)
    app.run()
    return app.switch_page(PAGE).run()


def at_step(app: AppTest, number: int) -> AppTest:
    app.radio(key="story/list").set_value(number - 1).run()
    assert not app.exception and not app.error
    return app


def shown(app: AppTest) -> list:
    return [image.proto.imgs[0] for image in app.image]


def pictures(app: AppTest) -> dict[str, str]:
    """The address of each generated face by its words."""
    start = "Generated face: "
    found = (image for image in shown(app) if image.alt.startswith(start))
    return {image.alt.removeprefix(start): image.url for image in found}


def text(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info]
    return " ".join(part.value for part in parts)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_every_step_opens_and_next_and_back_go_through_them(story):
    at_step(story, 1)
    titles = story.radio(key="story/list").options
    assert len(titles) == STEPS
    assert story.button(key="story/back").disabled
    for number in range(2, STEPS + 1):
        story.button(key="story/next").click().run()
        assert not story.exception and not story.error
        assert titles[number - 1] in text(story)
        assert f"{number} of {STEPS}" in text(story)
    assert story.button(key="story/next").disabled
    story.button(key="story/back").click().run()
    assert titles[STEPS - 2] in text(story)


def test_another_face_has_another_picture_and_code(story):
    before = pictures(at_step(story, 1))
    story.button(key="story/another").click().run()
    after = pictures(story)
    assert before.keys() == after.keys() and not set(before.values()) & set(after.values())


def test_the_story_begins_with_faces_that_were_chosen_by_eye(story):
    model = load_model()
    good = [state for _, state in load_gallery(model).faces]
    codes = crowd(model).codes
    assert len(good) > 1 and len(codes) == CROWD
    np.testing.assert_array_equal(codes[: len(good)], [face_code(model, s) for s in good])
    urls = [picture_url(render(model, state).pixels, SIDE) for state in good]
    at_step(story, 1)
    shown = []
    for _ in range(len(good)):
        shown.append(urls.index(pictures(story)["a generated face"]))
        story.button(key="story/another").click().run()
    start = shown[0]
    assert shown == [*range(start, len(good)), *range(start)]


def test_codes_are_mixed_averaged_and_added(story):
    at_step(story, 2)
    mixed = pictures(story)
    assert len(mixed) == 7 and len(set(mixed.values())) == 7
    story.segmented_control(key="story/arithmetic").set_value("The average of many").run()
    few = pictures(story)["their average"]
    story.slider(key="story/average").set_value(64).run()
    assert pictures(story)["their average"] != few
    story.segmented_control(key="story/arithmetic").set_value("Subtract and add").run()
    assert list(pictures(story)) == ["A, smiling", "− A", "+ B", "= B, smiling"]


def test_training_goes_on_batch_by_batch(story):
    at_step(story, 3)
    untrained = pictures(story)
    story.button(key="story/train 1").click().run()
    story.button(key="story/train 10").click().run()
    assert not story.exception
    assert metrics(story)["Batches seen"] == "11"
    trained = pictures(story)
    assert trained["given 1"] == untrained["given 1"]
    assert trained["rebuilt 1"] != untrained["rebuilt 1"]
    story.button(key="story/forget").click().run()
    assert "Batches seen" not in metrics(story)
    assert pictures(story) == untrained


def test_training_plays_until_it_is_paused_beside_a_recording(story):
    at_step(story, 3)
    assert any(image.alt.startswith("Generated faces after 200") for image in shown(story))
    story.button(key="story/play").click().run()
    first = int(metrics(story)["Batches seen"])
    story.run()
    second = int(metrics(story)["Batches seen"])
    assert 0 < first < second and story.button(key="story/train 1").disabled
    story.button(key="story/play").click().run()
    paused = metrics(story)["Batches seen"]
    assert story.run() and metrics(story)["Batches seen"] == paused
    story.button(key="story/forget").click().run()
    assert "Batches seen" not in metrics(story)


def test_no_slide_waits_while_the_networks_are_built(open_app, monkeypatch):
    app = open_app().switch_page(PAGE).run()
    monkeypatch.setattr(networks, "_SPARES", {})
    monkeypatch.setattr(networks, "on_server", lambda: True)
    with networks._one_at_a_time:  # so nothing can be built
        at_step(app, 3)
        assert any(image.alt.startswith("Generated faces after 200") for image in shown(app))
        assert "being built" in text(app) and not pictures(app)
        assert app.button(key="story/play").disabled and app.button(key="story/forget").disabled
        assert "a new face" in pictures(at_step(app, 4))
    app.session_state[TRAINING][1].result()
    assert {"given 1", "rebuilt 1"} <= pictures(at_step(app, 3)).keys()
    assert "being built" not in text(app) and not app.button(key="story/play").disabled


def test_networks_that_failed_are_an_error_once_and_built_again(open_app, monkeypatch):
    app, failed = open_app().switch_page(PAGE).run(), Future()
    app.default_timeout = 600  # networks are built meanwhile
    failed.set_exception(ValueError("no room for them"))
    key = load_model().faces_key
    app.session_state[TRAINING] = key, failed
    app.radio(key="story/list").set_value(2).run()
    assert len(app.exception) == 1
    monkeypatch.setattr(networks, "_SPARES", {key: failed})  # which nobody gets
    assert "rebuilt 1" in pictures(at_step(app, 3))


def test_spare_networks_go_to_one_visitor(monkeypatch):
    model = load_model()
    monkeypatch.setattr(networks, "_SPARES", {})
    networks.prepare_training(model)
    (spare,) = networks._SPARES.values()
    networks.prepare_training(model)  # one is enough
    assert networks.begin_networks(model) is spare and not networks._SPARES
    assert not spare.result().history


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a priority of its own there")
def test_libraries_are_loaded_before_a_thread_stands_back():
    """In a process of its own, where they are not loaded yet."""
    run([sys.executable, "-c", LOADED_FIRST], cwd=ROOT, check=True, timeout=900)


def test_the_recording_has_a_square_for_every_code_and_number_of_batches():
    said = json.loads(STRIP.read_text(encoding="utf-8"))
    with Image.open(STRIP.with_suffix(".webp")) as strip:
        side = strip.width / len(said["batches"])
        assert strip.height % side == 0 and b"trainedAlgorithmicMedia" in strip.info["xmp"]
    assert said["batches"] == sorted(set(said["batches"])) and len(said["words"]) < 400


def test_a_direction_is_the_difference_of_two_groups(story):
    at_step(story, 4)
    many = pictures(story)
    assert many["a new face"] != many["new face + difference"]
    story.slider(key="story/group").set_value(1).run()
    one = pictures(story)
    assert one["a new face"] == many["a new face"]
    assert one["new face + difference"] != many["new face + difference"]


def test_a_wider_margin_leaves_more_faces_out(story):
    at_step(story, 5)
    counts = []
    for margin in (0.0, 0.3, 1.0):
        story.slider(key="story/margin").set_value(margin).run()
        counts.append(int(next(c.value for c in story.caption if "left out" in c.value).split()[0]))
    assert counts[0] == 0 < counts[1] < counts[2]
    captions = [float(words.split()[0].replace("−", "-")) for words in pictures(story)]
    assert all(abs(score) >= 0.95 for score in captions)


def test_the_threshold_moves_the_answers(story):
    at_step(story, 6)
    answers = []
    for threshold in (0.0, 0.5):
        story.slider(key="story/threshold").set_value(threshold).run()
        answers.append(metrics(story))
    assert answers[0]["Balanced accuracy"] == "50%"
    assert int(answers[1]["Balanced accuracy"].rstrip("%")) > 65
    assert answers[0]["AUC"] == answers[1]["AUC"]
    found = [re.search("“(.*)”, (.*)", image.alt).groups() for image in shown(story)]
    assert len(found) == 8
    assert all((answer == "Smiling") == (float(score) >= 0.5) for answer, score in found)


def test_the_faces_that_are_shown_are_those_nearest_to_the_threshold():
    scores = np.array([0.9, 0.2, 0.55, 0.4, 0.51, 0.05, 0.7, 0.45, 0.3, 0.62])
    assert nearest(scores, 0.5).tolist() == [1, 8, 3, 7, 4, 2, 9, 6]
    assert nearest(scores[:3], 0.0).tolist() == [1, 2, 0]


def test_a_constant_answer_is_as_accurate_as_the_photos_are_one_sided(story):
    at_step(story, 7)
    assert metrics(story) == {"Accuracy": "58%", "Balanced accuracy": "50%", "AUC": "0.50"}
    assert "This is a constant predictor" in text(story)
    story.slider(key="story/share").set_value(10).run()
    assert metrics(story) == {"Accuracy": "90%", "Balanced accuracy": "50%", "AUC": "0.50"}
    story.segmented_control(key="story/classifier").set_value(STRONG).run()
    assert "constant predictor" not in text(story)
    story.segmented_control(key="story/classifier").set_value(CONSTANT).run()


def test_the_invented_classifiers_are_as_good_as_they_are_called():
    aucs = [invented_judgement(name, 42).auc for name in (CONSTANT, WEAK, STRONG)]
    assert aucs[0] == 0.5 < 0.6 < aucs[1] < 0.9 < 0.95 < aucs[2]


def test_the_waterfall_is_the_shipped_study_with_its_command(story):
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    at_step(story, 8)
    assert story.code[0].value == result["command"]
    assert conclusion(result) in [m.value for m in story.markdown]
    chart = json.loads(story.get("plotly_chart")[0].proto.spec)
    bars = next(trace for trace in chart["data"] if trace["type"] == "waterfall")
    assert len(bars["y"]) == 14 and bars["measure"][-1] == "total"
    steps = next(iter(result["orders"].values()))
    level = steps[-1]["figures"]["fresh balanced accuracy"]["mean"]
    assert chart["data"][-1]["text"][-1] == f"{level:.2f}"
    named = [defect for line in conclusion(result).splitlines() for defect in line.split("; ")]
    assert len(named) == 11


def test_the_side_effects_are_measured_and_said(story):
    model = load_model()
    effects = ready_side_effects(model, Readout.load())
    measured = measure_side_effects(model, Readout.load(), FIRST_SLIDERS)
    np.testing.assert_allclose(effects.change, measured.change, atol=0.01)
    np.testing.assert_allclose(effects.skin_tone, measured.skin_tone, atol=0.1)
    at_step(story, 9)
    for attribute in FIRST_SLIDERS:
        assert f"- {sentence(effects, attribute)}" in [m.value for m in story.markdown]
    assert effects.of("Smiling")[0][1] > 0.2
    np.testing.assert_allclose(
        measure_side_effects(model, Readout.load(), ["Male"], amount=0.0).change, 0, atol=1e-4
    )


def test_the_last_step_says_what_not_to_do_and_links_the_card(story):
    at_step(story, 10)
    assert "Not for decisions about people" in text(story)
    drawings = [image.url for image in shown(story) if "struck out" in image.alt]
    assert len(set(drawings)) == len(FORBIDDEN) == 5
    links = [link.proto.page for link in story.get("page_link")]
    assert "model_card" in links


def test_presentation_mode_hides_the_list_and_keeps_the_place(story):
    at_step(story, 8)
    story.session_state[KEY] = True
    story.run()
    assert not story.exception
    assert not story.radio and not story.code and not story.selectbox
    assert "8 of 10" in text(story) and story.get("plotly_chart")
    story.session_state[KEY] = False
    story.run()
    assert story.radio(key="story/list").value == 7


def test_a_bookmark_opens_explore_in_presentation_mode_and_steps_edit_the_face(open_app):
    app = open_app(present="1")
    assert app.button(key="presentation").label == "Leave presentation mode" and not app.tabs
    edits = []
    for _ in range(3):
        edits.append(dict(app.session_state["explore/history"].present.edits))
        app.button(key="explore/next").click().run()
        assert not app.exception and not app.error
    assert edits == [{}, {"Smiling": 2.0}, {"Smiling": -2.0}]
    app.button(key="explore/back").click().run()
    assert app.slider(key="explore/slider Smiling").value == -2.0
    assert app.query_params[PARAMETER] == "1" and app.query_params["edit.Smiling"] == "-2"
    app.button(key="stage-reset").click().run()
    assert app.slider(key="explore/slider Smiling").value == 0
    app.button(key="stage-leave").click().run()
    assert app.tabs


def test_a_tiny_training_learns_to_rebuild():
    faces, _ = draw_faces(32)
    training = TinyTraining(faces)
    training.train(25)
    history = [step["pixel"] for step in training.history]
    assert len(history) == 25 and np.mean(history[-5:]) < 0.8 * history[0]
    assert {"discriminator", "adversarial", "kl"} <= training.history[0].keys()
    assert training.rebuilt(faces[:3]).shape == training.mixed(faces[:3]).shape == (3, 64, 64, 3)
    first, learned = training.history[0], training.rebuilt(faces[:3])
    training.start_again()
    assert not training.history and (training.rebuilt(faces[:3]) != learned).any()
    training.train(1)
    assert training.history == [pytest.approx(first, rel=1e-3)]


def test_every_step_opens_for_a_model_without_sliders(
    open_app, small_assets, tmp_path, monkeypatch
):
    """And for one whose only slider is a name of a visitor's own, which no probe reads."""
    bare = small_model()
    bare.directions = DirectionSet("", [])
    bare.save(tmp_path / "assets" / "models" / "bare")
    shutil.copytree(small_assets / "face_network", tmp_path / "assets" / "face_network")
    app = open_app()
    monkeypatch.setattr("ganssl.base.assets.ASSETS", tmp_path / "assets")
    app.run()
    app.switch_page(PAGE).run()
    for number in range(1, STEPS + 1):
        at_step(app, number)
    at_step(app, 2).segmented_control(key="story/arithmetic").set_value("Subtract and add").run()
    assert not app.exception and not app.error and "no direction" in text(app)
    own = make_direction("Round face", np.ones(LATENT))
    app.session_state["shelf"].directions["Round face"] = own
    for number in (2, 4, 5, 6, 9):
        at_step(app, number)


def test_a_test_without_a_server_begins_no_work_in_the_background(open_app):
    """`AppTest` has what passes for a server; what runs on behind it outlives the test."""
    before = set(threading.enumerate())
    open_app(present="1")
    assert not [t for t in set(threading.enumerate()) - before if t.name == "story"]
