"""A classifier on the same photos as if they came from elsewhere: damaged, cropped otherwise.

Which damage costs how much, and which average over views of a photo wins it
back. The threshold stays where it was: nobody says of a photo what befell it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ganssl.base.progress import Progress, Stages
from ganssl.classifier.classifier import Classifier
from ganssl.features.averaged import EVERY_VIEW, Averages
from ganssl.features.extractor import FeatureExtractor
from ganssl.metrics.classification import area_under_curve
from ganssl.photos.elsewhere import KINDS, LOOSEST, TIGHTEST, Damage, crop
from ganssl.photos.prepared import CROP, PreparedPhotos, prepare_photos
from ganssl.photos.preprocess import ALIGNED_SIZE, Preprocess

AS_THEY_ARE = "as they are"
VIEWS: dict[Averages, slice] = {
    Averages(): slice(0, 1),
    Averages(mirror=True): slice(0, 2),
    Averages(crops=True): slice(0, None, 2),
    EVERY_VIEW: slice(0, None),
}
"""What is averaged, and which of the views of `EVERY_VIEW` it takes."""


def judge_elsewhere(
    classifier: Classifier,
    extractor: FeatureExtractor,
    prepared: PreparedPhotos,
    labels: np.ndarray,
    seed: int = 0,
    progress: Stages | None = None,
) -> list[dict]:
    """Accuracy and AUC for each kind of damage and each of `VIEWS`.

    Args:
        prepared: the photos, with the classifier's preprocessing.
        labels: int8 `[n]` of 0 and 1.
        seed: of the damage.

    Returns dicts with `photos` (what befell them), `views`, `n`, `accuracy`,
    and `auc`, None where one class alone is there.
    """
    rows = []
    told = progress and progress("photos as if from elsewhere")
    for kind, seen in seen_elsewhere(extractor, prepared, classifier.source.preprocess, seed, told):
        for views, part in VIEWS.items():
            scores = classifier.scores(seen[part].mean(axis=0))
            right = (scores.astype(np.float64) >= classifier.threshold) == (labels == 1)
            rows.append(
                {
                    "photos": kind,
                    "views": views.title,
                    "n": len(labels),
                    "accuracy": float(right.mean()),
                    "auc": auc_of(labels, scores),
                }
            )
    return rows


def seen_elsewhere(
    extractor: FeatureExtractor,
    prepared: PreparedPhotos,
    preprocess: Preprocess,
    seed: int = 0,
    progress: Progress | None = None,
) -> Iterator[tuple[str, np.ndarray]]:
    """Each kind of damage with the features of every view, float32 `[v, n, d]`; see `VIEWS`.

    Args:
        preprocess: by which the photos were prepared.
        progress: called with (kinds done, kinds in all).
    """
    cases = damaged_faces(prepared, preprocess, seed)
    for done, (kind, faces) in enumerate(cases.items(), start=1):
        yield kind, seen_views(extractor, faces)
        if progress:
            progress(done, len(cases))


def seen_views(extractor: FeatureExtractor, faces: np.ndarray) -> np.ndarray:
    """The features of every view of faces uint8 `[n, s, s, 3]`, float32 `[v, n, d]`."""
    return np.stack([extractor.features(view) for view in EVERY_VIEW.views(faces)])


def damaged_faces(
    prepared: PreparedPhotos, preprocess: Preprocess, seed: int = 0
) -> dict[str, np.ndarray]:
    """Faces uint8 `[n, s, s, 3]` by what befell the photos; crops are cut from the photos anew."""
    found = {AS_THEY_ARE: prepared.pixels}
    for kind in KINDS:
        if kind != "crops":
            rng = np.random.default_rng([seed, len(found)])
            found[kind] = Damage((kind,), 1.0)(np.asarray(prepared.pixels), rng)
    for kind, part in (("tighter", TIGHTEST), ("looser", LOOSEST)):
        found[kind] = cropped(prepared, other_crop(preprocess, part), part)
    return found


def cropped(prepared: PreparedPhotos, preprocess: Preprocess, part: float) -> np.ndarray:
    """The photos by another crop; of one that is no more than a crop, a part of that."""
    faces = prepare_photos(prepared.photos, preprocess, no_face=CROP).pixels.copy()
    for i, face in enumerate(faces):
        if np.array_equal(face, prepared.pixels[i]):
            faces[i] = crop(face, part)
    return faces


def other_crop(preprocess: Preprocess, part: float) -> Preprocess:
    """With a crop of so large a part of the usual side about its middle, or what the photo has."""
    left, top, right, bottom = preprocess.crop
    x, y, (width, height) = (left + right) / 2, (top + bottom) / 2, ALIGNED_SIZE
    half = min((right - left) / 2 * part, x, y, width - x, height - y)
    return replace(preprocess, crop=(x - half, y - half, x + half, y + half))


def elsewhere_table(rows: Sequence[dict]) -> str:
    """What befell the photos down, views across: accuracy / AUC."""
    kinds = list(dict.fromkeys(row["photos"] for row in rows))
    views = list(dict.fromkeys(row["views"] for row in rows))
    entries = {(row["photos"], row["views"]): row for row in rows}
    width = max(map(len, kinds))
    lines = [" " * width + "".join(f"{name:>20}" for name in views)]
    for kind in kinds:
        cells = (_cell(entries[kind, name]) for name in views)
        lines.append(f"{kind:<{width}}" + "".join(f"{cell:>20}" for cell in cells))
    return "\n".join(lines)


def _cell(row: dict) -> str:
    auc = "–" if row["auc"] is None else f"{row['auc']:.3f}"
    return f"{row['accuracy']:.3f} / {auc}"


def auc_of(labels: np.ndarray, scores: np.ndarray) -> float | None:
    """The area under the ROC curve; None where one class alone is there."""
    return area_under_curve(labels, scores) if len(np.unique(labels)) == 2 else None
