"""Classifiers on face features: train, place the threshold, save, load."""

from ganssl.classifier.classifier import Classifier, Source, calibrated
from ganssl.classifier.from_faces import (
    LabelledFaces,
    PhotoEvidence,
    train_on_faces,
    train_on_set,
)
from ganssl.classifier.heads.head import CurvePoint
from ganssl.classifier.heads.registry import HEADS
from ganssl.classifier.several import load_heads, save_heads, train_heads
from ganssl.classifier.store import load_classifier, save_classifier
from ganssl.classifier.train import LabelledRows, doubtful_rows, train_classifier
from ganssl.classifier.watch import Watch
from ganssl.metrics.threshold import Calibration, calibrate_threshold

__all__ = [
    "HEADS",
    "Calibration",
    "Classifier",
    "CurvePoint",
    "LabelledFaces",
    "LabelledRows",
    "PhotoEvidence",
    "Source",
    "Watch",
    "calibrate_threshold",
    "calibrated",
    "doubtful_rows",
    "load_classifier",
    "load_heads",
    "save_classifier",
    "save_heads",
    "train_classifier",
    "train_heads",
    "train_on_faces",
    "train_on_set",
]
