"""One configuration of the pipeline: from generated faces to a judgement on photos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganssl.classifier import train_classifier
from ganssl.classifier.train import LabelledRows
from ganssl.features.feature_cache import FaceRows
from ganssl.judgement.judge import Judgement, judge
from ganssl.reproduce_2017.article_net import article_net
from ganssl.reproduce_2017.material import MALE, Material
from ganssl.reproduce_2017.switches import Switches


@dataclass(frozen=True)
class Outcome:
    """What one configuration comes to.

    Attributes:
        reported: what its author would have read off: on the 100 photos with
            the labels at hand or, once that is mended, on fresh photos.
        fresh: what it is worth: the same classifier on fresh photos with
            CelebA's labels.
    """

    reported: Judgement
    fresh: Judgement


def run_pipeline(material: Material, switches: Switches, seed: int = 0) -> Outcome:
    """Train one classifier on generated faces and judge it on photos.

    With all switches off this is `train_classifier` on features of natural
    faces; the result depends on the material, the switches and the seed alone.
    """
    faces = training_faces(material, switches, seed)
    labels = training_labels(len(faces), switches)
    rows = feature_rows(material, faces, switches)
    if switches.half_the_faces:
        rows, labels = rows[: len(rows) // 2], labels[: len(labels) // 2]
    photos = {"article": material.article, "fresh": material.fresh}
    tests = [feature_rows(material, p.faces, switches) for p in photos.values()]
    scores = dict(zip(photos, trained_scores(rows, labels, tests, switches, seed), strict=True))
    fresh = judge(material.fresh.labels, scores["fresh"], 0.5, MALE)
    if not switches.seen_photos:
        return Outcome(fresh, fresh)
    article = material.article
    known = article.as_published if switches.shifted_labels else article.labels
    return Outcome(judge(known, scores["article"], 0.5, MALE), fresh)


def training_faces(material: Material, switches: Switches, seed: int) -> FaceRows:
    """The generated faces; not Male and Male take turns."""
    kind = "natural"
    if switches.class_mean_codes:
        kind = "means with test photos" if switches.seen_photos else "means"
    faces = material.generated(kind, seed)
    if not switches.photometry:
        return faces
    return FaceRows(
        len(faces), faces.size, lambda rows: stretched(faces.read(rows)), f"{faces.id}, stretched"
    )


def stretched(faces: np.ndarray) -> np.ndarray:
    """Each face `[n, s, s, 3]` uint8 with its darkest value at 0 and its brightest at 255."""
    low = faces.min(axis=(1, 2, 3), keepdims=True).astype(np.float32)
    high = faces.max(axis=(1, 2, 3), keepdims=True)
    return np.rint((faces - low) / np.maximum(high - low, 1) * 255).astype(np.uint8)


def training_labels(count: int, switches: Switches) -> np.ndarray:
    """int8 `[count]` for `training_faces`: 1 for Male, or for not Male where they are inverted."""
    return (np.arange(count) % 2 ^ switches.inverted_polarity).astype(np.int8)


def feature_rows(material: Material, faces: FaceRows, switches: Switches) -> np.ndarray:
    """What the classifier reads, float32 `[n, f]`."""
    rows = material.features(faces, switches.input_scale)
    if switches.logits_read:
        standard = (rows - material.mean) / material.scale  # (n, f)
        rows = standard @ material.people.T  # (n, k): the likeness to k people
    if switches.sorted_scores:
        rows = np.sort(rows, axis=1)
    if switches.repeated_score:
        rows = np.concatenate([rows, rows.min(axis=1, keepdims=True)], axis=1)
    return rows


def trained_scores(
    rows: np.ndarray, labels: np.ndarray, tests: list[np.ndarray], switches: Switches, seed: int
) -> list[np.ndarray]:
    """Train on rows and labels; the scores of the tests' rows, float32 `[m]` each."""
    if switches.learning_rate:
        net = article_net(rows.shape[1])
        net.fit(rows, labels, seed)
        return [net.scores(test) for test in tests]
    classifier = train_classifier(
        LabelledRows(rows, labels), MALE, "logistic", holdout_share=0.0, seed=seed
    )
    return [classifier.scores(test) for test in tests]
