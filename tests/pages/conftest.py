"""A small model and face network on disk, and the app running on them."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ganssl.base.assets import APP
from tests.helpers.browser import running_app
from tests.helpers.small_model import save_face_network, small_model


@pytest.fixture(scope="session")
def small_assets(tmp_path_factory) -> Path:
    """An assets folder with a model called *small* and a face network."""
    assets = tmp_path_factory.mktemp("assets")
    save_face_network(assets / "face_network")
    small_model().save(assets / "models" / "small")
    return assets


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of the app on a real server, with the shipped model, one for each file."""
    with running_app(tmp_path_factory.mktemp("log") / "streamlit.log") as url:
        yield url


@pytest.fixture
def open_app(small_assets, monkeypatch):
    """Open the app on the small model; `open_app(seed="7")` follows a link."""
    monkeypatch.delenv("GANSSL_MODEL", raising=False)
    monkeypatch.setattr("ganssl.base.assets.ASSETS", small_assets)
    st.cache_data.clear()
    st.cache_resource.clear()

    def start(**query: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=120)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return start
