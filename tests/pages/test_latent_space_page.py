"""The page Latent space through AppTest, on a small model."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from ganssl.base.once import OnceMade
from ganssl.directions import DirectionSet
from ganssl.face.render import face_code
from ganssl.face.state import FaceState
from ganssl.laboratory import population_file
from ganssl.laboratory.population import KEPT, Population
from ganssl.models.catalogue import load_model
from ganssl.ui.latent_space import faces as lab_faces
from ganssl.ui.latent_space import map as lab_map
from tests.helpers.planted import make_direction

pytestmark = pytest.mark.slow

PAGE = "pages/latent_space.py"
COUNT = 120
TABS = (
    "Direction card",
    "Methods compared",
    "What hangs together",
    "Discover",
    "Map",
    "Keep, save, load",
)


@pytest.fixture
def few_faces(monkeypatch, tmp_path):
    monkeypatch.delenv("GANSSL_DATA", raising=False)
    monkeypatch.setattr(lab_faces, "COUNTS", (COUNT, 4000))
    monkeypatch.setattr(lab_faces, "_code_cache", lambda: tmp_path / "cache")


@pytest.fixture
def page(open_app, few_faces):
    """The page before it has faces; they come when a test asks for them."""
    app = open_app()
    app.session_state[lab_faces.BEGUN] = load_model().faces_key
    app.switch_page(PAGE).run()
    assert not app.exception and not app.error
    return app


@pytest.fixture
def loaded(page):
    page.selectbox(key="lab/count").set_value(COUNT)
    press(page, "lab/load")
    return wait_for_faces(page)


def wait_for_faces(app):
    end = time.monotonic() + 240
    while not texts(app).count("Loaded:"):
        assert time.monotonic() < end, "gave up waiting"
        time.sleep(0.05)
        run(app)
    return app


@pytest.fixture
def labelled(loaded):
    """The loaded faces with labels of both classes, which random probes need not give."""
    model_id, population = loaded.session_state[lab_faces.POPULATION]
    numbers = population.codes[:, : len(population.attributes)]
    labels = (numbers > population.codes.mean()).astype(np.int8)
    loaded.session_state[lab_faces.POPULATION] = (
        model_id,
        replace(population, labels=labels, made=OnceMade(KEPT)),
    )
    return run(loaded)


def run(app):
    app.run()
    assert not app.exception
    return app


def press(app, key: str):
    app.button(key=key).click()
    return run(app)


def choose(app, kind, part: str, value):
    kind(key=f"lab/{part}").set_value(value)
    return run(app)


def show(app, tab: str):
    app.session_state["lab/tab"] = tab
    return run(app)


def texts(app) -> str:
    return " ".join(e.value for e in (*app.markdown, *app.caption, *app.info))


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def own(app) -> dict:
    return app.session_state["shelf"].directions


def button(app, label: str):
    return next(one for one in app.button if one.label == label)


def test_every_tab_opens_with_and_without_faces(page):
    for tab in TABS:
        show(page, tab)
        assert not page.error
    assert "Load faces above" in texts(show(page, "Map"))


def test_generated_faces_are_loaded_and_every_tab_shows_them(loaded):
    assert f"{COUNT} generated faces" in texts(loaded)
    for tab in TABS:
        show(loaded, tab)
        assert not loaded.error


def test_the_page_opens_with_faces_that_are_made_once(open_app, few_faces, monkeypatch):
    app = open_app()
    app.switch_page(PAGE).run()
    assert not app.exception and not app.error
    wait_for_faces(app)
    assert "Load faces above" not in texts(show(app, "Map"))
    told = app.selectbox(key="lab/colour").value
    assert told in load_model().directions.sliders  # coloured from the start
    assert app.segmented_control(key="lab/layout").value == "alike"
    population = app.session_state[lab_faces.POPULATION][1]

    def never(*args):
        raise AssertionError("made a second time")

    monkeypatch.setattr(population_file, "generated_population", never)
    monkeypatch.setattr(lab_faces, "visitor_jobs", never)  # nor waited for
    again = open_app()  # the server's caches are empty, as after a restart
    again.switch_page(PAGE).run()
    assert "Loaded:" in texts(again)
    found = again.session_state[lab_faces.POPULATION][1]
    np.testing.assert_array_equal(found.codes, population.codes)
    np.testing.assert_array_equal(found.labels, population.labels)
    np.testing.assert_array_equal(found.alike, population.alike)


def test_methods_are_compared_with_those_fitted_here(labelled):
    show(labelled, "Methods compared")
    table = labelled.table[0].value
    assert [name for name in table.columns if name.endswith("fitted here")]
    assert "not known" not in set(table.iloc[1, 1:])  # each has a held-out AUC


def test_another_visitor_finds_the_faces_made(loaded):
    (made,) = lab_faces._generated(load_model().faces_key).values()
    assert loaded.session_state[lab_faces.POPULATION][1] is made


def test_the_card_tells_of_the_direction_that_is_chosen(page):
    model = load_model()
    young = model.directions.get("Young")
    choose(page, page.selectbox, "attribute", "Young")
    assert metrics(page)["AUC on held-out faces"] == f"{young.auc:.3f}"
    alts = [image.proto.imgs[0].alt for image in page.image]
    assert alts == [f"Young {step} σ" for step in ("−3", "−2", "−1", "0", "+1", "+2", "+3")]


def test_holding_an_attribute_changes_the_card(labelled):
    choose(labelled, labelled.selectbox, "attribute", "Young")
    free = metrics(labelled)
    choose(labelled, labelled.multiselect, "held", ["Male"])
    assert "71% of its length left" in texts(labelled)  # Young leans on Male at 45°
    held = metrics(labelled)
    assert held != free
    assert held["AUC on held-out faces"] not in (free["AUC on held-out faces"], "not known")
    choose(labelled, labelled.selectbox, "attribute", "Male")  # cannot hold itself
    assert "of its length left" not in texts(labelled) and not labelled.error


def test_a_method_that_the_model_lacks_is_fitted_to_the_faces(labelled):
    choose(labelled, labelled.selectbox, "attribute", "Smiling")
    choose(labelled, labelled.selectbox, "method", "logistic")
    population = labelled.session_state[lab_faces.POPULATION][1]
    direction = population.fit("", "Smiling", ["logistic"]).get("Smiling")
    assert metrics(labelled)["AUC on held-out faces"] == f"{direction.auc:.3f}"


def test_errors_are_grouped_when_asked_for(labelled):
    assert "Too few" not in texts(labelled) and "false alarms" not in texts(labelled)
    labelled.session_state["lab/wrong"] = True
    run(labelled)
    assert any(words in texts(labelled) for words in ("false alarms", "missed"))


def test_a_kept_direction_is_a_slider_on_explore(page):
    choose(page, page.selectbox, "attribute", "Young")
    choose(page, page.multiselect, "held", ["Male"])
    name = next(box for box in page.text_input if box.label == "Name")
    assert name.value == "Young without Male"
    name.set_value("Round  glasses")
    button(page, "Keep as a slider").click()
    run(page)
    (kept,) = own(page).values()
    model = load_model()
    assert kept.attribute == "Round glasses" and kept.conditioned_on == ("Male",)
    assert kept.vector @ model.directions.get("Male").vector == pytest.approx(0, abs=1e-6)
    page.switch_page("pages/explore.py")
    run(page)
    page.slider(key="explore/slider Round glasses").set_value(2.0)
    run(page)
    assert not page.error

    page.switch_page(PAGE)
    show(run(page), "Keep, save, load")
    press(page, "lab/own/give it up")
    assert not own(page)
    page.switch_page("pages/explore.py")
    run(page)
    assert not page.error
    assert "explore/slider Round glasses" not in [slider.key for slider in page.slider]


def test_every_direction_has_a_form_of_its_own(page):
    assert page.text_input[0].value == "Male"  # the first slider
    choose(page, page.selectbox, "attribute", "Bald")
    assert page.text_input[0].value == "Bald"
    show(page, "Discover")
    names = [box.value for box in page.text_input]
    assert names == [f"SeFa {rank}" for rank in range(1, 7)]


@pytest.mark.parametrize(
    ("name", "words"), [("a=b", "needs a name"), ("Attractive", "judges looks or build")]
)
def test_a_name_that_cannot_be_a_sliders_is_refused(page, name, words):
    page.text_input[0].set_value(name)
    button(page, "Keep as a slider").click()
    run(page)
    assert words in page.error[0].value and not own(page)


def test_a_direction_is_kept_once_and_takes_no_others_place(page):
    for name in ("Glow", "Glow"):
        page.text_input[0].set_value(name)
        button(page, "Keep as a slider").click()
        run(page)
    assert list(own(page)) == ["Glow"]
    choose(page, page.selectbox, "attribute", "Bald")
    page.text_input[0].set_value("glow")
    button(page, "Keep as a slider").click()
    run(page)
    first, second = own(page).values()
    assert list(own(page)) == ["Glow", "glow · mine 2"]
    assert not np.array_equal(first.vector, second.vector)


def test_a_slider_with_another_name_keeps_the_edit_of_the_face(page):
    page.text_input[0].set_value("Glow")
    button(page, "Keep as a slider").click()
    run(page)
    page.switch_page("pages/explore.py")
    run(page)
    page.slider(key="explore/slider Glow").set_value(2.0)
    run(page)
    page.switch_page(PAGE)
    show(run(page), "Keep, save, load")
    page.text_input(key="lab/own/name Glow").set_value("gray hair")
    run(page)
    assert list(own(page)) == ["Gray_Hair · mine"]
    page.switch_page("pages/explore.py")
    run(page)
    assert page.slider(key="explore/slider Gray_Hair · mine").value == 2.0
    assert "explore/slider Glow" not in [slider.key for slider in page.slider]


def test_a_laboratory_is_saved_and_loaded(page, open_app):
    show(page, "Discover")
    page.text_input[0].set_value("Light from the left")
    button(page, "Keep as a slider").click()
    run(page)
    show(page, "Keep, save, load")
    (kept,) = own(page).values()
    from ganssl.laboratory.store import laboratory_bytes

    data = laboratory_bytes(load_model().id, own(page).values())
    again = open_app()
    again.switch_page(PAGE)
    show(run(again), "Keep, save, load")
    again.file_uploader(key="lab/file").set_value(("laboratory.npz", data, "application/zip"))
    press(run(again), "lab/take")
    (found,) = own(again).values()
    assert found.attribute == "Light from the left" and not again.error
    np.testing.assert_array_equal(found.vector, kept.vector)


@pytest.mark.parametrize(
    ("foreign", "words"),
    [(True, "belong to model 0123456789ab"), (False, "not a file of directions")],
)
def test_a_file_that_does_not_fit_gets_its_sentence(page, tmp_path, foreign, words):
    data = b"no file of directions"
    if foreign:
        one = make_direction("Smiling", np.eye(load_model().latent_size)[0])
        DirectionSet("0123456789ab", [one]).save(tmp_path / "other.npz")
        data = (tmp_path / "other.npz").read_bytes()
    show(page, "Keep, save, load")
    page.file_uploader(key="lab/file").set_value(("other.npz", data, "application/zip"))
    press(run(page), "lab/take")
    assert "other.npz" in page.error[0].value and words in page.error[0].value
    assert not own(page)


def test_a_photo_of_the_map_goes_on_on_explore_and_back(page):
    code = np.linspace(-1, 1, load_model().latent_size, dtype=np.float32)
    page.session_state["shelf"].face = "no. 3 of my photos", code
    page.switch_page("pages/explore.py")
    run(page)
    assert "no. 3 of my photos" in texts(page)
    assert "explore/seed" not in [box.key for box in page.number_input]
    page.slider(key="explore-picked/slider Smiling").set_value(1.0)
    run(page)
    page.session_state["explore-picked/tab"] = "Save and share"
    run(page)
    assert not page.error
    press(page, "explore/back")
    assert page.session_state["shelf"].face is None and page.number_input(key="explore/seed")
    assert "explore-picked/history" not in page.session_state


def test_a_generated_face_is_handed_over_by_its_seed(page, monkeypatch):
    """What the button below the map does; a click on the map needs a browser."""
    import streamlit as st

    model = load_model()
    state = {"shelf": page.session_state["shelf"]}
    monkeypatch.setattr(st, "session_state", state)
    codes = model.sample(3, 0)
    people = Population("x", codes, codes[:, :0].astype(np.int8), (), "", codes, seeded=True)
    lab_map._take_face(model, people, 2)
    face = state["explore/history"].present
    assert face == FaceState(2, 1.0, model=model.id)
    np.testing.assert_array_equal(face_code(model, face), model.sample(1, 2)[0])
