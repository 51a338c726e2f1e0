"""The generator as a program: what an engine computes from it are the model's faces."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.models.browser_program import browser_program
from ganssl.models.catalogue import load_model
from tests.helpers.planted_laboratory import BlockModel
from tests.helpers.program_interpreter import program_faces
from tests.helpers.varied_model import CONFIGS, save_varied_model


@pytest.mark.slow
@pytest.mark.parametrize(("name", "config"), CONFIGS.items())
def test_a_program_draws_the_faces_of_its_model(name, config, tmp_path):
    model = save_varied_model(config, tmp_path / name)
    codes = np.random.default_rng(2).standard_normal((3, model.latent_size)).astype("f4")
    drawn = program_faces(browser_program(model), codes).astype(int)
    faces = model.decode(codes).astype(int)
    assert np.abs(faces - faces[0]).max() > 20, "the faces must differ for this to say anything"
    assert np.abs(drawn - faces).max() <= 1


def test_the_shipped_model_as_a_program():
    model = load_model()
    program = browser_program(model)
    codes = model.sample(2, seed=3)
    difference = program_faces(program, codes).astype(int) - model.decode(codes)
    assert np.abs(difference).max() <= 2
    steps = json.loads(program.steps)
    assert len(program.weights) == steps["weights"] < 8e6
    assert len(program.steps) < 20_000


def test_a_model_that_is_none_of_ours_is_refused():
    with pytest.raises(UserError, match="no generator that a browser could draw"):
        browser_program(BlockModel())


def test_a_program_needs_no_keras():
    code = (
        "import sys; from ganssl.models.browser_program import browser_program\n"
        "from ganssl.models.catalogue import load_model\n"
        "assert len(browser_program(load_model()).weights) > 1e6\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules), 'slow imports'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
