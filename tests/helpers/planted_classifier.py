"""A classifier of planted features, with a threshold that photos placed, and photos to judge."""

from __future__ import annotations

import numpy as np

from ganssl.attributes import Attribute
from ganssl.classifier import Classifier, train_classifier
from ganssl.classifier.anchor import Anchor
from ganssl.classifier.train import LabelledRows
from ganssl.photos.photo_files import MemoryFiles
from ganssl.photos.photo_set import PhotoSet
from tests.helpers.planted_features import planted_features


def placed_classifier() -> tuple[Classifier, Classifier]:
    """As it was trained and as it was placed: of *Hat*, which one photo in ten shows,
    placed by 40 + 40 labelled photos and 920 others.
    """
    faces, labels = planted_features(600, separation=3.0)
    photos, truth = planted_features(1000, seed=1, separation=3.0, share=0.1)
    few = np.r_[np.flatnonzero(truth == 0)[:40], np.flatnonzero(truth == 1)[:40]]
    rest = np.setdiff1d(np.arange(1000), few)
    trained = train_classifier(LabelledRows(faces, labels), Attribute("Hat"), "logistic")
    return trained, Anchor(photos[few], truth[few], photos[rest]).place_threshold(trained)


def held_photos(share: float) -> tuple[np.ndarray, np.ndarray, PhotoSet]:
    """Features `[500, f]`, answers of which the first 20 are unknown, and photos without files."""
    held, answers = planted_features(500, seed=2, separation=3.0, share=share)
    answers[:20] = -1
    names = [str(i) for i in range(500)]
    return (
        held,
        answers,
        PhotoSet(names, ("Hat",), answers[:, None], None, None, "test", MemoryFiles({})),
    )
