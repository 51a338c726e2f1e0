"""The processor's engine (`engine.c`, `wasm_engine.js`) and `detail.js`, run by Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganssl.face.detail import FADE, SPREAD, PhotoDetail
from ganssl.models.browser_program import BrowserProgram, browser_program
from ganssl.models.bundle import BundleModel
from ganssl.models.config import OLDER
from ganssl.ui.face.live_files import FOLDER
from tests.helpers.program_interpreter import program_faces
from tests.helpers.small_model import CONFIG

SCRIPT = Path(__file__).parents[2] / "helpers" / "live_engine.mjs"
CONFIGS = {
    "plain": replace(CONFIG, **OLDER),
    "all parts": replace(CONFIG, size=128, smooth=True, modulated=True, fine_width=6),
}

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")


def made(config) -> tuple[BrowserProgram, np.ndarray]:
    """A program whose every part does something, and three codes."""
    model = BundleModel.create(config, seed=1)
    rng = np.random.default_rng(0)
    for variable in model.generator.variables:
        if "variance" in variable.path or "gamma" in variable.path:
            variable.assign(rng.uniform(0.5, 1.5, variable.shape))
        elif len(variable.shape) == 1 or "_code" in variable.path:
            variable.assign(rng.uniform(-0.2, 0.2, variable.shape))
        elif "pixels" in variable.path:
            variable.assign(8 * variable)
    codes = rng.standard_normal((3, model.latent_size)).astype(np.float32)
    return browser_program(model), codes


def draw(folder: Path, program: BrowserProgram, codes: np.ndarray, detail=None) -> np.ndarray:
    """The faces of the relaxed engine and then those of the other, `[2, n, s, s, 3]`."""
    (folder / "program.json").write_text(program.steps, encoding="utf-8")
    (folder / "weights.bin").write_bytes(program.weights)
    (folder / "codes.bin").write_bytes(codes.tobytes())
    if detail:
        (folder / "detail.json").write_text(json.dumps(detail), encoding="utf-8")
    subprocess.run(["node", SCRIPT, FOLDER, folder], check=True)
    size = json.loads(program.steps)["size"]
    faces = np.fromfile(folder / "faces.bin", np.uint8)
    return faces.reshape(2, len(codes), size, size, 4)[..., :3]


@pytest.mark.slow
@pytest.mark.parametrize("name", CONFIGS)
def test_both_engines_draw_what_the_program_says(name, tmp_path):
    program, codes = made(CONFIGS[name])
    expected = program_faces(program, codes).astype(int)
    assert np.abs(expected - expected[0]).max() > 20
    assert np.abs(draw(tmp_path, program, codes) - expected).max() <= 1


@pytest.mark.slow
def test_the_detail_of_a_photo_is_put_back_as_the_library_does(tmp_path):
    program, codes = made(CONFIGS["plain"])
    faces = program_faces(program, codes)
    photo = np.random.default_rng(3).integers(0, 256, faces[0].shape, np.uint8)
    detail = {
        "photo": photo.ravel().tolist(),
        "reconstruction": faces[0].ravel().tolist(),
        "strength": 0.8,
        "fade": FADE,
        "sigma": SPREAD * len(photo),
    }
    expected = PhotoDetail(photo, faces[0], 0.8).on(faces).astype(int)
    assert np.abs(expected - faces).max() > 20
    assert np.abs(draw(tmp_path, program, codes, detail) - expected).max() <= 2
