"""Presentation mode in headless Chromium: large, without options, and stepped by arrow keys."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.helpers.browser import Page, chromium, running_app, screen

pytestmark = pytest.mark.browser

SWITCH = ".st-key-presentation button"
HEADING = "h2"
BEFORE = '[data-testid="stImage"] img[alt^="Before"]'
BEYOND = """
const bar = document.querySelector('.st-key-stage-bar').getBoundingClientRect();
const beyond = [];
const shown = 'h2, img, .stSlider, table, button, canvas, .stPlotlyChart, .stMarkdown';
for (const element of document.querySelectorAll(`[data-testid="stMain"] :is(${shown})`)) {
  const box = element.getBoundingClientRect();
  if (!box.width || !box.height) continue;
  const foot = element.closest('.st-key-stage-bar') ? innerHeight : bar.top;
  if (box.top < -1 || box.left < -1 || box.right > innerWidth + 1 || box.bottom > foot + 1) {
    beyond.push([element.tagName, element.alt || element.innerText, box.top, box.bottom, foot]);
  }
}
return beyond;
"""
"""What of a slide lies outside the screen or behind the bar."""

SMALL_OR_CUT = """
const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
const found = [];
for (const chart of document.querySelectorAll('.stPlotlyChart')) {
  const box = chart.getBoundingClientRect();
  for (const words of chart.querySelectorAll('svg text')) {
    const { left, right, top, bottom, width } = words.getBoundingClientRect();
    if (!width) continue;
    const cut = left < box.left - 1 || right > box.right + 1
      || top < box.top - 1 || bottom > box.bottom + 1;
    const small = parseFloat(getComputedStyle(words).fontSize) < 0.6 * rem;
    if (cut || small) found.push(words.textContent);
  }
}
return found;
"""
"""Words of plots that are cut off, or smaller than a share of the screen allows."""

IN_EACH_OTHERS_WAY = """
const bar = document.querySelector('.st-key-stage-bar');
const keys = bar.querySelector('.stBidiComponent [data-testid]').shadowRoot;
const parts = [...bar.querySelectorAll('button, [data-testid="stCaptionContainer"] p'),
  ...keys.querySelectorAll('small, button')];
const boxes = parts.map((part) => part.getBoundingClientRect()).filter((box) => box.width);
const beyond = (box) => box.left < 0 || box.right > innerWidth || box.bottom > innerHeight;
return [boxes.length, boxes.filter((a, i) => beyond(a)
  || boxes.slice(i + 1).some((b) => a.left < b.right && b.left < a.right)).length];
"""
"""How many things the bar shows, and how many lie over another one or beyond the screen."""

TOGETHER = """
window.together = 0;
const look = () => {
  const slides = document.querySelectorAll('[class*="st-key-slide-"]');
  if (slides.length > 1) window.together += 1;
  requestAnimationFrame(look);
};
look();
"""
"""Counts the frames in which two slides were on the page."""

ALL_LOADED = """
return [...document.images].every((image) => image.complete && image.naturalWidth)
  && !document.querySelector('[data-testid="stSpinner"]');
