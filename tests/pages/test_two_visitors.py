"""Two visitors on one server: what one brought or made never reaches the other."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit as st

from ganssl.models.catalogue import load_model
from ganssl.ui.latent_space import faces as lab_faces
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
