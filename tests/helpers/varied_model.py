"""Small models with every part that a generator can have, none of them idle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ganssl.models.bundle import BundleModel, load_bundle
from ganssl.models.config import OLDER, ModelConfig
from tests.helpers.small_model import CONFIG

CONFIGS = {
    "plain": replace(CONFIG, **OLDER),
    "smooth, 128": replace(CONFIG, **OLDER | {"smooth": True, "size": 128}),
    "modulated": replace(CONFIG, smooth=True, modulated=True, fine_width=6),
}


def save_varied_model(config: ModelConfig, folder: Path) -> BundleModel:
    """A model with statistics, biases and modulations that do something, as a bundle keeps it."""
    model = BundleModel.create(config, seed=1)
    rng = np.random.default_rng(0)
    for variable in (*model.generator.variables, *model.encoder.variables):
        if len(variable.shape) == 1 or "_code" in variable.path:
            noise = rng.uniform(0.5, 1.5, variable.shape)
            centred = any(word in variable.path for word in ("beta", "bias", "mean", "_code"))
            variable.assign(0.3 * (noise - 1.0) if centred else noise)
        elif "pixels" in variable.path:
            variable.assign(8 * variable)  # contrast
    model.save(folder)
    return load_bundle(folder)