"""

UNCOVERED = """
const words = document.createRange();
words.selectNodeContents(arguments[0]);
const {left, top, bottom} = words.getBoundingClientRect();
return document.elementFromPoint(left + 3, (top + bottom) / 2)?.closest('h2') === arguments[0];
"""
"""Whether nothing lies over the first letter of a heading."""

COVER = """
const cover = document.createElement('div');
Object.assign(cover, { id: 'cover', style: 'position: fixed; inset: 0; z-index: 9999999' });
document.body.append(cover);
"""
"""Lays something over the whole page, as what is drawn anew during a swipe."""

FONT = "return parseFloat(getComputedStyle(document.documentElement).fontSize)"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presentation")
    with running_app(folder / "streamlit.log") as address, chromium(folder) as window:
        yield Page(window, address)


def present(page: Page, query: str = "") -> None:
    """Open Explore in presentation mode, ready for keys."""
    page.open(f"/?present=1{query}")
    page.stage_ready()


def press(page: Page, key: str) -> None:
    ActionChains(page.window).send_keys(key).perform()


def heading(page: Page) -> str:
    return page.window.execute_script(
        "return document.querySelector(arguments[0])?.innerText ?? ''", HEADING
    )


def counter(page: Page) -> str:
    """`3 of 10`, in the bar."""
    found = page.all('.st-key-stage-bar [data-testid="stCaptionContainer"]')
    return found[0].text if found else ""


def place(page: Page) -> int:
    """The number of the step that is shown, 0 before one is."""
    return int((counter(page) or "0").split()[0])


def swipe(page: Page, by: float) -> None:
    """A finger on the heading, sideways."""
    box = page.all(HEADING)[0].rect
    swipe_at(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, by)


def swipe_at(page: Page, x: float, y: float, by: float) -> None:
    touch(page, "touchStart", x, y)
    touch(page, "touchMove", x + by / 2, y)
    touch(page, "touchMove", x + by, y)
    touch(page, "touchEnd")


def touch(page: Page, kind: str, *at: float) -> None:
    """What a finger does at a place, or that it is lifted."""
    points = [dict(zip("xy", at, strict=True))] if at else []
    page.window.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


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
    assert page.window.execute_script(UNCOVERED, page.all(HEADING)[0])
    press(page, Keys.ARROW_RIGHT)
    page.settle(lambda: heading(page).startswith("2."))
    press(page, Keys.ARROW_RIGHT)
    page.settle(lambda: heading(page).startswith("3."))
    press(page, Keys.ARROW_LEFT)
    page.settle(lambda: heading(page).startswith("2."))
    assert not page.errors()
    present(page)
    assert page.all(Page.AFTER)[0].rect["width"] > face


def test_a_bookmark_opens_explore_and_the_keys_of_a_presenter_step(page):
    present(page, "&seed=1&truncation=0.3")
    assert not page.all('[role="tab"]')
    bookmarked, titles = page.picture(), [heading(page)]
    for key in (Keys.ARROW_RIGHT, Keys.PAGE_DOWN, Keys.SPACE):
        old = heading(page)
        press(page, key)
        page.settle(lambda old=old: heading(page) != old)
        titles.append(heading(page))
    assert len(set(titles)) == 4 and page.picture() != bookmarked
    assert "edit.Smiling" in page.window.current_url
    assert "present=1" in page.window.current_url
    for key in (Keys.PAGE_UP, Keys.ARROW_LEFT, Keys.ARROW_LEFT):
        old = heading(page)
        press(page, key)
        page.settle(lambda old=old: heading(page) != old)
        assert heading(page) == titles[titles.index(old) - 1]
    assert not page.errors()


def test_keys_step_from_a_slider_too_whose_own_are_up_and_down(page):
    present(page)
    first = heading(page)
    page.slider("Smiling").send_keys(Keys.ARROW_UP)
    page.settle(lambda: "edit.Smiling=0.1" in page.window.current_url)
    assert heading(page) == first
    page.slider("Smiling").send_keys(Keys.ARROW_RIGHT)
    page.settle(lambda: heading(page) != first)
    page.slider("Smiling").send_keys(Keys.PAGE_UP)
    page.settle(lambda: heading(page) == first)


def test_presses_in_quick_succession_are_all_taken(page):
    present(page)
    for _ in range(5):
        press(page, Keys.PAGE_DOWN)
    page.settle(lambda: place(page) == 6)
    for _ in range(2):
        press(page, Keys.PAGE_UP)
    page.settle(lambda: place(page) == 4)


def test_n_shows_another_face_r_takes_edits_back_and_escape_leaves(page):
    present(page, "&seed=1&edit.Smiling=2")
    size = page.window.execute_script(FONT)
    old = page.picture()
    press(page, "n")
    page.settle(lambda: page.picture() != old)
    assert "seed=1&" not in page.window.current_url and "edit.Smiling=2" in page.window.current_url
    press(page, "r")
    page.settle(lambda: "edit.Smiling" not in page.window.current_url)
    press(page, "f")
    page.settle(lambda: page.window.execute_script("return !!document.fullscreenElement"))
    press(page, "f")
    page.settle(lambda: page.window.execute_script("return !document.fullscreenElement"))
    press(page, Keys.ESCAPE)
    page.settle(lambda: bool(page.all('[role="tab"]')))
    page.settle(lambda: "present=1" not in page.window.current_url)
    assert page.window.execute_script(FONT) < size  # the mode's style sheet is gone, too


def test_a_swipe_steps(page):
    present(page)
    swipe(page, -200)
    page.settle(lambda: place(page) == 2)
    swipe(page, 200)
    page.settle(lambda: place(page) == 1)
    swipe(page, 200)  # before the first step there is nothing, and Chromium's page before is not it
    swipe(page, -200)
    page.settle(lambda: place(page) == 2)


def test_a_swipe_steps_though_what_it_began_on_is_gone_by_its_end(page):
    present(page)
    page.window.execute_script(COVER)
    touch(page, "touchStart", 700, 300)
    touch(page, "touchMove", 600, 300)
    page.window.execute_script("document.querySelector('#cover').remove()")
    touch(page, "touchMove", 500, 300)
    touch(page, "touchEnd")
    page.settle(lambda: place(page) == 2)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("address", ["/?present=1", "/how_it_works?present=1"])
def test_every_step_fits_the_screen(page, address, width, height):
    with screen(page, width, height):
        page.window.get(page.address + address)
        page.settle(lambda: bool(page.all(".st-key-stage-bar")) and place(page) == 1)
        page.stage_ready()
        last = int(counter(page).split()[-1])
        for number in range(1, last + 1):
            page.settle(lambda number=number: place(page) == number)
            page.settle(lambda: page.window.execute_script(ALL_LOADED))
            assert page.window.execute_script(BEYOND) == [], heading(page)
            assert page.window.execute_script(SMALL_OR_CUT) == [], heading(page)
            if address.startswith("/?"):
                face = page.all(Page.AFTER)[0].rect
                assert face["width"] == pytest.approx(face["height"], abs=1)
                assert face["width"] >= 0.7 * height
                assert page.all("table.changes tbody tr") and page.all('input[type="range"]')
            press(page, Keys.PAGE_DOWN)
        assert not page.errors()


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_the_pad_takes_the_place_of_the_face_before_and_fits_the_screen(page, steps):
    with screen(page, 1280, 720):
        present(page)
        for number in range(2, steps + 2):
            press(page, Keys.PAGE_DOWN)
            page.settle(lambda number=number: place(page) == number)
        assert page.all(BEFORE)
        page.click(".st-key-stage-pad-button button", "Two at once")
        page.settle(lambda: bool(page.all(".st-key-stage-pad .stBidiComponent")))
        page.settle(lambda: page.window.execute_script(ALL_LOADED))
        pad = page.first(".st-key-stage-pad .stBidiComponent")
        page.resting(pad)
        assert not page.all(BEFORE) and len(page.all('input[type="range"]')) > 1
        assert page.window.execute_script(BEYOND) == [], heading(page)
        box, bar = pad.rect, page.first(".st-key-stage-bar").rect
        assert box["height"] > 150 and box["y"] + box["height"] <= bar["y"]
        x, y = page.resting(pad)
        swipe_at(page, x, y, -150)  # a finger on the pad steps nowhere
        assert place(page) == steps + 1
        page.click(".st-key-stage-pad-button button", "Face before")
        page.settle(lambda: bool(page.all(BEFORE)))
        assert not page.errors()


def test_of_the_slide_before_nothing_lingers(page):
    page.window.get(f"{page.address}/how_it_works?present=1")
    page.settle(lambda: place(page) == 1 and bool(page.all(".st-key-slide-0")))
    page.stage_ready()
    page.window.execute_script(TOGETHER)
    for key, number in ((Keys.PAGE_DOWN, 2), (Keys.PAGE_UP, 1)):
        press(page, key)
        page.settle(lambda number=number: bool(page.all(f".st-key-slide-{number - 1}")))
    assert page.window.execute_script("return window.together") == 0


def test_on_a_phone_the_bar_stays_and_nothing_is_wider_than_the_screen(page):
    with screen(page, 390, 844):
        present(page)
        bar = page.all(".st-key-stage-bar")[0].rect
        assert bar["y"] + bar["height"] == pytest.approx(844, abs=1)
        assert page.window.execute_script(IN_EACH_OTHERS_WAY) == [8, 0]
        wide = "return document.querySelector('[data-testid=\"stMain\"]').scrollWidth"
        assert page.window.execute_script(wide) <= 390
        assert page.all(Page.AFTER)[0].rect["width"] > 320
