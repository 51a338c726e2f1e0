"""Honest numbers for a generator: reconstruction, likeness of samples, memorisation.

Every row of the table of samples compares images with the same n training
photos. Training photos are the reference because the generator learns their
mixture, and validation photos may be drawn by another rule (rare attributes
can be enriched in the training part). Two rows of real photos give the scale:
other training photos, about the best that samples can reach, and validation
photos, which no network has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ganssl.base.progress import Progress
from ganssl.errors import UserError
from ganssl.metrics.distribution import (
    density_coverage,
    duplicate_rate,
    frechet_distance,
    kernel_distance,
    nearest_neighbours,
    nearest_others,
    precision_recall,
)
from ganssl.metrics.reconstruction import l1_error, ms_ssim, psnr, scale_count

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel

SOURCES = ("prior", "density")
OTHERS, HELD_OUT = "other training photos", "validation photos"
BATCH = 256
CLOSE = 0.01
"""The quantile of distances between real photos below which a pair counts as close."""
FEWEST = 10


def evaluate_gan(
    models: Mapping[str, FaceModel],
    face_network,
    photos: np.ndarray,
    references: np.ndarray,
    count: int = 5000,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict:
    """Evaluate a model, beside a second one and beside real photos.

    Args:
        models: by their names in the tables: the one that is evaluated and, if
            there is one, a baseline of the same size, such as the VAE stage alone.
        face_network: a `FaceNetwork`; its features are the space of all
            distances between faces.
        photos: validation photos, uint8 `[n, s, s, 3]`, preprocessed for the model.
        references: the photos the model was trained on, uint8 `[m, s, s, 3]`.
        count: samples of each source, at most half of the training photos:
            the reference and the row of other training photos are as many.
        seed: of the draws of photos, of the codes and of the kernel's subsets.
        progress: called with the images done and their total.

    Returns:
        A dictionary that JSON can hold: the models, `n`, `feature_space`,
        the rows of `reconstruction`, `samples` and `memorisation` (a value
        that has no meaning for a row is None), and `notes` to print with them.

    Raises:
        UserError: photos of another size than the models', or fewer than
            `FEWEST` of a kind.
    """
    _check(models, photos, references)
    model, *beside = models.values()
    baseline = beside[0] if beside else None
    n = min(count, len(references) // 2)
    held = min(n, len(photos))
    if held < FEWEST:
        raise UserError(
            f"An evaluation needs {FEWEST} samples and validation photos and twice as many "
            f"training photos, but has {count}, {len(photos)} and {len(references)}."
        )
    total = len(photos) + len(references) + len(models) * (len(photos) + len(SOURCES) * n)
    run = _Batches(total, progress)

    validation = run(face_network.features, photos)  # (photos, d)
    training = run(face_network.features, references)  # (references, d)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(references))
    reference, others = training[order[:n]], training[order[n : 2 * n]]
    held_out = validation[rng.permutation(len(photos))[:held]]

    reconstruction = [
        {"model": name, **_reconstruction(each, photos, run)} for name, each in models.items()
    ]
    sets = [("real", OTHERS, others), ("real", HELD_OUT, held_out)]
    for name, each in models.items():
        for source in SOURCES:
            codes = each.sample(n, seed, source=source)

            def seen(some: np.ndarray, each: FaceModel = each) -> np.ndarray:
                return face_network.features(each.decode(some))

            features = run(seen, codes)
            sets.append((name, source, features))

    return {
        "model": {"name": model.name, "id": model.id},
        "baseline": None if baseline is None else {"name": baseline.name, "id": baseline.id},
        "seed": seed,
        "n": n,
        "validation_photos": len(photos),
        "training_photos": len(references),
        "feature_space": f"{face_network.name}, {training.shape[1]} values",
        "reconstruction": reconstruction,
        "samples": [
            {
                "images": images,
                "source": source,
                "n": len(features),
                **_likeness(reference, features, seed),
            }
            for images, source, features in sets
        ],
        "memorisation": _memorisation(sets, training, reference, held_out),
        "notes": _notes(n, held, photos.shape[1]),
    }


class _Batches:
    """Applies functions to a few rows at a time and counts them for the progress bar."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.done, self.total, self.progress = 0, total, progress

    def __call__(self, function: Callable[[np.ndarray], np.ndarray], rows: np.ndarray):
        results = []
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            results.append(function(batch))
            self.done += len(batch)
            if self.progress:
                self.progress(self.done, self.total)
        return np.concatenate(results)


