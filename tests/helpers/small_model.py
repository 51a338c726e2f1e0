"""A tiny face model and face network with planted directions, for tests that need a whole one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ganssl.directions import DirectionSet
from ganssl.features.face_network import FaceNetwork, FaceNetworkConfig, build_face_network
from ganssl.features.probes import Probes
from ganssl.models.bundle import BundleModel
from ganssl.models.config import ModelConfig
from ganssl.models.face_model import FaceModel
from tests.helpers.planted import make_direction

SIZE = 64
LATENT = 16
CONFIG = ModelConfig(
    size=SIZE,
    latent_size=LATENT,
    encoder_widths=(4, 8, 8, 8),
    generator_widths=(16, 12, 8, 8),
    detail_width=4,
    discriminator_widths=(4, 4, 4, 4),
    smooth=False,  # random weights differ little from face to face, and a blur would hide it
)
OFFERED = ("Smiling", "Male", "Young", "Bald", "Eyeglasses", "Gray_Hair", "Sideburns")
NOT_OFFERED = ("Blurry", "Attractive")


def small_model() -> FaceModel:
    """Random weights whose faces differ visibly; each attribute has an axis of its own.

    *Young* leans on the axis of *Male*, so that a lock has something to do;
    *Sideburns* lies on that of *Bald*; *Blurry* is too weak for a slider.
    """
    axes = np.eye(LATENT, dtype=np.float32)
    vectors = dict(zip((*OFFERED, *NOT_OFFERED), axes, strict=False))
    vectors["Young"] = vectors["Young"] + vectors["Male"]
    vectors["Sideburns"] = vectors["Bald"]
    directions = [
        make_direction(name, vector, class_means=(-0.5, 1.0), auc=0.6 if name == "Blurry" else 0.95)
        for name, vector in vectors.items()
    ]
    model = BundleModel.create(
        CONFIG, directions=DirectionSet("", directions), card="# A test model\n"
    )
    pixels = model.generator.get_layer("pixels")
    kernel, bias = pixels.get_weights()
    pixels.set_weights([kernel * 8, bias])
    return model


def save_face_network(folder: Path) -> None:
    """A random face network with random probes in `folder`."""
    config = FaceNetworkConfig(widths=(4, 4, 8, 8), embedding=12, middle=4)
    network = FaceNetwork(config, build_face_network(config))
    network.save(folder)
    rng = np.random.default_rng(0)
    names, d = (*OFFERED, "Wavy_Hair", "Attractive"), network.size
    Probes(
        attributes=names,
        mean=np.zeros(d, np.float32),
        scale=np.full(d, 0.02, np.float32),
        weights=rng.normal(size=(d, len(names))).astype(np.float32) / 8,
        bias=np.zeros(len(names), np.float32),
        auc=np.full(len(names), 0.9, np.float32),
    ).save(folder / "probes.npz")
