"""Two visitors on one server: what one brought or made never reaches the other."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit as st

from ganssl.directions.holding import slider_direction
from ganssl.face.state import FaceState
from ganssl.laboratory.population import Population
from ganssl.models.catalogue import load_model
from ganssl.synthesis import Recipe
from ganssl.ui.explore.gallery import gallery, thumbnail
from ganssl.ui.face.gallery import _grid
from ganssl.ui.face.live import base_codes
from ganssl.ui.how_it_works.limits import _face
from ganssl.ui.latent_space import faces as lab_faces
from ganssl.ui.shared.set_making import first_faces
from tests.helpers.explore_page import slider
from tests.helpers.planted import make_direction
from tests.helpers.small_model import LATENT

pytestmark = pytest.mark.slow

STORY, LAB = "pages/how_it_works.py", "pages/latent_space.py"
OTHER_WAY = np.eye(LATENT)[-1] - np.eye(LATENT)[-2]


def give(app, attribute: str = "Smiling", vector=OTHER_WAY, **figures):
    """Put a direction of the visitor's own on the shelf."""
    app.run()
    own = make_direction(attribute, vector, **figures)
    app.session_state["shelf"].directions[attribute] = own
    app.run()
    assert not app.exception
    return app


def pictures(app, start: str) -> list[str]:
    images = [image.proto.imgs[0] for image in app.image]
    return [image.url for image in images if image.alt.startswith(start)]


def words(app) -> str:
    return " ".join(part.value for part in (*app.markdown, *app.caption))


def seen_by_visitors(open_app, look) -> dict[str, list]:
    """What `look(app)` gives for a visitor alone, for one with an own direction, and after that."""
    alone = look(open_app())
    st.cache_data.clear()
    st.cache_resource.clear()
    return {
        "alone": alone,
        "with own": look(give(open_app(), boundary=0.0)),
        "after": look(open_app()),
    }


@pytest.mark.parametrize("tab", ["Filmstrip", "Many faces"])
def test_explore_shows_each_visitor_the_own_direction(open_app, tab):
    def look(app) -> list[str]:
        app.session_state["explore/tab"] = tab
        slider(app, "Smiling").set_value(2.0).run()
        assert not app.exception and not app.error
        return pictures(app, "AI-generated face of seed")

    seen = seen_by_visitors(open_app, look)
    assert len(seen["alone"]) >= 7
    assert seen["after"] == seen["alone"] == seen["with own"]  # an own one replaces none


@pytest.mark.parametrize("step", [6, 9])
def test_the_story_measures_each_visitors_directions(open_app, step):
    def look(app) -> list[str]:
        app.switch_page(STORY).run()
        app.radio(key="story/list").set_value(step - 1).run()
        assert not app.exception and not app.error
        figures = [f"{metric.label} {metric.value}" for metric in app.metric]
        return [words(app), *figures, *(str(table.value) for table in app.table)]

    seen = seen_by_visitors(open_app, look)
    assert seen["after"] == seen["alone"]


def test_a_shared_laboratory_holds_nobodys_directions(open_app):
    app = give(open_app())
    app.switch_page(LAB).run()
    assert not app.exception and not app.error
    bare = load_model()
    laboratory = lab_faces._laboratory(bare.key, None)  # kept, or None could not be measured
    assert laboratory.model.key == bare.key
    assert not any(direction.own for direction in laboratory.model.directions)


EDITED = FaceState(seed=3).with_edit("Tall", 2.0)
KEPT_BY_DIRECTIONS = {
    "a thumbnail of the gallery": lambda model: thumbnail(model, EDITED),
    "many faces": lambda model: _grid(model, EDITED, 4).tobytes(),
    "a face of the story": lambda model: _face(model, "Tall", 2.0).tobytes(),
    "the preview of a set": lambda model: first_faces(
        model, Recipe("Tall", 100, strategy="push"), model.directions
    )[0].tobytes(),
    "the direction of a slider": lambda model: slider_direction(
        model.directions, "Tall", model.covariance
    ).vector.tobytes(),
}
KEPT_FOR_ALL_ALIKE = {
    "codes of seeds": lambda model: base_codes(
        model.faces_key, ((3, 1.0, "density"),), model
    ).tobytes(),
    "an unedited thumbnail": lambda model: thumbnail(model, FaceState(seed=3)),
    "the first face": lambda model: gallery(model).first,
}


@pytest.mark.parametrize("look", [*KEPT_BY_DIRECTIONS, *KEPT_FOR_ALL_ALIKE])
def test_what_is_kept_for_all_is_each_visitors_own(small_assets, monkeypatch, look):
    """A's, B's and A's again are what each would see on a server alone."""
    monkeypatch.setattr("ganssl.base.assets.ASSETS", small_assets)
    see = {**KEPT_BY_DIRECTIONS, **KEPT_FOR_ALL_ALIKE}[look]
    bare = load_model(small_assets / "models" / "small")
    mine, yours = (
        bare.with_directions(bare.directions.extended([make_direction("Tall", vector)]))
        for vector in (np.eye(LATENT)[-1], OTHER_WAY)
    )
    assert mine.faces_key == yours.faces_key and mine.key != yours.key
    alone = []
    for model in (mine, yours):
        st.cache_data.clear()
        st.cache_resource.clear()
        alone.append(see(model))
    assert (alone[0] != alone[1]) == (look in KEPT_BY_DIRECTIONS)
    st.cache_data.clear()
    st.cache_resource.clear()
    assert [see(mine), see(yours), see(mine)] == [*alone, alone[0]]


def test_faces_that_all_share_answer_for_each_direction_and_attribute():
    """The groups of what one direction gets wrong are never those of another's."""
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(400, LATENT)).astype(np.float32)
    labels = (codes[:, :2] > 0).astype(np.int8)
    pictures = np.zeros((400, 2, 2, 3), np.uint8)
    faces = Population("faces", codes, labels, ("Male", "Smiling"), "a coin", pictures)
    axis = np.eye(LATENT)[0]
    mine, yours = (make_direction(name, axis, boundary=0.5) for name in ("Male", "Smiling"))
    seen = [[group.rows.tolist() for group in faces.confusions(one)] for one in (mine, yours, mine)]
    assert seen[0] == seen[2] != seen[1]
