"""The face follows the hand: sliders of the real page in headless Chromium.

Nothing here asserts a speed, but that the picture moves while the hand does, that it is the
model's, and that the server is asked once, at the end.
"""

from __future__ import annotations

from urllib.request import urlopen

import numpy as np
import pytest
from selenium.webdriver.common.keys import Keys

from ganssl.directions.names import COVARIANCE
from ganssl.face.render import face_code
from ganssl.face.state import FaceState
from ganssl.models.catalogue import load_model
from tests.helpers.browser import chromium, running_app, wait_until
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


def test_the_face_moves_with_the_slider_and_the_server_is_asked_once(page, model):
    page.open(TYPICAL)
    start, asked = page.picture(), page.sent
    page.hold("Smiling")
    for _ in range(12):
        page.move(8)
    assert page.covered and page.sent == asked
    assert page.picture() == start and all(page.dimmed)
    assert len({page.drawn(index).code.tobytes() for index in range(page.count)}) >= 10
    page.release()
    page.settle(lambda: page.picture() != start)
    page.settled()
    assert page.sent == asked + 1 and not any(page.dimmed)
    state = FaceState(1, 0.3, {"Smiling": page.value("Smiling")})
    np.testing.assert_allclose(page.drawn(-1).code, face_code(model, state), atol=1e-4)
    assert_same_picture(page, model, 0)
    assert not page.errors()


def test_locks_hold_and_other_edits_stay_while_a_slider_moves(page, model):
    page.open(TYPICAL + "&edit.Smiling=1.5&lock=Young&hold=" + COVARIANCE)
    page.hold("Male")
    for step in (10, 10, -30, 15, 10, 10, -30, 15):
        page.move(step)
    page.release()
    page.settled()
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
    thumb = page.slider("Smiling").find_element("xpath", "../..").rect
    x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y} for x, y in points]
        page.window.execute_cdp_cmd(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": places}
        )

    touch("touchStart", (x, y))
    for step in range(1, 5):
        touch("touchMove", (x + 10 * step, y))
    wait_until(lambda: page.count > 0)
    touch("touchEnd")
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


def test_play_moves_a_slider_by_itself_and_the_server_is_not_asked(page, model):
    page.open(TYPICAL)
    asked = page.sent
    page.play()
    wait_until(lambda: page.count >= 10)
    assert page.covered
    page.play()
    page.settled()
    assert page.sent == asked and page.value("Smiling") == 0
    assert len({page.drawn(index).code.tobytes() for index in range(10)}) == 10
    assert_same_picture(page, model, page.count - 3)


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
        page.press("Smiling", Keys.END)
        assert page.count == 0 and not page.covered and not page.errors()


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
