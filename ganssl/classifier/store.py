"""A classifier on disk: a folder of JSON, Markdown and arrays, no pickle and no code.

manifest.json    format, attribute and class names, features, preprocessing, recipe of the
                 training set, threshold, kind of head, metrics, SHA-256 of the arrays
arrays.npz       mean and scale of the features, and `head/…`
MODEL_CARD.md    what it is for, how it was made, what it is not for
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from ganssl.attributes import Attribute
from ganssl.base.atomic import replacing_folder, write_file
from ganssl.base.files import file_hash, load_arrays, save_arrays
from ganssl.base.json_text import parse_json
from ganssl.classifier.card import classifier_card
from ganssl.classifier.classifier import Classifier, Source
from ganssl.classifier.heads.head import LARGEST, ordinary_numbers
from ganssl.classifier.heads.registry import head_from_arrays
from ganssl.errors import UserError
from ganssl.metrics.bells import Bells
from ganssl.photos.preprocess import Preprocess

FORMAT = "ganssl classifier 1"
MANIFEST, ARRAYS, CARD = "manifest.json", "arrays.npz", "MODEL_CARD.md"


def save_classifier(classifier: Classifier, folder: str | Path) -> None:
    """Write the folder; a classifier that was there is replaced in one step.

    Raises `UserError` where the folder cannot be written or holds other things.
    """
    folder = Path(folder)
    require_free(folder)
    arrays = {f"head/{name}": values for name, values in classifier.head.to_arrays().items()}
    with replacing_folder(folder, (MANIFEST, ARRAYS, CARD)) as new:
        save_arrays(new / ARRAYS, {"mean": classifier.mean, "scale": classifier.scale, **arrays})
        write_file(new / CARD, classifier_card(classifier))
        values = manifest(classifier, file_hash(new / ARRAYS))
        write_file(new / MANIFEST, json.dumps(values, indent=2, allow_nan=False) + "\n")


def load_classifier(folder: str | Path) -> Classifier:
    """Read what `save_classifier` wrote.

    Raises `UserError` for a folder that holds no classifier, or one that is
    damaged, changed or of another version.
    """
    folder = Path(folder)
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"There is no classifier in {folder}: {MANIFEST} cannot be read."
        ) from error
    values = parse_json(data, str(path))
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise UserError(f"{path} is not the manifest of a classifier ({FORMAT!r}).")
    arrays = load_arrays(folder / ARRAYS)
    if values.get("sha256") != file_hash(folder / ARRAYS):
        raise UserError(
            f"{folder / ARRAYS} is damaged: its checksum is not the one in {MANIFEST}. "
            "Copy the classifier's folder afresh."
        )
    try:
        return _classifier(values, arrays)
    except UserError as error:
        raise UserError(f"The classifier in {folder} is damaged. {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UserError(
            f"{path} is damaged: an entry is missing or unreadable, {error}."
        ) from error


def require_free(folder: Path) -> None:
    """`UserError` unless `folder` is new, empty, or holds a classifier that may be replaced."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / ARRAYS).is_file():
        raise UserError(f"{folder} holds other files; give a new folder for the classifier.")
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; give a folder for the classifier.")


def manifest(classifier: Classifier, sha256: str) -> dict[str, Any]:
    """Everything but the arrays, as JSON can hold it."""
    attribute, source = classifier.attribute, classifier.source
    bells = {"bells": classifier.bells.to_dict()} if classifier.bells else {}
    return {
        "format": FORMAT,
        "attribute": {
            "name": attribute.name,
            "negative": attribute.negative,
            "positive": attribute.positive,
        },
        "features": {"name": source.features, "id": source.features_id, "size": classifier.size},
        "preprocess": source.preprocess.to_dict(),
        "head": classifier.head.kind,
        "threshold": classifier.threshold,
        "threshold_from": classifier.threshold_from,
        **bells,
        "metrics": classifier.metrics,
        "recipe": source.recipe,
        "data_terms": source.data_terms,
        "sha256": sha256,
    }


def _classifier(values: dict, arrays: dict[str, np.ndarray]) -> Classifier:
    size = values["features"]["size"]
    threshold = float(values["threshold"])
    if not math.isfinite(threshold):
        raise UserError("Its threshold is no number.")
    mean, scale = arrays["mean"], arrays["scale"]
    if mean.shape != (size,) or scale.shape != (size,):
        raise UserError("Its arrays do not have the length of its features.")
    if not (ordinary_numbers(mean) and ordinary_numbers(scale) and np.all(scale > 1 / LARGEST)):
        raise UserError("The mean or scale of its features is no number.")
    parts = {k.removeprefix("head/"): v for k, v in arrays.items() if k.startswith("head/")}
    return Classifier(
        attribute=Attribute(**values["attribute"]),
        head=head_from_arrays(values["head"], parts, size),
        mean=mean,
        scale=scale,
        source=Source(
            features=str(values["features"]["name"]),
            features_id=str(values["features"]["id"]),
            preprocess=Preprocess.from_dict(values["preprocess"]),
            recipe=dict(values["recipe"]),
            data_terms=str(values["data_terms"]),
        ),
        threshold=threshold,
        threshold_from=str(values["threshold_from"]),
        metrics=dict(values["metrics"]),
        bells=Bells.from_dict(values["bells"]) if values.get("bells") else None,
    )
