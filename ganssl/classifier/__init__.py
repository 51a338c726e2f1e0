"""Classifiers on face features: train, place the threshold, save, load."""

from ganssl.classifier.classifier import Classifier, Source
from ganssl.classifier.from_faces import train_on_faces, train_on_set
from ganssl.classifier.heads.head import HEADS, CurvePoint
from ganssl.classifier.store import load_classifier, save_classifier
from ganssl.classifier.train import doubtful_rows, train_classifier
from ganssl.metrics.threshold import Calibration, calibrate_threshold, calibrated

__all__ = [
    "HEADS",
    "Calibration",
    "Classifier",
    "CurvePoint",
    "Source",
    "calibrate_threshold",
    "calibrated",
    "doubtful_rows",
    "load_classifier",
    "save_classifier",
    "train_classifier",
    "train_on_faces",
    "train_on_set",
]
