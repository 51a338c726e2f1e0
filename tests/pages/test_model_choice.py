"""Several models in the app: choosing one, and a graph file without directions.

AppTest draws the sidebar in its first run only, so later choices are set in
the session; `test_model_choice_browser.py` makes them with the mouse.
"""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from ganssl.directions import DirectionSet
from ganssl.face.state import FaceState
from ganssl.models.bundle import BundleModel, load_bundle
from ganssl.models.cadl import CadlModel
from ganssl.models.catalogue import model_with_id
from ganssl.models.manifest import manifest_id
from tests.helpers.explore_page import after_url, alts, slider, state_of
from tests.helpers.frozen_graphs import save_vaegan
from tests.helpers.planted import make_direction
from tests.helpers.small_model import CONFIG

pytestmark = pytest.mark.slow

CHOICE = "face model"
GRAPH = "celeb.vaegan.tfmodel"
OTHER = "other"


@pytest.fixture(scope="module")
def models_folder(tmp_path_factory):
    """A graph file without directions, and a bundle whose only slider is *Bald*."""
    folder = tmp_path_factory.mktemp("models")
    save_vaegan(folder, GRAPH)
    axis = np.eye(CONFIG.latent_size)[3]
    directions = DirectionSet("", [make_direction("Bald", axis)])
    BundleModel.create(CONFIG, seed=3, directions=directions).save(folder / OTHER)
    return folder


@pytest.fixture
def app(open_app, models_folder, monkeypatch):
    monkeypatch.setenv("GANSSL_MODELS", str(models_folder))
    return open_app()


def choose(app, name: str):
    app.session_state[CHOICE] = name
    app.run()
    assert not app.exception


def test_one_model_needs_no_choice(open_app):
    assert CHOICE not in [box.key for box in open_app().selectbox]


def test_the_default_stands_first_and_another_makes_other_faces(app):
    assert app.selectbox(key=CHOICE).options == ["small", OTHER, GRAPH]
    small = after_url(app)
    choose(app, OTHER)
    assert not app.error
    assert after_url(app) != small
    assert [s.key for s in app.slider if "slider" in s.key] == ["explore/slider Bald"]


def test_every_model_keeps_its_own_faces(app):
    slider(app, "Smiling").set_value(2.0).run()
    app.multiselect(key="explore/more").select("Gray hair").run()
    smiling, link = after_url(app), dict(app.query_params)
    choose(app, OTHER)
    assert not app.error
    assert state_of(app).edits == {} and state_of(app).model != link["model"]
    assert app.query_params["model"] == state_of(app).model
    slider(app, "Bald").set_value(1.0).run()
    choose(app, "small")
    assert not app.error
    assert after_url(app) == smiling and slider(app, "Smiling").value == 2.0
    assert app.query_params["model"] == link["model"]
    app.button(key="explore/undo").click().run()
    assert state_of(app).edits == {} and not app.error
    choose(app, OTHER)
    assert slider(app, "Bald").value == 1.0


def test_a_link_opens_the_model_that_it_belongs_to(open_app, models_folder, monkeypatch):
    monkeypatch.setenv("GANSSL_MODELS", str(models_folder))
    other = manifest_id(models_folder / OTHER)
    app = open_app(seed="7", model=other, **{"edit.Bald": "1"})
    assert not app.error and app.session_state[CHOICE] == OTHER
    assert state_of(app) == FaceState(7, model=other, edits={"Bald": 1.0}, hold="raw")
    choose(app, "small")  # the address still names the other model when this run begins
    assert app.session_state[CHOICE] == "small" and app.query_params["model"] != other
    app.query_params["model"] = "0" * 12  # of nobody
    app.run()
    assert (
        app.session_state[CHOICE] == "small"
        and "made with model 000000000000" in app.error[0].value
    )


@pytest.mark.parametrize(
    "tab", ["Filmstrip", "Many faces", "Save and share", "Which sliders, and why"]
)
def test_every_tab_outlives_a_change_of_model(app, tab):
    app.session_state["explore/tab"] = tab
    app.run()
    for name in (OTHER, GRAPH, "small"):
        choose(app, name)
        assert not app.error


def test_the_choice_outlives_a_visit_to_another_page(app):
    choose(app, OTHER)
    picture = after_url(app)
    app.switch_page("pages/model_card.py").run()
    app.switch_page("pages/explore.py").run()
    assert after_url(app) == picture


def test_a_model_without_directions_says_what_to_do(app, models_folder):
    choose(app, GRAPH)
    assert not app.error and len(alts(app)) == 2
    assert "no attribute directions yet" in app.info[0].value
    commands = [code.value for code in app.code]
    assert f"python -m ganssl fit-directions --model {GRAPH} --data PHOTOS" in commands
    app.number_input(key="explore/seed").set_value(5).run()
    assert state_of(app) == FaceState(5, model=CadlModel.load(models_folder / GRAPH).id)


def test_a_damaged_model_leaves_the_choice_open(app, models_folder, tmp_path, monkeypatch):
    folder = shutil.copytree(models_folder, tmp_path / "models")
    (folder / GRAPH).write_bytes(b"no graph at all")
    monkeypatch.setenv("GANSSL_MODELS", str(folder))
    choose(app, GRAPH)
    assert len(app.error) == 1 and "damaged or no frozen" in app.error[0].value
    choose(app, "small")
    assert not app.error and len(alts(app)) == 2


def test_own_directions_stay_with_their_model(app):
    own = make_direction("Smiling", np.eye(CONFIG.latent_size)[0])
    app.session_state["shelf"].directions["Smiling"] = own
    app.selectbox(key=CHOICE).set_value(OTHER).run()
    assert not app.exception and app.session_state["shelf"].directions == {}


def test_the_manifest_knows_the_id(models_folder):
    assert manifest_id(models_folder / OTHER) == load_bundle(models_folder / OTHER).id
    assert model_with_id("0" * 12) is None
