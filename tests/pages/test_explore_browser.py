"""The Explore page with the shipped weights in headless Chromium."""

from __future__ import annotations

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ganssl.directions import DEFAULT_RULE
from ganssl.face.render import face_png, render
from ganssl.face.state import FaceState
from ganssl.models.catalogue import load_model
from ganssl.photos.images import read_image, read_provenance
from ganssl.ui.shared.pictures import picture_url
from tests.helpers.browser import PLACE, STOPWATCH, Page, chromium, screen, wait_until

pytestmark = pytest.mark.browser

SEED = 14
TYPICAL = f"?seed={SEED}&truncation=0.3"
"""A face near the average, where no readout is at its limit."""

GALLERY = '[role="tabpanel"] [data-testid="stImage"] img'


@pytest.fixture(scope="module")
def downloads(tmp_path_factory):
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def window(address, downloads):
    with chromium(downloads) as browser:
        yield browser


@pytest.fixture
def page(window, address):
    return Page(window, address)


def test_smiling_makes_the_face_smile(page):
    page.open(TYPICAL)
    start = page.picture()
    page.press("Smiling", Keys.HOME)
    serious = page.readout("Smiling")
    page.press("Smiling", Keys.END)
    smiling = page.readout("Smiling")
    assert page.picture() != start
    assert serious[0] == smiling[0]
    assert serious[1] < serious[0] < smiling[1]
    assert smiling[1] - serious[1] > 20
    assert not page.errors()


def test_the_picture_is_the_one_that_the_library_renders(page):
    page.open(f"?seed=1&truncation=0.3&edit.Smiling=1.5&edit.Male=-1&hold={DEFAULT_RULE}")
    state = FaceState(1, 0.3, {"Smiling": 1.5, "Male": -1})
    assert page.picture() == picture_url(render(load_model(), state).pixels)


def test_the_mouse_drags_a_slider_and_the_wait_is_measured(page, capsys):
    page.open(TYPICAL)
    page.window.execute_script(STOPWATCH, Page.AFTER)
    for i in range(6):
        old = page.picture()
        thumb = page.slider("Smiling").find_element(By.XPATH, "../..")
        drag = ActionChains(page.window, duration=50).click_and_hold(thumb)
        drag.move_by_offset(12, 0).pause(0.2).release().perform()
        page.settle(lambda old=old: page.picture() != old)
        wait_until(lambda i=i: len(page.window.execute_script("return waits")) == i + 1)
    waits = page.window.execute_script("return waits")
    with capsys.disabled():
        print(
            f"\nrelease of the slider to the new picture: median {np.median(waits):.0f} ms, "
            f"{min(waits):.0f} to {max(waits):.0f} ms over {len(waits)} moves"
        )


def test_the_back_button_and_a_reload_bring_the_face_back(page):
    page.open(TYPICAL)
    first = page.picture()
    page.press("Smiling", Keys.END)
    second, link = page.picture(), page.window.current_url
    assert "edit.Smiling=3" in link
    page.window.back()
    page.settle(lambda: page.picture() == first)
    page.window.get(link)
    page.settle(lambda: bool(page.all(Page.AFTER)) and page.picture() == second)


def test_undo_resets_the_slider(page):
    page.open(TYPICAL)
    first = page.picture()
    page.press("Smiling", Keys.END)
    page.click("button", "Undo")
    page.settle(lambda: page.picture() == first)
    assert float(page.slider("Smiling").get_attribute("value")) == 0


def test_the_face_follows_what_is_chosen_in_the_tabs_below(page, tmp_path):
    page.open(TYPICAL)
    for group in ("gallery", "look"):
        old = page.picture()
        buttons = f'[class*="st-key-explore-{group}-"] button'
        page.click(buttons, page.all(buttons)[1].text)
        page.settle(lambda old=old: page.picture() != old)
    assert f"seed={SEED}" not in page.window.current_url and "edit." in page.window.current_url
    damaged = tmp_path / "face.json"
    damaged.write_text("{", encoding="utf-8")
    page.click('[role="tab"]', "Save and share")
    page.first('[data-testid="stFileUploader"] input').send_keys(str(damaged))
    page.settle(lambda: bool(page.errors()))
    assert "face.json" in page.errors()[0]


def test_a_slider_takes_along_the_open_tab_where_that_shows_the_face(page):
    page.open(TYPICAL)

    def shown() -> list[str]:
        return [picture.get_attribute("src") for picture in page.all(GALLERY)]

    faces = shown()
    page.press("Young", Keys.HOME)
    assert shown() == faces  # the gallery stands, and a click in it still counts
    old, buttons = page.picture(), '[class*="st-key-explore-look-"] button'
    page.click(buttons, page.all(buttons)[1].text)
    page.settle(lambda: page.picture() != old)
    page.click('[role="tab"]', "Filmstrip")
    page.settle(lambda: len(page.all(GALLERY)) == 7)
    strip = shown()
    page.press("Young", Keys.END)
    page.settle(lambda: len(page.all(GALLERY)) == 7 and not set(shown()) & set(strip))
    assert not page.errors()


