"""Train & evaluate with the shipped weights in headless Chromium, from no faces to a report."""

from __future__ import annotations

import csv

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from ganssl.models.catalogue import load_model
from tests.helpers.browser import Page, chromium, wait_until
from tests.helpers.labelled_uploads import generated_photos, labels_csv, zipped

pytestmark = pytest.mark.browser

PHOTOS = 40


@pytest.fixture
def downloads(tmp_path):
    return tmp_path / "downloads"


@pytest.fixture
def page(address, downloads):
    with chromium(downloads) as window:
        page = Page(window, address)
        page.open()
        window.get(f"{address}/train_and_evaluate")
        page.settle(lambda: bool(page.all('input[aria-label="Faces"]')))
        yield page


def text(page: Page) -> str:
    return page.window.find_element(By.TAG_NAME, "body").text


def uploader(page: Page, label: str) -> WebElement:
    """The file input under a label."""
    box = next(b for b in page.all('[data-testid="stFileUploader"]') if label in b.text)
    return box.find_element(By.CSS_SELECTOR, 'input[type="file"]')


def test_from_no_faces_to_a_report(page, downloads, tmp_path):
    page.fill("Faces", "300")
    page.settle(lambda: True)
    page.click("button", "Make faces")
    page.settle(lambda: "300 generated faces of" in text(page))
    page.click("button", "Train")
    page.settle(lambda: "held-out generated faces: accuracy" in text(page))
    assert page.all('[data-testid="stPlotlyChart"]')  # the learning curve

    files, labels = generated_photos(load_model(), PHOTOS, seed=77)
    path = tmp_path / "photos.zip"
    path.write_bytes(zipped(files | {"labels.csv": labels_csv(labels)}))
    uploader(page, "Labelled photos").send_keys(str(path))
    page.settle(lambda: f"{PHOTOS} photos read, with labels for Smiling." in text(page))
    page.click("button", "Judge it on these photos")
    page.settle(lambda: "better than a constant answer" in text(page))
    assert "judged on 32 photos" in text(page)
    assert not page.all('[data-testid="stException"]')
    page.settle(lambda: len(page.all('[data-testid="stPlotlyChart"]')) >= 5)

    for label, name in (
        ("Report (HTML)", "report-Smiling.html"),
        ("Answers (CSV)", "answers-Smiling.csv"),
    ):
        page.click('[data-testid="stDownloadButton"] button', label)
        wait_until((downloads / name).exists)
    assert "better than a constant answer" in (downloads / "report-Smiling.html").read_text(
        encoding="utf-8"
    )
    with (downloads / "answers-Smiling.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["file"] for row in rows) == sorted(files)
    page.click('[class*="st-key-train-judged"] button', "Download classifier (ZIP)")
    wait_until((downloads / "classifier-Smiling.zip").exists)

    page.window.get((downloads / "report-Smiling.html").as_uri())
    assert len(page.all("svg")) == 3 and "better than a constant answer" in text(page)
