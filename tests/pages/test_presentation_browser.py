"""Presentation mode in headless Chromium: large, without options, and stepped by arrow keys."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.helpers.browser import Page, chromium, running_app

pytestmark = pytest.mark.browser

SWITCH = ".st-key-presentation button"
HEADING = "h2"
FONT = "return parseFloat(getComputedStyle(document.documentElement).fontSize)"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presentation")
    with running_app(folder / "streamlit.log") as address, chromium(folder) as window:
        yield Page(window, address)


def press(page: Page, key: str) -> None:
    ActionChains(page.window).send_keys(key).perform()


def heading(page: Page) -> str:
    found = page.all(HEADING)
    return found[0].text if found else ""


def go_to(page: Page, title: str) -> None:
    page.click('[data-testid="stSidebarNavLink"]', title)


def test_the_toggle_enlarges_and_hides_and_the_arrows_step_through_the_story(page):
    page.open()
    small, face = page.window.execute_script(FONT), page.all(Page.AFTER)[0].rect["width"]
    go_to(page, "How it works")
    page.settle(lambda: heading(page).startswith("1.") and bool(page.all('[role="radiogroup"]')))
    page.all(SWITCH)[0].click()
    page.settle(lambda: "present=1" in page.window.current_url)
    page.settle(lambda: heading(page).startswith("1.") and not page.all('[role="radiogroup"]'))
    assert page.window.execute_script(FONT) >= 1.4 * small
    header = page.all('[data-testid="stHeader"]')[0].rect
    assert page.all(HEADING)[0].rect["y"] >= header["y"] + header["height"] - 1
    press(page, Keys.ARROW_RIGHT)
    page.settle(lambda: heading(page).startswith("2."))
    press(page, Keys.ARROW_RIGHT)
    page.settle(lambda: heading(page).startswith("3."))
    press(page, Keys.ARROW_LEFT)
    page.settle(lambda: heading(page).startswith("2."))
    assert not page.errors()
    page.open("/?present=1")
    assert page.all(Page.AFTER)[0].rect["width"] > face


def test_a_bookmark_opens_explore_and_the_arrows_edit_the_face(page):
    page.open("/?present=1&seed=1&truncation=0.3")
    assert not page.all('[role="tab"]')
    neutral = page.picture()
    press(page, Keys.ARROW_RIGHT)
    page.settle(lambda: page.picture() != neutral)
    assert "edit.Smiling=2" in page.window.current_url
    assert "present=1" in page.window.current_url
    smiling = page.picture()
    press(page, Keys.ARROW_RIGHT)
    page.settle(lambda: page.picture() != smiling)
    press(page, Keys.ARROW_LEFT)
    page.settle(lambda: page.picture() == smiling)
    press(page, Keys.ARROW_LEFT)
    page.settle(lambda: page.picture() == neutral)
    assert not page.errors()
    page.window.execute_script("arguments[0].click()", page.all(SWITCH)[0])  # in the closed sidebar
    page.settle(lambda: bool(page.all('[role="tab"]')))
    page.settle(lambda: "present=1" not in page.window.current_url)
    assert page.picture() == neutral
