"""The runs of a workspace in headless Chromium: named, compared, deleted and brought back."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from ganssl.workspace import Workspace
from ganssl.workspace.contents import keep_judgement
from tests.helpers.browser import Page, chromium, running_app, screen
from tests.helpers.planted_comparison import planted_classifier, planted_comparison

pytestmark = pytest.mark.browser

UNDO = ".st-key-undo button"
IN_VIEW = """
const {left, top, width, height} = arguments[0].getBoundingClientRect();
const there = document.elementFromPoint(left + width / 2, top + height / 2);
return arguments[0].contains(there);
"""


def text(page: Page) -> str:
    return page.window.execute_script("return document.querySelector('.stMain').innerText")


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.first('input[aria-label^="Look at one"]').send_keys(name, Keys.ENTER, Keys.ESCAPE)
        page.settle(lambda: True)


def test_runs_are_named_compared_deleted_and_brought_back(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "workspace")
    for name, margin in (("Narrow", 0.5), ("Wide", 1.0)):
        found = planted_comparison(planted_classifier(drawn=2, margin=margin))
        keep_judgement(workspace, name, found)
    monkeypatch.setenv("GANSSL_WORKSPACE", str(workspace.folder))
    with running_app(tmp_path / "log") as address, chromium(tmp_path) as window:
        page = Page(window, f"{address}/your_runs")
        with screen(page, 1280, 720):
            window.get(page.address)
            page.settle(lambda: "Look at one" in text(page))
            choose(page, "Narrow", "Wide")
            page.settle(lambda: "settings in which they differ" in text(page))
            assert "0.500" in text(page) and "1.000" in text(page)
            window.refresh()
            page.settle(lambda: "Look at one" in text(page))
            choose(page, "Narrow")
            page.settle(lambda: bool(page.all('input[aria-label="Name"]')))
            page.fill("Name", "The first")
            page.settle(lambda: bool(page.all("h3")) and page.all("h3")[0].text == "The first")
        with screen(page, 1280, 480):  # low: what is left is longer than the screen
            window.execute_script("document.querySelector('h3').scrollIntoView()")
            page.click(".st-key-runs-delete button", "Delete")
            page.click('[role="dialog"] button', "Delete it")
            page.settle(lambda: bool(page.all(UNDO)) and not page.all('[role="dialog"]'))
            assert [run.name for run in workspace.listing().runs] == ["Wide"]
            assert window.execute_script(IN_VIEW, page.all(UNDO)[0])  # without scrolling back
            page.click(UNDO, "Undo")
            page.settle(lambda: not page.all(UNDO))
            assert {run.name for run in workspace.listing().runs} == {"The first", "Wide"}
            assert not page.errors()
