"""A model on disk: a folder of JSON, Markdown and `.npz` arrays, no pickle and no code.

manifest.json      format, name, configuration, preprocessing, SHA-256 of every other file
encoder.npz        weights, kernels in float16
generator.npz
latent.npz         mean and covariance of the training photos' codes, mixture density
directions.npz     attribute directions
few_directions.npz the same from a few labels per class (optional)
card.md            the model card
metrics.json       what was measured, with the command (optional)
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.models.bundle_model import BundleModel
from ganssl.models.config import ModelConfig
from ganssl.models.latent import latent_arrays, latent_statistics
from ganssl.models.networks import build_encoder, build_generator
from ganssl.models.weights import (
    assign_arrays,
    file_hash,
    load_arrays,
    model_arrays,
    save_arrays,
)
from ganssl.photos.preprocess import Preprocess

FORMAT = 1
MANIFEST = "manifest.json"
FILES = ("encoder.npz", "generator.npz", "latent.npz", "directions.npz", "card.md")
FEW_DIRECTIONS = "few_directions.npz"


def save_bundle(model: BundleModel, folder: Path) -> None:
    """Write the files and, last, the manifest that holds their checksums."""
    folder.mkdir(parents=True, exist_ok=True)
    save_arrays(folder / "encoder.npz", model_arrays(model.encoder, half=True))
    save_arrays(folder / "generator.npz", model_arrays(model.generator, half=True))
    model.id = weights_id(folder)
    model.name = folder.name
    save_arrays(folder / "latent.npz", latent_arrays(model))
    model.directions = model.directions.with_model(model.id)
    model.directions.save(folder / "directions.npz")
    model.few_directions = model.few_directions.with_model(model.id)
    (folder / FEW_DIRECTIONS).unlink(missing_ok=True)
    if len(model.few_directions):
        model.few_directions.save(folder / FEW_DIRECTIONS)
    (folder / "card.md").write_text(model.card or f"# {model.name}\n")
    write_manifest(folder, model.config, model.preprocess)


def write_manifest(folder: Path, config: ModelConfig, preprocess: Preprocess) -> None:
    files = [*FILES, FEW_DIRECTIONS] if (folder / FEW_DIRECTIONS).exists() else FILES
    manifest = {
        "format": FORMAT,
        "name": folder.name,
        "config": config.to_dict(),
        "preprocess": preprocess.to_dict(),
        "sha256": {name: file_hash(folder / name) for name in files},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")


def load_bundle(folder: Path) -> BundleModel:
    """Read and check a bundle.

    Raises:
        UserError: no bundle there, a file is missing, changed or damaged, or
            the weights do not fit the configuration.
    """
    manifest = read_manifest(folder)
    has_few = FEW_DIRECTIONS in manifest["sha256"]
    for name in [*FILES, FEW_DIRECTIONS] if has_few else FILES:
        if not (folder / name).is_file():
            raise UserError(f"The model in {folder} is incomplete: {name} is missing.")
        if manifest["sha256"].get(name) != file_hash(folder / name):
            raise UserError(
                f"{folder / name} is damaged: its checksum is not the one in {MANIFEST}. "
                "Copy the model's folder afresh."
            )
    config = ModelConfig.from_dict(manifest["config"])
    encoder, generator = build_encoder(config), build_generator(config)
    assign_arrays(encoder, load_arrays(folder / "encoder.npz"), str(folder / "encoder.npz"))
    assign_arrays(generator, load_arrays(folder / "generator.npz"), str(folder / "generator.npz"))
    latent = load_arrays(folder / "latent.npz")
    directions = DirectionSet.load(folder / "directions.npz")
    model_id = weights_id(folder)
    directions.check_model(model_id)
    few_directions = DirectionSet.load(folder / FEW_DIRECTIONS) if has_few else None
    if few_directions is not None:
        few_directions.check_model(model_id)
    model = BundleModel(
        config,
        Preprocess.from_dict(manifest["preprocess"]),
        encoder,
        generator,
        name=manifest["name"],
        id=model_id,
        directions=directions,
        few_directions=few_directions,
        **latent_statistics(latent, config.latent_size, folder / "latent.npz"),
        card=(folder / "card.md").read_text(),
    )
    model.path = folder
    return model


def read_manifest(folder: Path) -> dict:
    path = folder / MANIFEST
    if not path.is_file():
        raise UserError(f"There is no model in {folder}: {MANIFEST} is missing.")
    try:
        manifest = json.loads(path.read_text())
        known = manifest["format"] == FORMAT
        if not all(key in manifest for key in ("name", "config", "preprocess", "sha256")):
            raise KeyError("a required entry")
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error
    if not known:
        raise UserError(f"{path} has format {manifest['format']}; this program reads {FORMAT}.")
    return manifest


def weights_id(folder: Path) -> str:
    """12 hexadecimal digits that change with the encoder or the generator."""
    both = file_hash(folder / "encoder.npz") + file_hash(folder / "generator.npz")
    return hashlib.sha256(both.encode()).hexdigest()[:12]
