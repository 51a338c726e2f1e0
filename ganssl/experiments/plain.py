"""The path that a reader of the README goes, over draws of the labels.

`synthesize --labels-per-class N`, `train-classifier --data`, `evaluate`, by the
functions that these commands call and without any option, once for each
attribute and draw. Beside the threshold that was used stands the plain 0.5,
and beside the accuracy whether the interval held it that was told before.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ganssl.base.progress import Progress, Stages
from ganssl.classifier.classifier import Classifier
from ganssl.classifier.from_faces import train_on_set
from ganssl.directions import DirectionSet
from ganssl.experiments.label_efficiency import VALIDATION, Plan
from ganssl.experiments.summary import interval_over_draws
from ganssl.features.extractor import FeatureExtractor
from ganssl.fitting.spread_directions import FACE_SIZE, spread_photo_directions
from ganssl.judgement.on_photos import judge_prepared
from ganssl.judgement.placing import place_threshold
from ganssl.models.face_model import FaceModel
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.prepared import PreparedPhotos, labelled, prepare_photos
from ganssl.photos.preprocess import Preprocess
from ganssl.synthesis import Recipe, fast_arithmetic, read_set, synthesize

FIGURES: tuple[str, ...] = ("accuracy", "accuracy_own", "accuracy_at_half", "auc", "majority")


def run_plain(
    model: FaceModel,
    extractor: FeatureExtractor,
    photos: PhotoSet,
    plan: Plan,
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> list[dict]:
    """Go the plain path for each attribute, count of labels and draw of a plan.

    Args:
        photos: divided into train and validation part, with labels; the first
            lends the labels of each draw, the second judges.
        cache: keeps codes and features of photos; sets are deleted.

    Returns dicts with `attribute`, `labels_per_class`, `seed`, the `FIGURES`,
    `threshold`, `how` it was placed, `share` by the photos' scores (None where it
    is not told), `expected` (None without) and `covered`, whether its interval
    holds the accuracy.
    """
    size = min(FACE_SIZE, model.size)
    held = photos.part(VALIDATION)
    crop, reading = Preprocess(size), progress and progress("reading photos")
    prepared = prepare_photos(held, crop, reading)
    features = extractor.features(prepared.pixels, progress and progress("face features"))
    precision, engine = fast_arithmetic(model.engines)
    report: Progress | None = progress and progress("draws")
    rows = []
    for attribute, count, seed, _ in (cells := plan.cells()):
        directions = spread_photo_directions(
            model, photos, count, seed, [attribute], extractor, cache
        )
        recipe = Recipe(
            attribute,
            count=plan.faces,
            size=size,
            labels_per_class=count,
            precision=precision,
            engine=engine,
        )
        classifier = _classifier(model, extractor, recipe, directions)
        rows.append(
            {
                "attribute": attribute,
                "labels_per_class": count,
                "seed": seed,
                **judged(classifier, features, prepared, attribute),
            }
        )
        if report:
            report(len(rows), len(cells))
    return rows


def _classifier(
    model: FaceModel, extractor: FeatureExtractor, recipe: Recipe, directions: DirectionSet
) -> Classifier:
    with tempfile.TemporaryDirectory() as folder:
        synthesize(model, recipe, Path(folder) / "set", directions=directions)
        return train_on_set(read_set(Path(folder) / "set"), extractor)


def judged(
    classifier: Classifier, features: np.ndarray, prepared: PreparedPhotos, column: str
) -> dict:
    """Judge as `evaluate` does without options.

    Args:
        features: of all prepared photos, float32 `[n, f]`.
        column: of the labels; photos without one help to place the threshold alone.
    """
    placed, used = place_threshold(classifier, features)
    known = labelled(prepared.photos, column)
    result = judge_prepared(placed, features[known], prepared.subset(known), column)
    values = used.to_dict(result.labels, result.scores)
    expected = classifier.metrics.get("expected")
    covered = expected and expected["low"] <= values["accuracy"] <= expected["high"]
    return {
        "accuracy": values["accuracy"],
        "accuracy_own": values["accuracy_own"],
        "accuracy_at_half": values["accuracy_at_half"],
        "auc": result.judgement.auc,
        "majority": result.judgement.majority_baseline,
        "threshold": values["threshold"],
        "how": values["how"],
        "share": values["share"],
        "expected": expected,
        "covered": covered,
    }


def plain_table(rows: Sequence[dict]) -> str:
    """A line for each attribute and count of labels: means over the draws, ± half the interval."""
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        groups.setdefault((row["attribute"], row["labels_per_class"]), []).append(row)
    heads = ("threshold used", "as trained", "0.5", "AUC", "majority", "expected held it")
    lines = [f"{'':<28}" + "".join(f"{head:>18}" for head in heads)]
    for (attribute, count), draws in groups.items():
        name = f"{attribute}, {count}+{count}, {len(draws)} draws"
        told = [row["covered"] for row in draws if row["covered"] is not None]
        cells = [_mean([row[figure] for row in draws]) for figure in FIGURES]
        cells.append(f"{sum(told)} of {len(told)}")
        lines.append(f"{name:<28}" + "".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)


def _mean(values: Sequence[float]) -> str:
    interval = interval_over_draws(np.array(values))
    half = f" ± {(interval[1] - interval[0]) / 2:.3f}" if interval else ""
    return f"{np.mean(values):.3f}{half}"
