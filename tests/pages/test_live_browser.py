"""The face follows the hand: sliders of the real page in headless Chromium.

Nothing here asserts a speed, but that the picture moves while the hand does, that it is the
model's, and that the server is asked once, at the end.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys

from ganssl.directions.names import COVARIANCE
from ganssl.face.gallery import load_gallery
from ganssl.face.render import face_code, filmstrip_steps
from ganssl.face.state import FaceState
from ganssl.models.catalogue import load_model
from ganssl.ui.face.live_files import SWITCH
from tests.helpers.browser import Page, chromium, running_app, wait_until
from tests.helpers.live_page import LivePage

pytestmark = pytest.mark.browser

TYPICAL = "?seed=1&truncation=0.3"


@pytest.fixture(scope="module")
def page(address, tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("downloads")) as window:
        page = LivePage(window, address)
        page.watch()
        yield page


@pytest.fixture(scope="module")
def model():
    return load_model()


def assert_same_picture(page: LivePage, model, first: int) -> None:
    """All faces drawn since `first` are the model's faces of their codes."""
    for drawn in (page.drawn(index) for index in range(first, page.count)):
        expected = model.decode(drawn.code[None])[0]
        assert np.abs(drawn.pixels.astype(int) - expected).max() <= 2, drawn.engine


