"""The manifest of a bundle: format, configuration, and a SHA-256 of every other file."""

from __future__ import annotations

import json
from pathlib import Path

from ganssl.base.atomic import write_file
from ganssl.base.digest import short_digest
from ganssl.base.files import file_hash
from ganssl.base.json_text import parse_json
from ganssl.errors import UserError
from ganssl.models.config import ModelConfig
from ganssl.photos.preprocess import Preprocess

FORMAT = 1
MANIFEST = "manifest.json"
FILES = ("encoder.npz", "generator.npz", "latent.npz", "directions.npz", "card.md")
FEW_DIRECTIONS = "few_directions.npz"


def write_manifest(
    folder: Path, config: ModelConfig, preprocess: Preprocess, name: str = ""
) -> None:
    """Write `manifest.json` for the files in `folder`, whose name is the model's by default."""
    files = [*FILES, FEW_DIRECTIONS] if (folder / FEW_DIRECTIONS).exists() else FILES
    manifest = {
        "format": FORMAT,
        "name": name or folder.name,
        "config": config.to_dict(),
        "preprocess": preprocess.to_dict(),
        "sha256": {name: file_hash(folder / name) for name in files},
    }
    write_file(folder / MANIFEST, json.dumps(manifest, indent=2) + "\n")


def read_manifest(folder: Path) -> dict:
    path = folder / MANIFEST
    if not path.is_file():
        raise UserError(f"There is no model in {folder}: {MANIFEST} is missing.")
    try:
        manifest = parse_json(path.read_bytes(), MANIFEST)
        known = manifest["format"] == FORMAT
        kinds = {"name": str, "config": dict, "preprocess": dict, "sha256": dict}
        if not all(isinstance(manifest[key], kind) for key, kind in kinds.items()):
            raise TypeError("an entry is of another type")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error
    if not known:
        raise UserError(f"{path} has format {manifest['format']}; this program reads {FORMAT}.")
    return manifest


def weights_id(folder: Path) -> str:
    """12 hexadecimal digits that change with the encoder or the generator."""
    return _id_of(file_hash(folder / "encoder.npz"), file_hash(folder / "generator.npz"))


def manifest_id(folder: Path) -> str:
    """The id of a bundle as its manifest has it, without a look at the weights.

    Raises `UserError` where the manifest is missing or damaged.
    """
    hashes = read_manifest(folder)["sha256"]
    return _id_of(str(hashes.get("encoder.npz")), str(hashes.get("generator.npz")))


def _id_of(encoder_hash: str, generator_hash: str) -> str:
    return short_digest(encoder_hash + generator_hash)
