"""Photos from elsewhere: which way of learning and of reading a photo holds on other photos.

A classifier learns from generated faces as they are, and another one from
damaged copies of them as well. Both are judged on validation photos as they
are, and as if they came from elsewhere: small, compressed, in other light,
grey, cropped otherwise; with averages over views, and with and without
alignment. The threshold is placed by the same photos, as `evaluate` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganssl.base.progress import Progress, Stages
from ganssl.classifier.classifier import Classifier
from ganssl.classifier.from_faces import train_on_set
from ganssl.experiments.label_efficiency import VALIDATION, Plan
from ganssl.experiments.plain import set_of_draw
from ganssl.experiments.summary import interval_over_draws
from ganssl.features.averaged import Averages
from ganssl.features.extractor import FeatureExtractor
from ganssl.fitting.spread_directions import FACE_SIZE
from ganssl.judgement.elsewhere import EVERY_VIEW, VIEWS, auc_of, seen_elsewhere, seen_views
from ganssl.judgement.placing import place_threshold
from ganssl.models.face_model import FaceModel
from ganssl.photos.align import prepare_face
from ganssl.photos.elsewhere import Damage, off_the_frame
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.prepared import prepare_photos
from ganssl.photos.preprocess import Preprocess

TRAININGS: dict[str, int] = {"faces as they are": 0, "damaged copies, too": 1}
"""How the classifier learns, and from how many damaged copies of each face."""

OFF_THE_FRAME = f"{VALIDATION}, turned and shifted"
ALIGNED, UNALIGNED = "aligned first", "as they lie"

TURNED = 150
"""So many validation photos are turned and shifted; finding their faces takes long."""


@dataclass(frozen=True, eq=False)
class SeenPhotos:
    """Photos that judge.

    Attributes:
        name: such as `validation`.
        photos: with their labels, `n`.
        seen: by what befell them, the features of every view, float32 `[v, n, d]`.
    """

    name: str
    photos: PhotoSet
    seen: dict[str, np.ndarray]


def run_elsewhere(
    model: FaceModel,
    extractor: FeatureExtractor,
    photos: PhotoSet,
    plan: Plan,
    also: Sequence[tuple[str, PhotoSet]] = (),
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> list[dict]:
    """Judge each attribute, count of labels and draw of a plan on photos from elsewhere.

    Args:
        photos: divided into train and validation part, with labels.
        also: further labelled photos, by name; attributes without labels there are not judged.

    Returns dicts with `attribute`, `labels_per_class`, `seed`, `training` (of
    `TRAININGS`), `test`, `photos` (what befell them), `views`, `n`, `accuracy`,
    `accuracy_own` (with the threshold where training left it), and `auc`.
    """
    preprocess = Preprocess(min(FACE_SIZE, model.size))
    held = photos.part(VALIDATION)
    tests = [
        _seen(name, part, extractor, preprocess, progress)
        for name, part in ((VALIDATION, held), *also)
    ]
    tests.append(_turned(held, extractor, preprocess, progress))
    report: Progress | None = progress and progress("draws")
    rows = []
    cells = plan.cells()
    for done, (attribute, count, seed, _) in enumerate(cells, start=1):
        with set_of_draw(model, extractor, photos, plan, (attribute, count, seed), cache) as made:
            for training, copies in TRAININGS.items():
                damage = Damage() if copies else None
                classifier = train_on_set(made, extractor, copies=copies, damage=damage, seed=seed)
                start = {
                    "attribute": attribute,
                    "labels_per_class": count,
                    "seed": seed,
                    "training": training,
                }
                for test in tests:
                    if attribute in test.photos.attributes:
                        rows += [start | row for row in judged(classifier, test, attribute)]
        if report:
            report(done, len(cells))
    return rows


def judged(classifier: Classifier, test: SeenPhotos, attribute: str) -> list[dict]:
    """The classifier on photos of every kind, with the threshold placed by these photos."""
    labels = test.photos.column(attribute)
    known = labels >= 0
    rows = []
    for kind, seen in test.seen.items():
        for views, part in VIEWS.items():
            features = seen[part].mean(axis=0)
            placed, _ = place_threshold(classifier, features)
            scores = classifier.scores(features[known]).astype(np.float64)
            present = labels[known] == 1
            rows.append(
                {
                    "test": test.name,
                    "photos": kind,
                    "views": views.title,
                    "n": int(known.sum()),
                    "accuracy": float(np.mean((scores >= placed.threshold) == present)),
                    "accuracy_own": float(np.mean((scores >= classifier.threshold) == present)),
                    "auc": auc_of(labels[known], scores),
                }
            )
    return rows


def _seen(
    name: str,
    photos: PhotoSet,
    extractor: FeatureExtractor,
    preprocess: Preprocess,
    progress: Stages | None,
) -> SeenPhotos:
    prepared = prepare_photos(photos, preprocess, progress and progress(f"reading {name}"))
    told = progress and progress(f"{name} as if from elsewhere")
    seen = dict(seen_elsewhere(extractor, prepared, preprocess, progress=told))
    return SeenPhotos(name, prepared.photos, seen)


def _turned(
    photos: PhotoSet,
    extractor: FeatureExtractor,
    preprocess: Preprocess,
    progress: Stages | None,
) -> SeenPhotos:
    """Some photos out of the frame, once aligned by the landmarks of the face and once not."""
    some = photos.subset(np.arange(min(TURNED, len(photos))))
    rng = np.random.default_rng(0)
    told = progress and progress("turned photos")
    faces: dict[str, list[np.ndarray]] = {UNALIGNED: [], ALIGNED: []}
    for i in range(len(some)):
        photo = off_the_frame(some.read(i), rng)
        faces[UNALIGNED].append(preprocess(photo))
        faces[ALIGNED].append(prepare_face(photo, preprocess).pixels)
        if told:
            told(i + 1, len(some))
    seen = {kind: seen_views(extractor, np.stack(found)) for kind, found in faces.items()}
    return SeenPhotos(OFF_THE_FRAME, some, seen)


SHOWN: tuple[Averages, ...] = (Averages(), EVERY_VIEW)
"""The views that the table shows; the rows have all."""


def elsewhere_tables(rows: Sequence[dict]) -> str:
    """A table for each attribute and test: what befell the photos down, ways across.

    Each entry is the mean accuracy over the draws ± half its interval, and the mean AUC.
    """
    tables = []
    for attribute, count, test in dict.fromkeys(
        (row["attribute"], row["labels_per_class"], row["test"]) for row in rows
    ):
        own = [
            row
            for row in rows
            if (row["attribute"], row["labels_per_class"], row["test"]) == (attribute, count, test)
        ]
        kinds = list(dict.fromkeys(row["photos"] for row in own))
        ways = [(training, views.title) for training in TRAININGS for views in SHOWN]
        draws = len({row["seed"] for row in own})
        width = max(map(len, kinds))
        title = (
            f"{attribute}, {count}+{count} labels, {draws} draws, {own[0]['n']:,} photos: {test}"
        )
        lines = [title, *(" " * width + "".join(f"{way[i]:>24}" for way in ways) for i in (0, 1))]
        for kind in kinds:
            cells = (
                _cell([r for r in own if (r["photos"], r["training"], r["views"]) == (kind, *way)])
                for way in ways
            )
            lines.append(f"{kind:<{width}}" + "".join(f"{cell:>24}" for cell in cells))
        tables.append("\n".join(lines))
    return "\n\n".join(tables)


def _cell(draws: Sequence[dict]) -> str:
    values = np.array([row["accuracy"] for row in draws])
    interval = interval_over_draws(values)
    half = f" ± {(interval[1] - interval[0]) / 2:.3f}" if interval else ""
    aucs = [row["auc"] for row in draws if row["auc"] is not None]
    return f"{values.mean():.3f}{half} / " + (f"{np.mean(aucs):.3f}" if aucs else "–")
