"""Several heads on one frozen extractor: a classifier for each attribute of a set.

heads.json       format, and the folder of each head in order
0_Smiling/ …     each as `save_classifier` writes it; one alone can be used by itself

A set of one attribute makes a plain classifier, without `heads.json`.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.base.atomic import write_file
from ganssl.base.json_text import parse_json
from ganssl.classifier.anchor import Anchor
from ganssl.classifier.classifier import Classifier
from ganssl.classifier.from_faces import (
    NOTHING,
    UNWATCHED,
    PhotoEvidence,
    Watch,
    set_check,
    set_faces,
    train_on_faces,
)
from ganssl.classifier.store import MANIFEST, load_classifier, require_free, save_classifier
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor

if TYPE_CHECKING:
    from ganssl.synthesis.reader import SyntheticSet

FORMAT = "ganssl heads 1"
HEADS = "heads.json"
MOST_HEADS = 40


def train_heads(
    faces: SyntheticSet,
    extractor: FeatureExtractor,
    head: str = "linear",
    *,
    anchors: Mapping[str, Anchor] | None = None,
    checked: bool = True,
    evidence: PhotoEvidence = NOTHING,
    watch: Watch = UNWATCHED,
    **options,
) -> list[Classifier]:
    """A head for each attribute whose labels the set carries; see `train_on_faces`.

    Faces within the margin of an attribute teach its head nothing. The features
    are extracted once, but those of degraded copies for each head.

    Args:
        anchors: the few labelled photos by attribute.
        checked: as in `train_on_set`.
        watch: without a cache it keeps the features until the last head is trained.
        evidence, options: as in `train_on_faces`; anchor and check are those of each attribute.
    """
    with tempfile.TemporaryDirectory() as kept:
        return [
            train_on_faces(
                set_faces(faces, attribute.name),
                extractor,
                head,
                evidence=replace(
                    evidence,
                    anchor=(anchors or {}).get(attribute.name),
                    check=set_check(faces, attribute.name) if checked else None,
                ),
                watch=replace(watch, cache=watch.cache or kept),
                **options,
            )
            for attribute in faces.attributes
        ]


def save_heads(classifiers: Sequence[Classifier], folder: str | Path) -> None:
    """Write all heads; a single one as `save_classifier` does.

    Raises `UserError` where the folder cannot be written or holds other things.
    """
    folder = Path(folder)
    require_free_for_heads(folder, len(classifiers))
    if len(classifiers) == 1:
        save_classifier(classifiers[0], folder)
        return
    names = [_folder(place, one.attribute.name) for place, one in enumerate(classifiers)]
    for name, one in zip(names, classifiers, strict=True):
        save_classifier(one, folder / name)
    text = json.dumps({"format": FORMAT, "heads": names}, indent=2) + "\n"
    write_file(folder / HEADS, text)  # last: what it names is there


def head_folders(folder: str | Path) -> list[Path]:
    """The folders of the heads in order; of a plain classifier its own.

    Raises `UserError` where `heads.json` is damaged.
    """
    folder = Path(folder)
    path = folder / HEADS
    if not path.is_file():
        return [folder]
    values = parse_json(path.read_bytes(), str(path))
    names = values.get("heads") if isinstance(values, dict) else None
    names = names if isinstance(names, list) else []
    good = 0 < len(names) <= MOST_HEADS and all(map(_is_folder_name, names))
    if not good or values.get("format") != FORMAT:
        raise UserError(f"{path} is no list of heads that this version reads ({FORMAT!r}).")
    return [folder / name for name in names]


def load_heads(folder: str | Path) -> list[Classifier]:
    """What `save_heads` or `save_classifier` wrote; errors as in `load_classifier`."""
    return [load_classifier(one) for one in head_folders(folder)]


def require_free_for_heads(folder: Path, count: int) -> None:
    """`UserError` unless so many heads may be written to `folder`."""
    if (folder / HEADS).is_file() and count > 1:
        return
    if (folder / MANIFEST).is_file() and count > 1:
        raise UserError(
            f"{folder} holds a classifier of one attribute; give a new folder for {count} heads."
        )
    require_free(folder)


def _folder(place: int, name: str) -> str:
    return f"{place}_" + re.sub(r"\W+", "_", name)


def _is_folder_name(name: object) -> bool:
    return isinstance(name, str) and re.fullmatch(r"\d+_\w*", name) is not None
