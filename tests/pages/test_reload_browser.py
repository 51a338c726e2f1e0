"""A reload in a real browser: what took time is still there, and only for its visitor."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.helpers.browser import Page, chromium, running_app, screen

pytestmark = pytest.mark.browser

COUNT = "100"


def text(page: Page) -> str:
    return page.window.execute_script("return document.querySelector('.stMain').innerText")


def side(page: Page) -> str:
    return page.window.execute_script("return document.querySelector('.stSidebar').innerText")


def make_faces(page: Page) -> None:
    """Make a quick set on Train & evaluate."""
    page.settle(lambda: bool(page.all(".st-key-train-make button")))
    page.fill("Faces", COUNT)
    page.settle(lambda: True)
    page.click(".st-key-train-make button", "Make faces")
    page.settle(lambda: f"{COUNT} generated faces of" in text(page))


def test_a_reload_keeps_what_the_visit_made_and_another_browser_sees_none_of_it(address, tmp_path):
    with chromium(tmp_path) as window:
        page = Page(window, f"{address}/train_and_evaluate")
        window.get(page.address)
        make_faces(page)
        assert "deleted a few minutes after" in side(page)
        assert window.get_cookie("ganssl_visit")["httpOnly"]
        assert "ganssl_visit" not in window.current_url
        window.refresh()
        page.settle(lambda: "What learns to answer" in text(page))
        assert f"{COUNT} generated faces of" in text(page) and not page.errors()
        with chromium(tmp_path) as other:
            stranger = Page(other, f"{address}/train_and_evaluate")
            other.get(stranger.address)
            stranger.settle(lambda: "There are no generated faces yet" in text(stranger))


SCENES = 'input[aria-label^="Scene "]'
SCENE_BUTTONS = [
    f'[class*="st-key-explore-sequence-{name}-0"]' for name in ("Earlier", "Later", "Remove")
]


def open_scenes(page: Page) -> list[str]:
    """Open Explore by its address, as one who comes back, and read the titles of the scenes."""
    page.open()
    return scenes(page)


def scenes(page: Page) -> list[str]:
    """Open the tab of the sequence and read its titles."""
    page.click('[role="tab"]', "To present")
    page.settle(lambda: bool(page.all('input[aria-label="What you will say"]')))
    return [scene.get_attribute("value") for scene in page.all(SCENES)]


def test_what_a_fragment_changed_is_there_when_one_comes_back_by_the_address(address, tmp_path):
    with chromium(tmp_path) as window:
        page = Page(window, address)
        assert open_scenes(page) == []
        page.fill("What you will say", "The first")
        page.settle(lambda: True)
        page.click(".st-key-explore-sequence-add button", "Add this face")
        page.settle(lambda: len(page.all(SCENES)) == 1)
        with screen(page, 390, 844):  # a phone shows all that a scene offers
            page.resting(page.all(SCENES)[0])
            buttons = page.all(f":is({', '.join(SCENE_BUTTONS)}) button")
            shown = [button.rect for button in buttons if button.is_displayed()]
            assert len(shown) == len(SCENE_BUTTONS)
            assert all(box["x"] > 0 and box["x"] + box["width"] <= 390 for box in shown)
        assert open_scenes(page) == ["The first"]
        page.click('[class*="st-key-explore-sequence-Remove"] button', "")
        page.settle(lambda: not page.all(SCENES))
        assert open_scenes(page) == [] and not page.errors()


def test_a_page_that_is_left_by_its_address_gives_its_visit_to_the_next_one(address, tmp_path):
    with chromium(tmp_path) as window:
        page = Page(window, f"{address}/train_and_evaluate")
        window.get(page.address)
        make_faces(page)
        window.get(f"{address}/synthesize")  # the browser keeps the page before, and its connection
        page.settle(lambda: bool(page.all(".stMain h1")))
        window.get(page.address)
        page.settle(lambda: "What learns to answer" in text(page))
        assert f"{COUNT} generated faces of" in text(page)
        window.back()
        page.settle(lambda: "/synthesize" in window.current_url and bool(page.all(".stMain h1")))
        window.forward()
        page.settle(lambda: "What learns to answer" in text(page))
        assert f"{COUNT} generated faces of" in text(page) and not page.errors()


def test_a_workspace_outlives_the_server(tmp_path, monkeypatch):
    monkeypatch.setenv("GANSSL_WORKSPACE", str(tmp_path / "workspace"))
    with running_app(tmp_path / "first.log") as address, chromium(tmp_path) as window:
        page = Page(window, f"{address}/train_and_evaluate")
        window.get(page.address)
        make_faces(page)
        assert str(tmp_path / "workspace") in side(page)
    with running_app(tmp_path / "second.log") as address, chromium(tmp_path) as window:
        page = Page(window, f"{address}/train_and_evaluate")
        window.get(page.address)
        page.settle(lambda: f"{COUNT} generated faces of" in text(page))
        window.get(f"{address}/your_runs")
        page.settle(lambda: "Look at one, or compare several" in text(page))
        assert not page.errors()


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option in a box of several."""
    page.first(f'input[aria-label^="{label}"]').send_keys(option, Keys.ENTER)
    page.settle(lambda: option in text(page))


def test_a_sequence_outlives_reload_and_server_and_is_opened_from_the_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("GANSSL_WORKSPACE", str(tmp_path / "workspace"))
    with running_app(tmp_path / "first.log") as address, chromium(tmp_path) as window:
        page = Page(window, address)
        assert open_scenes(page) == []
        page.fill("What you will say", "The first")
        page.settle(lambda: True)
        page.click(".st-key-explore-sequence-add button", "Add this face")
        page.settle(lambda: "Kept in the workspace as To present" in text(page))
        window.refresh()
        page.settle(lambda: bool(page.all(page.AFTER)))
        assert scenes(page) == ["The first"]
    with running_app(tmp_path / "second.log") as address, chromium(tmp_path) as window:
        page = Page(window, address)
        assert open_scenes(page) == ["The first"]
        page.click(".st-key-explore-sequence-another button", "Begin another")
        page.settle(lambda: not page.all(SCENES))
        assert open_scenes(page) == []
        window.get(f"{address}/your_runs")
        choose(page, "Look at one", "To present")
        page.click(".st-key-runs-open button", "Present it")
        page.settle(lambda: bool(page.all(SCENES)))
        page.click(".st-key-explore-sequence-show button", "Show it")
        page.settle(lambda: "The first" in text(page) and bool(page.all(".st-key-stage-bar")))
        assert not page.errors()