def test_downloads_are_the_face_of_the_sliders(page, downloads):
    page.open(TYPICAL + f"&edit.Smiling=2&hold={DEFAULT_RULE}")
    page.click('[role="tab"]', "Save and share")
    page.settle(lambda: len(page.all('[data-testid="stDownloadButton"] button')) == 2)
    png, file = downloads / f"face-{SEED}.png", downloads / f"face-{SEED}.json"
    for button, path in zip(
        page.all('[data-testid="stDownloadButton"] button'), (png, file), strict=True
    ):
        button.click()
        wait_until(path.exists)
    model = load_model()
    state = FaceState(SEED, 0.3, {"Smiling": 2}, model=model.id)
    assert FaceState.from_json(file.read_text(encoding="utf-8")) == state
    made = face_png(model, state, 512)
    assert read_provenance(png.read_bytes()) == read_provenance(made)
    np.testing.assert_array_equal(np.asarray(read_image(png)), np.asarray(read_image(made)))


def test_every_page_opens_without_an_error_and_asks_no_one_else(page, address):
    page.open()
    links = [a.get_attribute("href") for a in page.all('[data-testid="stSidebarNavLink"]')]
    assert len(links) >= 2
    for link in links:
        page.window.get(link)
        page.settle(lambda: bool(page.all("h1")))
        assert not page.errors()
        asked = page.window.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)"
        )
        assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_pictures_and_sliders_have_words(page):
    page.open(TYPICAL)
    pictures = [i.get_attribute("alt") for i in page.all('[data-testid="stImage"] img')]
    assert all("AI-generated face of seed " in words for words in pictures)
    shown = [words for words in pictures if words.startswith(("Before", "After"))]
    assert len(shown) == 2 and all("AI-generated face of seed 1" in words for words in shown)
    names = [s.get_attribute("aria-label") for s in page.all('input[type="range"]')]
    assert "Smiling" in names and all(names)


def test_a_phone_shows_faces_first_and_no_sideways_scrolling(address, downloads):
    with chromium(downloads, width=500, height=844) as window:  # the narrowest window there is
        page = Page(window, address)
        page.open(TYPICAL)
        tops = {
            css: page.all(css)[0].rect["y"]
            for css in (Page.AFTER, 'input[aria-label="Smiling"]', "table.changes")
        }
        assert list(tops.values()) == sorted(tops.values())
        wide = "return document.documentElement.scrollWidth - window.innerWidth"
        assert window.execute_script(wide) <= 0
        switches = [page.first(f".st-key-explore-{name}").rect for name in ("draw", "hold")]
        first, second = sorted(switches, key=lambda box: box["y"])
        if second["y"] > first["y"]:  # in two lines
            assert second["y"] - first["y"] - first["height"] < 20
        page.settle(lambda: len(page.all(GALLERY)) > 3)
        places = [page.window.execute_script(PLACE, face) for face in page.all(GALLERY)[:4]]
        tops = [round(top) for _, top, _, _ in places]
        assert tops[0] == tops[1] == tops[2] and places[0][2] < 200  # side by side


MARKS = """
return [...document.querySelectorAll('.class-scale')].map(scale => {
  const row = scale.closest('.stHorizontalBlock');
  const thumb = row.querySelector('[data-testid="stSliderThumbValue"]').parentElement;
  const free = [...scale.children].every(
    mark => mark.getBoundingClientRect().top >= thumb.getBoundingClientRect().bottom);
  return free && getComputedStyle(row).overflowY === 'visible';
});
"""


def test_marks_lie_free_of_the_thumb_and_rows_do_not_scroll(page):
    page.open("/?seed=222")
    found = page.window.execute_script(MARKS)
    assert len(found) >= 5 and all(found)


def test_what_changed_is_on_the_first_screen_with_the_three_largest_side_effects(page):
    with screen(page, 1280, 720):
        page.open("/?seed=222&edit.Eyeglasses=2&edit.Mouth_Slightly_Open=1.5")
        page.settle(lambda: bool(page.all("table.changes")))
        page.resting(page.first("table.changes"))
        rows = page.all("table.changes tbody tr")
        edited = [row for row in rows if "edited" in row.get_attribute("class")]
        assert len(edited) == 2 and len(rows) == len(edited) + 3
        assert rows[-1].rect["y"] + rows[-1].rect["height"] <= 720
