"""Fixtures that several test files share."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

PHOTO_FIXTURES = {"celeba_root", "seed100_root"}
EVERYDAY = "not slow"
"""In the expression of marks of the everyday loop, which does without TensorFlow."""

TOLD = pytest.StashKey[bool]()
"""Whether the first test that has TensorFlow imported was told."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files out unread that a mark leaves out as a whole: some import TensorFlow."""
    left_out = re.findall(r"not (\w+)", config.option.markexpr)
    if not left_out or collection_path.suffix != ".py":
        return None
    marked = rf"^pytestmark = (?:\[[^]]*)?pytest\.mark\.({'|'.join(left_out)})(?:,|$)"
    text = collection_path.read_text(encoding="utf-8")
    return True if re.search(marked, text, re.MULTILINE) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what reads real photos by the fixtures that it takes, and what gets a second try.

    Browser tests depend on what else the machine does. One that fails is run again,
    twice at the most, and the summary says so.
    """
    again = config.pluginmanager.hasplugin("rerunfailures")
    for item in items:
        if PHOTO_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("photos")
        if again and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=2))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """In the everyday loop a test that has TensorFlow imported fails: it is to be marked."""
    yield
    stash, everyday = item.config.stash, EVERYDAY in item.config.option.markexpr
    if everyday and "tensorflow" in sys.modules and not stash.get(TOLD, False):
        stash[TOLD] = True
        pytest.fail("TensorFlow was imported, which takes long: mark this test as slow.")


def _data_folder(name: str) -> Path:
    root = os.environ.get("GANSSL_DATA")
    if not root:
        pytest.skip("GANSSL_DATA is not set: this test reads real photos")
    folder = Path(root) / name
    if not folder.is_dir():
        pytest.skip(f"{name}/ is not in GANSSL_DATA: this test reads real photos")
    return folder


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small model with planted directions; nobody writes to it."""
    from tests.helpers.small_model import small_model

    folder = tmp_path_factory.mktemp("models") / "small"
    small_model().save(folder)
    return folder


@pytest.fixture(scope="session")
def celeba_root() -> Path:
    """CelebA in its official layout: `$GANSSL_DATA/celeba`."""
    return _data_folder("celeba")


@pytest.fixture(scope="session")
def seed100_root() -> Path:
    """The article's 100 photos: `$GANSSL_DATA/seed100`."""
    return _data_folder("seed100")
