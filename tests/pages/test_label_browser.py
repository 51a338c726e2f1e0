"""Ten photos labelled with the keyboard in headless Chromium, and found on the next page."""

from __future__ import annotations

import time

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from ganssl.models.catalogue import load_model
from tests.helpers.browser import PLACE, Page, chromium, wait_until
from tests.helpers.labelled_uploads import generated_photos

pytestmark = pytest.mark.browser

COUNT = 10
PHOTO = '.st-key-label-photo [data-testid="stImage"] img'


@pytest.fixture(scope="module")
def page(address, tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("downloads")) as window:
        yield Page(window, address)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Generated faces as files, and what their direction says of each."""
    folder = tmp_path_factory.mktemp("photos")
    files, labels = generated_photos(load_model(), COUNT)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files], dict(zip(files, labels.tolist(), strict=True))


def hand_in(page, paths) -> None:
    """Come to the Label page from the first page and upload photos."""
    page.open()
    click(page, '[data-testid="stSidebarNavLink"]', "Label")
    page.settle(lambda: bool(page.all('input[type="file"]')))
    page.all('input[type="file"]')[0].send_keys("\n".join(map(str, paths)))
    page.settle(lambda: bool(shown(page)))


def shown(page) -> str:
    """The name of the photo in view; empty when none is."""
    return page.window.execute_script(
        "const image = document.querySelector(arguments[0]);"
        "return image ? image.alt.replace('The photo ', '') : ''",
        PHOTO,
    )


def click(page, css: str, text: str) -> None:
    """Click what holds the text, as soon as it is there; the page may just be drawn anew."""
    script = (
        "const found = [...document.querySelectorAll(arguments[0])]"
        ".find(element => element.innerText.includes(arguments[1]));"
        "if (found) found.click(); return Boolean(found)"
    )
    wait_until(lambda: page.window.execute_script(script, css, text))


def press(page, key) -> float:
    """Press a key, wait for the next photo, and return the milliseconds that it took."""
    before, start = shown(page), time.perf_counter()
    ActionChains(page.window).send_keys(key).perform()
    page.settle(lambda: shown(page) != before)
    return 1000 * (time.perf_counter() - start)


def test_ten_photos_are_labelled_by_key_and_found_in_train_and_evaluate(page, photos, capsys):
    paths, labels = photos
    hand_in(page, paths)
    page.window.set_window_size(1440, 900)
    top, bottom, height = page.window.execute_script(
        "const box = document.querySelector('.st-key-label-photo img').getBoundingClientRect();"
        "return [box.top, box.bottom, innerHeight]"
    )
    assert top >= 0 and bottom <= height  # the whole photo is in view
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    page.window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    answers = page.all(".st-key-label-answers button")
    page.settle(lambda: answers[0].rect["y"] > 700)  # on a phone they stay at the foot
    boxes = [page.window.execute_script(PLACE, button) for button in answers]
    assert len(boxes) == 3
    assert all(x >= 0 and x + width <= 390 and y + high <= 844 for x, y, width, high in boxes)
    page.window.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    waits, given = [], {}
    for _ in range(3):
        given[shown(page)] = name = shown(page)
        waits.append(press(page, Keys.RIGHT if labels[name] else Keys.LEFT))
    last = name
    assert press(page, Keys.BACKSPACE) and shown(page) == last
    press(page, Keys.ARROW_UP)  # unsure
    assert shown(page) not in given
    press(page, Keys.BACKSPACE)
    assert shown(page) == last

    # a reload finds the work by the page's address
    page.window.refresh()
    page.settle(lambda: bool(shown(page)))
    assert shown(page) == last
    while name := shown(page):
        waits.append(press(page, Keys.RIGHT if labels[name] else Keys.LEFT))
    assert "Every photo has an answer" in page.all(".stMain")[0].text

    click(page, "button", "Use and save")
    page.settle(lambda: "Use these labels" in page.all(".stMain")[0].text)
    click(page, "button", "Use these labels")
    counts = f"{COUNT} photos labelled: Smiling"
    page.settle(lambda: counts in found(page))
    assert not page.errors()
    with capsys.disabled():
        print(
            f"\nkey to the next photo: median {np.median(waits):.0f} ms, "
            f"{min(waits):.0f} to {max(waits):.0f} ms over {len(waits)} answers"
        )


def found(page) -> str:
    """The text of the page with what its select boxes show."""
    return page.window.execute_script(
        "const main = document.querySelector('.stMain');"
        "return main.innerText + [...main.querySelectorAll('input')].map(i => i.value).join(' ')"
    )


def test_a_click_on_a_photo_of_the_grid_changes_its_label(page, photos):
    paths, _ = photos
    hand_in(page, paths[:4])
    click(page, "button", "All photos")
    cards = '[class*="st-key-label-tile-"]'
    page.settle(lambda: len(page.all(cards)) == 4)
    for word in ("Smiling", "not Smiling", "unsure", "Smiling"):
        ActionChains(page.window).move_to_element(page.all(f"{cards} img")[1]).click().perform()
        page.settle(lambda word=word: card_labels(page, cards)[1] == word)
    assert card_labels(page, cards)[0] == "no label yet"
    assert not page.errors()


def card_labels(page, cards: str) -> list[str]:
    """What stands on the cards, without the names of their icons."""
    return page.window.execute_script(
        "return [...document.querySelectorAll(arguments[0])]"
        ".map(button => button.innerText.split('\\n').pop().trim())",
        f"{cards} .stButton button",
    )


def test_the_address_of_somebodys_labelling_opens_nothing_in_another_browser(
    page, photos, tmp_path
):
    hand_in(page, photos[0])
    wait_until(lambda: "work=" in page.window.current_url)
    page.window.refresh()
    page.settle(lambda: bool(shown(page)))
    with chromium(tmp_path) as other:
        stranger = Page(other, page.window.current_url)
        other.get(stranger.address)
        stranger.settle(lambda: bool(stranger.all('input[type="file"]')))
        assert not shown(stranger)
