"""The path that a reader of the README goes, over draws of the labels.

`synthesize --labels-per-class N`, `train-classifier --data`, `evaluate`, by the
functions that these commands call and without any option, once for each
attribute and draw. Beside the threshold that was used stands the plain 0.5,
and beside the accuracy whether the interval held it that was told before.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ganssl.base.progress import Progress, Stages
from ganssl.classifier.classifier import Classifier
from ganssl.classifier.from_faces import train_on_set
from ganssl.experiments.label_efficiency import VALIDATION, Plan
from ganssl.experiments.summary import interval_over_draws
from ganssl.features.averaged import EVERY_VIEW, averaged
from ganssl.features.extractor import FeatureExtractor
from ganssl.fitting.spread_directions import FACE_SIZE, FewLabels, spread_photo_directions
from ganssl.judgement.on_photos import judge_prepared
from ganssl.judgement.placing import place_threshold
from ganssl.models.face_model import FaceModel
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.prepared import PreparedPhotos, labelled, prepare_photos
from ganssl.photos.preprocess import Preprocess
from ganssl.synthesis import Recipe, fast_arithmetic, read_set, synthesize
from ganssl.synthesis.reader import SyntheticSet

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
    views = averaged(extractor, EVERY_VIEW)
    features = views.features(prepared.pixels, progress and progress("face features"))
    report: Progress | None = progress and progress("draws")
    rows = []
    for attribute, count, seed, _ in (cells := plan.cells()):
        with set_of_draw(model, extractor, photos, plan, (attribute, count, seed), cache) as made:
            classifier = train_on_set(made, extractor)
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


@contextmanager
def set_of_draw(
    model: FaceModel,
    extractor: FeatureExtractor,
    photos: PhotoSet,
    plan: Plan,
    cell: tuple[str, int, int],
    cache: str | Path | None = None,
) -> Iterator[SyntheticSet]:
    """The set that `synthesize --labels-per-class` writes for a draw; it is deleted in the end.

    Args:
        photos: the train part lends the labels.
        cell: attribute, labels per class, and seed of the draw.
    """
    attribute, count, seed = cell
    directions = spread_photo_directions(
        model, photos, FewLabels(count, seed), [attribute], extractor, cache
    )
    precision, engine = fast_arithmetic(model.engines)
    recipe = Recipe(
        attribute,
        count=plan.faces,
        size=min(FACE_SIZE, model.size),
        labels_per_class=count,
        precision=precision,
        engine=engine,
    )
    with tempfile.TemporaryDirectory() as folder:
        synthesize(model.with_directions(directions), recipe, Path(folder) / "set")
        yield read_set(Path(folder) / "set")


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
    """A line for each attribute and count of labels: means over the draws, ± half the interval.

    Below it stands which attributes do worse than their commoner class, which no
    better, and how often the expected interval held the accuracy.
    """
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        groups.setdefault((row["attribute"], row["labels_per_class"]), []).append(row)
    heads = ("threshold used", "as trained", "0.5", "AUC", "majority", "expected", "held it")
    width = max(28, *(len(f"{name}, {count}+{count}, 99 draws") + 1 for name, count in groups))
    lines = [" " * width + "".join(f"{head:>21}" for head in heads)]
    for (attribute, count), draws in groups.items():
        name = f"{attribute}, {count}+{count}, {len(draws)} draws"
        cells = [_mean([row[figure] for row in draws]) for figure in FIGURES]
        cells += [_expected(draws), _held(draws)]
        lines.append(f"{name:<{width}}" + "".join(f"{cell:>21}" for cell in cells))
    for word, sign in (("Below", -1), ("As good as", 0)):
        named = [f"{name}, {n}+{n}" for (name, n), draws in groups.items() if _gain(draws) == sign]
        lines.append(f"{word} the commoner class: {'; '.join(named) or 'none'}.")
    lines += [
        f"The expected interval held the accuracy in {_held(rows)} draws.",
    ]
    return "\n".join(lines)


def _expected(draws: Sequence[dict]) -> str:
    """What accuracy was told before, with the ends of its interval, the means over draws."""
    told = [row["expected"] for row in draws if row["expected"] is not None]
    if not told:
        return "–"
    mean, low, high = (np.mean([one[k] for one in told]) for k in ("accuracy", "low", "high"))
    return f"{mean:.3f} ({low:.3f}-{high:.3f})"


def _held(draws: Sequence[dict]) -> str:
    told = [row["covered"] for row in draws if row["covered"] is not None]
    return f"{sum(told)} of {len(told)}"


def _gain(draws: Sequence[dict]) -> int:
    """1 where the accuracy is above the share of the commoner class, -1 below, 0 the same."""
    gain = float(np.mean([row["accuracy"] - row["majority"] for row in draws]))
    return int(np.sign(round(gain, 6)))


def _mean(values: Sequence[float]) -> str:
    interval = interval_over_draws(np.array(values))
    half = f" ± {(interval[1] - interval[0]) / 2:.3f}" if interval else ""
    return f"{np.mean(values):.3f}{half}"
