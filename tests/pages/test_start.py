"""The first visit: what the server and the Explore page load before there is a face."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_the_first_face_does_not_wait_for_tensorflow():
    code = """
import json, sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=300).run()
assert not page.exception, page.exception
images = [block.proto.imgs[0].url for block in page.image]
print(json.dumps([len(images), list(sys.modules)]))
"""
    environment = {**os.environ, "GANSSL_ENGINE": "onnxruntime"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    images, loaded = json.loads(run.stdout.splitlines()[-1])
    assert images and "onnxruntime" in loaded
    assert not {"tensorflow", "keras", "sklearn", "umap", "mtcnn"} & set(loaded)
