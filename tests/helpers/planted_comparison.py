"""A judged classifier without a network: its features are planted in the photos' first pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ganssl.attributes import Attribute
from ganssl.classifier import train_classifier
from ganssl.classifier.classifier import Source
from ganssl.classifier.train import LabelledRows
from ganssl.features.extractor import BatchedExtractor
from ganssl.judgement.compare import compare_methods
from ganssl.judgement.comparison import Comparison
from ganssl.judgement.methods import Judging
from ganssl.photos.photo_files import MemoryFiles
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.prepared import PreparedPhotos
from tests.helpers.planted_features import SIZE, planted_features

SMILING = Attribute("Smiling", "neutral", "smiling")


def planted_classifier(head: str = "logistic", drawn: int = 2, **recipe):
    """A classifier whose card says `recipe` of its training faces, which `drawn` draws."""
    source = Source("planted", "aaaaaaaaaaaa", recipe={"attribute": "Smiling", **recipe})
    return replace(
        train_classifier(LabelledRows(*planted_features(300, seed=drawn)), SMILING, head),
        source=source,
    )


def planted_comparison(classifier=None, count: int = 120) -> Comparison:
    """`count` photos, named `photo-0.png` and so on, judged by a classifier."""
    rows, labels = planted_features(count, seed=1)
    extractor = BatchedExtractor(
        "planted",
        "planted",
        "aaaaaaaaaaaa",
        SIZE,
        lambda pixels: rows[pixels[:, 0, 0, 0]],
        side=1,
    )
    names = [f"photo-{i}.png" for i in range(count)]
    photos = PhotoSet(names, ("Smiling",), labels[:, None], None, None, "test", MemoryFiles({}))
    number = np.arange(count, dtype=np.uint8)[:, None, None, None]
    pixels = np.broadcast_to(number, (count, 8, 8, 3))
    prepared = PreparedPhotos(photos, pixels, None, ["aligned frame"] * count, [], [])
    return compare_methods(
        classifier or planted_classifier(), extractor, prepared, Judging(few_per_class=5)
    )