def _check(models: Mapping[str, FaceModel], photos: np.ndarray, references: np.ndarray) -> None:
    for name, each in models.items():
        expected = (each.size, each.size, 3)
        if photos.shape[1:] != expected or references.shape[1:] != expected:
            raise UserError(
                f"{name} makes faces of {each.size} pixels a side, but the photos have the "
                f"shapes {photos.shape} and {references.shape}; preprocess them for this model."
            )


def _reconstruction(model, photos: np.ndarray, run: _Batches) -> dict:
    """Means over the photos of the three errors."""

    def errors(some: np.ndarray) -> np.ndarray:
        faces = model.decode(model.encode(some))
        return np.stack([metric(some, faces) for metric in (l1_error, psnr, ms_ssim)], axis=1)

    l1, decibels, similarity = run(errors, photos).mean(axis=0)
    return {"l1": float(l1), "psnr": float(decibels), "ms_ssim": float(similarity)}


def _likeness(reference: np.ndarray, features: np.ndarray, seed: int) -> dict:
    """The distribution metrics of images against the reference photos."""
    size = min(
        1000, len(reference) // 2, len(features) // 2
    )  # subsets must differ to have a deviation
    kernel, deviation = kernel_distance(reference, features, size=size, seed=seed)
    precision, recall = precision_recall(reference, features)
    density, coverage = density_coverage(reference, features)
    return {
        "frechet": frechet_distance(reference, features),
        "kernel": kernel,
        "kernel_deviation": deviation,
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
    }


def _memorisation(
    sets: list[tuple[str, str, np.ndarray]],
    training: np.ndarray,
    reference: np.ndarray,
    held_out: np.ndarray,
) -> list[dict]:
    """How near the images of each row come to training photos and to each other.

    `median_distance` is that to the nearest of all training photos, and
    `close` the share of images nearer than the nearest 1 % of validation
    photos are. Images that are near to every photo, as blurred ones can be,
    raise both; `nearer_training`, the share that lie nearer to one of some
    training photos than to any of as many validation photos, is blind to that:
    about 0.5 where nothing is memorised and both parts were drawn alike. It
    sees copies of those photos alone, so it confirms what `close` suspects.
    `duplicates` is the share with another image of the row nearer than the
    nearest 1 % of training photos are to each other.
    """
    close = np.quantile(nearest_neighbours(held_out, training)[0], CLOSE)
    spacing = np.quantile(nearest_others(reference), CLOSE)
    as_many = reference[: len(held_out)]
    rows = []
    for images, source, features in sets:
        row: dict[str, Any] = {"images": images, "source": source}
        row |= {"median_distance": None, "close": None}
        if source != OTHERS:  # these are training photos themselves, at distance 0
            nearest, _ = nearest_neighbours(features, training)
            row["median_distance"] = float(np.median(nearest))
            row["close"] = float(np.mean(nearest <= close))
        row["nearer_training"] = None
        if source != HELD_OUT:  # each of these is its own nearest validation photo
            to_training, _ = nearest_neighbours(features, as_many)
            to_validation, _ = nearest_neighbours(features, held_out)
            row["nearer_training"] = float(np.mean(to_training < to_validation))
        row["duplicates"] = duplicate_rate(features, spacing)
        rows.append(row)
    return rows


def _notes(n: int, held: int, side: int) -> list[str]:
    """What a reader must know about the numbers; printed with them."""
    return [
        "The feature space is that of a face network of our own: the distances are no FID or KID "
        "and cannot be compared with published ones.",
        "The face network was distilled from a network that was trained on faces, and a generator "
        "that was trained with the feature term had its early maps in the loss: the distances are "
        "optimistic for such a generator.",
        f"Every row of samples compares its n images with the same {n} training photos. The "
        "Fréchet distance is larger for fewer images: compare rows of one n, and read each beside "
        f"the rows of real photos, of which validation has {held}.",
        "The kernel distance is unbiased and can be slightly negative; its deviation is that "
        "over subsets.",
        f"Reconstruction is measured on all validation photos; MS-SSIM has "
        f"{scale_count(side)} scales, on the luma.",
        "The row of other training photos may show persons of the reference again; validation "
        "photos may be drawn by another rule than training photos.",
        f"In the memorisation table, close is by construction {CLOSE:.0%} for validation photos. "
        "Nearer to training reads against the row of other training photos, which are not copies "
        "but share the make-up, and perhaps persons, of the training photos. Duplicates are faces "
        "that differ less than the nearest photos do: want of detail raises them, not only copies.",
    ]
