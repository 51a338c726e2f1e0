"""The models at hand: find one, load one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.base import assets
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel

GRAPH_SUFFIXES = (".tfmodel", ".pb")
"""Files with these endings are read as frozen graphs, see `ganssl.models.cadl`."""


def load_model(path: str | Path | None = None) -> FaceModel:
    """Load a model: the folder of a bundle, or a graph file (`.tfmodel`, `.pb`).

    Without a path it is the first of `find_models`: the one that the
    environment variable `GANSSL_MODEL` names or, where that is unset, the one
    that ships in `assets/models/`.

    Raises `UserError` where there is none, or where it is damaged or foreign.

    Example:
        >>> import ganssl
        >>> model = ganssl.load_model()
        >>> codes = model.sample(4, seed=0, truncation=0.8)
        >>> codes.shape == (4, model.latent_size)
        True
        >>> faces = model.decode(codes)
        >>> faces.shape == (4, model.size, model.size, 3), faces.dtype
        (True, dtype('uint8'))
        >>> model.encode(faces).shape == codes.shape
        True
    """
    if path is None:
        found = find_models()
        if not found:
            raise UserError(
                f"There is no model in {assets.ASSETS / 'models'}; train one with train-gan."
            )
        path = next(iter(found.values()))
    path = Path(path)
    if path.suffix in GRAPH_SUFFIXES:
        from ganssl.models.cadl import CadlModel
        from ganssl.models.graph_trial import try_graph

        try_graph(path)
        return CadlModel.load(path)
    from ganssl.models.bundle import load_bundle

    return load_bundle(path)


def find_models() -> dict[str, Path]:
    """The models at hand by name, the default first.

    Those are the one in the environment variable `GANSSL_MODEL`, those in
    `assets/models/`, and those in the folder that `GANSSL_MODELS` names:
    bundles' folders and graph files. Whether they can be read is not checked.
    """
    paths = [Path(os.environ["GANSSL_MODEL"])] if os.environ.get("GANSSL_MODEL") else []
    folders = [assets.ASSETS / "models"]
    if os.environ.get("GANSSL_MODELS"):
        folders.append(Path(os.environ["GANSSL_MODELS"]))
    for folder in folders:
        bundles = [manifest.parent for manifest in folder.glob("*/manifest.json")]
        graphs = [path for suffix in GRAPH_SUFFIXES for path in folder.glob(f"*{suffix}")]
        paths += sorted(bundles) + sorted(graphs)
    models: dict[str, Path] = {}
    for path in dict.fromkeys(path.resolve() for path in paths):
        name = path.name if path.name not in models else f"{path.name} ({path.parent})"
        models[name] = path
    return models


def model_with_id(model_id: str) -> str | None:
    """The name of the bundle at hand that has this id; None where there is none."""
    from ganssl.models.manifest import manifest_id

    for name, path in find_models().items():
        if path.suffix in GRAPH_SUFFIXES:
            continue
        with suppress(UserError):
            if manifest_id(path) == model_id:
                return name
    return None
