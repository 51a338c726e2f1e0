"""The first visit: what the server and the Explore page load before there is a face."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ganssl.benchmarks.served_app import served_app
from ganssl.ui.explore import ready
from ganssl.ui.shared import model as shared
from tests.helpers.fresh_process import told_by

pytestmark = pytest.mark.slow


def test_the_first_face_does_not_wait_for_tensorflow():
    code = """
import json, sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=300).run()
assert not page.exception, page.exception
images = [block.proto.imgs[0].url for block in page.image]
print(json.dumps([len(images), list(sys.modules)]))
"""
    images, loaded = told_by(code)
    assert images and "onnxruntime" in loaded
    assert not {"tensorflow", "keras", "sklearn", "umap", "mtcnn"} & set(loaded)


def test_the_first_visit_loads_next_to_nothing():
    code = """
import json, sys
from streamlit.testing.v1 import AppTest
from ganssl.models import naturalness
from ganssl.ui.explore.ready import prepare
import ganssl.ui.shared.undo, ganssl.ui.how_it_works.ready  # of the app, read when it starts
prepare()
before = set(sys.modules)
def never(*args):
    raise AssertionError("a face of the gallery is drawn in the visit")
naturalness._chosen_codes = never
page = AppTest.from_file("app.py", default_timeout=300).run()
assert not page.exception, page.exception
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    loaded = told_by(code)
    assert not [name for name in loaded if name.startswith(("ganssl.face", "ganssl.ui.face"))]
    assert not {"scipy", "PIL", "pandas"} & {name.partition(".")[0] for name in loaded}


@pytest.fixture
def loadings(monkeypatch):
    """The paths that a model was loaded from."""
    paths, load = [], shared.load_model

    def counted(path):
        paths.append(path)
        return load(path)

    monkeypatch.setattr(shared, "load_model", counted)
    shared._load_model.clear()
    ready._first_face.clear()
    yield paths
    shared._load_model.clear()
    ready._first_face.clear()


def test_the_first_visit_finds_the_model_loaded(loadings):
    ready.prepare()
    assert len(loadings) == 1
    assert shared.default_model() is shared.face_model()
    assert len(loadings) == 1


def test_a_model_that_cannot_be_loaded_is_left_to_the_page(loadings, monkeypatch, tmp_path):
    monkeypatch.setenv("GANSSL_MODEL", str(tmp_path / "none"))
    ready.prepare()
    assert loadings == [tmp_path / "none"]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="tells what a process has loaded")
def test_a_server_loads_the_model_before_anybody_comes(tmp_path):
    log = tmp_path / "log"
    with served_app(log, settings={"GANSSL_ENGINE": "onnxruntime"}) as (_, server):
        maps = Path(f"/proc/{server}/maps")
        end = time.monotonic() + 300
        while "onnxruntime" not in maps.read_text(encoding="utf-8"):
            assert time.monotonic() < end
            time.sleep(0.1)
    assert "Traceback" not in (text := log.read_text(encoding="utf-8")), text
    assert "ScriptRunContext" not in text, text