def assert_on_the_canvas(page: LivePage, before: np.ndarray) -> None:
    """What is seen is the face drawn last, enlarged, and not the face of before `[s, s, 3]`."""
    side = len(before)
    seen = page.canvas().astype(float)
    blocks = seen.reshape(side, len(seen) // side, side, -1, 3).mean(axis=(1, 3))
    drawn, old = (np.abs(blocks - face).mean() for face in (page.drawn(-1).pixels, before))
    assert drawn < 0.5 * old


def test_the_face_moves_with_the_slider_and_the_server_is_asked_once(page, model):
    page.open(TYPICAL)
    start, asked = page.picture(), page.sent
    page.hold("Smiling")
    for _ in range(12):
        page.move(8)
    assert page.covered and page.sent == asked
    assert page.picture() == start and all(page.dimmed)
    assert_on_the_canvas(page, model.decode(face_code(model, FaceState(1, 0.3))[None])[0])
    assert len({page.drawn(index).code.tobytes() for index in range(page.count)}) >= 10
    page.release()
    page.settle(lambda: page.picture() != start)
    page.settled()
    assert page.sent == asked + 1 and not any(page.dimmed)
    assert not page.fades
    state = FaceState(1, 0.3, {"Smiling": page.value("Smiling")})
    np.testing.assert_allclose(page.drawn(-1).code, face_code(model, state), atol=1e-4)
    assert_same_picture(page, model, 0)
    assert not page.errors()


def test_the_face_is_where_the_hand_is_before_the_slider_has_heard_of_it(page, model):
    page.open(TYPICAL)
    page.hold("Smiling")
    page.move(8)
    old, before = page.value("Smiling"), page.count
    page.announce(17)
    wait_until(lambda: page.count > before)
    assert page.value("Smiling") == old
    ahead = page.drawn(-1).code
    page.slide(17)
    edits = {"Smiling": page.value("Smiling")}
    assert page.count == before + 1 and edits["Smiling"] > old
    np.testing.assert_allclose(ahead, face_code(model, FaceState(1, 0.3, edits)), atol=1e-4)
    page.release()
    page.settled()
    assert page.value("Smiling") == edits["Smiling"]


def test_locks_hold_and_other_edits_stay_while_a_slider_moves(page, model):
    page.open(TYPICAL + "&edit.Smiling=1.5&lock=Young&hold=" + COVARIANCE)
    page.hold("Male")
    for step in (*[9] * 10, -99, *[-9] * 9):
        page.move(step)
    page.release()
    page.settled()
    assert len(np.unique(page.codes, axis=0)) >= 20
    edits = {"Smiling": 1.5, "Male": page.value("Male")}
    expected = face_code(model, FaceState(1, 0.3, edits, ("Young",), hold=COVARIANCE))
    np.testing.assert_allclose(page.drawn(-1).code, expected, atol=1e-4)
    assert_same_picture(page, model, 0)


def test_a_release_at_the_old_place_leaves_no_canvas_and_asks_nothing(page):
    page.open(TYPICAL)
    asked = page.sent
    page.hold("Smiling")
    page.move(30)
    assert page.covered
    page.move(-30)
    page.release()
    page.settled()
    assert page.value("Smiling") == 0 and page.sent == asked


def test_keys_move_the_face_too_and_the_focus_stays(page, model):
    page.open(TYPICAL)
    slider = page.slider("Smiling")
    with page.slow_server():
        for key in (Keys.ARROW_RIGHT, Keys.HOME, Keys.PAGE_UP, Keys.END, Keys.HOME):
            before = page.count
            slider.send_keys(key)
            wait_until(lambda before=before: page.count > before)
    page.settle(lambda: "edit.Smiling=-3" in page.window.current_url)
    page.settled()
    focused = page.window.execute_script("return document.activeElement.ariaLabel")
    assert focused == "Smiling"
    assert_same_picture(page, model, 0)


def test_a_drag_goes_on_across_the_rerun_of_the_one_before(page):
    page.open(TYPICAL)
    page.hold("Smiling")
    page.move(30)
    with page.slow_server():
        page.release()
        page.hold("Male")  # and only then the server hears of Smiling
        page.move(20)
    page.settle(lambda: "edit.Smiling" in page.window.current_url)
    assert page.covered
    page.move(20)
    page.release()
    page.settle(lambda: "edit.Male" in page.window.current_url)
    page.settled()


def test_a_finger_moves_the_face(page):
    page.open(TYPICAL)
    x, y = page.resting(page.thumb("Smiling"))
    page.touch("touchStart", (x, y))
    for step in range(1, 5):
        page.touch("touchMove", (x + 10 * step, y))
    wait_until(lambda: page.count > 0)
    page.touch("touchEnd")
    page.settle(lambda: "edit.Smiling" in page.window.current_url)
    page.settled()


def test_typical_to_varied_is_followed_as_well(page, model):
    page.open("?seed=4&truncation=0.3&edit.Smiling=1&hold=" + COVARIANCE)
    page.hold("Typical ↔ varied")
    page.move(40)
    page.release()
    page.settled()
    truncation = page.value("Typical ↔ varied")
    state = FaceState(4, truncation, {"Smiling": 1}, hold=COVARIANCE)
    np.testing.assert_allclose(page.drawn(-1).code, face_code(model, state), atol=1e-4)


def test_nothing_is_loaded_before_a_slider_is_touched_and_another_page_ends_the_worker(page):
    page.open(TYPICAL)
    assert page.workers == 0
    page.hold("Smiling")
    page.move(20)
    page.release()
    page.settled()
    assert page.workers >= 1
    page.click('[data-testid="stSidebarNavLink"]', "About the model")
    page.settle(lambda: not page.all(".st-key-after-face"))
    wait_until(lambda: page.workers == 0)


def test_presentation_mode_follows_the_hand(page, model):
    page.open(TYPICAL + "&present=1")
    page.hold("Smiling")
    for _ in range(4):
        page.move(10)
    page.release()
    page.settled()
    assert_same_picture(page, model, 0)


def test_in_presentation_mode_a_pad_moves_the_face(page, model):
    page.open(TYPICAL + "&present=1")
    page.click(".st-key-stage-pad-button button", "Two at once")
    page.settle(lambda: page.pad() is not None)
    names = page.pad().get_attribute("aria-label").split(" and ")
    asked = page.sent
    page.hold_pad()
    page.move_pad(20, -15)
    assert page.covered and page.sent == asked
    page.release()
    page.settle(lambda: set(edits_of(page)) == set(names))
    page.settled()
    assert page.sent == asked + 1 and all(amount > 0 for amount in edits_of(page).values())
    assert all(page.value(name) == amount for name, amount in edits_of(page).items())
    assert_same_picture(page, model, 0)


def test_play_moves_a_slider_by_itself_and_the_server_is_not_asked(page, model):
    page.open(TYPICAL)
    asked = page.sent
    page.roam("play")
    wait_until(lambda: page.count >= 10)
    assert page.covered
    page.roam("play")
    page.settled()
    assert page.sent == asked and page.value("Smiling") == 0
    assert len({page.drawn(index).code.tobytes() for index in range(10)}) == 10
    assert_same_picture(page, model, page.count - 3)


def test_a_walk_goes_to_the_faces_of_the_gallery_with_the_edits(page, model):
    page.open(TYPICAL + "&edit.Smiling=2&hold=" + COVARIANCE)
    start, asked = page.picture(), page.sent
    first = next(state for _, state in load_gallery(model).faces if state.seed != 1)
    expected = face_code(model, replace(first, hold=COVARIANCE).with_edit("Smiling", 2))
    page.roam("walk")
    wait_until(lambda: any(np.allclose(code, expected, atol=1e-4) for code in page.codes))
    assert page.covered and page.count >= 2
    page.roam("walk")
    page.settled()
    assert page.sent == asked and page.picture() == start
    assert_same_picture(page, model, page.count - 2)


@pytest.fixture
def pad(page):
    """The page with its pad unfolded; the point moves Smiling across and Young up."""
    page.open(TYPICAL)
    page.click("summary", "Two at once")
    page.settle(lambda: page.pad() is not None)
    return page


def edits_of(page: LivePage) -> dict[str, float]:
    """The edits of the page's address."""
    return dict(FaceState.from_query(parse_qs(urlsplit(page.window.current_url).query)).edits)


def test_a_pad_moves_two_attributes_and_commits_both_at_once(pad, model):
    start, asked = pad.picture(), pad.sent
    pad.hold_pad()
    for right, down in ((20, 0), (0, -30), (15, 10)):
        pad.move_pad(right, down)
    assert pad.covered and pad.sent == asked and pad.picture() == start
    assert pad.face_in_view, "it stays there beside the pad"
    drawn = pad.drawn(-1)
    pad.release()
    pad.settle(lambda: len(edits_of(pad)) == 2)
    pad.settled()
    assert pad.sent == asked + 1
    edits = edits_of(pad)
    assert edits["Smiling"] > 0 and edits["Young"] > 0
    np.testing.assert_allclose(drawn.code, face_code(model, FaceState(1, 0.3, edits)), atol=1e-4)
    assert pad.value("Smiling") == edits["Smiling"] and pad.value("Young") == edits["Young"]
    assert_same_picture(pad, model, 0)
    pad.undo()
    pad.settle(lambda: edits_of(pad) == {})
    assert pad.pad().get_attribute("aria-valuetext") == "Smiling +0.0 σ, Young +0.0 σ"


def test_a_pad_that_comes_back_asks_nothing(pad):
    asked = pad.sent
    pad.hold_pad()
    pad.move_pad(20, 20)
    pad.move_pad(-20, -20)
    pad.release()
    pad.settled()
    assert pad.sent == asked
    pad.hold_pad()
    pad.move_pad(20, 20)
    pad.pad().send_keys(Keys.ESCAPE)
    pad.settled()
    pad.release()
    assert pad.sent == asked and edits_of(pad) == {}


def test_a_pad_has_keys_a_name_and_says_where_it_is(pad):
    point = pad.pad()
    assert point.get_attribute("role") == "slider" and point.get_attribute("tabindex") == "0"
    assert point.get_attribute("aria-label") == "Smiling and Young"
    with pad.slow_server():
        for key, words in (
            (Keys.ARROW_RIGHT, "Smiling +0.1 σ, Young +0.0 σ"),
            (Keys.PAGE_DOWN, "Smiling +0.1 σ, Young −1.0 σ"),
            (Keys.ARROW_UP, "Smiling +0.1 σ, Young −0.9 σ"),
            (Keys.END, "Smiling +1.1 σ, Young −0.9 σ"),
        ):
            before = pad.count
            point.send_keys(key)
            wait_until(lambda before=before: pad.count > before)
            assert point.get_attribute("aria-valuetext") == words
    pad.settle(lambda: edits_of(pad) == {"Smiling": 1.1, "Young": -0.9})
    pad.settled()
    active = "return document.activeElement.shadowRoot.activeElement.className"
    assert pad.window.execute_script(active) == "point"


def test_a_finger_moves_a_pad(pad):
    x, y = pad.pad_place()
    pad.touch("touchStart", (x, y))
    for step in range(1, 5):
        pad.touch("touchMove", (x + 10 * step, y - 8 * step))
    wait_until(lambda: pad.count > 0)
    pad.touch("touchEnd")
    pad.settle(lambda: len(edits_of(pad)) == 2)
    pad.settled()
    assert all(amount > 0 for amount in edits_of(pad).values())


def test_a_locked_attribute_is_not_offered_to_the_pad(page):
    page.open(TYPICAL + "&lock=Smiling")
    page.click("summary", "Two at once")
    page.settle(lambda: page.pad() is not None)
    assert "Smiling" not in page.pad().get_attribute("aria-label")


def test_the_filmstrip_follows_the_hand(page, model):
    page.open(TYPICAL)
    page.click('[role="tab"]', "Filmstrip")
    strip = '[class*="st-key-live-pictures"] img'
    page.settle(lambda: len(page.all(strip)) > 2)
    count = len(page.all(strip))
    page.hold("Male")
    page.move(40)
    male = page.value("Male")
    states = [
        FaceState(1, 0.3, {"Male": male, "Smiling": step})
        for step in filmstrip_steps(model, "Smiling", count)
    ]
    expected = [face_code(model, state) for state in states]

    def all_follow() -> bool:
        found = page.followed()
        return len(found) == count and all(
            np.allclose(found[index], code, atol=1e-4) for index, code in enumerate(expected)
        )

    wait_until(all_follow)
    assert page.over == count
    page.release()
    page.settle(lambda: edits_of(page) == {"Male": male})
    page.settled()
    wait_until(lambda: page.over == 0)
    page.window.execute_script("window.pictures = {}")
    page.hold("Smiling")  # its own slider leaves it as it is
    page.move(20)
    page.move(-20)
    page.release()
    page.settled()
    assert page.over == 0 and page.followed() == {}


def test_nine_faces_follow_the_hand(page, model):
    page.open(TYPICAL)
    page.click('[role="tab"]', "Many faces")
    grid = '[class*="st-key-live-pictures"] img'
    page.settle(lambda: len(page.all(grid)) > 2)
    page.click(".st-key-explore-grid-count :is(button, label)", "9")
    page.settle(lambda: len(page.all(grid)) == 9)
    page.hold("Male")
    page.move(40)
    male = page.value("Male")
    expected = [face_code(model, FaceState(1 + i, 0.3, {"Male": male})) for i in range(9)]

    def all_follow() -> bool:
        found = page.followed()
        return len(found) == 9 and all(
            np.allclose(found[index], code, atol=1e-4) for index, code in enumerate(expected)
        )

    wait_until(all_follow)
    assert page.over == 9
    page.release()
    page.settle(lambda: edits_of(page) == {"Male": male})
    page.settled()
    wait_until(lambda: page.over == 0)


def test_where_weights_stay_on_the_server_a_tooltip_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv(SWITCH, "0")
    with running_app(tmp_path / "log") as address, chromium(tmp_path) as window:
        page = LivePage(window, address)
        page.watch()
        Page.open(page, TYPICAL)
        wait_until(lambda: page.tooltip is not None)
        assert SWITCH in page.tooltip
        page.press("Smiling", Keys.END)
        assert page.count == 0 and page.workers == 0 and not page.errors()
        assert SWITCH not in window.execute_script("return document.body.innerText")


def test_under_a_base_path(tmp_path):
    with running_app(tmp_path / "log", "studio") as address, chromium(tmp_path) as window:
        page = LivePage(window, f"{address}/")
        page.watch()
        page.open(TYPICAL)
        page.hold("Smiling")
        page.move(20)
        page.release()
        page.settled()


def test_without_webassembly_the_page_works_as_without(address, tmp_path):
    with chromium(tmp_path, flags=("--js-flags=--jitless",)) as window:
        page = LivePage(window, address)
        page.watch()
        page.open(TYPICAL)
        assert window.execute_script("return typeof WebAssembly") == "undefined"
        assert page.tooltip is None
        page.press("Smiling", Keys.END)
        assert page.count == 0 and not page.covered and not page.errors()
        assert "WebAssembly" in page.tooltip


def test_files_have_addresses_that_change_with_them_and_are_kept_for_good(page, address):
    page.open(TYPICAL)
    page.hold("Smiling")
    page.move(20)
    page.release()
    entries = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    worker = next(url for url in page.window.execute_script(entries) if "worker.js" in url)
    with urlopen(worker) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
