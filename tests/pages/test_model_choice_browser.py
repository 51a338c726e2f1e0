"""Choosing a model in the sidebar, in headless Chromium."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ganssl.models.catalogue import find_models
from tests.helpers.browser import Page, chromium, running_app
from tests.helpers.frozen_graphs import save_vaegan

pytestmark = pytest.mark.browser

GRAPH = "celeb.vaegan.tfmodel"


@pytest.fixture
def page(tmp_path, monkeypatch):
    save_vaegan(tmp_path, GRAPH)
    monkeypatch.setenv("GANSSL_MODELS", str(tmp_path))
    with running_app(tmp_path / "streamlit.log") as url, chromium(tmp_path) as window:
        yield Page(window, url)


def choose(page: Page, name: str) -> None:
    box = page.window.find_element(By.CSS_SELECTOR, '[data-testid="stSidebar"] input[role]')
    box.send_keys(name, Keys.ENTER)


def test_another_model_is_chosen_and_the_first_one_again(page):
    page.open("?seed=1&edit.Smiling=1.5")
    shipped = page.picture()
    choose(page, GRAPH)
    page.settle(lambda: page.picture() != shipped)
    assert "no attribute directions yet" in page.window.page_source
    assert not page.errors()
    choose(page, next(iter(find_models())))
    page.settle(lambda: page.picture() == shipped)
    assert "edit.Smiling=1.5" in page.window.current_url
    assert not page.errors()
