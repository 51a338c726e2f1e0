"""How good are face features? Linear probes on few thousand labelled photos, judged on others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ganssl.errors import UserError
from ganssl.features.probes import fit_probes
from ganssl.photos.photo_set import UNKNOWN, PhotoSet
from ganssl.photos.preprocess import Preprocess

DEFAULT_ATTRIBUTES = ("Male", "Smiling", "Eyeglasses", "Bald", "Young")


def evaluate_features(
    extractors: dict[str, Callable[[np.ndarray], np.ndarray]],
    photos: PhotoSet,
    attributes: Sequence[str] = DEFAULT_ATTRIBUTES,
    labels: int = 4000,
    seed: int = 0,
) -> list[dict]:
    """Accuracy of logistic-regression probes, beside the majority class.

    A photo whose label of an attribute is unknown takes no part in its figure.

    Args:
        extractors: by name, uint8 faces `[n, 128, 128, 3]` → float32 `[n, d]`.
        photos: with a train and a validation part.
        labels: train photos drawn at random for the probes.

    Returns one dict for each extractor, the majority first: `features`, `labels`,
    `n` (photos judged) and the accuracy of each attribute.

    Raises `UserError` for photos without both parts, and for an attribute of
    which a part knows no label, or the first part one class alone.
    """
    if photos.partition is None:
        raise UserError("Features are judged on photos with a train and a validation partition.")
    train, held = photos.part("train"), photos.part("validation")
    count = min(labels, len(train))
    train = train.subset(np.sort(np.random.default_rng(seed).permutation(len(train))[:count]))
    faces, held_faces = train.faces(Preprocess()), held.faces(Preprocess())
    truth = np.stack([held.column(name) for name in attributes], axis=1)
    known = np.stack([train.column(name) for name in attributes], axis=1)
    for name, column in zip(attributes, truth.T, strict=True):
        if not (column != UNKNOWN).any():
            raise UserError(f"No photo of the validation part has a label for {name}.")
    common = ((truth == 1).sum(axis=0) >= (truth == 0).sum(axis=0)).astype(np.int8)
    rows = [_row("majority class", 0, truth, np.broadcast_to(common, truth.shape), attributes)]
    for name, extract in extractors.items():
        probes = fit_probes(extract(faces), known, attributes)
        answers = (probes.logits(extract(held_faces)) > 0).astype(np.int8)
        rows.append(_row(name, count, truth, answers, attributes))
    return rows


def _row(name: str, labels: int, truth, answers, attributes: Sequence[str]) -> dict:
    accuracy = (truth == answers).sum(axis=0) / (truth != UNKNOWN).sum(axis=0)
    figures = {a: float(value) for a, value in zip(attributes, accuracy, strict=True)}
    return {"features": name, "labels": labels, "n": len(truth), **figures}
