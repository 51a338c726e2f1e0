"""The map of Latent space in headless Chromium: hover, click, box and keep."""

from __future__ import annotations

import re

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.helpers.browser import Page, chromium, running_app, wait_until

pytestmark = pytest.mark.browser

CHART = ".st-key-lab-map .js-plotly-plot"
PLACES = """
const chart = document.querySelector(arguments[0]), box = chart.getBoundingClientRect();
const {xaxis, yaxis} = chart._fullLayout, places = [];
for (const {x, y, customdata} of chart._fullData)
  Array.from(customdata ?? [], (row, i) => places[[row].flat()[0]] = [
    box.left + xaxis._offset + xaxis.d2p(x[i]), box.top + yaxis._offset + yaxis.d2p(y[i])]);
return places;
"""
"""Where each face lies in the window, by its number; each colour has its own points."""

THUMBNAIL = """
const box = document.getElementById('lab-hover');
return box && [box.style.display, box.style.backgroundImage.slice(0, 26),
               box.style.backgroundPosition, box.style.left];
"""


FACES = ".st-key-lab-map .lab-faces > div"
ON_THEIR_POINTS = """
const chart = document.querySelector(arguments[0]), {xaxis, yaxis} = chart._fullLayout;
const box = chart.getBoundingClientRect(), places = [];
for (const {x, y, customdata} of chart._fullData)
  Array.from(customdata ?? [], (row, i) => places[row] = [
    box.left + xaxis._offset + xaxis.d2p(x[i]), box.top + yaxis._offset + yaxis.d2p(y[i])]);
return Math.max(...[...document.querySelectorAll(arguments[1])].map((face) => {
  const {left, top, width, height} = face.getBoundingClientRect();
  const [x, y] = places[face.dataset.row];
  return Math.max(Math.abs(left + width / 2 - x), Math.abs(top + height / 2 - y));
}));
"""
"""How far a face lies from its point at most, in pixels."""

LARGE = """
const chart = document.querySelector(arguments[0]);
return chart._fullData.flatMap(({marker}) => Array.from(marker.opacity ?? []))
  .filter((opacity) => opacity === 1).length;
"""
"""How many points stand out."""


@pytest.fixture
def page(tmp_path):
    with running_app(tmp_path / "streamlit.log") as url, chromium(tmp_path) as window:
        page = Page(window, url)
        window.get(f"{url}/latent_space")
        page.settle(lambda: bool(page.all('input[aria-label*="How many"]')))
        yield page


def text(page: Page) -> str:
    return page.window.find_element(By.TAG_NAME, "body").text


def load_faces(page: Page) -> None:
    page.all('input[aria-label*="How many"]')[0].send_keys("1,000", Keys.ENTER)
    page.settle(lambda: True)
    page.click("button", "Load")
    wait_until(lambda: "Loaded:" in text(page))
    open_map(page)


def open_map(page: Page) -> None:
    page.click('[data-testid="stTab"]', "Map")
    page.settle(lambda: bool(page.all(f"{CHART} .main-svg")))
    page.window.execute_script(f"document.querySelector('{CHART}').scrollIntoView()")


def lonely(places: list[list[float]]) -> int:
    """The point farthest from its nearest neighbour: a pointer on it means no other."""

    def gap(i: int) -> float:
        x, y = places[i]
        return min((x - a) ** 2 + (y - b) ** 2 for j, (a, b) in enumerate(places) if j != i)

    return max(range(len(places)), key=gap)


def pointer(page: Page, x: float, y: float) -> ActionChains:
    actions = ActionChains(page.window)
    actions.w3c_actions.pointer_action.move_to_location(round(x), round(y))
    return actions


def test_near_by_faces_stand_in_place_of_points(page):
    load_faces(page)
    assert not page.all(FACES)
    box = page.all(f"{CHART} .nsewdrag")[0]
    x, y = box.rect["width"] / 2, box.rect["height"] / 2
    wheel = f"""
    const box = document.querySelector('{CHART} .nsewdrag'), place = box.getBoundingClientRect();
    box.dispatchEvent(new WheelEvent('wheel', {{deltaY: -300, bubbles: true, cancelable: true,
      clientX: place.left + {x}, clientY: place.top + {y}}}));
    """

    def near() -> bool:
        page.window.execute_script(wheel)
        return bool(page.all(FACES))

    wait_until(near)
    wait_until(lambda: page.window.execute_script(ON_THEIR_POINTS, CHART, FACES) < 1)
    assert 0 < len(page.all(FACES)) <= 150 and not page.errors()


def test_faces_are_found_by_what_they_look_like(page):
    load_faces(page)
    find = page.all(".st-key-lab-find input")[0]
    for words in ("Smiling", "Eyeglasses"):
        find.send_keys(words, Keys.ENTER)
        page.settle(lambda words=words: words in page.all(".st-key-lab-find")[0].text)
        find = page.all(".st-key-lab-find input")[0]
    find.send_keys(Keys.ESCAPE)
    page.settle(lambda: "faces: Smiling and Eyeglasses" in text(page))
    many = int(re.search(r"([\d,]+) of 1,000 faces", text(page))[1].replace(",", ""))
    assert many
    wait_until(lambda: page.window.execute_script(LARGE, CHART) == many)
    assert page.all('img[alt^="Face number"]') and not page.errors()


def test_the_map_shows_picks_and_makes_sliders(page):
    load_faces(page)
    places = page.window.execute_script(PLACES, CHART)
    assert len(places) == 1000
    row = lonely(places)
    x, y = places[row]

    def hovered() -> bool:
        pointer(page, x - 40, y).perform()
        pointer(page, x, y).perform()
        shown = page.window.execute_script(THUMBNAIL)
        return bool(shown) and shown[0] == "block"

    wait_until(hovered)
    _, background, position, _ = page.window.execute_script(THUMBNAIL)
    assert "data:image/jpeg" in background
    assert position == f"{-96 * (row % 64) or 0}px {-96 * (row // 64) or 0}px"

    pointer(page, x, y).click().perform()
    page.settle(lambda: bool(page.all(f'img[alt="Face number {row}"]')))
    page.click("button", "Open in Explore")
    page.settle(lambda: bool(page.all(Page.AFTER)))
    assert re.search(rf"seed=0*{row}\b", page.window.current_url)
    assert "truncation=1" in page.window.current_url and not page.errors()
    assert page.window.execute_script(THUMBNAIL)[0] == "none"

    page.click("a", "Latent space")
    page.settle(lambda: "Loaded:" in text(page))
    open_map(page)
    page.all('.st-key-lab-map [data-title="Box Select"]')[0].click()
    places = page.window.execute_script(PLACES, CHART)
    left, right = (sorted(x for x, _ in places)[i] for i in (700, 990))
    high, low = (sorted(y for _, y in places)[i] for i in (200, 800))
    drag = pointer(page, left, high).click_and_hold()
    drag.w3c_actions.pointer_action.move_to_location(round(right), round(low))
    drag.release().perform()
    page.settle(lambda: "faces picked." in text(page))
    page.click("button", "Keep as a slider")
    page.settle(lambda: "Try it on Explore" in text(page))
    page.click("a", "Try it on Explore")
    page.settle(lambda: bool(page.all(Page.AFTER)))
    own = page.all('input[type="range"][aria-label^="My faces"]')[0]
    page.press(own.get_attribute("aria-label"), Keys.ARROW_RIGHT)
    assert not page.errors()
